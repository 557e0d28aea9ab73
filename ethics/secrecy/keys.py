"""Key pairs, and what a signed-in person carries from one request to the next.

Makes keys and reads public halves; nothing here opens anything.
"""

import secrets
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from ethics.secrecy.suites import (
    HPKE_PUBLIC_BYTES,
    KEY_BYTES,
    MLKEM_PUBLIC_BYTES,
    MLKEM_SEED_BYTES,
    SIGN_SUITE,
    SecrecyError,
    bind,
    derive,
    fingerprint,
)

_SIGN_AT: Final = MLKEM_SEED_BYTES + KEY_BYTES


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """The public halves of a member's pairs: HPKE to seal to, Ed25519 to check signatures."""

    hpke: bytes
    sign: bytes

    def fingerprint(self, person: UUID) -> bytes:
        """SHA-256 over the person and both halves."""
        return fingerprint("concertation/member-keys/1", person, self.hpke, self.sign)

    def digits(self, person: UUID, concertation: UUID) -> str:
        """Twenty digits to read aloud at admission: about 66 bits of the fingerprint."""
        whole = fingerprint("concertation/digits/1", self.fingerprint(person), concertation)
        return f"{int.from_bytes(whole[:16]) % 10**20:020d}"


@dataclass(frozen=True, slots=True, repr=False)
class PrivateKeys:
    """A member's private keys, opened: ML-KEM seed, X25519 key, Ed25519 seed, 128 bytes in all."""

    bundle: bytes

    @classmethod
    def make(cls) -> "PrivateKeys":
        """Fresh pairs."""
        return cls(secrets.token_bytes(_SIGN_AT + KEY_BYTES))

    @classmethod
    def derived(cls, key: bytes, purpose: str) -> "PrivateKeys":
        """Pairs derived from a key: the inbox key and the recovery key are such pairs."""
        return cls(derive(key, purpose, _SIGN_AT + KEY_BYTES))

    def hpke_private(self) -> hpke.MLKEM768X25519PrivateKey:
        """The hybrid key that opens what is sealed to this member."""
        return hpke.MLKEM768X25519PrivateKey(
            MLKEM768PrivateKey.from_seed_bytes(self.bundle[:MLKEM_SEED_BYTES]),
            X25519PrivateKey.from_private_bytes(self.bundle[MLKEM_SEED_BYTES:_SIGN_AT]),
        )

    def public(self) -> PublicKeys:
        """The public halves, computed from the private ones and from nothing else."""
        mlkem = MLKEM768PrivateKey.from_seed_bytes(self.bundle[:MLKEM_SEED_BYTES])
        x25519 = X25519PrivateKey.from_private_bytes(self.bundle[MLKEM_SEED_BYTES:_SIGN_AT])
        return PublicKeys(
            hpke=mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw(),
            sign=self._signing().public_key().public_bytes_raw(),
        )

    def sign(self, message: bytes) -> bytes:
        """An Ed25519 signature (RFC 8032) behind its suite byte."""
        return bytes([SIGN_SUITE]) + self._signing().sign(message)

    def pins_key(self) -> bytes:
        """The key of this member's own sealed record of chain heads."""
        return derive(self.bundle[_SIGN_AT:], "pins")

    def _signing(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.bundle[_SIGN_AT:])


def hpke_public(halves: bytes) -> hpke.MLKEM768X25519PublicKey:
    """The hybrid public key behind its bytes: ML-KEM-768 first, then X25519."""
    if len(halves) != HPKE_PUBLIC_BYTES:
        raise SecrecyError("bad_public_key")
    try:
        return hpke.MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(halves[:MLKEM_PUBLIC_BYTES]),
            X25519PublicKey.from_public_bytes(halves[MLKEM_PUBLIC_BYTES:]),
        )
    except ValueError:
        raise SecrecyError("bad_public_key") from None


def signature_holds(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether an Ed25519 signature with its suite byte is this key's over this message."""
    if signature[:1] != bytes([SIGN_SUITE]):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature[1:], message)
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass(slots=True, repr=False)
class HeldKeys:
    """What a session carries: the member's private keys sealed under the second cookie's secret.

    `opened` is filled by the gate, lives as long as the request, and never leaves memory.
    """

    session: str
    person: UUID
    keys: UUID
    sealed: bytes
    secret: bytes
    second_factor: bool
    opened: PrivateKeys | None = field(default=None)
    concertation_keys: dict[tuple[UUID, int], bytes] = field(default_factory=dict)
    # Generations that nobody sealed to this person: asked once in a request, not for each row.
    without: set[tuple[UUID, int]] = field(default_factory=set)
    # Chain heads already compared with this member's own record in this request.
    pinned: dict[UUID, bytes] = field(default_factory=dict)
    # Verified chains, and facts by (concertation, participation), fetched for this request.
    chains: dict[UUID, Any] = field(default_factory=dict)
    subjects: dict[UUID, Any] = field(default_factory=dict)
    standings: dict[tuple[UUID | None, UUID | None], Any] = field(default_factory=dict)

    def forget_what_changed(self) -> None:
        """After a write: what was fetched of situations, and which keys weren't there."""
        self.subjects.clear()
        self.without.clear()

    def binding(self) -> bytes:
        """What the session's copy of the keys is bound to."""
        # The second factor is in it: a flag turned in the database opens nothing.
        passed = int(self.second_factor)
        return bind("concertation/session-keys/1", self.session, self.person, self.keys, passed)


def session_key(secret: bytes) -> bytes:
    """The key that the second cookie's secret stands for."""
    return derive(secret, "session")
