"""Planning a meeting and recording that it was held: each saves and records together."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone

from audit.checkpoint import sign_checkpoint
from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Subject
from audit.names import concertation_ledger
from concertation.accounts.models import Participation
from concertation.meetings import errors
from concertation.meetings.enums import ATTENDED, MeetingKind, MeetingState, Presence
from concertation.meetings.models import Attendance, Meeting
from concertation.meetings.reading import circle_of
from ethics import gate
from ethics.policy import Act

FIRST_YEAR: Final = 2000
FURTHEST: Final = timedelta(days=730)
LONGEST_MINUTES: Final = 600
# Where professionals meet is an address, and nobody's home.
ALLOWED_IN_A_PLACE: Final = frozenset({"address"})


def plan_meeting(
    actor: gate.Actor,
    *,
    starts_at: datetime,
    place: str,
    link: str = "",
    planned_minutes: int = 60,
    kind: str = MeetingKind.CASE_CONCERTATION,
    time_known: bool = True,
    date_note: str = "",
) -> Meeting:
    """Put a meeting in the calendar; only the coordinator may.

    A day in the past is accepted: a meeting held without being planned is recorded afterwards.
    `time_known=False` and `date_note` are for imports that know the day only.
    Raises `Refused`, `IdentifierFound`, `DateOutOfReach` or `BadDuration`.
    """
    _check_minutes(planned_minutes)
    if starts_at.year < FIRST_YEAR or starts_at > timezone.now() + FURTHEST:
        raise errors.DateOutOfReach
    with gate.writing(
        actor, Act.PLAN_MEETING, verb=Verb.MEETING_PLANNED, purpose=Purpose.MEETING
    ) as pen:
        pen.guard(place=place, allowed=ALLOWED_IN_A_PLACE)
        row = Meeting.objects.create(
            concertation_id=circle_of(actor),
            kind=kind,
            starts_at=starts_at,
            time_known=time_known,
            place=place,
            link=link,
            planned_minutes=planned_minutes,
            date_note=date_note,
        )
        pen.record(
            Verb.MEETING_PLANNED,
            subjects=(Subject(SubjectKind.MEETING, row.id),),
            meeting=row.id,
            details={"kind": str(kind), "minutes": planned_minutes},
        )
    return row


def hold_meeting(
    actor: gate.Actor,
    *,
    meeting: UUID,
    minutes: int,
    presences: Mapping[UUID, str],
) -> Meeting:
    """Record that a meeting took place, how long, and who attended; again to correct it.

    `presences` are by participation. Two events stand for it: that it was held (or changed), and
    that attendance was recorded, with the number present and never a name.
    Raises `Refused`, `UnknownMeeting`, `NotYetHeld`, `BadDuration`, `NobodyPresent` or
    `UnknownAttendee`; `WrongState` for one that runs, or was cancelled.
    """
    _check_minutes(minutes)
    given = {number: Presence(value) for number, value in presences.items()}
    present = sum(1 for value in given.values() if value in ATTENDED)
    with gate.writing(
        actor, Act.PLAN_MEETING, verb=Verb.MEETING_HELD, purpose=Purpose.MEETING
    ) as pen:
        row = _locked(actor, meeting)
        if row.state == MeetingState.IN_SESSION or row.cancelled_at is not None:
            raise errors.WrongState
        if timezone.localtime(row.starts_at).date() > timezone.localdate():
            raise errors.NotYetHeld
        if not present:
            raise errors.NobodyPresent
        _check_attendees(actor, set(given))
        again = row.state == MeetingState.CLOSED
        row.state, row.held_minutes = MeetingState.CLOSED, minutes
        row.version += 1
        row.save()
        row.attendances.exclude(participation__in=given).delete()
        for number, value in given.items():
            # Corrected later, a seat keeps when its person came and left.
            Attendance.objects.update_or_create(
                meeting=row, participation_id=number, defaults={"presence": value}
            )
        about = (Subject(SubjectKind.MEETING, row.id),)
        pen.record(
            Verb.MEETING_CHANGED if again else Verb.MEETING_HELD,
            subjects=about,
            meeting=row.id,
            details={"minutes": minutes, "version": row.version},
        )
        pen.record(
            Verb.ATTENDANCE_RECORDED,
            subjects=about,
            meeting=row.id,
            details={"count": present, "total": len(given)},
        )
    # On its own, after the action: the platform's ledger is never nested in another's lock.
    sign_checkpoint(concertation_ledger(row.concertation_id))
    return row


def _check_minutes(minutes: int) -> None:
    if not 1 <= minutes <= LONGEST_MINUTES:
        raise errors.BadDuration


def _locked(actor: gate.Actor, meeting: UUID) -> Meeting:
    rows = Meeting.objects.select_for_update().filter(concertation=actor.concertation)
    try:
        return rows.get(id=meeting)
    except Meeting.DoesNotExist:
        raise errors.UnknownMeeting from None


def _check_attendees(actor: gate.Actor, given: set[UUID]) -> None:
    known = Participation.objects.filter(id__in=given, concertation=actor.concertation)
    if known.count() != len(given):
        raise errors.UnknownAttendee
