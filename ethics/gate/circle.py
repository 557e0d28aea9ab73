"""Founding a concertation's keys, admitting and removing people: statements of the chain."""

import hmac
import secrets
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import transaction

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Event, Subject
from audit.names import PLATFORM, concertation_ledger
from audit.record import append, ensure_ledger, record_now
from ethics.gate import keyring
from ethics.gate.actor import Actor
from ethics.gate.alarms import chain_alarm
from ethics.gate.read import fetch_standing
from ethics.gate.refusals import Refused, refuse
from ethics.gate.unlock import live_keys, public_keys
from ethics.policy import Act, Refusal, decide
from ethics.secrecy import chain, sealing, unsealing
from ethics.secrecy.keys import PrivateKeys
from ethics.secrecy.models import GenerationWrap
from ethics.secrecy.session import SessionStore, end_sessions
from ethics.secrecy.suites import KEY_BYTES, SecrecyError, bind, commitment

# Crockford's base32: no I, L, O, U, so that a printed key is read back without doubt.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUP: Final = 4
_GROUPS: Final = 13


class WrongDigits(Exception):
    """The digits heard are not those of the keys on record: someone else's, or a typing mistake."""


class KeysTaken(Exception):
    """This concertation already has its keys."""


def new_recovery_key(store: SessionStore) -> bytes:
    """Make a recovery key and keep it, sealed under the founder's own session, until it was
    copied down and its groups retyped."""
    key = secrets.token_bytes(KEY_BYTES)
    held = store.held_keys()
    if held is None or not held.second_factor:
        raise Refused(Refusal.NO_SECOND_FACTOR)
    private = unsealing.open_held(held)
    store["recovery"] = sealing.seal(private.pins_key(), key, _pending(held.person)).hex()
    return key


def pending_recovery_key(store: SessionStore) -> bytes | None:
    """The recovery key that waits to be retyped in this session."""
    held, value = store.held_keys(), store.get("recovery")
    if held is None or not held.second_factor or not value:
        return None
    private = unsealing.open_held(held)
    return unsealing.unseal(private.pins_key(), bytes.fromhex(value), _pending(held.person))


def _pending(person: UUID) -> bytes:
    return bind("concertation/pending-recovery/1", person)


def recovery_groups(key: bytes) -> list[str]:
    """A recovery key as thirteen printed groups of four; the last digits are a check."""
    number = int.from_bytes(key) << 4
    number |= number % 13
    text = ""
    for _ in range(_GROUPS * GROUP):
        number, digit = divmod(number, 32)
        text = ALPHABET[digit] + text
    return [text[at : at + GROUP] for at in range(0, len(text), GROUP)]


@dataclass(frozen=True, slots=True)
class Founded:
    """What a genesis made: its hash stands on the recovery sheet and in the platform's ledger."""

    genesis: bytes


def found(actor: Actor, place: chain.Place, recovery: bytes) -> Founded:
    """Make generation 1 and sign the genesis: the concertation may hold situations from here on.

    The caller has checked that the actor is the first coordinator. Raises `KeysTaken`.
    """
    concertation = _needed(actor)
    private = keyring.private_keys(actor)
    if actor.keys is None:
        raise Refused(Refusal.NOT_SIGNED_IN)
    before = chain.state(concertation)
    if before.length:
        raise KeysTaken
    key = sealing.new_key()
    rescue = PrivateKeys.derived(recovery, "recovery").public()
    inbox = PrivateKeys.derived(key, "inbox").public()
    body = {
        "founder": chain.member_body(actor.person, actor.keys.keys, private.public(), place),
        "generation": chain.generation_body(
            1,
            commitment(key, container=concertation, scope=concertation, generation=1),
            inbox.hpke,
        ),
        "recovery": chain.recovery_body(rescue),
    }
    row, after = chain.make_statement(before, "genesis", actor.person, private, body)
    signer = (actor.keys.keys, private)
    with transaction.atomic():
        ensure_ledger(concertation_ledger(concertation))
        row.save()
        for public, holder, person in (
            (private.public().hpke, actor.keys.keys, actor.person),
            (rescue.hpke, None, None),
        ):
            sealing.wrap_generation(
                concertation, 1, key, public=public, holder=holder, person=person, signer=signer
            ).save()
        append(
            concertation_ledger(concertation),
            _event(actor, Verb.GENESIS, place, genesis=after.genesis.hex()),
        )
    # The platform's ledger is never nested in another's lock.
    ensure_ledger(PLATFORM)
    record_now(
        PLATFORM,
        _event(actor, Verb.GENESIS, place, genesis=after.genesis.hex()),
    )
    return Founded(after.genesis)


def digits(actor: Actor) -> str:
    """The twenty digits a newcomer reads aloud, computed from their own unlocked keys."""
    return keyring.private_keys(actor).public().digits(actor.person, _needed(actor))


def admit(actor: Actor, person: UUID, place: chain.Place, heard: str) -> None:
    """Admit a newcomer whose digits were heard: sign the statement, seal the key to them.

    The digits come from the newcomer's unlocked keys, the comparison from the keys on record: a
    public key planted in between does not match. Raises `WrongDigits`, `Refused`, `ChainBroken`.
    """
    concertation = _needed(actor)
    state = _state_for(actor, Act.ADMIT, Verb.ADMITTED)
    row = live_keys(person)
    public = public_keys(row)
    known = state.members.get(person)
    if known is None or known.keys != row.id:
        typed = "".join(each for each in heard if each.isdigit())
        if not hmac.compare_digest(typed, public.digits(person, concertation)):
            raise WrongDigits
    private = keyring.private_keys(actor)
    body = chain.member_body(person, row.id, public, place)
    statement, after = chain.make_statement(state, "admission", actor.person, private, body)
    current = state.generation
    if current is None or actor.keys is None:
        raise SecrecyError("awaiting_keys")
    with transaction.atomic():
        statement.save()
        held = GenerationWrap.objects.filter(
            concertation=concertation, generation=current.number, holder=row.id
        )
        if after.members[person].holds_key and not held.exists():
            sealing.wrap_generation(
                concertation,
                current.number,
                keyring.concertation_key(actor, state, current.number),
                public=public.hpke,
                holder=row.id,
                person=person,
                signer=(actor.keys.keys, private),
            ).save()
        append(
            concertation_ledger(concertation),
            _event(actor, Verb.ADMITTED, place, person=person),
        )


def remove(actor: Actor, person: UUID, participation: UUID) -> None:
    """Sign a person's place away; their copies of the key go, their sessions end.

    What they could read can't be taken back; the key is renewed by rotation (design 3).
    """
    concertation = _needed(actor)
    act = Act.REMOVE
    state = _state_for(actor, act, Verb.REMOVED)
    place = state.place(person, participation)
    private = keyring.private_keys(actor)
    with transaction.atomic():
        if place is not None:
            body = {"person": str(person), "participation": str(participation)}
            statement, after = chain.make_statement(state, "removal", actor.person, private, body)
            statement.save()
            left = after.members.get(person)
            if left is None or not left.holds_key:
                GenerationWrap.objects.filter(concertation=concertation, person=person).delete()
            append(
                concertation_ledger(concertation),
                _event(actor, Verb.REMOVED, place, person=person),
            )
    end_sessions(person)


def _needed(actor: Actor) -> UUID:
    if actor.concertation is None:
        raise Refused(Refusal.NO_PARTICIPATION)
    return actor.concertation


def _state_for(actor: Actor, act: Act, verb: Verb) -> chain.ChainState:
    facts = fetch_standing(actor, fresh=True)
    decision = decide(act, facts.person)
    if not decision.granted:
        raise refuse(
            actor,
            decision.refusal or Refusal.ROLE,
            verb=verb,
            concertation=actor.concertation,
            purpose=Purpose.ADMINISTRATION,
        )
    try:
        return keyring.chain_state(actor)
    except chain.ChainBroken as error:
        raise chain_alarm(actor, error) from None


def _event(
    actor: Actor, verb: Verb, place: chain.Place, *, person: UUID | None = None, genesis: str = ""
) -> Event:
    return Event(
        verb=verb,
        actor=actor.person,
        organisation=actor.organisation,
        purpose=Purpose.ADMINISTRATION,
        subjects=(
            Subject(SubjectKind.PERSON, person or actor.person),
            Subject(SubjectKind.PARTICIPATION, place.participation),
        ),
        request_id=actor.request_id,
        details={"genesis": genesis} if genesis else {},
    )
