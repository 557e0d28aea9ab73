"""Opens keys and text. Only `ethics.gate` may import this module (import contract, and a test).

Everything fails closed: a wrong key, a moved or changed ciphertext, a key that doesn't match its
commitment or a seal nobody vouches for raises `SecrecyError` and opens nothing.
"""

import hmac
import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag

from ethics.secrecy import passwords
from ethics.secrecy.fields import Sealed, SealedField, SealedRecord
from ethics.secrecy.keys import (
    HeldKeys,
    PrivateKeys,
    PublicKeys,
    session_key,
    signature_holds,
)
from ethics.secrecy.models import GenerationWrap, MemberKeys, Recipient
from ethics.secrecy.sealing import (
    CODED,
    TEXT,
    KeyCopy,
    generation_binding,
    signed_part,
)
from ethics.secrecy.suites import (
    AEADS,
    SEALS,
    SecrecyError,
    bind,
    commitment,
    derive,
    name_binding,
    place_binding,
    unpad,
)


class Opener:
    """Opens what was sealed under one key.

    A page opens many texts under few keys, and making a cipher costs as much as opening a text with
    it: each is made once.
    """

    __slots__ = ("_ciphers", "_key")

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._ciphers: dict[int, tuple[Any, int]] = {}

    def unseal(self, blob: bytes, binding: bytes) -> bytes:
        """Open bytes in the place they were sealed for and nowhere else. Raises `SecrecyError`."""
        if not blob:
            raise SecrecyError("unknown_suite")
        try:
            cipher, start = self._ciphers.get(blob[0]) or self._make(blob[0])
            opened: bytes = cipher.decrypt(blob[1:start], blob[start:], binding)
            return opened
        except (InvalidTag, ValueError):
            raise SecrecyError("does_not_open") from None

    def _make(self, suite: int) -> tuple[Any, int]:
        known = AEADS.get(suite)
        if known is None:
            raise SecrecyError("unknown_suite")
        cipher, nonce = known
        self._ciphers[suite] = made = (cipher(self._key), 1 + nonce)
        return made


def unseal(key: bytes, blob: bytes, binding: bytes) -> bytes:
    """Open bytes sealed under a key, in the place they were sealed for and nowhere else."""
    return Opener(key).unseal(blob, binding)


def unseal_with(private: PrivateKeys, blob: bytes, binding: bytes) -> bytes:
    """Open bytes sealed to a person."""
    suite = SEALS.get(blob[0]) if blob else None
    if suite is None:
        raise SecrecyError("unknown_suite")
    try:
        return suite.decrypt(blob[1:], private.hpke_private(), binding)
    except (InvalidTag, ValueError):
        raise SecrecyError("does_not_open") from None


def decode(data: bytes) -> Any:
    """A field's value from its padded bytes."""
    plain = unpad(data)
    if plain[:1] == TEXT:
        return plain[1:].decode()
    if plain[:1] == CODED:
        return json.loads(plain[1:])
    raise SecrecyError("unknown_kind")


def open_field(key: bytes, record: SealedRecord, field: SealedField) -> Any:
    """Open one field of a record under its scope's key. Raises `SecrecyError`."""
    value = open_fields(key, record, (field,))[field.name]
    if isinstance(value, SecrecyError):
        raise value
    return value


def open_fields(
    key: bytes, record: SealedRecord, fields: Iterable[SealedField]
) -> dict[str, Any | SecrecyError]:
    """Open fields of a record under its scope's key; one that doesn't open stands as its error."""
    opener = Opener(key)
    place = place_binding(record.id, record.container, record.key_generation, record.version)
    opened: dict[str, Any | SecrecyError] = {}
    for field in fields:
        value = getattr(record, field.name)
        if value is None and field.null:
            # Added to a model that had rows: nothing was ever sealed there. That somebody emptied
            # it shows in the ciphertexts' hash, which the ledger keeps.
            opened[field.name] = ""
            continue
        try:
            if not isinstance(value, Sealed):
                raise SecrecyError("not_sealed")
            binding = name_binding(record.SEALED_AS, field.name) + place
            opened[field.name] = decode(opener.unseal(value.blob, binding))
        except SecrecyError as error:
            opened[field.name] = error
    return opened


def private_binding(person: UUID, serial: int) -> bytes:
    """What a member's sealed private keys are bound to."""
    return bind("concertation/private-keys/1", person, serial)


def open_with_password(record: MemberKeys, password: str) -> PrivateKeys:
    """A member's private keys, opened by the password; raises `passwords.Busy` or an error."""
    unlocking = passwords.stretch(
        password,
        salt=bytes(record.salt),
        cost=passwords.Cost(record.argon2_memory, record.argon2_iterations, record.argon2_lanes),
        pepper_id=record.pepper,
        purpose="unlock",
    )
    made = commitment(
        unlocking, container=record.person_id, scope=record.id, generation=record.serial
    )
    if not hmac.compare_digest(made, bytes(record.commitment)):
        raise SecrecyError("wrong_password")
    binding = private_binding(record.person_id, record.serial)
    return PrivateKeys(unseal(unlocking, bytes(record.sealed_private), binding))


def open_held(held: HeldKeys) -> PrivateKeys:
    """The private keys a session carries; opened once a request."""
    if held.opened is None:
        held.opened = PrivateKeys(unseal(session_key(held.secret), held.sealed, held.binding()))
    return held.opened


def open_generation(
    private: PrivateKeys,
    wrap: GenerationWrap,
    *,
    signer: PublicKeys | None,
    expected: bytes,
) -> bytes:
    """The concertation's key of one generation.

    Refused unless a signer known to the chain sealed it and it matches the chain's commitment: a
    planted key or a planted next generation opens nothing (design 3, the membership chain).
    """
    binding = generation_binding(wrap.concertation, wrap.generation, wrap.holder)
    sealed = bytes(wrap.sealed)
    if signer is None or not signature_holds(
        signer.sign, bytes(wrap.signature), signed_part(binding, sealed)
    ):
        raise SecrecyError("unsigned_seal")
    key = unseal_with(private, sealed, binding)
    made = commitment(
        key, container=wrap.concertation, scope=wrap.concertation, generation=wrap.generation
    )
    if not hmac.compare_digest(made, expected):
        raise SecrecyError("key_does_not_match")
    return key


def copies_under(key: bytes) -> Opener:
    """Opens the outer seal of the copies of keys that were wrapped under this one."""
    return Opener(derive(key, "wrap"))


def open_scope(
    copy: KeyCopy,
    *,
    erasure: bytes,
    key: bytes | Opener | None = None,
    private: PrivateKeys | None = None,
    signer: PublicKeys | None = None,
) -> bytes:
    """The key of a container or an action, from one of its copies and the erasure key.

    `key` for copies under another key (or `copies_under` it, for many), `private` for copies to a
    person, the inbox or recovery.
    """
    binding = copy.binding()
    if key is not None:
        opener = copies_under(key) if isinstance(key, bytes) else key
        inner = opener.unseal(copy.sealed, binding)
    elif private is not None:
        # HPKE's sender is anonymous: a copy nobody vouches for could be of a planted key.
        if copy.kind in {Recipient.MEMBER, Recipient.INBOX} and (
            signer is None
            or not signature_holds(signer.sign, copy.signature, signed_part(binding, copy.sealed))
        ):
            raise SecrecyError("unsigned_seal")
        inner = unseal_with(private, copy.sealed, binding)
    else:
        raise SecrecyError("no_key")
    value = unseal(derive(erasure, "erasure"), inner, binding)
    made = commitment(value, container=copy.container, scope=copy.scope, generation=copy.generation)
    if not hmac.compare_digest(made, copy.commitment):
        raise SecrecyError("key_does_not_match")
    return value


def open_pins(private: PrivateKeys, record: MemberKeys) -> dict[str, Any]:
    """The chain heads a member remembers, from their own sealed record."""
    if not record.sealed_pins:
        return {}
    binding = bind("concertation/pins/1", record.person_id, record.pins_version)
    value = decode(unseal(private.pins_key(), bytes(record.sealed_pins), binding))
    if not isinstance(value, dict):
        raise SecrecyError("unknown_kind")
    return value
