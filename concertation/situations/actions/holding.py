"""Who holds a situation: proposed, accepted or declined, handed over with a note.

Nobody becomes case manager (référent·e) on the sheet without saying yes. What a meeting agrees on
aloud is noted directly (`set_case_manager`): whoever was chosen sat at the table.
"""

from datetime import date
from typing import Final
from uuid import UUID

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Subject
from concertation.situations import noticing, texts
from concertation.situations.actions.follow import add_entry, check_manager
from concertation.situations.actions.shared import (
    happened,
    locked,
    me,
    numbered,
    plannable,
    refusals_recorded,
    save,
    set_state,
    still_held_so,
    touch,
)
from concertation.situations.enums import ContributionKind, NoticeKind, SituationState
from concertation.situations.errors_following import NotAskedToHold
from concertation.situations.models import Contribution, Situation
from ethics import gate
from ethics.policy import Act

# A note is for the one who takes over, and for the group: an ordinary entry of the timeline.
_NOTE: Final = ContributionKind.INFORMATION


def name_manager(
    actor: gate.Actor,
    *,
    situation: UUID,
    case_manager: UUID | None,
    next_review_on: date | None = None,
    note: str = "",
    seen: str = "",
    number: UUID | None = None,
    purpose: Purpose = Purpose.FOLLOW_UP,
) -> Situation:
    """Take the situation oneself, propose it to somebody else, or leave it to be found.

    Until the other accepts, whoever holds it keeps it. `note` goes to the timeline;
    `next_review_on` left out keeps the date. `seen` is what the page showed, `number` the form's
    own: sent twice, its note stands once.
    Raises `Refused`, `NoSuchManager`, `DateOutOfReach`, `TextTooLong`, `AlreadySent` or
    `StaleHolding`.
    """
    today = happened(None)
    plannable(next_review_on, today)
    note = texts.clean(note, texts.MEDIUM, "note")
    with gate.writing(
        actor,
        Act.SET_CASE_MANAGER,
        verb=Verb.CASE_MANAGER_SET,
        purpose=purpose,
        situation=situation,
    ) as pen:
        row = locked(actor, situation)
        numbered(Contribution, number)
        still_held_so(row, seen)
        row.next_review_on = next_review_on or row.next_review_on
        if case_manager is not None:
            check_manager(actor, row, case_manager)
        if case_manager not in {None, row.case_manager_id, actor.participation}:
            row.proposed_manager_id, row.manager_proposed_by_id = case_manager, me(actor)
            save(actor, row)
            pen.record(Verb.CASE_MANAGER_PROPOSED, row, subjects=_who(case_manager))
            noticing.notice(NoticeKind.HOLDER_PROPOSED, row, case_manager, by=me(actor))
        elif case_manager != row.case_manager_id:
            _hold(actor, pen, row, case_manager)
        else:
            row.proposed_manager = row.manager_proposed_by = None
            save(actor, row)
            pen.record(Verb.CASE_MANAGER_SET, row, subjects=_who(case_manager))
        if note:
            add_entry(actor, pen, row, kind=_NOTE, text=note, on=today, number=number)
        else:
            touch(actor, pen, row, today)
    return row


def answer_proposal(
    actor: gate.Actor,
    *,
    situation: UUID,
    accept: bool,
    purpose: Purpose = Purpose.FOLLOW_UP,
) -> Situation:
    """Accept or decline to hold a situation; whoever proposed it is told, and so is the one who
    held it.

    Raises `Refused`, `NoSuchManager`, or `NotAskedToHold` for anybody else, recorded as a refusal.
    """
    today = happened(None)
    verb = Verb.CASE_MANAGER_SET if accept else Verb.CASE_MANAGER_DECLINED
    with (
        refusals_recorded(actor, NotAskedToHold, verb=verb, purpose=purpose, situation=situation),
        gate.writing(actor, Act.CONTRIBUTE, verb=verb, purpose=purpose, situation=situation) as pen,
    ):
        row = locked(actor, situation)
        if row.proposed_manager_id != actor.participation:
            raise NotAskedToHold
        told = {row.manager_proposed_by_id, row.case_manager_id} - {me(actor)}
        if accept:
            check_manager(actor, row, me(actor))
            _hold(actor, pen, row, me(actor))
            touch(actor, pen, row, today)
        else:
            row.proposed_manager = row.manager_proposed_by = None
            save(actor, row)
            pen.record(verb, row)
        kind = NoticeKind.HOLDER_ACCEPTED if accept else NoticeKind.HOLDER_DECLINED
        for place in told:
            noticing.notice(kind, row, place, by=me(actor))
    return row


def _hold(actor: gate.Actor, pen: gate.Pen, row: Situation, holder: UUID | None) -> None:
    row.case_manager_id = holder
    row.proposed_manager = row.manager_proposed_by = None
    save(actor, row)
    pen.record(Verb.CASE_MANAGER_SET, row, subjects=_who(holder))
    if holder and row.state == SituationState.SIGNALLED:
        set_state(actor, pen, row, SituationState.FOLLOWED)


def _who(place: UUID | None) -> tuple[Subject, ...]:
    return (Subject(SubjectKind.PARTICIPATION, place),) if place else ()
