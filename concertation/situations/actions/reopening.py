"""What can still happen to a situation that left the board: reopened here, or moved elsewhere.

Moving needs no right of its own: it is closing here and bringing there, by someone who may do both
(decision 53).
"""

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid5

from audit.enums import Purpose, Verb
from concertation.situations import errors, tally, texts
from concertation.situations.actions.bring import save_draft
from concertation.situations.actions.follow import close_situation
from concertation.situations.actions.shared import (
    happened,
    locked,
    moment,
    plannable,
    set_state,
    tell_holder,
)
from concertation.situations.enums import Outcome, SituationState
from concertation.situations.errors_following import KeptTooLong, NoSuchPlace
from concertation.situations.models import Situation
from concertation.situations.reading.moving import elsewhere
from concertation.situations.reading.presented import outcome_of, presented
from ethics import gate
from ethics.policy import Act
from ethics.rights import retention

# What a move may be called: the person went away, the wider basin took over, or neither.
MOVED: tuple[Outcome, ...] = (Outcome.MOVED_AWAY, Outcome.ESCALATED, Outcome.OTHER)


def reopen_situation(
    actor: gate.Actor,
    *,
    situation: UUID,
    next_review_on: date | None = None,
    purpose: Purpose = Purpose.FOLLOW_UP,
) -> Situation:
    """Take a closed situation up again, under the same code, until it is erased.

    Its result is taken back, in the text and in the year's counts: it will be closed again, and
    would count twice; the history keeps it. Not one that retention would close again at once.
    Raises `Refused` (not closed, too), `KeptTooLong`, `NotReadable` or `DateOutOfReach`.
    """
    today = happened(None)
    plannable(next_review_on, today)
    ended = outcome_of(actor, situation, purpose=purpose)
    with gate.writing(
        actor,
        Act.REOPEN,
        verb=Verb.SITUATION_STATE_CHANGED,
        purpose=purpose,
        situation=situation,
    ) as pen:
        row = locked(actor, situation)
        life = retention.Life(signalled_on=row.signalled_on or today, last_entry_on=today)
        if retention.due(life, today) is not None:
            raise KeptTooLong
        if row.version != ended.version:
            raise errors.StaleVersion
        closed_on = row.closed_on or today
        pen.seal(row, outcome={}, outcome_comment="")
        row.closed_on = row.review_asked_on = row.kept_until = None
        row.next_review_on = next_review_on
        row.last_entry_at = moment(today)
        set_state(actor, pen, row, SituationState.FOLLOWED)
        tell_holder(pen, row)
        moves = [("outcomes", ended.outcome, -1)] if ended.outcome else []
        moves += [("unmet_needs", need, -1) for need in ended.unmet_needs]
        tally.move(pen, row.concertation_id, closed_on, moves)
    return row


def move_situation(
    actor: gate.Actor,
    *,
    situation: UUID,
    place: UUID,
    outcome: str,
    comment: str = "",
    purpose: Purpose = Purpose.FOLLOW_UP,
) -> Situation:
    """Move a situation to another concertation of the mover's: its presentation becomes their draft
    there, sealed anew, to be shared by a decision of its own and under a new code; it closes here.

    What the person was told and agreed to was for this circle: both are asked anew. The timeline
    stays here, where it was written. Sent twice, it makes one draft. Raises `Refused`,
    `NoSuchPlace`, `NotInList`, `AgreementWithdrawn`, `NotReadable` or `IdentifierFound`.
    """
    comment = texts.clean(comment, texts.MEDIUM, "comment")
    if outcome not in MOVED:
        raise errors.NotInList("outcome")
    there = elsewhere(actor, place)
    if there is None:
        raise NoSuchPlace
    about = presented(actor, situation, purpose=purpose)
    if Situation.objects.filter(id=situation, hidden=True).exists():
        raise errors.AgreementWithdrawn
    text = replace(
        about.presentation,
        informed="",
        informed_why="",
        agreement="",
        agreement_on=None,
        agreement_how="",
    )
    _look_first(actor, comment)
    form_number = uuid5(place, str(situation))
    draft = save_draft(there, presentation=text, form_number=form_number, purpose=purpose)
    close_situation(actor, situation=situation, outcome=outcome, comment=comment, purpose=purpose)
    return draft


def _look_first(actor: gate.Actor, comment: str) -> None:
    """Two writes follow, each through the guard: what the second would refuse is said before the
    first is saved. Raises `IdentifierFound`."""
    said = actor.answers.kept | actor.answers.false_alarms
    found = gate.look("comment", comment, gate.known_names(actor.concertation))
    unanswered = [each for each in found if each.hard or each.key not in said]
    if unanswered:
        raise gate.IdentifierFound(unanswered)
