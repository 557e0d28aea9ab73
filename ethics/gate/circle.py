"""Founding a concertation's keys, admitting and removing people: statements of the chain."""

import hmac
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import DetailValue, Event, Subject
from audit.names import PLATFORM, concertation_ledger
from audit.record import append, ensure_ledger, record_now
from ethics.gate import keyring, rotation
from ethics.gate.actor import Actor
from ethics.gate.alarms import chain_watched
from ethics.gate.read import fetch_standing
from ethics.gate.refusals import Refused, refuse
from ethics.gate.unlock import live_keys, public_keys
from ethics.policy import Act, Refusal, decide
from ethics.secrecy import chain, sealing
from ethics.secrecy.keys import PrivateKeys, PublicKeys
from ethics.secrecy.models import GenerationWrap, Recipient, ScopeWrap
from ethics.secrecy.session import end_sessions
from ethics.secrecy.suites import commitment


class WrongDigits(Exception):
    """The digits heard are not those of the keys on record: someone else's, or a typing mistake."""


class KeysTaken(Exception):
    """This concertation already has its keys."""


@dataclass(frozen=True, slots=True)
class Founded:
    """What a genesis made: its hash stands on the recovery sheet and in the platform's ledger."""

    genesis: bytes


def found(actor: Actor, place: chain.Place, recovery: bytes) -> Founded:
    """Make generation 1 and sign the genesis: the concertation may hold situations from here on.

    The caller has checked that the actor is the first coordinator. Raises `KeysTaken`.
    """
    concertation = needed(actor)
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
            event(actor, Verb.GENESIS, place, genesis=after.genesis.hex()),
        )
    # The platform's ledger is never nested in another's lock.
    ensure_ledger(PLATFORM)
    record_now(
        PLATFORM,
        event(actor, Verb.GENESIS, place, genesis=after.genesis.hex()),
    )
    return Founded(after.genesis)


def digits(actor: Actor) -> str:
    """The twenty digits a newcomer reads aloud, computed from their own unlocked keys."""
    return keyring.private_keys(actor).public().digits(actor.person, needed(actor))


def admit(actor: Actor, person: UUID, place: chain.Place, heard: str) -> None:
    """Admit a newcomer whose digits were heard: sign the statement, seal the key to them.

    The digits come from the newcomer's unlocked keys, the comparison from the keys on record: a
    public key planted in between does not match. A member's second place goes with the keys the
    chain knows, whatever the row says by now. Raises `WrongDigits`, `Refused`, `ChainBroken`.
    """
    concertation = needed(actor)
    state = state_for(actor, Act.ADMIT, Verb.ADMITTED)
    row = live_keys(person)
    known = state.members.get(person)
    if known is not None and known.keys == row.id:
        public = known.public
    else:
        public = public_keys(row)
        check_heard(heard, public, person, concertation)
    private = keyring.private_keys(actor)
    body = chain.member_body(person, row.id, public, place)
    with chain_watched(actor), transaction.atomic():
        state = chain.lock(concertation)
        statement, after = chain.make_statement(state, "admission", actor.person, private, body)
        statement.save()
        if after.members[person].holds_key:
            rotation.seal_generations(
                actor, after, public=public.hpke, holder=row.id, person=person
            )
        append(
            concertation_ledger(concertation),
            event(actor, Verb.ADMITTED, place, person=person),
        )


def check_heard(heard: str, public: PublicKeys, person: UUID, concertation: UUID) -> None:
    """Compare the digits heard with those of public keys; raises `WrongDigits`."""
    typed = "".join(each for each in heard if each.isdigit())
    if not hmac.compare_digest(typed.encode(), public.digits(person, concertation).encode()):
        raise WrongDigits


def remove(actor: Actor, person: UUID, participation: UUID) -> bool:
    """Sign a person's place away; their copies of keys go, their sessions end.

    What they could read can't be taken back; nothing written from now on opens with what they
    kept: when they held the concertation's key it is renewed in the same transaction, else the
    situations they had copies of get a new key at the next write. Leaving by oneself is open to
    everyone, and renews nothing: who leaves must not make the next key. Gives whether a renewal is
    still due.
    """
    concertation = needed(actor)
    leaving = actor.person == person
    state = _chain_of(actor) if leaving else state_for(actor, Act.REMOVE, Verb.REMOVED)
    place = state.place(person, participation)
    due = False
    if place is not None:
        renews = not leaving and rotation.holds_keys(actor)
        unopened: rotation.Unopened = {}
        private = keyring.private_keys(actor)
        with chain_watched(actor), transaction.atomic():
            state = rotation.lock_all(actor)
            body = {"person": str(person), "participation": str(participation)}
            statement, after = chain.make_statement(state, "removal", actor.person, private, body)
            statement.save()
            append(
                concertation_ledger(concertation),
                event(actor, Verb.REMOVED, place, person=person),
            )
            due = _take_back(actor, state, after, person, renews=renews, unopened=unopened)
        rotation.tell_unopened(actor, unopened)
    end_sessions(person)
    return due


def change_role(actor: Actor, person: UUID, place: chain.Place) -> bool:
    """Sign what a member is from now on; the keys follow the role, up or down.

    Gives whether a renewal is still due. Raises `Refused`, `ChainBroken` or `SecrecyError`.
    """
    concertation = needed(actor)
    state_for(actor, Act.CHANGE_ROLE, Verb.ROLE_CHANGED)
    renews = rotation.holds_keys(actor)
    private = keyring.private_keys(actor)
    unopened: rotation.Unopened = {}
    body = {"person": str(person), "place": place.body()}
    with chain_watched(actor), transaction.atomic():
        state = rotation.lock_all(actor)
        statement, after = chain.make_statement(state, "role", actor.person, private, body)
        statement.save()
        append(
            concertation_ledger(concertation),
            event(actor, Verb.ROLE_CHANGED, place, person=person),
        )
        member = after.members[person]
        if member.holds_key:
            rotation.seal_generations(
                actor, after, public=member.public.hpke, holder=member.keys, person=person
            )
        due = _take_back(actor, state, after, person, renews=renews, unopened=unopened)
    rotation.tell_unopened(actor, unopened)
    return due


def _take_back(
    actor: Actor,
    before: chain.ChainState,
    after: chain.ChainState,
    person: UUID,
    *,
    renews: bool,
    unopened: rotation.Unopened,
) -> bool:
    """After a removal or a change of role: take copies of keys away; whether a renewal is due."""
    was, now = before.members[person], after.members.get(person)
    others = ScopeWrap.objects.filter(key=OuterRef("key")).exclude(kind=Recipient.MEMBER)
    copies = ScopeWrap.objects.filter(
        # Not the copies of drafts: nobody else ever held those keys.
        Exists(others),
        kind=Recipient.MEMBER,
        recipient=was.keys,
        key__container__concertation=after.concertation,
    )
    touched: set[UUID] = set()
    if now is None:
        touched = set(copies.values_list("key__container", flat=True))
        copies.delete()
    if not was.holds_key or (now is not None and now.holds_key):
        if renews:
            rotation.carry_over(actor, after, touched, unopened)
        return bool(touched) and not renews
    GenerationWrap.objects.filter(concertation=after.concertation, person=person).delete()
    if renews:
        rotation.renew(actor, after, unopened)
    return not renews


def needed(actor: Actor) -> UUID:
    """The concertation the actor works in."""
    if actor.concertation is None:
        raise Refused(Refusal.NO_PARTICIPATION)
    return actor.concertation


def state_for(actor: Actor, act: Act, verb: Verb) -> chain.ChainState:
    """The chain, once the policy granted the act; a refusal is recorded and raised."""
    with chain_watched(actor):
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
    return _chain_of(actor)


def _chain_of(actor: Actor) -> chain.ChainState:
    with chain_watched(actor):
        return keyring.chain_state(actor)


def event(
    actor: Actor,
    verb: Verb,
    place: chain.Place | None,
    *,
    person: UUID | None = None,
    **details: DetailValue,
) -> Event:
    """An event of membership or keys, about a person and their place."""
    subjects = [Subject(SubjectKind.PERSON, person or actor.person)]
    if place is not None:
        subjects.append(Subject(SubjectKind.PARTICIPATION, place.participation))
    return Event(
        verb=verb,
        actor=actor.person,
        organisation=actor.organisation,
        purpose=Purpose.ADMINISTRATION,
        subjects=tuple(subjects),
        request_id=actor.request_id,
        details=details,
    )
