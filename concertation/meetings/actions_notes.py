"""What an intervision or a thematic concertation notes: sealed, guarded, and no situation in it."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Event, Subject
from audit.names import concertation_ledger
from audit.record import append
from concertation.meetings import errors
from concertation.meetings.changing import find, locked
from concertation.meetings.enums import NOTED, MeetingKind, MeetingState, NoteKind
from concertation.meetings.models import Meeting, MeetingNote
from concertation.meetings.reading import place_of, unknown
from concertation.meetings.reading_notes import reads_notes
from concertation.situations import texts
from concertation.situations.actions.agreed import owner_place
from concertation.situations.actions.erase import delete_rows
from concertation.situations.actions.shared import plannable
from concertation.situations.enums import (
    AGREED_ACTION_STATES,
    ENDED_ACTION_STATES,
    ActionState,
)
from concertation.situations.errors import (
    DueTooEarly,
    NoSuchOwner,
    StaleVersion,
    TransitionRefused,
)
from concertation.situations.models import acted_for
from concertation.situations.notices import ACTION_TAKEN, tell
from ethics import gate
from ethics.policy import Act
from ethics.rights.retention import LONGEST_MONTHS, months_later
from ethics.secrecy.erasure import store
from ethics.secrecy.models import Container, ContainerKind

ANSWERS: Final = (
    ActionState.DONE,
    ActionState.UNDER_WAY,
    ActionState.NOT_POSSIBLE,
    ActionState.NOT_UNDERTAKEN,
)


def note(actor: gate.Actor, *, meeting: UUID, kind: str, text: str) -> MeetingNote:
    """Anybody of the circle notes something while the meeting runs, all at the same time.

    Raises `Refused`, `WrongState`, `NotNotedHere`, a `SituationError` or `IdentifierFound`.
    """
    text = texts.needed(text, texts.MEDIUM, "text")
    find(actor, meeting)
    verb = Verb.CONTRIBUTION_ADDED
    with gate.writing(actor, Act.NOTE_MEETING, verb=verb, purpose=Purpose.MEETING) as pen:
        row = _running(actor, meeting)
        if kind not in NOTED.get(MeetingKind(row.kind), ()):
            raise errors.NotNotedHere
        made = MeetingNote(meeting=row, kind=kind, author_id=place_of(actor))
        _seal(pen, made, verb, text=text, result="")
    return made


def agree(actor: gate.Actor, *, meeting: UUID, text: str, owner: UUID, due_on: date) -> MeetingNote:
    """The coordinator notes an action that the group agrees on: what, who, by when.

    Its owner is somebody who reads it. Raises what `note` raises.
    """
    text = texts.needed(text, texts.MEDIUM, "text")
    today = timezone.localdate()
    if due_on < today:
        raise DueTooEarly
    plannable(due_on, today, "due_on")
    find(actor, meeting)
    verb = Verb.ACTION_AGREED
    with gate.writing(actor, Act.PLAN_MEETING, verb=verb, purpose=Purpose.MEETING) as pen:
        row = _running(actor, meeting)
        if row.kind != MeetingKind.THEMATIC:
            raise errors.NotNotedHere
        place = owner_place(actor, owner)
        if not reads_notes(place):
            raise NoSuchOwner
        made = MeetingNote(
            meeting=row,
            kind=NoteKind.ACTION,
            author_id=place_of(actor),
            owner=place,
            due_on=due_on,
            state=ActionState.AGREED,
        )
        _seal(pen, made, verb, text=text, result="")
        if place.id != actor.participation:
            tell([place.id], ACTION_TAKEN)
    return made


def answer(
    actor: gate.Actor, *, action: UUID, state: str, text: str, expected_version: int | None
) -> MeetingNote:
    """Its owner, whoever replaces them, or the coordinator says what became of an action.

    Raises `Refused`, `StaleVersion`, `TransitionRefused`, another `SituationError` or
    `IdentifierFound`.
    """
    text = texts.clean(text, texts.MEDIUM, "text")
    known = MeetingNote.objects.filter(
        id=action, kind=NoteKind.ACTION, meeting__concertation=actor.concertation
    ).first()
    if known is None:
        raise unknown(actor, action)
    verb = Verb.ACTION_STATE_CHANGED
    mine = MeetingNote.objects.filter(acted_for(actor.participation), id=action).exists()
    act = Act.NOTE_MEETING if mine else Act.PLAN_MEETING
    with gate.writing(actor, act, verb=verb, purpose=Purpose.FOLLOW_UP) as pen:
        locked(actor, known.meeting_id)
        row = MeetingNote.objects.get(id=action)
        if expected_version != row.version:
            raise StaleVersion
        if state not in ANSWERS or row.state not in AGREED_ACTION_STATES:
            raise TransitionRefused
        row.state = state
        row.ended_on = timezone.localdate() if state in ENDED_ACTION_STATES else None
        _seal(pen, row, verb, **({"result": text} if text else {}))
    return row


def forget_old_notes() -> int:
    """Erase the notes of meetings of two years ago: the key first, then the rows. Nothing a
    concertation says about its work outlives a situation (design 2). For the daily command."""
    before = months_later(timezone.localdate(), -LONGEST_MONTHS)
    old = Meeting.objects.filter(starts_at__date__lt=before)
    rows = Container.objects.filter(kind=ContainerKind.MEETING, id__in=old.values("id"))
    done = 0
    for number, concertation in list(
        old.filter(id__in=rows.values("id")).values_list("id", "concertation")
    ):
        store.destroy(number)
        with transaction.atomic():
            count = delete_rows(number)
            append(
                concertation_ledger(concertation),
                Event(
                    verb=Verb.ERASED,
                    purpose=Purpose.ADMINISTRATION,
                    subjects=(Subject(SubjectKind.MEETING, number),),
                    details={"state": "done", "rule": "retention", "rows": count},
                ),
            )
        done += 1
    return done


def _running(actor: gate.Actor, meeting: UUID) -> Meeting:
    row = locked(actor, meeting)
    if row.state != MeetingState.IN_SESSION or row.cancelled_at is not None:
        raise errors.WrongState
    return row


def _seal(pen: gate.Pen, row: MeetingNote, verb: Verb, **values: Any) -> None:
    row.container = row.scope = gate.open_notes(pen, row.meeting_id)
    pen.seal(row, **values)
    row.save()
    pen.record(
        verb,
        row,
        subjects=(Subject(SubjectKind.MEETING, row.meeting_id),),
        meeting=row.meeting_id,
    )
