"""What the actions of the hour share: the meeting's row under its lock, its version, its event."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import DetailValue, Subject
from concertation.meetings import errors
from concertation.meetings.enums import MeetingState
from concertation.meetings.models import Meeting
from concertation.meetings.reading import unknown
from ethics import gate
from ethics.policy import Act


def find(actor: gate.Actor, meeting: UUID) -> Meeting:
    """A meeting of this concertation; any other number is refused, recorded."""
    row = Meeting.objects.filter(id=meeting, concertation=actor.concertation).first()
    if row is None:
        raise unknown(actor, meeting)
    return row


def locked(actor: gate.Actor, meeting: UUID) -> Meeting:
    """The meeting's row under its lock; another concertation's is unknown."""
    rows = Meeting.objects.select_for_update().filter(concertation=actor.concertation)
    try:
        return rows.get(id=meeting)
    except Meeting.DoesNotExist:
        raise errors.UnknownMeeting from None


def running_beside(meeting: UUID, concertation: UUID) -> Meeting | None:
    """Another meeting of the same circle that goes on: one room, one screen at a time."""
    rows = Meeting.objects.filter(concertation=concertation, state=MeetingState.IN_SESSION)
    return rows.exclude(id=meeting).order_by("opened_at").first()


@contextmanager
def changing(
    actor: gate.Actor,
    meeting: UUID,
    verb: Verb,
    *,
    act: Act = Act.PLAN_MEETING,
    states: tuple[str, ...],
    version: int | None = None,
    purpose: Purpose = Purpose.MEETING,
    details: dict[str, DetailValue] | None = None,
) -> Iterator[tuple[Meeting, gate.Pen]]:
    """One change of a meeting: its row locked, in one of these states, saved with its event.

    `version` is what the person had before them: two people changing the same agenda is said, never
    settled silently. Details filled in meanwhile stand in the event. Raises `Refused`, `WrongState`
    or `MeetingChanged`.
    """
    find(actor, meeting)
    with gate.writing(actor, act, verb=verb, purpose=purpose) as pen:
        row = locked(actor, meeting)
        if row.state not in states or row.cancelled_at is not None:
            raise errors.WrongState
        if version is not None and version != row.version:
            raise errors.MeetingChanged
        yield row, pen
        row.version += 1
        row.save()
        pen.record(
            verb,
            subjects=(Subject(SubjectKind.MEETING, row.id),),
            meeting=row.id,
            details={"version": row.version, **(details or {})},
        )
