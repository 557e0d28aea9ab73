"""What an intervision or a thematic concertation noted, as the gate opens it for whoever reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Sum
from django.utils import timezone

from audit.enums import Purpose
from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import Participation
from concertation.meetings.enums import MeetingKind, NoteKind
from concertation.meetings.models import Meeting, MeetingNote
from concertation.meetings.reading import may_plan, unknown
from concertation.situations.enums import AGREED_ACTION_STATES, ActionState
from concertation.situations.models import acted_for
from concertation.situations.reading import Choice
from concertation.situations.reading.words import ACTION_GLYPHS, shown
from ethics import gate
from ethics.policy import Act
from ethics.roles import SecrecyStatus, may_hold_key


@dataclass(frozen=True, slots=True)
class NoteLine:
    """One note; an action with its owner, its date and what became of it."""

    number: UUID
    meeting: UUID
    met_on: date
    kind: str
    label: str
    by: str
    text: str
    result: str
    owner: str
    due_on: date | None
    state: str
    state_label: str
    glyph: str
    version: int
    mine: bool = False

    @property
    def open(self) -> bool:
        """An action that hasn't ended."""
        return self.state in AGREED_ACTION_STATES

    @property
    def result_typed(self) -> str:
        """What its owner had answered; never the sentence about a text that doesn't open, which a
        form would send back as an answer."""
        return "" if self.result == str(gate.UNOPENABLE) else self.result

    @property
    def overdue_days(self) -> int:
        """How long an open action is late."""
        if self.due_on is None or not self.open:
            return 0
        return max(0, (timezone.localdate() - self.due_on).days)


@dataclass(frozen=True, slots=True)
class Notes:
    """The notes of one meeting by kind, in its order; `shown` is no, when this reader (or somebody
    in the room) may not see them."""

    groups: tuple[tuple[str, tuple[NoteLine, ...]], ...] = ()
    shown: bool = True


def notes_for(actor: gate.Actor, meeting: Meeting) -> Notes:
    """A meeting's notes for whoever reads them; nothing is asked of a case concertation."""
    rows = _rows(meeting)
    if not rows:
        return Notes(shown=gate.may(actor, Act.NOTE_MEETING))
    if not gate.may(actor, Act.NOTE_MEETING):
        return Notes(shown=False)
    opened = gate.reveal_notes(actor, records=rows, meetings=[meeting.id], purpose=Purpose.MEETING)
    return Notes(_grouped(rows, opened))


def notes_on_screen(actor: gate.Actor, meeting: Meeting, room: gate.Room) -> Notes:
    """The same on the shared screen, for everybody in the room, or nothing."""
    rows = _rows(meeting)
    found = gate.show_notes(actor, room=room, records=rows)
    return Notes(_grouped(rows, found.opened) if found.shown else (), found.shown)


def collective_actions(actor: gate.Actor) -> tuple[NoteLine, ...]:
    """The open actions of thematic concertations: one's own, and all of them for the coordinator's
    follow-up; one event."""
    if not gate.may(actor, Act.NOTE_MEETING):
        return ()
    rows = MeetingNote.objects.filter(
        kind=NoteKind.ACTION,
        state__in=AGREED_ACTION_STATES,
        meeting__concertation=actor.concertation,
    )
    mine = set(rows.filter(acted_for(actor.participation)).values_list("id", flat=True))
    if not may_plan(actor):
        rows = rows.filter(id__in=mine)
    found = list(
        rows.select_related("meeting", "author__organisation", "owner__organisation").order_by(
            "due_on", "id"
        )
    )
    if not found:
        return ()
    opened = gate.reveal_notes(
        actor,
        records=found,
        meetings=[row.meeting_id for row in found],
        purpose=Purpose.MY_ACTION,
        fields={MeetingNote.SEALED_AS: ("text", "result")},
    )
    return tuple(_line(row, opened, mine=row.id in mine) for row in found)


def collective_action(actor: gate.Actor, meeting: UUID, number: UUID) -> NoteLine:
    """One action, for whoever answers for it: its owner, or the coordinator. Raises `Refused`."""
    rows = MeetingNote.objects.filter(
        id=number, kind=NoteKind.ACTION, meeting=meeting, meeting__concertation=actor.concertation
    )
    mine = rows.filter(acted_for(actor.participation)).exists()
    row = rows.select_related("meeting", "author__organisation", "owner__organisation").first()
    if row is None or not (mine or may_plan(actor)):
        raise unknown(actor, meeting)
    opened = gate.reveal_notes(
        actor, records=[row], meetings=[row.meeting_id], purpose=Purpose.MY_ACTION
    )
    return _line(row, opened, mine=mine)


def owners(actor: gate.Actor) -> tuple[Choice, ...]:
    """Who may own an action for several: whoever can read it."""
    rows = Participation.objects.filter(
        concertation=actor.concertation, state=ParticipationState.ADMITTED
    ).select_related("organisation", "person")
    return tuple(
        Choice(row.id, f"{row.organisation.name}, {row.person.name}", True)
        for row in rows
        if row.is_current() and reads_notes(row)
    )


def reads_notes(place: Participation) -> bool:
    """Whether somebody with this place can open what such a meeting notes."""
    return may_hold_key(place.role_set, SecrecyStatus(place.secrecy_status))


def written(meeting: Meeting) -> int:
    """A number that grows with every note and every change of one: what a poll compares."""
    if meeting.kind == MeetingKind.CASE_CONCERTATION:
        return 0
    return MeetingNote.objects.filter(meeting=meeting).aggregate(all=Sum("version"))["all"] or 0


def _rows(meeting: Meeting) -> list[MeetingNote]:
    if meeting.kind == MeetingKind.CASE_CONCERTATION:
        return []
    rows = MeetingNote.objects.filter(meeting=meeting)
    return list(rows.select_related("meeting", "author__organisation", "owner__organisation"))


def _grouped(
    rows: Sequence[MeetingNote], opened: gate.Revelation
) -> tuple[tuple[str, tuple[NoteLine, ...]], ...]:
    lines = [_line(row, opened) for row in rows]
    groups = (
        (str(kind.label), tuple(each for each in lines if each.kind == kind)) for kind in NoteKind
    )
    return tuple(pair for pair in groups if pair[1])


def _line(row: MeetingNote, opened: gate.Revelation, *, mine: bool = False) -> NoteLine:
    return NoteLine(
        number=row.id,
        meeting=row.meeting_id,
        met_on=timezone.localtime(row.meeting.starts_at).date(),
        kind=row.kind,
        label=str(NoteKind(row.kind).label),
        by=row.author.organisation.name,
        text=shown(opened.get(row, "text")),
        result=shown(opened.get(row, "result")),
        owner=row.owner.organisation.name if row.owner else "",
        due_on=row.due_on,
        state=row.state,
        state_label=str(ActionState(row.state).label) if row.state else "",
        glyph=ACTION_GLYPHS[row.state] if row.state else "",
        version=row.version,
        mine=mine,
    )
