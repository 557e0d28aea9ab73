"""What people may know of meetings: rows turned into frozen dataclasses, each read recorded."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Subject
from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import Participation
from concertation.meetings.agenda import Agenda, Candidate, propose
from concertation.meetings.enums import ATTENDED, MeetingState, Presence, Reason
from concertation.meetings.models import Attendance, Meeting
from concertation.situations import reading as situations
from concertation.situations.codes import show_code
from concertation.situations.enums import OPEN_STATES, ActionState, SituationState
from concertation.situations.models import AgreedAction, Situation, acted_for
from ethics import gate
from ethics.gate.refusals import refuse
from ethics.policy import Act, Refusal
from ethics.roles import Role

AWAITING = (ActionState.AGREED, ActionState.UNDER_WAY)


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
    held: bool
    planned_minutes: int
    held_minutes: int | None
    attended: int
    invited: int
    date_note: str

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
    agenda: Agenda | None
    presented: tuple[str, ...]
    # Closed situations that the rules erase within a month of this meeting.
    erasures: tuple[situations.Announced, ...]
    attendees: tuple[Attendee, ...]
    is_next: bool
    may_plan: bool


def circle_of(actor: gate.Actor) -> UUID:
    """The concertation an actor acts in. Raises `Refused` for one without a hat."""
    if actor.concertation is None:
        raise gate.Refused(Refusal.NO_PARTICIPATION)
    return actor.concertation


def may_plan(actor: gate.Actor) -> bool:
    """Whether to offer planning: the coordinator only. The action decides anew."""
    return gate.may(actor, Act.PLAN_MEETING)


def reads_meetings(actor: gate.Actor) -> bool:
    """Whether the circle's calendar is this person's to read: participants and coordination."""
    return gate.may(actor, Act.READ_MEETINGS)


def meeting_list(actor: gate.Actor) -> MeetingList:
    """All meetings of the actor's concertation. Raises `Refused`."""
    gate.allow(actor, Act.READ_MEETINGS, purpose=Purpose.MEETING, verb=Verb.LIST)
    lines = [_line(row) for row in _rows(actor).order_by("starts_at")]
    return MeetingList(
        planned=tuple(each for each in lines if not each.held),
        held=tuple(each for each in reversed(lines) if each.held),
        may_plan=may_plan(actor),
    )


def meeting_page(actor: gate.Actor, number: UUID) -> MeetingPage:
    """One meeting. Another concertation's and an unknown one are the same refusal, recorded."""
    row = _rows(actor).filter(id=number).first()
    if row is None:
        raise _unknown(actor, number)
    gate.allow(
        actor,
        Act.READ_MEETINGS,
        purpose=Purpose.MEETING,
        subjects=(Subject(SubjectKind.MEETING, row.id),),
    )
    line = _line(row)
    upcoming = next_meeting(actor)
    is_next = upcoming is not None and upcoming.number == line.number
    return MeetingPage(
        meeting=line,
        agenda=agenda_for(actor, line) if is_next else None,
        presented=_presented(actor, line) if line.held else (),
        erasures=situations.announced(actor, line.on) if is_next else (),
        attendees=attendees(actor, row.id, line.on) if line.held else (),
        is_next=is_next,
        may_plan=may_plan(actor),
    )


@dataclass(frozen=True, slots=True)
class HoldPage:
    """What the form of attendance starts from."""

    meeting: MeetingLine
    attendees: tuple[Attendee, ...]

    @property
    def usual_minutes(self) -> int:
        """The duration to correct, or to start from."""
        return self.meeting.held_minutes or self.meeting.planned_minutes


def check_may_plan(actor: gate.Actor) -> None:
    """Refuse, recorded, whoever may not plan: the form itself isn't theirs to see."""
    gate.allow(actor, Act.PLAN_MEETING, purpose=Purpose.MEETING, record=False)


def hold_page(actor: gate.Actor, number: UUID) -> HoldPage:
    """The people whose attendance is recorded. Raises `Refused`."""
    row = _rows(actor).filter(id=number).first()
    if row is None:
        raise _unknown(actor, number)
    gate.allow(
        actor,
        Act.PLAN_MEETING,
        purpose=Purpose.MEETING,
        subjects=(Subject(SubjectKind.MEETING, row.id),),
    )
    line = _line(row)
    return HoldPage(line, attendees(actor, row.id, line.on))


def next_meeting(actor: gate.Actor) -> MeetingLine | None:
    """The planned meeting that comes next; today's counts until it was recorded as held."""
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    row = (
        _rows(actor)
        .filter(starts_at__gte=start)
        .exclude(state=MeetingState.CLOSED)
        .order_by("starts_at")
        .first()
    )
    return _line(row) if row else None


def agenda_for(actor: gate.Actor, meeting: MeetingLine) -> Agenda:
    """The agenda proposed from the work. One event lists the situations whose codes are shown."""
    found = list(_candidates(actor, meeting.on))
    seen = gate.reveal(
        actor,
        records=(),
        subjects=[each.situation for each in found],
        purpose=Purpose.AGENDA,
        act=Act.LIST,
    )
    allowed = (each for each in found if each.situation in seen.groups)
    return propose(allowed, meeting.planned_minutes)


def attendees(actor: gate.Actor, meeting: UUID, on: date) -> tuple[Attendee, ...]:
    """The people whose place lay in that day, with their attendance; whoever left since stands
    where they attended.

    The DPO takes no part in meetings about situations.
    """
    then = Q(state=ParticipationState.ADMITTED) & (
        Q(starts_on__lte=on) & (Q(ends_on=None) | Q(ends_on__gte=on)) | Q(id=actor.participation)
    )
    rows = (
        Participation.objects.filter(concertation=actor.concertation)
        .filter(then | Q(attendances__meeting=meeting))
        .select_related("person", "organisation")
        .distinct()
    )
    noted = dict(
        Attendance.objects.filter(meeting=meeting).values_list("participation", "presence")
    )
    return tuple(
        Attendee(row.id, row.person.name, row.organisation.name, noted.get(row.id, ""))
        for row in rows
        if Role.DPO not in row.role_set or row.id in noted
    )


def _rows(actor: gate.Actor) -> QuerySet[Meeting]:
    return Meeting.objects.filter(concertation=actor.concertation).annotate(
        attended=Count("attendances", filter=Q(attendances__presence__in=ATTENDED)),
        invited=Count("attendances"),
    )


def _line(row: Meeting) -> MeetingLine:
    return MeetingLine(
        number=row.id,
        starts_at=timezone.localtime(row.starts_at),
        time_known=row.time_known,
        place=row.place,
        kind=row.get_kind_display(),
        held=row.state == MeetingState.CLOSED,
        planned_minutes=row.planned_minutes,
        held_minutes=row.held_minutes,
        attended=row.attended,  # type: ignore[attr-defined]  # annotated in _rows
        invited=row.invited,  # type: ignore[attr-defined]
        date_note=row.date_note,
    )


def _candidates(actor: gate.Actor, on: date) -> Iterable[Candidate]:
    """Situations that are due on a day, by their clear columns, oldest first within a reason."""
    due = AgreedAction.objects.filter(situation=OuterRef("pk"), state__in=AWAITING, due_on__lte=on)
    rows = (
        Situation.objects.filter(
            concertation=actor.concertation, state__in=OPEN_STATES, hidden=False
        )
        .annotate(awaited=Exists(due), mine=Exists(due.filter(acted_for(actor.participation))))
        .filter(Q(state=SituationState.SIGNALLED) | Q(awaited=True) | Q(next_review_on__lte=on))
        .order_by("signalled_on", "code")
        .values_list("id", "code", "state", "awaited", "mine")
    )
    for number, code, state, awaited, mine in rows:
        reason = Reason.FEEDBACK if awaited else Reason.REVIEW
        if state == SituationState.SIGNALLED:
            reason = Reason.NEW
        yield Candidate(number, show_code(code or ""), reason, mine)


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


def _unknown(actor: gate.Actor, number: UUID) -> gate.Refused:
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
