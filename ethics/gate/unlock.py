"""Passwords to keys, and sessions that carry them."""

import secrets
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from ethics.gate.actor import Actor
from ethics.gate.keyring import private_keys
from ethics.gate.refusals import Refused
from ethics.policy import Refusal
from ethics.secrecy import passwords, pepper, unsealing
from ethics.secrecy.keys import HeldKeys, PrivateKeys, PublicKeys, session_key
from ethics.secrecy.models import MemberKeys
from ethics.secrecy.sealing import seal
from ethics.secrecy.session import SessionStore
from ethics.secrecy.suites import KEY_BYTES, SecrecyError, commitment


class KeysMissing(SecrecyError):
    """This account has no keys yet: its invitation was never used."""


def live_keys(person: UUID) -> MemberKeys:
    """The key record a person uses now; raises `KeysMissing`."""
    row = MemberKeys.objects.filter(person_id=person, retired_at=None).first()
    if row is None:
        raise KeysMissing("no_member_keys")
    return row


def make_member_keys(person: UUID, password: str) -> tuple[MemberKeys, PrivateKeys]:
    """Make a person's key pairs at their first password, sealed under its unlocking key.

    Keys made before are retired, not deleted: what they signed stays verifiable.
    """
    private = PrivateKeys.make()
    public = private.public()
    cost, salt, number = passwords.Cost.current(), secrets.token_bytes(16), uuid4()
    # Before the transaction: it may wait for its turn, and would hold SQLite's lock meanwhile.
    unlocking = passwords.stretch(
        password, salt=salt, cost=cost, pepper_id=pepper.current(), purpose="unlock"
    )
    with transaction.atomic():
        earlier = MemberKeys.objects.select_for_update().filter(person_id=person)
        serial = len(earlier) + 1
        for row in earlier:
            if row.retired_at is None:
                row.retired_at = timezone.now()
                row.save(update_fields=["retired_at"])
        pepper.remember()
        row = MemberKeys.objects.create(
            id=number,
            person_id=person,
            serial=serial,
            hpke_public=public.hpke,
            sign_public=public.sign,
            sealed_private=seal(
                unlocking, private.bundle, unsealing.private_binding(person, serial)
            ),
            salt=salt,
            argon2_memory=cost.memory,
            argon2_iterations=cost.iterations,
            argon2_lanes=cost.lanes,
            pepper=pepper.current(),
            commitment=commitment(unlocking, container=person, scope=number, generation=serial),
        )
    return row, private


def public_keys(row: MemberKeys) -> PublicKeys:
    """The public halves a row claims; the chain, not the row, says whether they are believed."""
    return PublicKeys(bytes(row.hpke_public), bytes(row.sign_public))


def begin_session(store: SessionStore, person: UUID, password: str) -> HeldKeys:
    """After the password: a pre-session of five minutes, which the gate refuses.

    Raises `passwords.Busy`, `KeysMissing` or `SecrecyError`.
    """
    row = live_keys(person)
    private = unsealing.open_with_password(row, password)
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
