"""An intern's draft: handed to their supervisor, who confirms it (`bring`) or sends it back."""

from uuid import UUID

from django.utils import timezone

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Subject
from concertation.situations import errors, notices, reading, texts
from concertation.situations.actions.shared import locked, me, save, still_a_draft
from concertation.situations.models import DraftNote, Situation
from ethics import gate
from ethics.policy import Act
from ethics.sharing.record import forget_answers


def submit_draft(
    actor: gate.Actor,
    *,
    draft: UUID,
    expected_version: int | None = None,
    purpose: Purpose = Purpose.BRINGING,
) -> Situation:
    """Hand a draft to one's supervisor: from here on both open it, nobody else does.

    What was typed and taken back before stays the intern's alone, and what a supervisor answered
    about an earlier text is asked again. Raises `Refused`, `Incomplete`,
    `AlreadyBrought`, `AlreadySubmitted`, `NoSupervisor`, `StaleVersion` or `NotReadable`.
    """
    seen = reading.own_draft(actor, draft, purpose=purpose)
    supervisor = reading.supervisor(actor)
    with gate.writing(
        actor, Act.SUBMIT, verb=Verb.DRAFT_SUBMITTED, purpose=purpose, situation=draft
    ) as pen:
        seen.presentation.require_complete()
        row = locked(actor, draft)
        still_a_draft(row, seen.version if expected_version is None else expected_version)
        if row.supervisor_id is not None:
            raise errors.AlreadySubmitted
        if supervisor is None or supervisor.person_id not in gate.holders(pen):
            raise errors.NoSupervisor
        gate.hand_over(pen, row, supervisor.person_id)
        forget_answers(pen, row.id)
        row.supervisor = supervisor
        row.last_entry_at = timezone.now()
        save(actor, row)
        pen.record(
            Verb.DRAFT_SUBMITTED,
            row,
            subjects=(Subject(SubjectKind.PARTICIPATION, supervisor.id),),
        )
        notices.tell([supervisor.id], notices.TO_CONFIRM)
    return row


def send_back_draft(
    actor: gate.Actor,
    *,
    draft: UUID,
    text: str,
    purpose: Purpose = Purpose.BRINGING,
) -> Situation:
    """Give an intern's draft back with a word on what to change; it is theirs alone again.

    Raises `Refused`, `AlreadyBrought`, `TextMissing` or `TextTooLong`.
    """
    text = texts.needed(text, texts.MEDIUM, "text")
    reading.find_to_confirm(actor, draft, purpose=purpose)
    with gate.writing(
        actor, Act.SHARE_DRAFT, verb=Verb.DRAFT_SENT_BACK, purpose=purpose, situation=draft
    ) as pen:
        row = locked(actor, draft)
        still_a_draft(row, None)
        note = DraftNote(situation=row, container=row.id, scope=row.id, author_id=me(actor))
        pen.seal(note, text=text)
        save(actor, note)
        row.supervisor = None
        save(actor, row)
        pen.record(
            Verb.DRAFT_SENT_BACK,
            note,
            subjects=(Subject(SubjectKind.PARTICIPATION, row.brought_by_id),),
        )
        notices.tell([row.brought_by_id], notices.SENT_BACK)
    return row
