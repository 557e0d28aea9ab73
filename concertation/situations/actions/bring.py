"""Bringing a situation: a draft that its author alone can open, then the sharing decision."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Subject
from concertation.accounts.models import Participation
from concertation.situations import errors, reading, tally
from concertation.situations.actions.agreement import hide, tell_readers
from concertation.situations.actions.erase import finish, mark
from concertation.situations.actions.shared import (
    author_of,
    happened,
    locked,
    me,
    moment,
    plannable,
    save,
    still_a_draft,
    tell_holder,
)
from concertation.situations.codes import new_code
from concertation.situations.enums import Agreement, ErasureCause, SituationState
from concertation.situations.models import Situation
from concertation.situations.presentation import Presentation
from ethics import gate
from ethics.policy import Act
from ethics.rights.retention import months_later
from ethics.secrecy.models import ContainerKind
from ethics.sharing.outcomes import SharingOutcome
from ethics.sharing.progress import Progress
from ethics.sharing.record import record_decision
from ethics.sharing.tree import SHORT_PATH, Ending

# A decision to share is looked at again after three months (design 2).
REVIEW_MONTHS: Final = 3


def save_draft(
    actor: gate.Actor,
    *,
    presentation: Presentation,
    draft: UUID | None = None,
    form_number: UUID | None = None,
    expected_version: int | None = None,
    purpose: Purpose = Purpose.BRINGING,
) -> Situation:
    """Keep a draft, sealed to its author alone; `draft` names one to write over.

    `form_number` is the form it was typed in: sent twice, it makes one draft. Raises `Refused`,
    `AlreadyBrought`, `StaleVersion`, `TextTooLong` or `NotInList`.
    """
    values = presentation.sealed_values()
    if draft is not None:
        reading.find_draft(actor, draft, purpose=purpose)
    try:
        return _save_draft(actor, values, draft, form_number, expected_version, purpose)
    except IntegrityError:
        # Two clicks at the very same moment, on a database that lets both in: the first one won.
        known = _of_form(actor, form_number)
        if known is None:
            raise
        return _save_draft(actor, values, known.id, None, None, purpose)


def _save_draft(
    actor: gate.Actor,
    values: dict[str, Any],
    draft: UUID | None,
    form_number: UUID | None,
    expected_version: int | None,
    purpose: Purpose,
) -> Situation:
    with gate.writing(
        actor, Act.BRING, verb=Verb.DRAFT_SAVED, purpose=purpose, situation=draft
    ) as pen:
        row = locked(actor, draft) if draft else _of_form(actor, form_number)
        if row is None:
            number = pen.open_container(ContainerKind.SITUATION)
            row = Situation(
                id=number,
                container=number,
                scope=number,
                concertation=Participation.objects.get(id=me(actor)).concertation,
                brought_by_id=me(actor),
                form_number=form_number,
            )
            values = {**values, "outcome": {}, "outcome_comment": ""}
        still_a_draft(row, expected_version)
        if row.supervisor_id is not None:
            # Written on after it was handed over: the intern's alone again.
            row.supervisor = None
            pen.record(Verb.DRAFT_TAKEN_BACK, subjects=(Subject(SubjectKind.SITUATION, row.id),))
        if row.version:
            gate.take_back(pen, row)
        pen.seal(row, **values)
        row.last_entry_at = moment(happened(None))
        save(actor, row)
        pen.record(Verb.DRAFT_SAVED, row)
    return row


def _of_form(actor: gate.Actor, form_number: UUID | None) -> Situation | None:
    if form_number is None:
        return None
    mine = Situation.objects.filter(brought_by=actor.participation, erasing=False)
    return mine.filter(form_number=form_number).first()


def discard_draft(actor: gate.Actor, *, draft: UUID, purpose: Purpose = Purpose.BRINGING) -> None:
    """Throw one's own draft away for good: its key, its rows, its history (see `erase`).

    Raises `Refused` or `AlreadyBrought`.
    """
    reading.find_draft(actor, draft, purpose=purpose)
    with gate.writing(
        actor, Act.BRING, verb=Verb.DRAFT_DISCARDED, purpose=purpose, situation=draft
    ) as pen:
        row = locked(actor, draft)
        still_a_draft(row, None)
        mark(row, ErasureCause.DRAFT, by=me(actor))
        pen.record(Verb.DRAFT_DISCARDED, subjects=(Subject(SubjectKind.SITUATION, draft),))
    finish(draft)


def bring_situation(
    actor: gate.Actor,
    *,
    draft: UUID,
    danger: bool | None,
    identifiable: bool | None,
    attested: bool,
    meeting: UUID | None = None,
    expected_version: int | None = None,
    next_review_on: date | None = None,
    on: date | None = None,
    purpose: Purpose = Purpose.BRINGING,
) -> Situation:
    """Make a draft visible to the circle, by the short path of the sharing decision.

    Danger no, identifiable no, and the attestation: recorded as S-CODE, the text sealed anew under
    a key the circle holds, a code given, the year's counts moved, all or nothing. `meeting` is the
    number of the meeting it is brought to. Raises `Refused`, `LongSequenceNeeded`, `NotAttested`,
    `Incomplete`, `AlreadyBrought`, `StaleVersion` or `NotReadable`.
    """
    if danger is not False or identifiable is not False:
        raise errors.LongSequenceNeeded
    if not attested:
        raise errors.NotAttested
    return bring_by(
        actor,
        draft=draft,
        progress=Progress(answers=SHORT_PATH),
        ending=(SharingOutcome.CODE,),
        meeting=meeting,
        expected_version=expected_version,
        next_review_on=next_review_on,
        on=on,
        purpose=purpose,
    )


def bring_by(
    actor: gate.Actor,
    *,
    draft: UUID,
    progress: Progress,
    ending: Ending,
    meeting: UUID | None = None,
    expected_version: int | None = None,
    next_review_on: date | None = None,
    on: date | None = None,
    purpose: Purpose = Purpose.BRINGING,
) -> Situation:
    """Make a draft visible by a decision that allows it (`outcomes.VISIBLE`), whatever its path.

    Of an intern's, their supervisor decides, and answers for it from then on. Raises what
    `bring_situation` raises, and `AgreementWithdrawn`.
    """
    day = happened(on)
    plannable(next_review_on, day)
    seen = reading.draft_to_share(actor, draft, purpose=purpose)
    seen.presentation.require_complete()
    if seen.presentation.agreement == Agreement.WITHDRAWN:
        raise errors.AgreementWithdrawn
    with gate.writing(
        actor, Act.SHARE_DRAFT, verb=Verb.SITUATION_BROUGHT, purpose=purpose, situation=draft
    ) as pen:
        row = locked(actor, draft)
        still_a_draft(row, seen.version if expected_version is None else expected_version)
        pen.open_to_circle(row)
        row.code = new_code()
        row.state = SituationState.SIGNALLED
        row.signalled_on, row.brought_at, row.next_review_on = day, meeting, next_review_on
        row.last_entry_at = moment(day)
        if row.brought_by_id == me(actor):
            row.supervisor = None
        save(actor, row)
        record_decision(
            pen,
            situation=row.id,
            author=author_of(Participation.objects.get(id=me(actor))),
            progress=progress,
            ending=ending,
            review_on=months_later(day, REVIEW_MONTHS),
            generation=row.key_generation,
        )
        pen.record(Verb.SITUATION_BROUGHT, row, meeting=meeting)
        tally.move(pen, row.concertation_id, day, _counted(seen.presentation, meeting))
    return row


def _counted(presentation: Presentation, meeting: UUID | None) -> list[tally.Move]:
    moves = [("situations_brought", tally.ALL, 1), ("treated", tally.ALL, 1)]
    if meeting is not None:
        moves.append(("brought_at", str(meeting), 1))
    return [*moves, *(("needs", need, 1) for need in presentation.needs)]


def edit_situation(
    actor: gate.Actor,
    *,
    situation: UUID,
    presentation: Presentation,
    expected_version: int,
    purpose: Purpose = Purpose.FOLLOW_UP,
) -> Situation:
    """Write the presentation anew; the former text stays in the history.

    `expected_version` is the version that was read: when somebody saved in between, `StaleVersion`
    is raised and nothing is overwritten. The year's count of needs follows. Raises also `Refused`,
    `Incomplete`, `NotReadable`, `TextTooLong` or `NotInList`.
    """
    values = presentation.sealed_values()
    presentation.require_complete()
    before = reading.presented(actor, situation, purpose=purpose)
    with gate.writing(
        actor,
        Act.EDIT,
        verb=Verb.SITUATION_EDITED,
        purpose=purpose,
        situation=situation,
    ) as pen:
        row = locked(actor, situation)
        if row.version != expected_version or row.version != before.version:
            raise errors.StaleVersion
        pen.seal(row, **values)
        row.last_entry_at = moment(happened(None))
        withdrawn = presentation.agreement == Agreement.WITHDRAWN and not row.hidden
        if withdrawn:
            hide(pen, row)
        save(actor, row)
        pen.record(Verb.SITUATION_EDITED, row)
        tell_holder(pen, row)
        gone = set(before.presentation.needs) - set(presentation.needs)
        new = set(presentation.needs) - set(before.presentation.needs)
        moves = [("needs", need, -1) for need in sorted(gone)]
        moves += [("needs", need, 1) for need in sorted(new)]
        tally.move(pen, row.concertation_id, row.signalled_on or happened(None), moves)
    if withdrawn:
        tell_readers(actor, row)
    return row
