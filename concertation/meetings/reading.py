"""What people may know of meetings: rows turned into frozen dataclasses, each read recorded."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Subject
from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import Participation
from concertation.meetings.entries import Entry, entries_of
from concertation.meetings.enums import (
    ATTENDED,
    Coming,
    ItemKind,
    ItemState,
    MeetingKind,
    MeetingState,
    Presence,
)
from concertation.meetings.models import AgendaItem, Attendance, Meeting, Reply
from concertation.meetings.reading_agenda import AgendaView, agenda
from concertation.situations import reading as situations
from concertation.situations.codes import show_code
from concertation.situations.models import Situation
from ethics import gate
from ethics.gate.refusals import refuse
from ethics.policy import Act, Refusal
from ethics.roles import Role


def clock(moment: datetime) -> str:
    """An hour of the day as it is said: 14 h, 14 h 30."""
    if not moment.minute:
        return _("%(hour)d\u00a0h") % {"hour": moment.hour}
    return _("%(hour)d\u00a0h\u00a0%(minute)02d") % {
        "hour": moment.hour,
        "minute": moment.minute,
    }


@dataclass(frozen=True, slots=True)
class MeetingLine:
    """One meeting of the list."""

    number: UUID
    starts_at: datetime
    time_known: bool
    place: str
    kind: str
    state: str
    planned_minutes: int
    held_minutes: int | None
    attended: int
    invited: int
    date_note: str
    # Whether it was run here, with an agenda and minutes, or recorded afterwards.
    ran: bool
    # A case concertation: the other kinds speak of no situation.
    of_situations: bool = True
    kind_code: str = MeetingKind.CASE_CONCERTATION
    link: str = ""
    cancelled: bool = False
    version: int = 0
    opened_on: date | None = None
    closed_on: date | None = None

    @classmethod
    def of(cls, row: Meeting) -> Self:
        """A row, with the counts of `rows_of` where it has them."""
        return cls(
            number=row.id,
            starts_at=timezone.localtime(row.starts_at),
            time_known=row.time_known,
            place=row.place,
            kind=row.get_kind_display(),
            state=row.state,
            planned_minutes=row.planned_minutes,
            held_minutes=row.held_minutes,
            attended=getattr(row, "attended", 0),
            invited=getattr(row, "invited", 0),
            date_note=row.date_note,
            ran=row.opened_at is not None,
            kind_code=row.kind,
            of_situations=row.kind == MeetingKind.CASE_CONCERTATION,
            link=row.link,
            cancelled=row.cancelled_at is not None,
            version=row.version,
            opened_on=timezone.localdate(row.opened_at) if row.opened_at else None,
            closed_on=timezone.localdate(row.closed_at) if row.closed_at else None,
        )

    @property
    def left_open(self) -> bool:
        """Whether its day is over and nobody closed it."""
        opened = self.opened_on
        return self.in_session and opened is not None and opened < timezone.localdate()

    @property
    def opened_yesterday(self) -> bool:
        """Whether it was opened the day before this one."""
        return self.opened_on == timezone.localdate() - timedelta(days=1)

    @property
    def held(self) -> bool:
        """Whether it is over, attendance and duration noted."""
        return self.state == MeetingState.CLOSED

    @property
    def in_session(self) -> bool:
        """Whether it is running."""
        return self.state == MeetingState.IN_SESSION

    @property
    def on(self) -> date:
        """The day, here."""
        return timezone.localtime(self.starts_at).date()

    @property
    def ends_at(self) -> datetime:
        """When it is planned to end."""
        return self.starts_at + timedelta(minutes=self.planned_minutes)

    @property
    def hours(self) -> str:
        """From when to when, as it is said: 14 h à 15 h."""
        if not self.time_known:
            return _("heure non notée")
        return _("%(start)s à %(end)s") % {
            "start": clock(self.starts_at),
            "end": clock(self.ends_at),
        }

    @property
    def may_be_held(self) -> bool:
        """Whether its day has come."""
        return self.on <= timezone.localdate()

    @property
    def past(self) -> bool:
        """Whether its day is over; one that is later today is still to come."""
        return self.on < timezone.localdate()


@dataclass(frozen=True, slots=True)
class MeetingList:
    """Planned meetings from the next one on, held ones from the last one back."""

    planned: tuple[MeetingLine, ...]
    held: tuple[MeetingLine, ...]
    may_plan: bool


@dataclass(frozen=True, slots=True)
class Attendee:
    """Someone of the circle, and how they attended."""

    participation: UUID
    person: str
    organisation: str
    presence: str
    arrived_at: datetime | None = None
    left_at: datetime | None = None

    @property
    def presence_label(self) -> str:
        """The presence in words; empty when none was noted."""
        return str(Presence(self.presence).label) if self.presence else ""

    @property
    def came(self) -> bool:
        """Present or at a distance."""
        return self.presence in ATTENDED


@dataclass(frozen=True, slots=True)
class MeetingPage:
    """One meeting: its agenda while it is planned, who came once it was held."""

    meeting: MeetingLine
    agenda: AgendaView | None
    # Whether I said I come, and how many others did.
    reply: str
    coming: int
    presented: tuple[str, ...]
    # Closed situations that the rules erase within a month of this meeting.
    erasures: tuple[situations.Announced, ...]
    attendees: tuple[Attendee, ...]
    # Who takes part without an account; before the meeting was held, the coordinator's to know.
    without_account: tuple[Entry, ...]
    # Empty points that wait for a situation of this reader.
    to_complete: tuple[UUID, ...]
    is_next: bool
    may_plan: bool

    @property
    def may_prepare(self) -> bool:
        """Whether the agenda still takes changes."""
        planned = self.meeting.state in {MeetingState.PLANNED, MeetingState.AGENDA_OPEN}
        return planned and not self.meeting.cancelled


def to_complete(actor: gate.Actor, meeting: UUID) -> tuple[UUID, ...]:
    """The empty points of a meeting that wait for this person's situation."""
    rows = AgendaItem.objects.filter(
        meeting=meeting, kind=ItemKind.SITUATION, situation=None, by=place_of(actor)
    )
    return tuple(rows.exclude(state=ItemState.ASKED).values_list("id", flat=True))


def circle_of(actor: gate.Actor) -> UUID:
    """The concertation an actor acts in. Raises `Refused` for one without a hat."""
    if actor.concertation is None:
        raise gate.Refused(Refusal.NO_PARTICIPATION)
    return actor.concertation


def place_of(actor: gate.Actor) -> UUID:
    """The participation that acts. Raises `Refused` for one without a hat."""
    if actor.participation is None:
        raise gate.Refused(Refusal.NO_PARTICIPATION)
    return actor.participation


def may_plan(actor: gate.Actor) -> bool:
    """Whether to offer planning: the coordinator only. The action decides anew."""
    return gate.may(actor, Act.PLAN_MEETING)


def reads_meetings(actor: gate.Actor) -> bool:
    """Whether the circle's calendar is this person's to read: participants and coordination."""
    return gate.may(actor, Act.READ_MEETINGS)


def meeting_list(actor: gate.Actor) -> MeetingList:
    """All meetings of the actor's concertation. Raises `Refused`."""
    gate.allow(actor, Act.READ_MEETINGS, purpose=Purpose.MEETING, verb=Verb.LIST)
    rows = rows_of(actor).filter(cancelled_at=None).order_by("starts_at")
    lines = [MeetingLine.of(row) for row in rows]
    return MeetingList(
        planned=tuple(each for each in lines if not each.held),
        held=tuple(each for each in reversed(lines) if each.held),
        may_plan=may_plan(actor),
    )


def meeting_page(actor: gate.Actor, number: UUID) -> MeetingPage:
    """One meeting. Another concertation's and an unknown one are the same refusal, recorded."""
    row = rows_of(actor).filter(id=number).first()
    if row is None:
        raise unknown(actor, number)
    gate.allow(
        actor,
        Act.READ_MEETINGS,
        purpose=Purpose.MEETING,
        subjects=(Subject(SubjectKind.MEETING, row.id),),
    )
    line = MeetingLine.of(row)
    plans, upcoming = may_plan(actor), next_meeting(actor)
    is_next = upcoming is not None and upcoming.number == line.number
    replies = dict(Reply.objects.filter(meeting=row).values_list("participation", "coming"))
    return MeetingPage(
        meeting=line,
        agenda=None
        if line.held or line.cancelled
        # The steps of the other kinds are known whatever comes before.
        else agenda(actor, row, line.on, proposes=is_next or not line.of_situations),
        reply=replies.get(place_of(actor), ""),
        coming=sum(1 for said in replies.values() if said != Coming.NO),
        presented=_presented(actor, line) if line.held else (),
        erasures=situations.announced(actor, line.on) if is_next else (),
        attendees=attendees(actor, row.id, line.on) if line.held else (),
        without_account=entries_of(row.id, signed=line.held) if line.held or plans else (),
        to_complete=to_complete(actor, row.id),
        is_next=is_next,
        may_plan=plans,
    )


def check_may_plan(actor: gate.Actor) -> None:
    """Refuse, recorded, whoever may not plan: the form itself isn't theirs to see."""
    gate.allow(actor, Act.PLAN_MEETING, purpose=Purpose.MEETING, record=False)


def meeting_line(actor: gate.Actor, number: UUID) -> MeetingLine:
    """One meeting without its agenda, for a page that says where it stands. Raises `Refused`."""
    row = rows_of(actor).filter(id=number).first()
    if row is None:
        raise unknown(actor, number)
    return MeetingLine.of(row)


def next_meeting(actor: gate.Actor) -> MeetingLine | None:
    """The planned meeting that comes next; today's counts until it was recorded as held."""
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    row = (
        rows_of(actor)
        .filter(starts_at__gte=start, cancelled_at=None)
        .exclude(state=MeetingState.CLOSED)
        .order_by("starts_at")
        .first()
    )
    return MeetingLine.of(row) if row else None


def agenda_for(actor: gate.Actor, meeting: MeetingLine) -> AgendaView | None:
    """The next meeting's agenda: as it was set, or proposed from the work."""
    return agenda(actor, Meeting.objects.get(id=meeting.number), meeting.on)


def attendees(actor: gate.Actor, meeting: UUID, on: date) -> tuple[Attendee, ...]:
    """The people whose place lay in that day, with their attendance; whoever left since stands
    where they attended.

    The DPO takes no part in meetings about situations.
    """
    then = (
        Q(state=ParticipationState.ADMITTED)
        & (Q(for_meeting=None) | Q(for_meeting=meeting))
        & (
            Q(starts_on__lte=on) & (Q(ends_on=None) | Q(ends_on__gte=on))
            | Q(id=actor.participation)
        )
    )
    rows = (
        Participation.objects.filter(concertation=actor.concertation)
        .filter(then | Q(attendances__meeting=meeting))
        .select_related("person", "organisation")
        .distinct()
    )
    noted = {row.participation_id: row for row in Attendance.objects.filter(meeting=meeting)}
    return tuple(
        _attendee(row, noted.get(row.id))
        for row in rows
        if Role.DPO not in row.role_set or row.id in noted
    )


def _attendee(row: Participation, noted: Attendance | None) -> Attendee:
    return Attendee(
        row.id,
        row.person.name,
        row.organisation.name,
        noted.presence if noted else "",
        noted.arrived_at if noted else None,
        noted.left_at if noted else None,
    )


# Whoever takes part without an account counts once the coordinator countersigned.
_SIGNED = Count(
    "without_account", filter=Q(without_account__countersigned_at__isnull=False), distinct=True
)


def rows_of(actor: gate.Actor) -> QuerySet[Meeting]:
    """Meetings of the actor's concertation, with how many attended and were noted."""
    return Meeting.objects.filter(concertation=actor.concertation).annotate(
        attended=Count("attendances", filter=Q(attendances__presence__in=ATTENDED), distinct=True)
        + _SIGNED,
        invited=Count("attendances", distinct=True) + _SIGNED,
    )


def _presented(actor: gate.Actor, meeting: MeetingLine) -> tuple[str, ...]:
    rows = list(
        Situation.objects.filter(concertation=actor.concertation, brought_at=meeting.number)
        .exclude(code=None)
        .order_by("signalled_on", "code")
        .values_list("id", "code")
    )
    seen = gate.reveal(
        actor,
        records=(),
        subjects=[number for number, _ in rows],
        purpose=Purpose.MEETING,
        act=Act.LIST,
    )
    return tuple(show_code(code or "") for number, code in rows if number in seen.groups)


def unknown(actor: gate.Actor, number: UUID) -> gate.Refused:
    """What to raise for a number that is no meeting of this concertation; recorded."""
    elsewhere = Meeting.objects.filter(id=number).values_list("concertation", flat=True).first()
    return refuse(
        actor,
        Refusal.UNKNOWN_SUBJECT,
        verb=Verb.READ,
        concertation=elsewhere,
        purpose=Purpose.MEETING,
        subjects=(number,) if elsewhere else (),
        kind=SubjectKind.MEETING,
    )
