"""The shared screen of a meeting: what is shown there is what every person present may see.

The gate asks its provider who is in the room, decides for each of them as it would for a reader,
and keeps what all were granted. Each person present gets an event of their own, committed before
anything is opened: shown on the screen counts as disclosed (design 1, “In session”).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from audit import reading as ledger
from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Event, Subject
from audit.record import record_many_now
from ethics.gate import keyring
from ethics.gate.actor import Actor
from ethics.gate.alarms import chain_watched
from ethics.gate.facts import Outsider, Present, Standing, provider, standings_of
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
    """One person in the room, and what is true between them and situations."""

    present: Present
    standing: Standing
    about: Mapping[UUID, SubjectFacts]

    def decide(self, situation: UUID, groups: frozenset[FieldGroup]) -> Decision:
        """What they may read of a situation."""
        return decide(Act.READ, self.standing.person, self.about.get(situation), groups)

    def only_actions(
        self, situation: UUID, groups: frozenset[FieldGroup]
    ) -> frozenset[UUID] | None:
        """The actions they may see, where it is only those addressed to them; else `None`."""
        subject = self.about.get(situation)
        granted = self.decide(situation, groups).groups
        if subject is None or not subject.addressed_to or FieldGroup.ACTIONS not in granted:
            return None
        others = replace(subject, addressed_to=frozenset())
        without = decide(Act.READ, self.standing.person, others, groups)
        return None if FieldGroup.ACTIONS in without.groups else subject.addressed_to


@dataclass(frozen=True, slots=True)
class Room:
    """The people present at a meeting, as the gate found them for one page."""

    meeting: UUID
    _seats: tuple[_Seat, ...]
    _outsiders: tuple[Outsider, ...] = ()

    def all_may_know(self, situation: UUID) -> bool:
        """Whether everybody present may know that the situation is on the agenda: its code stands
        with whatever of it they may read."""
        groups = frozenset({FieldGroup.FRAME, FieldGroup.ACTIONS})
        return all(each.bound for each in self._outsiders) and all(
            seat.decide(situation, groups).granted for seat in self._seats
        )


def room(actor: Actor, meeting: UUID, situations: Iterable[UUID]) -> Room:
    """Who is in the room of a meeting, with their facts about these situations."""
    state = keyring.chain_state(actor)
    numbers = list(situations)
    present = provider().present(_circle(actor), meeting)
    outsiders = provider().without_account(_circle(actor), meeting)
    return Room(meeting, _seats(actor, present, state, numbers), tuple(outsiders))


def show_on_screen(
    actor: Actor,
    *,
    situation: UUID,
    room: Room,
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
    common, actions, narrowed = own.groups, None, []
    for seat in room._seats:
        theirs = seat.decide(situation, groups).groups
        few = seat.only_actions(situation, groups)
        common &= theirs
        if few is not None:
            actions = few if actions is None else actions & few
        if few is not None or theirs < own.groups:
            narrowed.append(seat.present.number)
    # Without an account one is shown what the room is shown, or, not bound by secrecy, nothing:
    # no right of theirs could say what else.
    unbound = [each.number for each in room._outsiders if not each.bound]
    narrowed += unbound
    if not room._seats or unbound or not common - {FieldGroup.FRAME}:
        return Screen(withheld_for=tuple(narrowed), nobody_present=not room._seats)
    _record(actor, facts, own, room, situation, common)
    shown = [each for each in records if each.container == situation and _is_theirs(each, actions)]
    granted = {situation: common}
    return Screen(Revelation(granted, _open(actor, state, shown, granted, fields)), tuple(narrowed))


def _circle(actor: Actor) -> UUID:
    if actor.concertation is None:
        raise refuse(actor, Refusal.NO_PARTICIPATION, verb=Verb.SHOWN_ON_SCREEN, concertation=None)
    return actor.concertation


def _seats(
    actor: Actor, room: Sequence[Present], state: ChainState, situations: Sequence[UUID]
) -> tuple[_Seat, ...]:
    """What is true of the people in the room. They are before the coordinator's eyes: that stands
    for the second factor, and the chain for their place; everything else is as for a reader."""
    people = [
        Actor(each.person, each.number, actor.concertation, each.organisation) for each in room
    ]
    standings = standings_of(people, state)
    about = provider().subjects(people, situations)
    seats = []
    for each in room:
        found = standings.get(each.number, Standing(PersonFacts()))
        known = state.place(each.person, each.number) is not None
        person = replace(found.person, second_factor=True, in_chain=known)
        seats.append(_Seat(each, replace(found, person=person), about.get(each.number, {})))
    return tuple(seats)


def _record(
    actor: Actor,
    facts: Standing,
    own: Decision,
    room: Room,
    situation: UUID,
    groups: frozenset[FieldGroup],
) -> None:
    """The coordinator's reading, and a disclosure for everyone it is new to."""
    name = ledger_of(actor.concertation)
    told = ledger.shown_on_screen(name, room.meeting, situation)
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
            meeting=room.meeting,
            charter_version=facts.charter_version,
            request_id=actor.request_id,
        )
    ]
    events += [
        Event(
            verb=Verb.SHOWN_ON_SCREEN,
            actor=seat.present.person,
            organisation=seat.present.organisation,
            role=str(seat.decide(situation, groups).role or ""),
            purpose=Purpose.MEETING,
            subjects=about,
            field_groups=words,
            meeting=room.meeting,
            present=(seat.present.number,),
            charter_version=seat.standing.charter_version,
            request_id=actor.request_id,
        )
        for seat in room._seats
        if not set(words) <= told.get(seat.present.number, frozenset())
    ]
    events += [
        Event(
            verb=Verb.SHOWN_ON_SCREEN,
            purpose=Purpose.MEETING,
            subjects=(*about, Subject(SubjectKind.WITHOUT_ACCOUNT, each.number)),
            field_groups=words,
            meeting=room.meeting,
            present=(each.number,),
            request_id=actor.request_id,
        )
        for each in room._outsiders
        if not set(words) <= told.get(each.number, frozenset())
    ]
    record_many_now(name, events)
