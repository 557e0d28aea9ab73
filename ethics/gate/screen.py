"""The shared screen of a meeting: what is shown there is what every person present may see.

The gate asks its provider who is in the room, decides for each of them as it would for a reader,
and keeps what all were granted. Each person present gets an event of their own, committed before
anything is opened: shown on the screen counts as disclosed (design 1, “In session”).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from uuid import UUID

from audit import reading as ledger
from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Event, Subject
from audit.record import record_many_now
from ethics.gate import keyring
from ethics.gate.actor import Actor
from ethics.gate.alarms import chain_watched
from ethics.gate.facts import Outsider, Present, Standing, provider, standing_facts
from ethics.gate.read import (
    Revelation,
    _groups,
    _is_theirs,
    _open,
    fetch_standing,
    subject_facts,
)
from ethics.gate.refusals import ledger_of, refuse
from ethics.policy import Act, Decision, FieldGroup, Refusal, decide
from ethics.policy_facts import PersonFacts, SubjectFacts
from ethics.secrecy.chain import ChainState
from ethics.secrecy.fields import SealedRecord


@dataclass(frozen=True, slots=True)
class Screen:
    """What stands on the screen, and who would have to leave for the whole to be shown."""

    opened: Revelation = field(default_factory=lambda: Revelation({}))
    # Of the people present: who may not see all that the coordinator may.
    withheld_for: tuple[UUID, ...] = ()
    nobody_present: bool = False

    def shows(self, situation: UUID, group: FieldGroup) -> bool:
        """Whether a group of the situation is on the screen."""
        return self.opened.may_see(situation, group)


@dataclass(frozen=True, slots=True)
class _Seat:
    """One person, what they are granted, and which actions where it isn't all of them."""

    present: Present
    standing: Standing
    decision: Decision
    actions: frozenset[UUID] | None


def show_on_screen(
    actor: Actor,
    *,
    situation: UUID,
    meeting: UUID,
    records: Sequence[SealedRecord],
    fields: Mapping[str, Collection[str]] | None = None,
) -> Screen:
    """Open for the room what all of it may see, recorded first, once for each person and group.

    Only the coordinator puts something on the screen; what they may not read themselves is refused,
    and recorded. Where the people present have nothing in common, nothing is opened and nobody was
    shown anything: the page says who would have to leave. Raises `Refused`.
    """
    groups = _groups(records, fields)
    with chain_watched(actor):
        facts = fetch_standing(actor)
        state = keyring.chain_state(actor)
    mine = subject_facts(actor, (situation,)).get(situation)
    own = decide(Act.READ, facts.person, mine, groups)
    runs = decide(Act.PLAN_MEETING, facts.person)
    if not (own.granted and runs.granted):
        raise refuse(
            actor,
            own.refusal or runs.refusal or Refusal.ROLE,
            verb=Verb.SHOWN_ON_SCREEN,
            concertation=actor.concertation,
            purpose=Purpose.MEETING,
            subjects=(situation,),
        )
    present = provider().present(_circle(actor), meeting)
    seats = [_seat(actor, each, state, situation, groups) for each in present]
    common = reduce(lambda one, seat: one & seat.decision.groups, seats, own.groups)
    narrowed = tuple(
        seat.present.number
        for seat in seats
        if seat.decision.groups < own.groups or seat.actions is not None
    )
    outsiders = provider().without_account(_circle(actor), meeting)
    # Without an account one is shown what the room is shown, or, not bound by secrecy, nothing:
    # no right of theirs could say what else.
    narrowed += tuple(each.number for each in outsiders if not each.bound)
    unbound = any(not each.bound for each in outsiders)
    if not seats or unbound or not common - {FieldGroup.FRAME}:
        return Screen(withheld_for=narrowed, nobody_present=not seats)
    _record(actor, facts, own, seats, outsiders, situation, meeting, common)
    actions: frozenset[UUID] | None = None
    for seat in seats:
        if seat.actions is not None:
            actions = seat.actions if actions is None else actions & seat.actions
    shown = [each for each in records if each.container == situation and _is_theirs(each, actions)]
    granted = {situation: common}
    return Screen(Revelation(granted, _open(actor, state, shown, granted, fields)), narrowed)


def _circle(actor: Actor) -> UUID:
    if actor.concertation is None:
        raise refuse(actor, Refusal.NO_PARTICIPATION, verb=Verb.SHOWN_ON_SCREEN, concertation=None)
    return actor.concertation


def _seat(
    actor: Actor,
    present: Present,
    state: ChainState,
    situation: UUID,
    groups: frozenset[FieldGroup],
) -> _Seat:
    """What one person in the room may see. They are before the coordinator's eyes: that stands for
    the second factor, and the chain for their place; everything else is as for a reader."""
    them = Actor(present.person, present.number, actor.concertation, present.organisation)
    found = standing_facts(them, state)
    known = state.place(present.person, present.number) is not None
    person = replace(found.person, second_factor=True, in_chain=known)
    about = provider().subjects(them, [situation]).get(situation)
    decision = decide(Act.READ, person, about, groups)
    return _Seat(
        present,
        replace(found, person=person),
        decision,
        _only_addressed(decision, person, about, groups),
    )


def _only_addressed(
    decision: Decision,
    person: PersonFacts,
    about: SubjectFacts | None,
    groups: frozenset[FieldGroup],
) -> frozenset[UUID] | None:
    if about is None or not about.addressed_to or FieldGroup.ACTIONS not in decision.groups:
        return None
    without = decide(Act.READ, person, replace(about, addressed_to=frozenset()), groups)
    return None if FieldGroup.ACTIONS in without.groups else about.addressed_to


def _record(
    actor: Actor,
    facts: Standing,
    own: Decision,
    seats: Iterable[_Seat],
    outsiders: Iterable[Outsider],
    situation: UUID,
    meeting: UUID,
    groups: frozenset[FieldGroup],
) -> None:
    """The coordinator's reading, and a disclosure for everyone it is new to."""
    name = ledger_of(actor.concertation)
    told = ledger.shown_on_screen(name, meeting, situation)
    words = tuple(sorted(str(group) for group in groups))
    about = (Subject(SubjectKind.SITUATION, situation),)
    events = [
        Event(
            verb=Verb.READ,
            actor=actor.person,
            organisation=actor.organisation,
            role=str(own.role) if own.role else "",
            purpose=Purpose.MEETING,
            subjects=about,
            field_groups=words,
            meeting=meeting,
            charter_version=facts.charter_version,
            request_id=actor.request_id,
        )
    ]
    events += [
        Event(
            verb=Verb.SHOWN_ON_SCREEN,
            actor=seat.present.person,
            organisation=seat.present.organisation,
            role=str(seat.decision.role) if seat.decision.role else "",
            purpose=Purpose.MEETING,
            subjects=about,
            field_groups=words,
            meeting=meeting,
            present=(seat.present.number,),
            charter_version=seat.standing.charter_version,
            request_id=actor.request_id,
        )
        for seat in seats
        if not set(words) <= told.get(seat.present.number, frozenset())
    ]
    events += [
        Event(
            verb=Verb.SHOWN_ON_SCREEN,
            purpose=Purpose.MEETING,
            subjects=(*about, Subject(SubjectKind.WITHOUT_ACCOUNT, each.number)),
            field_groups=words,
            meeting=meeting,
            present=(each.number,),
            request_id=actor.request_id,
        )
        for each in outsiders
        if not set(words) <= told.get(each.number, frozenset())
    ]
    record_many_now(name, events)
