"""A meeting in session as its coordinator shows it, and as others follow it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone

from audit.enums import Purpose
from concertation.meetings.clock import SECONDS, Clock, stood
from concertation.meetings.entries import Entry, entries_of
from concertation.meetings.enums import ItemKind, ItemState, MeetingState, Presence, Reason
from concertation.meetings.errors import MeetingDayOver
from concertation.meetings.models import AgendaItem, Meeting
from concertation.meetings.reading import (
    Attendee,
    MeetingLine,
    attendees,
    place_of,
    rows_of,
    to_complete,
    unknown,
)
from concertation.meetings.reading_agenda import AgendaView, Line, agenda
from concertation.meetings.reading_notes import Notes, notes_for, notes_on_screen, written
from concertation.meetings.room import in_the_room, places_in
from concertation.situations import reading as situations
from concertation.situations.enums import AGREED_ACTION_STATES
from concertation.situations.models import AgreedAction
from ethics import gate
from ethics.policy import Act

# Without an earlier meeting, what is new looks back four weeks.
LOOK_BACK: Final = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the strip: what it is, and what became of it."""

    line: Line
    used_minutes: int
    current: bool

    @property
    def done(self) -> bool:
        """Whether the group has been there."""
        return self.line.state in {ItemState.DISCUSSED, ItemState.NOT_DISCUSSED}

    @property
    def not_discussed(self) -> bool:
        """Whether it was put aside."""
        return self.line.state == ItemState.NOT_DISCUSSED


@dataclass(frozen=True, slots=True)
class Hour:
    """What the coordinator's and everybody else's page have in common."""

    meeting: MeetingLine
    paused: bool
    clock: Clock
    points: tuple[Point, ...]
    point_clock: Clock | None
    stamp: str

    @property
    def current(self) -> Point | None:
        """The point on the screen."""
        return next((each for each in self.points if each.current), None)

    @property
    def place(self) -> str:
        """Where the meeting stands: its state, a pause, the point. A page elsewhere compares it."""
        number = self.current.line.number if self.current else ""
        return f"{self.meeting.state}-{'paused' if self.paused else 'on'}-{number}"

    @property
    def following(self) -> Point | None:
        """The next point that waits, after the one on the screen."""
        waiting = [each for each in self.points if not each.done and not each.current]
        places = [place for place, each in enumerate(self.points) if each.current]
        after = [each for each in waiting if places and self.points.index(each) > places[0]]
        return next(iter(after or waiting), None)

    @property
    def carried(self) -> tuple[Point, ...]:
        """What the group has not reached."""
        return tuple(
            each
            for each in self.points
            if not each.current and (not each.done or each.not_discussed)
        )


# Beside the words; on a telephone instead of them, so that a person takes one line.
PRESENCE_GLYPHS: Final = {
    Presence.PRESENT: "full-check",
    Presence.REMOTE: "screen",
    Presence.EXCUSED: "minus",
    Presence.ABSENT: "cross",
}


@dataclass(frozen=True, slots=True)
class Awaited:
    """A situation whose feedback is due, and who has told the group since the last meeting."""

    code: str
    situation: UUID
    people: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class LivePage:
    """The coordinator's page: the shared screen, and the hands behind it."""

    hour: Hour
    screen: situations.OnScreen | None
    # Who would have to leave for the whole point to be shown.
    withheld_for: tuple[Attendee, ...]
    seats: tuple[Attendee, ...]
    without_account: tuple[Entry, ...]
    # The feedback round goes through these.
    awaited: tuple[Awaited, ...]
    # What an intervision or a thematic concertation noted, as far as the whole room may see it.
    notes: Notes

    @property
    def in_room(self) -> tuple[Attendee, ...]:
        """Who is there now."""
        return tuple(each for each in self.seats if each.came and each.left_at is None)

    @property
    def shown_to(self) -> int:
        """How many people what stands on the screen is laid open to."""
        outside = sum(1 for each in self.without_account if each.left_at is None)
        return len(self.in_room) + outside

    @property
    def counts(self) -> tuple[tuple[str, int, str], ...]:
        """How many attend in which way: the word, the number, and the shape of its button."""
        return tuple(
            (str(each.label), sum(1 for seat in self.seats if seat.presence == each), shape)
            for each, shape in PRESENCE_GLYPHS.items()
        )


@dataclass(frozen=True, slots=True)
class FollowPage:
    """Somebody's own device: the same point, by their own rights."""

    hour: Hour
    sheet: situations.ScreenSheet | None
    reserved: bool
    present: bool
    # “Another situation” of theirs that waits for its text.
    to_complete: tuple[UUID, ...]
    notes: Notes


def live_page(actor: gate.Actor, number: UUID) -> LivePage:
    """The meeting as its coordinator runs it; the situation on the screen is recorded as shown to
    each person present. Raises `Refused`."""
    row = _running(actor, number, Act.PLAN_MEETING)
    found, view = _hour(actor, row)
    about = [point.line.situation for point in found.points if point.line.situation]
    room = gate.room(actor, row.id, about)
    found = _for_the_room(found, room)
    seats = attendees(actor, row.id, found.meeting.on)
    others = entries_of(row.id, signed=True)
    screen = None
    current = found.current
    if current and current.line.situation and not found.paused:
        screen = situations.on_screen(
            actor,
            current.line.situation,
            room=room,
            since=last_held(actor, row),
            day=opened_on(row),
        )
    missing = set(screen.withheld_for) if screen else set()
    return LivePage(
        hour=found,
        screen=screen,
        withheld_for=tuple(
            each for each in (*seats, *map(_as_attendee, others)) if each.participation in missing
        ),
        seats=seats,
        without_account=others,
        awaited=tuple(
            each
            for each in _awaited(view, last_held(actor, row), opened_on(row))
            if room.all_may_know(each.situation)
        )
        if current and current.line.kind == ItemKind.ROUND
        else (),
        notes=Notes() if found.paused else notes_on_screen(actor, row, room),
    )


def _as_attendee(each: Entry) -> Attendee:
    return Attendee(each.number, each.name, each.who, "")


def _for_the_room(hour: Hour, room: gate.Room) -> Hour:
    """The strip stands on the shared screen too: a code is there for everybody present, or not."""
    points = []
    for point in hour.points:
        line = point.line
        if line.situation and not room.all_may_know(line.situation):
            line = replace(line, code="", reserved=True)
        points.append(replace(point, line=line))
    return replace(hour, points=tuple(points))


def _awaited(view: AgendaView, since: date, day: date) -> tuple[Awaited, ...]:
    lines = {each.situation: each for each in view.items if each.reason == Reason.FEEDBACK}
    rows = (
        AgreedAction.objects.filter(
            situation__in=[number for number in lines if number],
            state__in=AGREED_ACTION_STATES,
            agreed_on__lt=day,
        )
        .annotate(told_on=situations.told_on())
        .order_by("due_on", "id")
    )
    people: dict[UUID, dict[str, bool]] = {}
    for row in rows.select_related("owner__organisation"):
        told = people.setdefault(row.situation_id, {})
        who = row.owner.organisation.name
        told[who] = told.get(who, True) and not situations.owes(row, since)
    return tuple(
        Awaited(each.code, number, tuple(people.get(number, {}).items()))
        for number, each in lines.items()
        if number is not None
    )


def follow_page(actor: gate.Actor, number: UUID) -> FollowPage:
    """The meeting as anybody of the circle follows it, by their own rights. Raises `Refused`."""
    row = _running(actor, number, Act.READ_MEETINGS)
    found, _view = _hour(actor, row)
    current = found.current
    sheet = None
    if current and current.line.situation and not found.paused:
        sheet = situations.on_own_screen(
            actor,
            current.line.situation,
            meeting=row.id,
            since=last_held(actor, row),
            day=opened_on(row),
        )
    return FollowPage(
        hour=found,
        sheet=sheet,
        reserved=bool(
            current and current.line.kind == ItemKind.SITUATION and not sheet and not found.paused
        ),
        present=is_present(actor, row.id),
        to_complete=to_complete(actor, row.id),
        notes=notes_for(actor, row) if row.opened_at and not found.paused else Notes(),
    )


def is_present(actor: gate.Actor, meeting: UUID) -> bool:
    """Whether this person is in the room, by the one function that says so."""
    return place_of(actor) in places_in(in_the_room(meeting))


def stamp(actor: gate.Actor, number: UUID) -> str:
    """What a poll answers: a number that changes with what is shown. No text, and no event: it
    tells nothing that the page asking doesn't show already. Raises `Refused`."""
    rows = Meeting.objects.filter(id=number, concertation=actor.concertation)
    row = rows.select_related("current__situation").first()
    if row is None:
        raise unknown(actor, number)
    gate.allow(actor, Act.READ_MEETINGS, purpose=Purpose.MEETING, record=False)
    return _stamp(row)


def situation_of(actor: gate.Actor, number: UUID, item: str) -> UUID:
    """The situation of a point of a meeting that goes on, for what is entered about it.

    By the point the page had: what is typed while the group goes on, or while the meeting closes,
    stays where it was meant. Raises `Refused`; `MeetingDayOver` from the day after its closing.
    """
    name = as_number(item)
    if name is None:
        raise unknown(actor, number)
    row = AgendaItem.objects.filter(
        id=name,
        meeting=number,
        meeting__concertation=actor.concertation,
        meeting__opened_at__isnull=False,
    ).first()
    if row is None or row.situation_id is None:
        raise unknown(actor, number)
    if not _takes_entries(row.meeting):
        raise MeetingDayOver(row.id)
    return row.situation_id


def _takes_entries(row: Meeting) -> bool:
    """While it runs, be it the day after, and until the end of the day it was closed."""
    ended = row.closed_at or row.opened_at
    running = row.state == MeetingState.IN_SESSION
    return running or (ended is not None and timezone.localdate(ended) == timezone.localdate())


def as_number(text: str) -> UUID | None:
    """A number as a page sends it; `None` for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _running(actor: gate.Actor, number: UUID, act: Act) -> Meeting:
    row = rows_of(actor).filter(id=number).first()
    if row is None:
        raise unknown(actor, number)
    # The event that lists the agenda's situations stands for the page.
    gate.allow(actor, act, purpose=Purpose.MEETING, record=False)
    return row


def _hour(actor: gate.Actor, row: Meeting) -> tuple[Hour, AgendaView]:
    line = MeetingLine.of(row)
    view = agenda(actor, row, line.on, proposes=False, with_people=False)
    if view is None:
        view = AgendaView((), (), (), row.planned_minutes, row.version, row.published_at)
    now = timezone.now()
    items = {item.id: item for item in row.items.all()}
    points = tuple(_point(each, items, row, now) for each in view.lines)
    on_it = items.get(row.current_id) if row.current_id else None
    hour = Hour(
        meeting=line,
        paused=row.paused_at is not None,
        clock=Clock(elapsed(row, now), row.planned_minutes * SECONDS, row.paused_at is None),
        points=points,
        point_clock=Clock(_used(on_it, now), on_it.minutes * SECONDS, on_it.shown_at is not None)
        if on_it
        else None,
        stamp=_stamp(row),
    )
    return hour, view


def elapsed(row: Meeting, now: datetime) -> int:
    """Seconds since the opening, pauses left out; of a meeting left open overnight, what its points
    took: the hours a closed laptop slept are nobody's."""
    if row.opened_at is None:
        return 0
    if opened_on(row) < timezone.localdate(now):
        return sum(_used(item, now) for item in row.items.all())
    end = row.paused_at or now
    return max(0, int((end - row.opened_at).total_seconds()) - row.paused_seconds)


def opened_on(row: Meeting) -> date:
    """The day it was opened; today while it isn't."""
    return timezone.localdate(row.opened_at) if row.opened_at else timezone.localdate()


def _point(line: Line, items: Mapping[UUID, AgendaItem], row: Meeting, now: datetime) -> Point:
    item = items.get(line.number) if line.number else None
    used = _used(item, now) // SECONDS if item else 0
    return Point(line, used, current=item is not None and item.id == row.current_id)


def _used(item: AgendaItem, now: datetime) -> int:
    return item.used_seconds + stood(item.shown_at, now, item.minutes)


def _stamp(row: Meeting) -> str:
    about = row.current.situation if row.current else None
    entered = int(about.last_entry_at.timestamp() * 1000) if about else 0
    return f"{row.version}-{entered or written(row)}"


def last_held(actor: gate.Actor, row: Meeting) -> date:
    """The day of the meeting before this one; without one, four weeks ago."""
    last = (
        Meeting.objects.filter(
            concertation=actor.concertation,
            state=MeetingState.CLOSED,
            starts_at__lt=row.starts_at,
        )
        .order_by("-starts_at")
        .values_list("starts_at", flat=True)
        .first()
    )
    return timezone.localtime(last).date() if last else timezone.localdate() - LOOK_BACK
