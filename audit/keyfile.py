"""The file that holds the server's checkpoint key, and the public halves of the keys before it.

Outside database and backups (design 3). First line: the seed in use. Then, newest first, one line
for each key that was replaced: its public half alone, so that what it signed is still checked.
"""

import base64
import binascii
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_RETIRED: Final = "retired "
_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Keys:
    """The key in use, and those it replaced, newest first."""

    current: Ed25519PrivateKey
    retired: tuple[Ed25519PublicKey, ...] = ()


def load() -> Keys:
    """Read the key of this installation. Raises ImproperlyConfigured without one.

    ``LEDGER_CHECKPOINT_SEED`` (32 bytes) serves tests; a server names
    ``LEDGER_CHECKPOINT_KEY_FILE``, made by ``manage.py ledger key --new``.
    """
    seed = getattr(settings, "LEDGER_CHECKPOINT_SEED", None)
    if seed:
        return Keys(Ed25519PrivateKey.from_private_bytes(seed))
    return read(path())


def path() -> Path:
    """Where the key file lies. Raises ImproperlyConfigured when no setting names one."""
    named = str(getattr(settings, "LEDGER_CHECKPOINT_KEY_FILE", "") or "")
    if not named:
        raise ImproperlyConfigured("LEDGER_CHECKPOINT_KEY_FILE names no key")
    return Path(named)


def read(file: Path) -> Keys:
    """Read a key file. Raises ImproperlyConfigured for one that can't be read or holds no key."""
    try:
        first, *rest = file.read_text().split("\n")
        seed = _decode(first)
        retired = tuple(
            Ed25519PublicKey.from_public_bytes(_decode(line.removeprefix(_RETIRED)))
            for line in rest
            if line.strip()
        )
    except (OSError, ValueError) as error:
        raise ImproperlyConfigured("the checkpoint key file cannot be read") from error
    if len(seed) != _KEY_BYTES:
        raise ImproperlyConfigured("the checkpoint key file holds no key")
    return Keys(Ed25519PrivateKey.from_private_bytes(seed), retired)


def text_of(keys: Keys) -> str:
    """What the file of these keys holds."""
    lines = [_encode(keys.current.private_bytes_raw())]
    lines += [_RETIRED + _encode(each.public_bytes_raw()) for each in keys.retired]
    return "\n".join(lines) + "\n"


def create(file: Path) -> Keys:
    """Write a new key. Raises FileExistsError: overwriting one would make all it signed look
    forged; and OSError."""
    keys = Keys(Ed25519PrivateKey.generate())
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as opened:
        opened.write(text_of(keys))
    return keys


def replace(file: Path, keys: Keys) -> None:
    """Put other keys in the file's place, in one step: a crash leaves the old or the new whole."""
    beside = file.with_name(file.name + ".new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as opened:
        opened.write(text_of(keys))
        opened.flush()
        os.fsync(opened.fileno())
    beside.replace(file)


def successor(keys: Keys) -> Keys:
    """A new key, with the present one among those it replaces."""
    return Keys(Ed25519PrivateKey.generate(), (keys.current.public_key(), *keys.retired))


def _encode(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text.strip(), validate=True)
    except binascii.Error as error:
        raise ValueError("not in base64") from error
