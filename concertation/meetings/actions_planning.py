"""Planning: several dates at once, one date moved, one cancelled; a person's calendar address."""

import hashlib
import secrets
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils import timezone

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Subject
from concertation.accounts.enums import Cadence
from concertation.meetings import errors
from concertation.meetings.actions import ALLOWED_IN_A_PLACE, FIRST_YEAR, FURTHEST, plan_meeting
from concertation.meetings.actions_agenda import BEFORE
from concertation.meetings.changing import changing
from concertation.meetings.dates import later
from concertation.meetings.models import CalendarAddress, Meeting
from concertation.meetings.reading import place_of
from ethics import gate
from ethics.policy import Act

MOST_DATES: Final = 24


def plan_series(
    actor: gate.Actor, *, starts_at: datetime, repeat: str, times: int, **more: object
) -> list[Meeting]:
    """Put dates in the calendar, once a month or every two weeks: the same weekday and hour.

    Each date is a meeting of its own, moved or cancelled alone. Raises what `plan_meeting` raises,
    before the first is made.
    """
    dates = [starts_at]
    if repeat:
        # Counted from the first: a fifth Thursday stays the last one of each month.
        more_dates = range(1, min(times, MOST_DATES))
        dates += [later(starts_at, Cadence(repeat), each) for each in more_dates]
    if dates[-1] > timezone.now() + FURTHEST:
        raise errors.DateOutOfReach
    return [plan_meeting(actor, starts_at=each, **more) for each in dates]  # type: ignore[arg-type]


def change_meeting(
    actor: gate.Actor,
    *,
    meeting: UUID,
    version: int,
    starts_at: datetime,
    place: str,
    link: str,
    planned_minutes: int,
) -> Meeting:
    """Move one date, or change its place, its link or its length.

    Raises `Refused`, `WrongState`, `MeetingChanged`, `DateOutOfReach` or `IdentifierFound`.
    """
    if starts_at.year < FIRST_YEAR or starts_at > timezone.now() + FURTHEST:
        raise errors.DateOutOfReach
    with changing(actor, meeting, Verb.MEETING_CHANGED, states=BEFORE, version=version) as (
        row,
        pen,
    ):
        pen.guard(place=place, allowed=ALLOWED_IN_A_PLACE)
        row.starts_at, row.place, row.link = starts_at, place, link
        row.planned_minutes = planned_minutes
        row.sequence += 1
        row.changed_at = timezone.now()
    return row


def cancel_meeting(actor: gate.Actor, *, meeting: UUID, version: int) -> Meeting:
    """Drop one date. Raises `Refused`, `WrongState` or `MeetingChanged`."""
    with changing(
        actor,
        meeting,
        Verb.MEETING_CHANGED,
        states=BEFORE,
        version=version,
        details={"state": "cancelled"},
    ) as (row, _pen):
        row.cancelled_at = row.changed_at = timezone.now()
        row.sequence += 1
    return row


def new_calendar_address(actor: gate.Actor) -> str:
    """A secret address for one person's calendar; the one before ends. Only its hash is kept.

    Raises `Refused`.
    """
    token = secrets.token_urlsafe(32)
    with gate.writing(
        actor, Act.TAKE_PART, verb=Verb.SETTINGS_CHANGED, purpose=Purpose.MEETING
    ) as pen:
        CalendarAddress.objects.update_or_create(
            participation_id=place_of(actor), defaults={"token_hash": hash_of(token)}
        )
        _tell(pen, actor, "calendar_on")
    return token


def end_calendar_address(actor: gate.Actor) -> None:
    """Revoke the address: from now on it answers nothing. Raises `Refused`."""
    with gate.writing(
        actor, Act.TAKE_PART, verb=Verb.SETTINGS_CHANGED, purpose=Purpose.MEETING
    ) as pen:
        CalendarAddress.objects.filter(participation=place_of(actor)).delete()
        _tell(pen, actor, "calendar_off")


def hash_of(token: str) -> bytes:
    """What the table keeps of an address."""
    return hashlib.sha256(b"concertation/calendar/1" + token.encode()).digest()


def _tell(pen: gate.Pen, actor: gate.Actor, setting: str) -> None:
    pen.record(
        Verb.SETTINGS_CHANGED,
        subjects=(Subject(SubjectKind.PARTICIPATION, place_of(actor)),),
        details={"setting": setting},
    )
