"""Running a meeting: opening it, who is there, what is on the screen, pausing, closing it.

Each is one change of the meeting's row, so that a closed laptop, another coordinator or a restarted
server finds it where it was.
"""

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Subject
from concertation.accounts import state_mail
from concertation.accounts.models import Concertation, Participation
from concertation.meetings import errors
from concertation.meetings.actions_agenda import BEFORE, USUAL_MINUTES, proposed_for, settle
from concertation.meetings.changing import changing, running_beside
from concertation.meetings.clock import stood
from concertation.meetings.enums import (
    ATTENDED,
    Coming,
    ItemKind,
    ItemState,
    ItemUse,
    MeetingKind,
    MeetingState,
    Presence,
    Reason,
)
from concertation.meetings.models import AgendaItem, Attendance, Meeting, Reply
from concertation.meetings.reading import place_of
from concertation.situations import actions as situations
from concertation.situations import noticing
from concertation.situations.enums import AGREED_ACTION_STATES
from concertation.situations.models import AgreedAction
from concertation.situations.reading import find
from ethics import gate
from ethics.policy import Act

RUNNING: Final = (MeetingState.IN_SESSION,)
# Whoever comes in later than this after the opening came late.
LATE: Final = timedelta(minutes=5)
LONGEST_MINUTES: Final = 600
# “Another situation” is completed within three days (design 1).
DAYS_TO_COMPLETE: Final = timedelta(days=3)


def open_meeting(actor: gate.Actor, *, meeting: UUID, reminded: bool) -> Meeting:
    """Begin: the confidentiality reminder was shown and read, and no assistant listens.

    The agenda is kept as it stands; whoever opens the meeting is there. Raises `Refused`,
    `WrongState`, `NotYetHeld`, `ReminderMissing`, or `AnotherRuns` while another meeting goes on.
    """
    if not reminded:
        raise errors.ReminderMissing
    proposal = proposed_for(actor, meeting)
    with changing(actor, meeting, Verb.MEETING_OPENED, states=BEFORE) as (row, pen):
        if timezone.localtime(row.starts_at).date() > timezone.localdate():
            raise errors.NotYetHeld
        # Two that open at the same moment wait for each other here.
        Concertation.objects.select_for_update(no_key=True).get(id=row.concertation_id)
        if running_beside(row.id, row.concertation_id):
            raise errors.AnotherRuns
        settle(row, proposal)
        row.state, row.opened_at = MeetingState.IN_SESSION, timezone.now()
        said = Reply.objects.filter(meeting=row, participation=actor.participation).first()
        remote = said is not None and said.coming == Coming.REMOTE
        Attendance.objects.update_or_create(
            meeting=row,
            participation_id=place_of(actor),
            defaults={"presence": Presence.REMOTE if remote else Presence.PRESENT},
        )
        pen.record(
            Verb.CHARTER_SHOWN, subjects=(Subject(SubjectKind.MEETING, row.id),), meeting=row.id
        )
    return row


def note_presence(
    actor: gate.Actor, *, meeting: UUID, participation: UUID, presence: str = "", out: bool = False
) -> None:
    """One click: present, at a distance, excused, absent; or, with `out`, gone for now.

    Whoever is marked present well after the opening came late. Raises `Refused`, `WrongState` or
    `UnknownAttendee`.
    """
    given = Presence(presence) if presence else None
    about = Subject(SubjectKind.PARTICIPATION, participation)
    with changing(actor, meeting, Verb.ATTENDANCE_RECORDED, states=RUNNING) as (row, pen):
        place = Participation.objects.filter(
            id=participation, concertation=row.concertation_id
        ).first()
        if place is None:
            raise errors.UnknownAttendee
        noted = Attendance.objects.filter(meeting=row, participation=place).first()
        seat = noted or Attendance(meeting=row, participation=place, presence=Presence.ABSENT)
        now = timezone.now()
        came = seat.presence in ATTENDED
        if given is not None:
            seat.presence, seat.left_at = given, None
            late = row.opened_at is not None and now > row.opened_at + LATE
            if given not in ATTENDED:
                seat.arrived_at = None
            elif not came and late:
                seat.arrived_at = now
        elif came:
            seat.left_at = now if out else None
        seat.save()
        pen.record(
            Verb.ATTENDANCE_RECORDED,
            subjects=(about,),
            meeting=row.id,
            details={"status": "out" if seat.left_at else str(seat.presence)},
        )


def send_out(actor: gate.Actor, *, meeting: UUID, places: list[UUID]) -> None:
    """These people leave the room, so that the rest of a point can be shown. Raises `Refused`,
    `WrongState`."""
    with changing(actor, meeting, Verb.ATTENDANCE_RECORDED, states=RUNNING) as (row, _pen):
        seats = row.attendances.filter(participation__in=places, presence__in=ATTENDED)
        now = timezone.now()
        for seat in seats.filter(left_at=None):
            seat.left_at = now
            seat.save()
        for other in row.without_account.filter(id__in=places, left_at=None):
            other.left_at = now
            other.save()


def go_to(
    actor: gate.Actor,
    *,
    meeting: UUID,
    item: UUID | None,
    leaving: UUID | None,
    use: str = "",
    discussed: bool = True,
) -> Meeting:
    """Put a point on the screen and leave the one that was there, discussed or not.

    `leaving` is the point the coordinator had before them: when another coordinator went on
    meanwhile, nothing is skipped. Without `item` the screen shows no point. Raises `Refused`,
    `WrongState`, `UnknownItem`, `MeetingChanged` or `NobodyInTheRoom`.
    """
    with changing(actor, meeting, Verb.MEETING_CHANGED, states=RUNNING) as (row, _pen):
        if row.current_id != leaving:
            raise errors.MeetingChanged
        now = timezone.now()
        if row.current is not None:
            _leave(row.current, now, use, discussed)
        target = None
        if item is not None:
            target = row.items.exclude(state=ItemState.ASKED).filter(id=item).first()
            if target is None:
                raise errors.UnknownItem
        if target is not None:
            if not row.attendances.filter(presence__in=ATTENDED, left_at=None).exists():
                raise errors.NobodyInTheRoom
            target.shown_at = None if row.paused_at else now
            target.state = ItemState.ON
            target.save()
        row.current = target
    return row


def pause(actor: gate.Actor, *, meeting: UUID) -> Meeting:
    """Stop the clocks; the screen shows no situation meanwhile. Raises `Refused`, `WrongState`."""
    with changing(actor, meeting, Verb.MEETING_CHANGED, states=RUNNING) as (row, _pen):
        if row.paused_at is None:
            row.paused_at = timezone.now()
            if row.current is not None:
                _stop(row.current, row.paused_at)
    return row


def resume(actor: gate.Actor, *, meeting: UUID) -> Meeting:
    """Go on where it was. Raises `Refused`, `WrongState`."""
    with changing(actor, meeting, Verb.MEETING_CHANGED, states=RUNNING) as (row, _pen):
        if row.paused_at is not None:
            now = timezone.now()
            row.paused_seconds += int((now - row.paused_at).total_seconds())
            row.paused_at = None
            if row.current is not None:
                row.current.shown_at = now
                row.current.save()
    return row


def add_situation(actor: gate.Actor, *, meeting: UUID, by: UUID) -> AgendaItem:
    """Another situation: an empty point that whoever brings it completes on their own device, now
    or within three days. Raises `Refused`, `WrongState` or `UnknownAttendee`."""
    with changing(actor, meeting, Verb.AGENDA_CHANGED, states=RUNNING) as (row, _pen):
        if row.kind != MeetingKind.CASE_CONCERTATION:
            raise errors.NoSituationHere
        place = row.attendances.filter(participation=by, presence__in=ATTENDED).first()
        if place is None:
            raise errors.UnknownAttendee
        return AgendaItem.objects.create(
            meeting=row,
            kind=ItemKind.SITUATION,
            by_id=by,
            minutes=USUAL_MINUTES,
            position=row.items.count() + 1,
        )


def close_meeting(
    actor: gate.Actor,
    *,
    meeting: UUID,
    version: int,
    minutes: int,
    preparation_minutes: int = 0,
    follow_up_minutes: int = 0,
) -> Meeting:
    """End the meeting: points not reached are carried over, times noted, the ledger's state signed
    and sent to those who keep it.

    Owners of what was agreed today are told by e-mail, without content. Raises `Refused`,
    `WrongState`, `MeetingChanged`, `BadDuration` or `NobodyPresent`.
    """
    for each in (minutes - 1, preparation_minutes, follow_up_minutes):
        if not 0 <= each <= LONGEST_MINUTES:
            raise errors.BadDuration
    with changing(
        actor,
        meeting,
        Verb.MEETING_HELD,
        states=RUNNING,
        version=version,
        details={"minutes": minutes},
    ) as (row, pen):
        seats = list(row.attendances.all())
        present = sum(1 for seat in seats if seat.presence in ATTENDED)
        if not present:
            raise errors.NobodyPresent
        if row.current is not None:
            _leave(row.current, timezone.now(), "", discussed=True)
        for item in row.items.filter(state=ItemState.ON):
            item.state = ItemState.NOT_DISCUSSED
            item.save()
        row.items.filter(state=ItemState.ASKED).delete()
        # The day it was held, also when a laptop closed too early kept it open overnight.
        held_on = timezone.localdate(row.opened_at)
        discussed = list(
            row.items.filter(state=ItemState.DISCUSSED, situation__isnull=False).values_list(
                "situation", flat=True
            )
        )
        situations.brought_to_meeting(pen, meeting=row.id, situations=discussed, on=held_on)
        _tell_owners(discussed, held_on)
        row.state, row.current, row.paused_at = MeetingState.CLOSED, None, None
        row.closed_at = timezone.now()
        row.held_minutes = minutes
        row.preparation_minutes = preparation_minutes
        row.follow_up_minutes = follow_up_minutes
        pen.record(
            Verb.ATTENDANCE_RECORDED,
            subjects=(Subject(SubjectKind.MEETING, row.id),),
            meeting=row.id,
            details={"count": present, "total": len(seats)},
        )
    # On its own, after the action: the platform's ledger is never nested in another's lock.
    state_mail.send_state(row.concertation_id)
    return row


def complete_item(actor: gate.Actor, *, meeting: UUID, item: UUID, code: str) -> AgendaItem:
    """Say which situation an empty point was: one's own, brought for it within three days.

    Raises `Refused`, `WrongState`, `UnknownItem`, `AlreadyOnAgenda` or `NotBrought`.
    """
    about = find(actor, code, purpose=Purpose.MEETING)
    with changing(
        actor,
        meeting,
        Verb.MEETING_ANSWERED,
        act=Act.TAKE_PART,
        states=(MeetingState.IN_SESSION, MeetingState.CLOSED),
    ) as (row, pen):
        empty = row.items.filter(id=item, situation=None, by=actor.participation).first()
        if empty is None:
            raise errors.UnknownItem
        day = timezone.localtime(row.starts_at).date()
        within = about.signalled_on and day <= about.signalled_on <= day + DAYS_TO_COMPLETE
        if about.brought_by_id != actor.participation or not within:
            raise errors.NotBrought
        if row.items.filter(situation=about).exists():
            raise errors.AlreadyOnAgenda
        empty.situation, empty.reason = about, Reason.NEW
        empty.save()
        if row.state == MeetingState.CLOSED and empty.state == ItemState.DISCUSSED:
            situations.brought_to_meeting(
                pen, meeting=row.id, situations=[about.id], on=timezone.localdate()
            )
    return empty


def _tell_owners(discussed: list[UUID], since: date) -> None:
    """Whoever took an action at this meeting is told, without content."""
    agreed = AgreedAction.objects.filter(
        situation__in=discussed, agreed_on__gte=since, state__in=AGREED_ACTION_STATES
    )
    noticing.tell_taken(agreed)


def _leave(item: AgendaItem, now: datetime, use: str, discussed: bool) -> None:
    item.state = ItemState.DISCUSSED if discussed else ItemState.NOT_DISCUSSED
    item.use = ItemUse(use) if use else item.use
    _stop(item, now)


def _stop(item: AgendaItem, now: datetime) -> None:
    if item.shown_at is not None:
        item.used_seconds += stood(item.shown_at, now, item.minutes)
        item.shown_at = None
    item.save()
