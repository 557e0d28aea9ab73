"""Following a situation: entries of the timeline, who holds it, its state, its closing."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Subject
from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import Participation
from concertation.situations import errors, tally, texts
from concertation.situations.actions.shared import (
    happened,
    locked,
    me,
    moment,
    numbered,
    plannable,
    refusals_recorded,
    save,
    set_state,
    still_held_so,
    tell_holder,
    touch,
)
from concertation.situations.enums import (
    ContributionKind,
    Need,
    Outcome,
    SituationState,
)
from concertation.situations.models import AgreedAction, Contribution, Situation
from concertation.situations.reading import live_grants
from ethics import gate
from ethics.policy import Act
from ethics.roles import Role, SecrecyStatus, may_answer, may_hold_key

# Feedback has its own action; decisions and dissent of a meeting are the coordinator's to enter.
FREE_KINDS: Final = frozenset(
    {ContributionKind.INFORMATION, ContributionKind.QUESTION, ContributionKind.DEVELOPMENT}
)
OF_THE_MEETING: Final = frozenset({ContributionKind.DECISION, ContributionKind.DISSENT})
CHANGES: Final[Mapping[SituationState, frozenset[SituationState]]] = {
    SituationState.SIGNALLED: frozenset({SituationState.FOLLOWED}),
    SituationState.FOLLOWED: frozenset({SituationState.DORMANT}),
    SituationState.DORMANT: frozenset({SituationState.FOLLOWED}),
}


_FORMS: Final[Mapping[Act, Verb]] = {
    Act.CONTRIBUTE: Verb.CONTRIBUTION_ADDED,
    Act.PROPOSE_ACTION: Verb.ACTION_PROPOSED,
    Act.SET_CASE_MANAGER: Verb.CASE_MANAGER_SET,
}


def check_may(actor: gate.Actor, act: Act, *, situation: UUID) -> None:
    """Decide an act without doing it, for a form sent with mistakes: someone it was never offered
    to is refused, and recorded, as for one without. Raises `Refused`."""
    with gate.writing(actor, act, verb=_FORMS[act], purpose=Purpose.FOLLOW_UP, situation=situation):
        pass


def contribute(
    actor: gate.Actor,
    *,
    situation: UUID,
    kind: str,
    text: str,
    meeting: UUID | None = None,
    urgent: bool = False,
    on: date | None = None,
    number: UUID | None = None,
    purpose: Purpose = Purpose.FOLLOW_UP,
) -> Contribution:
    """Add information, a question or a development to the timeline.

    A meeting's decision, or a dissent from it, carries the meeting's number and is entered by the
    coordinator. Raises `Refused`, `KindRefused`, `TextMissing`, `TextTooLong`, `DateOutOfReach`.
    """
    day = happened(on)
    text = texts.needed(text, texts.LONG, "text")
    if kind not in FREE_KINDS | OF_THE_MEETING:
        raise errors.KindRefused
    verb = Verb.CONTRIBUTION_ADDED
    with (
        refusals_recorded(
            actor, errors.KindRefused, verb=verb, purpose=purpose, situation=situation
        ),
        gate.writing(actor, Act.CONTRIBUTE, verb=verb, purpose=purpose, situation=situation) as pen,
    ):
        if kind in OF_THE_MEETING and Role.COORDINATOR not in pen.facts.person.roles:
            raise errors.KindRefused
        return add_entry(
            actor,
            pen,
            locked(actor, situation),
            kind=kind,
            text=text,
            meeting=meeting,
            on=day,
            urgent=urgent,
            number=number,
        )


def write_entry(
    actor: gate.Actor,
    *,
    situation: UUID,
    kind: str,
    text: str,
    urgent: bool = False,
    meeting: UUID | None = None,
    on: date | None = None,
    number: UUID | None = None,
    purpose: Purpose = Purpose.FOLLOW_UP,
) -> Contribution:
    """An entry of any kind, as the timeline's one form offers it: feedback or contribution.

    `number` is the form's own: sent twice, it makes one entry (`AlreadySent`).
    `urgent` tells whoever holds the situation at once, instead of with the daily digest.
    """
    more: dict[str, Any] = {"urgent": urgent, "meeting": meeting, "on": on, "purpose": purpose}
    more["number"] = number
    if kind == ContributionKind.FEEDBACK:
        return give_feedback(actor, situation=situation, text=text, **more)
    return contribute(actor, situation=situation, kind=kind, text=text, **more)


def add_entry(
    actor: gate.Actor,
    pen: gate.Pen,
    situation: Situation,
    *,
    kind: str,
    text: str,
    on: date,
    action: AgreedAction | None = None,
    meeting: UUID | None = None,
    urgent: bool = False,
    number: UUID | None = None,
) -> Contribution:
    """Seal, save and record one entry inside an action's transaction.

    Whoever stands outside the circle of key holders writes under the key of the action addressed
    to them: that is the only one they hold, and the circle opens it too. Never under the key of
    an action addressed to somebody else, whose owner may not read the timeline.
    """
    person = pen.facts.person
    inside = may_hold_key(person.roles, person.status)
    own = action is not None and action.owner_id == actor.participation
    row = Contribution(
        **numbered(Contribution, number),
        situation=situation,
        container=situation.id,
        scope=action.scope if action is not None and own and not inside else situation.id,
        kind=kind,
        author_id=me(actor),
        action=action,
        meeting=meeting,
        on=on,
        made_at=moment(on),
    )
    pen.seal(row, text=text)
    save(actor, row)
    verb = Verb.CONTRIBUTION_ADDED
    if kind == ContributionKind.FEEDBACK:
        verb = Verb.FEEDBACK_GIVEN
        tally.count(pen, situation.concertation_id, on, "feedback_given", tally.ALL)
    pen.record(verb, row, meeting=meeting, details={"kind": str(kind)})
    tell_holder(pen, situation, urgent=urgent)
    touch(actor, pen, situation, on)
    return row


def give_feedback(
    actor: gate.Actor,
    *,
    situation: UUID,
    text: str,
    action: UUID | None = None,
    meeting: UUID | None = None,
    urgent: bool = False,
    on: date | None = None,
    number: UUID | None = None,
    purpose: Purpose = Purpose.FOLLOW_UP,
) -> Contribution:
    """Tell the group briefly how an action went, or how the situation evolves.

    “Link kept”, “no change”, “missed appointment” are feedback. A limited reader gives it on the
    action addressed to them. Raises `Refused`, `NoSuchAction`, `TextMissing`, `TextTooLong`,
    `DateOutOfReach`.
    """
    day = happened(on)
    text = texts.needed(text, texts.MEDIUM, "text")
    verb = Verb.FEEDBACK_GIVEN
    with (
        refusals_recorded(
            actor, errors.NoSuchAction, verb=verb, purpose=purpose, situation=situation
        ),
        gate.writing(
            actor,
            Act.GIVE_FEEDBACK,
            verb=verb,
            purpose=purpose,
            situation=situation,
            action=action,
        ) as pen,
    ):
        about = None
        if action is not None:
            about = AgreedAction.objects.filter(id=action, situation=situation).first()
        if about is None and (action or pen.decision.role == Role.LIMITED_READER):
            raise errors.NoSuchAction
        return add_entry(
            actor,
            pen,
            locked(actor, situation),
            kind=ContributionKind.FEEDBACK,
            text=text,
            on=day,
            action=about,
            meeting=meeting,
            urgent=urgent,
            number=number,
        )


def set_case_manager(
    actor: gate.Actor,
    *,
    situation: UUID,
    case_manager: UUID | None,
    next_review_on: date | None = None,
    on: date | None = None,
    seen: str = "",
    purpose: Purpose = Purpose.FOLLOW_UP,
) -> Situation:
    """Say who holds the situation (a participation, or nobody yet), and when to look again.

    The first one found makes a signalled situation a followed one. `next_review_on` left out keeps
    the date; `seen` is what the page showed. Raises `Refused`, `NoSuchManager`, `DateOutOfReach` or
    `StaleHolding`.
    """
    day = happened(on)
    plannable(next_review_on, day)
    with gate.writing(
        actor,
        Act.SET_CASE_MANAGER,
        verb=Verb.CASE_MANAGER_SET,
        purpose=purpose,
        situation=situation,
    ) as pen:
        row = locked(actor, situation)
        still_held_so(row, seen)
        if case_manager is not None:
            check_manager(actor, row, case_manager)
        row.case_manager_id = case_manager
        row.proposed_manager = row.manager_proposed_by = None
        row.next_review_on = next_review_on or row.next_review_on
        save(actor, row)
        who = (Subject(SubjectKind.PARTICIPATION, case_manager),) if case_manager else ()
        pen.record(Verb.CASE_MANAGER_SET, row, subjects=who)
        if case_manager and row.state == SituationState.SIGNALLED:
            set_state(actor, pen, row, SituationState.FOLLOWED)
        touch(actor, pen, row, day)
    return row


def check_manager(actor: gate.Actor, about: Situation, number: UUID) -> None:
    """Raise `NoSuchManager` for whoever may not hold this situation."""
    place = (
        Participation.objects.filter(id=number, concertation=actor.concertation)
        .exclude(state=ParticipationState.ENDED)
        .first()
    )
    if place is None or not may_answer(place.role_set, SecrecyStatus(place.secrecy_status)):
        raise errors.NoSuchManager
    if about.restricted and not live_grants(about).filter(participation=number).exists():
        raise errors.NoSuchManager


def change_state(
    actor: gate.Actor,
    *,
    situation: UUID,
    state: str,
    next_review_on: date | None = None,
    on: date | None = None,
    purpose: Purpose = Purpose.FOLLOW_UP,
) -> Situation:
    """Take a situation into the follow-up, let it rest, or wake it; closing is its own action.

    Raises `Refused`, `TransitionRefused` or `DateOutOfReach`.
    """
    day = happened(on)
    plannable(next_review_on, day)
    with gate.writing(
        actor,
        Act.EDIT,
        verb=Verb.SITUATION_STATE_CHANGED,
        purpose=purpose,
        situation=situation,
    ) as pen:
        row = locked(actor, situation)
        if state not in CHANGES.get(SituationState(row.state), frozenset()):
            raise errors.TransitionRefused
        row.next_review_on = next_review_on or row.next_review_on
        row.last_entry_at = max(row.last_entry_at, moment(day))
        set_state(actor, pen, row, SituationState(state))
        tell_holder(pen, row)
    return row


def close_situation(
    actor: gate.Actor,
    *,
    situation: UUID,
    outcome: str,
    unmet_needs: Iterable[str] = (),
    comment: str = "",
    expected_version: int | None = None,
    on: date | None = None,
    purpose: Purpose = Purpose.FOLLOW_UP,
) -> Situation:
    """Close a situation with its outcome and the needs nobody could meet.

    `Outcome.NOT_PUBLISHED` comes from an import only. From here it can be read, and nothing more.
    Raises `Refused`, `NotInList`, `StaleVersion`, `TextTooLong` or `DateOutOfReach`.
    """
    day = happened(on)
    comment = texts.clean(comment, texts.MEDIUM, "comment")
    unmet = [each for each in Need.values if each in set(unmet_needs)]
    imported = purpose == Purpose.IMPORT
    if outcome not in Outcome.values or (outcome == Outcome.NOT_PUBLISHED and not imported):
        raise errors.NotInList("outcome")
    with gate.writing(
        actor,
        Act.CLOSE,
        verb=Verb.SITUATION_CLOSED,
        purpose=purpose,
        situation=situation,
    ) as pen:
        row = locked(actor, situation)
        if expected_version is not None and row.version != expected_version:
            raise errors.StaleVersion
        before = row.state
        pen.seal(
            row,
            outcome={"outcome": str(outcome), "unmet_needs": unmet},
            outcome_comment=comment,
        )
        row.state, row.closed_on, row.next_review_on = SituationState.CLOSED, day, None
        row.kept_until = None
        row.last_entry_at = max(row.last_entry_at, moment(day))
        save(actor, row)
        tell_holder(pen, row)
        pen.record(Verb.SITUATION_CLOSED, row, details={"from_state": str(before)})
        moves = [("outcomes", str(outcome), 1), *(("unmet_needs", need, 1) for need in unmet)]
        tally.move(pen, row.concertation_id, day, moves)
    return row
