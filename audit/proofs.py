"""Proofs that leave the server: one entry, its path, and the signed state it leads to.

Whoever has such a proof checks it with any tool that knows RFC 6962 and signed notes; nothing of
this installation is needed but its public key.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from audit.checkpoint import (
    InvalidCheckpointError,
    Verifier,
    open_note,
    parse_state,
    sign_checkpoint,
)
from audit.enums import SubjectKind, Verb
from audit.leaf import InvalidLeafError, Leaf, parse_leaf
from audit.merkle import (
    HASH_BYTES,
    InvalidProofError,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from audit.models import Entry, EntrySubject


class NoEntryError(LookupError):
    """No entry of the ledger tells of this."""


@dataclass(frozen=True, slots=True)
class Inclusion:
    """One leaf, where it stands, the audit path, and the checkpoint the path leads to."""

    leaf: bytes
    index: int
    path: tuple[bytes, ...]
    checkpoint: str

    def as_json(self) -> dict[str, Any]:
        """The proof as a file holds it: bytes in base64."""
        return {
            "leaf": base64.b64encode(self.leaf).decode(),
            "index": self.index,
            "path": [base64.b64encode(step).decode() for step in self.path],
            "checkpoint": self.checkpoint,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read a proof from a file; raises `InvalidProofError` for anything else."""
        try:
            path = tuple(base64.b64decode(step, validate=True) for step in value["path"])
            leaf = base64.b64decode(value["leaf"], validate=True)
            index, note = value["index"], value["checkpoint"]
        except (KeyError, TypeError, ValueError, binascii.Error):
            raise InvalidProofError("the proof is not complete") from None
        if not isinstance(index, int) or not isinstance(note, str):
            raise InvalidProofError("the proof is not complete")
        if any(len(step) != HASH_BYTES for step in path):
            raise InvalidProofError("a hash has 32 bytes")
        return cls(leaf, index, path, note)

    def verify(self, verifier: Verifier) -> Leaf:
        """The event that the proof shows, under this key's signature.

        Raises `InvalidProofError`: the leaf was changed, the path is another one's, or nobody
        signed the state it leads to.
        """
        try:
            state = parse_state(open_note(self.checkpoint, verifier))
            leaf = parse_leaf(self.leaf)
        except (InvalidCheckpointError, InvalidLeafError) as error:
            raise InvalidProofError(str(error)) from None
        if leaf.index != self.index:
            raise InvalidProofError("the leaf stands elsewhere")
        verify_inclusion(leaf_hash(self.leaf), self.index, state.size, self.path, state.root)
        return leaf


def prove_subject(ledger_name: str, *, verb: Verb, kind: SubjectKind, number: UUID) -> Inclusion:
    """Prove the first entry of this verb about this subject, under a checkpoint signed now.

    Raises `NoEntryError`, also when the leaf was pruned.
    """
    found = (
        EntrySubject.objects.filter(ledger__name=ledger_name, kind=kind, number=number, verb=verb)
        .order_by("time")
        .values_list("entry", flat=True)
        .first()
    )
    if found is None:
        raise NoEntryError(f"{verb} of {kind} {number}")
    return prove(ledger_name, Entry.objects.get(pk=found))


def prove(ledger_name: str, entry: Entry) -> Inclusion:
    """Prove one entry under a checkpoint of the ledger as it stands. Raises `NoEntryError`."""
    if entry.leaf is None:
        raise NoEntryError("the leaf was pruned")
    checkpoint = sign_checkpoint(ledger_name)
    path = inclusion_proof(_hashes(ledger_name, checkpoint.size), entry.index)
    return Inclusion(bytes(entry.leaf), entry.index, tuple(path), checkpoint.note)


@dataclass(frozen=True, slots=True)
class Consistency:
    """That the state a checkpoint signs extends the ledger's first `old_size` entries."""

    old_size: int
    path: tuple[bytes, ...]
    checkpoint: str

    def as_json(self) -> dict[str, Any]:
        """The proof as a file holds it: bytes in base64."""
        return {
            "old_size": self.old_size,
            "path": [base64.b64encode(step).decode() for step in self.path],
            "checkpoint": self.checkpoint,
        }

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Read a proof from a file; raises `InvalidProofError` for anything else."""
        try:
            path = tuple(base64.b64decode(step, validate=True) for step in value["path"])
            old, note = value["old_size"], value["checkpoint"]
        except (KeyError, TypeError, ValueError, binascii.Error):
            raise InvalidProofError("the proof is not complete") from None
        if type(old) is not int or old < 0 or not isinstance(note, str):
            raise InvalidProofError("the proof is not complete")
        if any(len(step) != HASH_BYTES for step in path):
            raise InvalidProofError("a hash has 32 bytes")
        return cls(old, path, note)

    def verify(self, old_root: bytes, verifier: Verifier) -> int:
        """The size that the old root was extended to, under this key's signature.

        Raises `InvalidProofError`.
        """
        try:
            state = parse_state(open_note(self.checkpoint, verifier))
        except InvalidCheckpointError as error:
            raise InvalidProofError(str(error)) from None
        verify_consistency(self.old_size, state.size, self.path, old_root, state.root)
        return state.size


def prove_consistency(ledger_name: str, old_size: int) -> Consistency:
    """Prove that the ledger as it stands extends its first entries, under a checkpoint signed now.

    Raises `NoEntryError` for a size that the ledger never had.
    """
    checkpoint = sign_checkpoint(ledger_name)
    hashes = _hashes(ledger_name, checkpoint.size)
    if not 0 <= old_size <= len(hashes):
        raise NoEntryError(f"the ledger has {len(hashes)} entries")
    return Consistency(old_size, tuple(consistency_proof(hashes, old_size)), checkpoint.note)


def _hashes(ledger_name: str, size: int) -> list[bytes]:
    rows = Entry.objects.filter(ledger__name=ledger_name, index__lt=size).order_by("index")
    return [bytes(each) for each in rows.values_list("leaf_hash", flat=True).iterator()]
