"""A witness on another machine: it remembers the last state it saw, and cosigns what extends it.

A server that rewrites its past would have to show the witness two histories; the second is refused
as a fork. Needs no database: a key, a file of its own, and the proof that was brought to it.
"""

import base64
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.checkpoint import InvalidCheckpointError, State, Verifier, open_note, parse_state
from audit.merkle import EMPTY_ROOT, InvalidProofError, verify_consistency
from audit.proofs import Consistency

# C2SP tlog-cosignature: the algorithm byte, and the header of what is signed.
_COSIGNATURE: Final = b"\x04"
_HEADER: Final = "cosignature/v1"


class ForkError(Exception):
    """What was brought does not extend what this witness saw: somebody rewrote the past."""


class MemoryFileError(Exception):
    """The witness's own file can't be read or is no such file; nothing is cosigned."""


@dataclass(frozen=True, slots=True)
class Witness:
    """Who cosigns: a name and a key."""

    name: str
    key: Ed25519PrivateKey

    @property
    def key_id(self) -> bytes:
        """First four bytes of SHA-256(name, newline, 0x04, public key) (C2SP tlog-cosignature)."""
        public = _COSIGNATURE + self.key.public_key().public_bytes_raw()
        return sha256(self.name.encode() + b"\n" + public).digest()[:4]

    @property
    def verifier_text(self) -> str:
        """The witness's verifier key, to give to whoever checks its cosignatures."""
        public = _COSIGNATURE + self.key.public_key().public_bytes_raw()
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(public).decode()}"


def cosign(
    proof: Consistency, *, log: Verifier, witness: Witness, memory: Path, now: datetime
) -> str:
    """Check a state against the last one seen of this log, remember it, and return it cosigned.

    The memory is written before the cosignature is handed out. Raises ForkError, MemoryFileError,
    InvalidCheckpointError or InvalidProofError.
    """
    text = open_note(proof.checkpoint, log)
    state = parse_state(text)
    if state.origin != log.name:
        raise InvalidCheckpointError("a checkpoint of another log")
    known = _read(memory)
    _check_extends(known.get(state.origin), proof, state)
    _write(memory, known | {state.origin: _told(state)})
    return proof.checkpoint + _line(text, witness, int(now.timestamp()))


def _check_extends(before: Mapping[str, Any] | None, proof: Consistency, state: State) -> None:
    size, root = (0, EMPTY_ROOT)
    if before is not None:
        size, root = int(before["size"]), base64.b64decode(before["root"])
    if state.size < size:
        raise ForkError(f"this witness saw {size} entries, now there are {state.size}")
    if state.size == size and state.root != root:
        raise ForkError(f"the same {size} entries have another root than before")
    if proof.old_size != size:
        raise InvalidProofError(f"bring a proof that starts from {size}, the last state seen here")
    try:
        verify_consistency(size, state.size, proof.path, root, state.root)
    except InvalidProofError as error:
        raise ForkError(f"the state does not extend the one at {size}: {error}") from error


def _line(text: str, witness: Witness, seconds: int) -> str:
    signed = witness.key.sign(f"{_HEADER}\ntime {seconds}\n{text}".encode())
    blob = witness.key_id + seconds.to_bytes(8, "big") + signed
    return f"\u2014 {witness.name} {base64.b64encode(blob).decode()}\n"


def _told(state: State) -> dict[str, Any]:
    return {"size": state.size, "root": base64.b64encode(state.root).decode()}


def _read(memory: Path) -> dict[str, Any]:
    try:
        found = json.loads(memory.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise MemoryFileError(str(memory)) from error
    if not isinstance(found, dict):
        raise MemoryFileError(str(memory))
    return found


def _write(memory: Path, known: Mapping[str, Any]) -> None:
    beside = memory.with_name(memory.name + ".new")
    with beside.open("w", encoding="utf-8") as opened:
        json.dump(known, opened, indent=1, sort_keys=True)
        opened.flush()
        os.fsync(opened.fileno())
    beside.replace(memory)
