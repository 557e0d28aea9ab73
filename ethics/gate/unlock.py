"""Passwords to keys, and sessions that carry them."""

import hmac
import secrets
from dataclasses import dataclass
from typing import Self
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from ethics.gate.actor import Actor
from ethics.gate.keyring import private_keys
from ethics.gate.refusals import Refused
from ethics.policy import Refusal
from ethics.secrecy import passwords, pepper, unsealing
from ethics.secrecy.keys import HeldKeys, PrivateKeys, PublicKeys, session_key
from ethics.secrecy.models import InterruptedText, MemberKeys
from ethics.secrecy.sealing import seal
from ethics.secrecy.session import SessionStore
from ethics.secrecy.suites import KEY_BYTES, SecrecyError, commitment

_SEALED = [
    "sealed_private",
    "salt",
    "argon2_memory",
    "argon2_iterations",
    "argon2_lanes",
    "pepper",
    "commitment",
]


class KeysMissing(SecrecyError):
    """This account has no keys yet: its invitation was never used."""


def live_keys(person: UUID) -> MemberKeys:
    """The key record a person uses now; raises `KeysMissing`."""
    row = MemberKeys.objects.filter(person_id=person, retired_at=None).first()
    if row is None:
        raise KeysMissing("no_member_keys")
    return row


@dataclass(frozen=True, slots=True, repr=False)
class Unlocking:
    """An unlocking key with what it was made from, derived before the transaction that saves it.

    It may wait for its turn in the slots, and would hold SQLite's lock meanwhile.
    """

    key: bytes
    salt: bytes
    cost: passwords.Cost
    pepper: str

    @classmethod
    def of(cls, password: str) -> Self:
        """A fresh one, at the present cost and pepper; raises `passwords.Busy`."""
        cost, salt, name = passwords.Cost.current(), secrets.token_bytes(16), pepper.current()
        key = passwords.stretch(password, salt=salt, cost=cost, pepper_id=name, purpose="unlock")
        return cls(key, salt, cost, name)


def make_member_keys(person: UUID, password: str) -> tuple[MemberKeys, PrivateKeys]:
    """Make a person's key pairs at their first password, sealed under its unlocking key."""
    return save_member_keys(person, Unlocking.of(password))


def save_member_keys(person: UUID, unlocking: Unlocking) -> tuple[MemberKeys, PrivateKeys]:
    """Make a person's key pairs, sealed under an unlocking key derived beforehand.

    Keys made before are retired, not deleted: what they signed stays verifiable.
    """
    private = PrivateKeys.make()
    public = private.public()
    with transaction.atomic():
        earlier = MemberKeys.objects.select_for_update().filter(person_id=person)
        serial = len(earlier) + 1
        for row in earlier:
            if row.retired_at is None:
                row.retired_at = timezone.now()
                row.save(update_fields=["retired_at"])
        row = MemberKeys(
            id=uuid4(),
            person_id=person,
            serial=serial,
            hpke_public=public.hpke,
            sign_public=public.sign,
        )
        _seal_private(row, private, unlocking)
        row.save(force_insert=True)
        # Sealed to the keys before: nobody can open them any more.
        InterruptedText.objects.filter(person=person).delete()
    return row, private


def rewrap_keys(actor: Actor, unlocking: Unlocking) -> None:
    """Seal the actor's same key pairs under another password's unlocking key.

    Same record, same serial, same keys: the chain has nothing to know. Called inside the caller's
    transaction; whoever took the keys over meanwhile (a reset) makes it fail.
    """
    private = private_keys(actor)
    row = MemberKeys.objects.select_for_update().filter(person_id=actor.person, retired_at=None)
    found = row.first()
    if found is None or actor.keys is None or found.id != actor.keys.keys:
        raise KeysMissing("keys_replaced")
    _seal_private(found, private, unlocking)
    found.save(update_fields=_SEALED)


def _seal_private(row: MemberKeys, private: PrivateKeys, unlocking: Unlocking) -> None:
    binding = unsealing.private_binding(row.person_id, row.serial)
    row.sealed_private = seal(unlocking.key, private.bundle, binding)
    row.salt, row.pepper = unlocking.salt, unlocking.pepper
    row.argon2_memory = unlocking.cost.memory
    row.argon2_iterations = unlocking.cost.iterations
    row.argon2_lanes = unlocking.cost.lanes
    row.commitment = commitment(
        unlocking.key, container=row.person_id, scope=row.id, generation=row.serial
    )
    pepper.remember()


def _is_stale(row: MemberKeys) -> bool:
    """Whether the record was made at another cost or under another pepper than new ones are."""
    cost = passwords.Cost(row.argon2_memory, row.argon2_iterations, row.argon2_lanes)
    return cost != passwords.Cost.current() or row.pepper != pepper.current()


def public_keys(row: MemberKeys) -> PublicKeys:
    """The public halves a row claims; the chain, not the row, says whether they are believed."""
    return PublicKeys(bytes(row.hpke_public), bytes(row.sign_public))


def begin_session(store: SessionStore, person: UUID, password: str) -> HeldKeys:
    """After the password: a pre-session of five minutes, which the gate refuses.

    A record made at another cost or under an earlier pepper is sealed anew at this moment, the only
    one at which the password is there. Raises `passwords.Busy`, `KeysMissing` or `SecrecyError`.
    """
    row = live_keys(person)
    private = unsealing.open_with_password(row, password)
    if _is_stale(row):
        unlocking = Unlocking.of(password)
        with transaction.atomic():
            # Only over the very record that was opened: a password changed meanwhile stays.
            same = MemberKeys.objects.select_for_update().filter(id=row.id, retired_at=None)
            now = same.first()
            if now is not None and hmac.compare_digest(bytes(now.salt), bytes(row.salt)):
                _seal_private(now, private, unlocking)
                now.save(update_fields=_SEALED)
    return store.hold(private, person=person, keys=row.id, second_factor=False)


def finish_session(store: SessionStore) -> HeldKeys:
    """After the second factor: new ids, new second cookie, and the gate may be asked."""
    held = store.held_keys()
    if held is None:
        raise Refused(Refusal.NOT_SIGNED_IN)
    private = unsealing.open_held(held)
    return store.hold(private, person=held.person, keys=held.keys, second_factor=True)


def opens(held: HeldKeys) -> bool:
    """Whether the second cookie is the one this session's keys were sealed under."""
    try:
        unsealing.open_held(held)
    except SecrecyError:
        return False
    return True


def confirm_password(actor: Actor, password: str) -> bool:
    """Ask the password again: admissions, removals and signatures do (design 3, “Sessions”)."""
    try:
        unsealing.open_with_password(live_keys(actor.person), password)
    except SecrecyError:
        return False
    return True


def held_for_command(person: UUID, password: str) -> HeldKeys:
    """The keys of a person who gave password and code to a command; in its memory only."""
    row = live_keys(person)
    private = unsealing.open_with_password(row, password)
    held = HeldKeys("command", person, row.id, b"", secrets.token_bytes(KEY_BYTES), True, private)
    held.sealed = seal(session_key(held.secret), private.bundle, held.binding())
    return held


def sign_statement(actor: Actor, message: bytes) -> tuple[UUID, bytes, bytes]:
    """Sign with the actor's own Ed25519 key: (key record, public half, signature)."""
    private = private_keys(actor)
    if actor.keys is None:
        raise Refused(Refusal.NOT_SIGNED_IN)
    return actor.keys.keys, private.public().sign, private.sign(message)
