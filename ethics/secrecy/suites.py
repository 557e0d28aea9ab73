"""The bytes everything sealed is made of: suites, padding, associated data, derivations.

These formats are final. A blob starts with its suite byte; an old suite keeps opening, the next
write uses the newest. Nothing here seals or opens: see `sealing` and `unsealing`.
"""

import hashlib
import hmac
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

# A suite byte begins every blob; one byte for each construction, never reused.
AEAD_SUITE: Final = 0x01  # AES-256-GCM-SIV (RFC 8452), random nonce of 12 bytes
SEAL_SUITE: Final = 0x02  # HPKE (RFC 9180), ML-KEM-768 + X25519, HKDF-SHA256, AES-256-GCM
SIGN_SUITE: Final = 0x03  # Ed25519 (RFC 8032)

NONCE_BYTES: Final = 12
# Every construction that ever sealed under a key, by its suite byte: cipher and length of its
# nonce. All of them keep opening; the next write uses the newest.
AEADS: Final[dict[int, tuple[type[Any], int]]] = {AEAD_SUITE: (AESGCMSIV, NONCE_BYTES)}
NEWEST_AEAD = AEAD_SUITE
KEY_BYTES: Final = 32
MLKEM_SEED_BYTES: Final = 64
MLKEM_PUBLIC_BYTES: Final = 1184
X25519_BYTES: Final = 32
HPKE_PUBLIC_BYTES: Final = MLKEM_PUBLIC_BYTES + X25519_BYTES
SIGNATURE_BYTES: Final = 64

HPKE_SUITE: Final = hpke.Suite(
    hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM
)

# The same for seals to people. Another suite here shares the keys people have; one with other
# keys comes with new keys, and so with a new admission.
SEALS: Final[dict[int, hpke.Suite]] = {SEAL_SUITE: HPKE_SUITE}
NEWEST_SEAL = SEAL_SUITE

_SIZE_CLASSES: Final = (32, 64, 128, 256, 512, 1024, 2048, 4096)
_LARGE_STEP: Final = 4096


class SecrecyError(Exception):
    """Something sealed can't be trusted; the message names the reason, never content."""


def pad(data: bytes) -> bytes:
    """Pad to a size class (ISO/IEC 7816-4: one 0x80, then zeros), so that lengths say little."""
    needed = len(data) + 1
    for size in _SIZE_CLASSES:
        if needed <= size:
            break
    else:
        size = -(-needed // _LARGE_STEP) * _LARGE_STEP
    return data + b"\x80" + bytes(size - needed)


def unpad(padded: bytes) -> bytes:
    """Take the padding off; anything that `pad` did not write is an error."""
    data = padded.rstrip(b"\x00")
    if not data.endswith(b"\x80"):
        raise SecrecyError("bad_padding")
    return data[:-1]


Part = bytes | str | int | UUID
# The lengths that most parts have.
_SIXTEEN: Final = (16).to_bytes(4)
_EIGHT: Final = (8).to_bytes(4)


def bind(*parts: Part) -> bytes:
    """Length-prefixed associated data: every part is four bytes of length, then its bytes.

    Never joined by a separator, so no two lists of parts give the same bytes. UUIDs are their 16
    bytes, whole numbers are 8 bytes big-endian, text is UTF-8.
    """
    out = []
    for part in parts:
        if isinstance(part, UUID):
            out.append(_SIXTEEN + part.bytes)
        elif isinstance(part, int):
            out.append(_EIGHT + part.to_bytes(8))
        else:
            piece = part.encode() if isinstance(part, str) else part
            out.append(len(piece).to_bytes(4) + piece)
    return b"".join(out)


# For parts that name a format, a purpose, a model or a field: never for a number or a secret.
_bind_names = lru_cache(maxsize=512)(bind)


def field_binding(
    *, model: str, field: str, record: UUID, container: UUID, generation: int, version: int
) -> bytes:
    """What a sealed field is bound to; text moved anywhere else does not open (design 3)."""
    # Parts stand one behind the other, so two halves bound apart are the whole bound at once.
    return name_binding(model, field) + place_binding(record, container, generation, version)


def name_binding(model: str, field: str) -> bytes:
    """The half that a field shares with the same field of every other record."""
    return _bind_names("concertation/field/1", model, field)


def place_binding(record: UUID, container: UUID, generation: int, version: int) -> bytes:
    """The half that a field shares with the other fields of its record."""
    return bind(record, container, generation, version)


def derive(key: bytes, purpose: str, length: int = KEY_BYTES) -> bytes:
    """HKDF-Expand with SHA-256 (RFC 5869, section 2.3) of a key that is already uniform."""
    info = _bind_names("concertation/derive/1", purpose)
    out = b""
    block = b""
    counter = 1
    while len(out) < length:
        block = hmac.digest(key, block + info + bytes([counter]), "sha256")
        out += block
        counter += 1
    return out[:length]


def commitment(key: bytes, *, container: UUID, scope: UUID, generation: int) -> bytes:
    """HMAC-SHA256 that binds a record to one key: GCM modes alone don't commit to a key."""
    return hmac.digest(key, bind("commit", container, scope, generation), "sha256")


def fingerprint(*parts: Part) -> bytes:
    """SHA-256 of length-prefixed parts."""
    return hashlib.sha256(bind(*parts)).digest()
