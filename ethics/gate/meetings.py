"""What an intervision or a thematic concertation leaves behind: sealed under the meeting's own key.

The container's number is the meeting's. The circle holds its key, and the gate opens it as it opens
everything: decided, the event committed, then opened (decision 43).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from audit import reading as ledger
from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Event, Subject
from audit.record import record_many_now
from ethics.gate import keyring, renewal
from ethics.gate.actor import Actor
from ethics.gate.alarms import chain_watched
from ethics.gate.read import Revelation, _open, allow, fetch_standing
from ethics.gate.refusals import ledger_of
from ethics.gate.screen import Room
from ethics.policy import Act, FieldGroup, decide
from ethics.secrecy import sealing
from ethics.secrecy.erasure import store
from ethics.secrecy.fields import SealedRecord
from ethics.secrecy.models import Container, ContainerKind

if TYPE_CHECKING:
    from ethics.gate.write import Pen

_GROUPS = frozenset({FieldGroup.TIMELINE, FieldGroup.ACTIONS})


@dataclass(frozen=True, slots=True)
class OnTheScreen:
    """What the room is shown of a meeting's notes; nothing, when one person may not see them."""

    opened: Revelation
    shown: bool


def open_notes(pen: "Pen", meeting: UUID) -> UUID:
    """The container of a meeting's notes, under its lock; made with its first note.

    The caller holds the meeting's row. A write that was refused leaves an erasure key behind and no
    container: the next one takes that key. What was erased isn't opened again.
    """
    if Container.objects.select_for_update().filter(id=meeting).exists():
        return meeting
    try:
        erasure = store.key(meeting)
    except store.ErasureKeyMissing:
        erasure = store.make_key(meeting)
    pen._current()
    Container.objects.create(
        id=meeting, kind=ContainerKind.MEETING, concertation=pen.actor.concertation
    )
    value, key = sealing.new_scope_key(meeting, meeting, 1)
    key.save()
    renewal.seal_to_circle(pen, key, value, erasure)
    pen._keys[(meeting, 1)] = value
    pen._writes[meeting] = 1
    return meeting


def reveal_notes(
    actor: Actor,
    *,
    records: Sequence[SealedRecord],
    meetings: Iterable[UUID],
    purpose: Purpose,
    fields: Mapping[str, Sequence[str]] | None = None,
) -> Revelation:
    """Open notes of these meetings for someone of the circle, recorded first.

    A record of any other container stays shut, whatever it says of itself. Raises `Refused`.
    """
    asked = tuple(dict.fromkeys(meetings))
    allow(
        actor,
        Act.NOTE_MEETING,
        purpose=purpose,
        subjects=tuple(Subject(SubjectKind.MEETING, number) for number in asked),
    )
    return _opened(actor, records, asked, fields)


def show_notes(actor: Actor, *, room: Room, records: Sequence[SealedRecord]) -> OnTheScreen:
    """Open a meeting's notes on the shared screen, when everybody in the room may read them.

    The coordinator's reading is recorded, and a disclosure for each person it is new to. With
    somebody who isn't of the circle in the room, nothing is opened. Raises `Refused`.
    """
    may = [decide(Act.NOTE_MEETING, seat.standing.person) for seat in room._seats]
    if not may or room._outsiders or not all(each.granted for each in may):
        allow(actor, Act.NOTE_MEETING, purpose=Purpose.MEETING, record=False)
        return OnTheScreen(Revelation({}), shown=False)
    if not records:
        return OnTheScreen(Revelation({}), shown=True)
    about = (Subject(SubjectKind.MEETING, room.meeting),)
    allow(actor, Act.NOTE_MEETING, purpose=Purpose.MEETING, subjects=about)
    with chain_watched(actor):
        fetch_standing(actor)
    name = ledger_of(actor.concertation)
    told = ledger.notes_shown(name, room.meeting)
    record_many_now(
        name,
        [
            Event(
                verb=Verb.SHOWN_ON_SCREEN,
                actor=seat.present.person,
                organisation=seat.present.organisation,
                role=str(decision.role or ""),
                purpose=Purpose.MEETING,
                subjects=about,
                meeting=room.meeting,
                present=(seat.present.number,),
                charter_version=seat.standing.charter_version,
                request_id=actor.request_id,
                details={"count": len(records)},
            )
            for seat, decision in zip(room._seats, may, strict=True)
            if told.get(seat.present.number, 0) < len(records)
        ],
    )
    return OnTheScreen(_opened(actor, records, (room.meeting,), None), shown=True)


def _opened(
    actor: Actor,
    records: Sequence[SealedRecord],
    meetings: Sequence[UUID],
    fields: Mapping[str, Sequence[str]] | None,
) -> Revelation:
    state = keyring.chain_state(actor)
    known: set[Any] = set(
        Container.objects.filter(
            id__in=meetings, kind=ContainerKind.MEETING, concertation=actor.concertation
        ).values_list("id", flat=True)
    )
    granted = dict.fromkeys(known, _GROUPS)
    inside = [each for each in records if each.container in granted]
    return Revelation(granted, _open(actor, state, inside, granted, fields))
