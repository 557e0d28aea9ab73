"""Seals, and only seals: text under a key, keys under keys, keys to people.

Actions that write get handles built on these functions; nothing here can open what it made.
"""

import json
import secrets
from typing import Any, NamedTuple
from uuid import UUID

from ethics.secrecy import suites
from ethics.secrecy.fields import Sealed, SealedField, SealedRecord
from ethics.secrecy.keys import PrivateKeys, hpke_public
from ethics.secrecy.models import GenerationWrap, Recipient, ScopeKey, ScopeWrap
from ethics.secrecy.suites import (
    KEY_BYTES,
    bind,
    commitment,
    derive,
    field_binding,
    pad,
)

TEXT = b"\x00"
CODED = b"\x01"


def new_key() -> bytes:
    """A random key of 256 bits."""
    return secrets.token_bytes(KEY_BYTES)


def seal(key: bytes, data: bytes, binding: bytes) -> bytes:
    """Seal bytes under a key, by the newest suite: suite byte, nonce, ciphertext.

    Today AES-256-GCM-SIV (RFC 8452).
    """
    cipher, length = suites.AEADS[suites.NEWEST_AEAD]
    nonce = secrets.token_bytes(length)
    sealed: bytes = cipher(key).encrypt(nonce, data, binding)
    return bytes([suites.NEWEST_AEAD]) + nonce + sealed


def seal_to(public: bytes, data: bytes, binding: bytes) -> bytes:
    """Seal bytes to a person: suite byte, then HPKE's encapsulation and ciphertext (RFC 9180)."""
    suite = suites.SEALS[suites.NEWEST_SEAL]
    return bytes([suites.NEWEST_SEAL]) + suite.encrypt(data, hpke_public(public), binding)


def encode(value: Any, *, coded: bool) -> bytes:
    """A field's value as padded bytes: a kind byte, then UTF-8 text or canonical JSON."""
    if coded:
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return pad(CODED + text.encode())
    return pad(TEXT + str(value).encode())


def seal_field(key: bytes, record: SealedRecord, field: SealedField, value: Any) -> Sealed:
    """Seal one field of a record under its scope's key, at the record's own version."""
    binding = field_binding(
        model=record.SEALED_AS,
        field=field.name,
        record=record.id,
        container=record.container,
        generation=record.key_generation,
        version=record.version,
    )
    return Sealed(seal(key, encode(value, coded=field.coded), binding))


def new_scope_key(container: UUID, scope: UUID, generation: int) -> tuple[bytes, ScopeKey]:
    """A key for a container or an action, with its record (not saved yet)."""
    key = new_key()
    record = ScopeKey(
        container_id=container,
        scope=scope,
        generation=generation,
        commitment=commitment(key, container=container, scope=scope, generation=generation),
    )
    return key, record


class KeyCopy(NamedTuple):
    """One sealed copy of a scope's key, read from its wrap and its key's record together."""

    container: UUID
    scope: UUID
    generation: int
    commitment: bytes
    kind: str
    recipient: UUID | None
    # The generation of the key it is sealed under.
    under: int
    sealed: bytes
    signed_by: UUID | None
    signature: bytes

    def binding(self) -> bytes:
        """What this copy is bound to."""
        return bind(
            "concertation/scope-key/1",
            self.container,
            self.scope,
            self.generation,
            self.kind,
            self.recipient.bytes if self.recipient else b"",
            self.under,
        )


def key_copy(key: ScopeKey, wrap: ScopeWrap) -> KeyCopy:
    """The copy that a wrap of this key is, or is about to be."""
    return KeyCopy(
        key.container_id,
        key.scope,
        key.generation,
        bytes(key.commitment),
        str(wrap.kind),
        wrap.recipient,
        wrap.generation,
        bytes(wrap.sealed),
        wrap.signed_by,
        bytes(wrap.signature),
    )


def _under_erasure(erasure: bytes, value: bytes, binding: bytes) -> bytes:
    return seal(derive(erasure, "erasure"), value, binding)


def wrap_under(
    record: ScopeKey, value: bytes, *, erasure: bytes, key: bytes, wrap: ScopeWrap
) -> ScopeWrap:
    """A copy of a scope's key for holders of another key: the concertation's, or the container's.

    Stored wrap = seal(AEAD under erasure key(key)), for every copy (design 3).
    """
    binding = key_copy(record, wrap).binding()
    wrap.key = record
    wrap.sealed = seal(derive(key, "wrap"), _under_erasure(erasure, value, binding), binding)
    return wrap


def wrap_to(
    record: ScopeKey,
    value: bytes,
    *,
    erasure: bytes,
    public: bytes,
    wrap: ScopeWrap,
    signer: tuple[UUID, PrivateKeys] | None = None,
) -> ScopeWrap:
    """A copy of a scope's key for a person (then signed), the inbox or the recovery key."""
    binding = key_copy(record, wrap).binding()
    wrap.key = record
    wrap.sealed = seal_to(public, _under_erasure(erasure, value, binding), binding)
    if signer:
        wrap.signed_by = signer[0]
        wrap.signature = signer[1].sign(signed_part(binding, wrap.sealed))
    return wrap


def signed_part(binding: bytes, sealed: bytes) -> bytes:
    """What a seal's signature covers."""
    return bind("concertation/signed-seal/1", binding, sealed)


def generation_binding(concertation: UUID, generation: int, holder: UUID | None) -> bytes:
    """What a sealed copy of the concertation's key is bound to."""
    return bind(
        "concertation/generation-key/1",
        concertation,
        generation,
        holder.bytes if holder else b"",
    )


def wrap_generation(
    concertation: UUID,
    generation: int,
    value: bytes,
    *,
    public: bytes,
    holder: UUID | None,
    person: UUID | None,
    signer: tuple[UUID, PrivateKeys],
) -> GenerationWrap:
    """The concertation's key of one generation, sealed and signed to a holder or to recovery."""
    binding = generation_binding(concertation, generation, holder)
    sealed = seal_to(public, value, binding)
    return GenerationWrap(
        concertation=concertation,
        generation=generation,
        holder=holder,
        person=person,
        sealed=sealed,
        signed_by=signer[0],
        signature=signer[1].sign(signed_part(binding, sealed)),
    )


def recipient_generation(concertation_generation: int) -> ScopeWrap:
    """An empty wrap addressed to the holders of a generation of the concertation's key."""
    return ScopeWrap(kind=Recipient.GENERATION, generation=concertation_generation)
