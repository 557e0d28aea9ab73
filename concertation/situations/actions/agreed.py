"""Agreed actions: proposed, agreed by the group, moved by who took them, with feedback."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone

from audit.enums import Purpose, Verb
from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import Participation
from concertation.situations import errors, noticing, reading, tally, texts
from concertation.situations.actions.follow import add_entry
from concertation.situations.actions.shared import (
    happened,
    locked,
    me,
    numbered,
    plannable,
    refusals_recorded,
    save,
    set_state,
    tell_holder,
    touch,
)
from concertation.situations.enums import (
    ENDED_ACTION_STATES,
    ActionState,
    ContributionKind,
    NoticeKind,
    SituationState,
)
from concertation.situations.models import AgreedAction, Situation
from concertation.situations.reading import live_grants
from ethics import gate
from ethics.policy import Act
from ethics.roles import READING_ROLES, Role, SecrecyStatus, may_hold_key
from ethics.secrecy.suites import SecrecyError

# Due within so many days, an action that is given to someone can't wait for the digest.
SOON: Final = timedelta(days=3)

# Agreeing is its own action; what has ended stays ended, a new action is proposed instead.
_ENDS: Final = frozenset(
    {
        ActionState.DONE,
        ActionState.NOT_POSSIBLE,
        ActionState.NOT_UNDERTAKEN,
        ActionState.WITHDRAWN,
    }
)
TRANSITIONS: Final[Mapping[ActionState, frozenset[ActionState]]] = {
    ActionState.PROPOSED: frozenset({ActionState.WITHDRAWN}),
    ActionState.AGREED: _ENDS | {ActionState.UNDER_WAY},
    ActionState.UNDER_WAY: _ENDS,
}


def propose_action(
    actor: gate.Actor,
    *,
    situation: UUID,
    owner: UUID,
    due_on: date,
    text: str,
    acts: str = "",
    on: date | None = None,
    number: UUID | None = None,
    purpose: Purpose = Purpose.FOLLOW_UP,
) -> AgreedAction:
    """Propose an action: one owner (a participation), one due date.

    Its text has its own key, which an owner who doesn't hold the circle's (a limited reader, a
    guest) is given when the group agrees, not before. A guest proposes nothing to a limited reader.
    `number` is the form's own: sent twice, it makes one action (`AlreadySent`).
    `acts` says who acts outside the board, by function or organisation; the owner relays.
    Raises `Refused`, `NoSuchOwner`, `OwnerNotForGuests`, `OwnerNotAdmitted`, `OwnerNotInAudience`,
    `DueTooEarly`, `DateOutOfReach`, `TextMissing` or `TextTooLong`.
    """
    day = happened(on)
    text = texts.needed(text, texts.MEDIUM, "text")
    acts = texts.one_line(acts, texts.SHORT, "acts")
    if due_on < day:
        raise errors.DueTooEarly
    plannable(due_on, day, "due_on")
    verb = Verb.ACTION_PROPOSED
    with (
        refusals_recorded(
            actor, errors.OwnerNotForGuests, verb=verb, purpose=purpose, situation=situation
        ),
        gate.writing(
            actor, Act.PROPOSE_ACTION, verb=verb, purpose=purpose, situation=situation
        ) as pen,
    ):
        place = owner_place(actor, owner)
        person = pen.facts.person
        if Role.LIMITED_READER in place.role_set and not may_hold_key(person.roles, person.status):
            raise errors.OwnerNotForGuests
        about = locked(actor, situation)
        row = _written(actor, pen, about, place, due_on, text, acts, day, number)
        pen.record(verb, row)
        tell_holder(pen, about)
        touch(actor, pen, about, day)
    return row


def agree_new_action(
    actor: gate.Actor,
    *,
    situation: UUID,
    owner: UUID,
    due_on: date,
    text: str,
    acts: str = "",
    number: UUID | None = None,
    purpose: Purpose = Purpose.MEETING,
) -> AgreedAction:
    """What a meeting agrees on as it is said: proposed and agreed in one.

    Raises what `propose_action` and `agree_action` raise.
    """
    day = happened(None)
    text = texts.needed(text, texts.MEDIUM, "text")
    acts = texts.one_line(acts, texts.SHORT, "acts")
    if due_on < day:
        raise errors.DueTooEarly
    plannable(due_on, day, "due_on")
    verb = Verb.ACTION_AGREED
    with gate.writing(
        actor, Act.AGREE_ACTION, verb=verb, purpose=purpose, situation=situation
    ) as pen:
        about = locked(actor, situation)
        row = _written(
            actor, pen, about, owner_place(actor, owner), due_on, text, acts, day, number
        )
        _settle(actor, pen, about, row, day)
    return row


def _written(
    actor: gate.Actor,
    pen: gate.Pen,
    about: Situation,
    place: Participation,
    due_on: date,
    text: str,
    acts: str,
    day: date,
    number: UUID | None,
) -> AgreedAction:
    """The sealed row of a proposed action, under a key of its own."""
    check_reads(about, place)
    row = AgreedAction(
        **numbered(AgreedAction, number),
        situation=about,
        container=about.id,
        owner=place,
        due_on=due_on,
        proposed_by_id=me(actor),
        proposed_on=day,
    )
    pen.new_scope(row)
    pen.seal(row, text=text, result="", acts=acts)
    save(actor, row)
    return row


def _settle(
    actor: gate.Actor, pen: gate.Pen, about: Situation, row: AgreedAction, day: date
) -> None:
    """The group agrees: an owner outside the circle gets the key, the year counts it."""
    row.state, row.agreed_on = ActionState.AGREED, day
    save(actor, row)
    if not in_circle(row.owner):
        give_key(pen, row, row.owner)
    pen.record(Verb.ACTION_AGREED, row)
    tally.count(pen, about.concertation_id, day, "actions", ActionState.AGREED.value)
    tell_owner(pen, about, row)
    tell_holder(pen, about)
    if about.state == SituationState.SIGNALLED:
        set_state(actor, pen, about, SituationState.FOLLOWED)
    touch(actor, pen, about, day)


def owner_place(actor: gate.Actor, number: UUID) -> Participation:
    rows = Participation.objects.filter(id=number, concertation=actor.concertation)
    place = rows.exclude(state=ParticipationState.ENDED).first()
    if place is None or not place.role_set & READING_ROLES or Role.DPO in place.role_set:
        raise errors.NoSuchOwner
    if place.state != ParticipationState.ADMITTED and not in_circle(place):
        raise errors.OwnerNotAdmitted
    return place


def check_reads(about: Situation, owner: Participation) -> None:
    """An action of a restricted situation goes to one of its readers: nobody else could see it."""
    if about.restricted and not live_grants(about).filter(participation=owner.id).exists():
        raise errors.OwnerNotInAudience


def in_circle(place: Participation) -> bool:
    return may_hold_key(place.role_set, SecrecyStatus(place.secrecy_status))


def give_key(pen: gate.Pen, row: AgreedAction, place: Participation) -> None:
    try:
        pen.share_scope(row.container, row.scope, place.person_id)
    except SecrecyError as error:
        # Their public key comes from the membership chain: before admission there is none.
        raise errors.OwnerNotAdmitted from error


def agree_action(
    actor: gate.Actor,
    *,
    action: UUID,
    expected_version: int | None = None,
    on: date | None = None,
    purpose: Purpose = Purpose.FOLLOW_UP,
) -> AgreedAction:
    """The group agrees on what was proposed; the first agreed action makes a followed situation.

    From here on an owner outside the circle holds the action's key. Raises `Refused`,
    `TransitionRefused`, `OwnerNotAdmitted`, `OwnerNotInAudience`, `StaleVersion` or
    `DateOutOfReach`.
    """
    day = happened(on)
    known = reading.find_action(actor, action, purpose=purpose)
    with gate.writing(
        actor,
        Act.AGREE_ACTION,
        verb=Verb.ACTION_AGREED,
        purpose=purpose,
        situation=known.situation_id,
    ) as pen:
        about = locked(actor, known.situation_id)
        row = locked_action(action, expected_version)
        if row.state != ActionState.PROPOSED:
            raise errors.TransitionRefused
        check_reads(about, row.owner)
        _settle(actor, pen, about, row, day)
    return row


def tell_owner(pen: gate.Pen, about: Situation, row: AgreedAction) -> None:
    """Tell an action's owner that it is theirs; at once when there are but a few days left."""
    if pen.purpose == Purpose.IMPORT:
        return
    urgent = row.due_on <= timezone.localdate() + SOON
    kind = NoticeKind.ACTION_GIVEN
    by = pen.actor.participation
    noticing.notice(kind, about, row.owner_id, action=row, by=by, urgent=urgent)


def move_action(
    actor: gate.Actor,
    *,
    action: UUID,
    state: str,
    result: str = "",
    expected_version: int | None = None,
    on: date | None = None,
    purpose: Purpose = Purpose.FOLLOW_UP,
) -> AgreedAction:
    """Take an action further: under way, done, not possible (with the reason), not undertaken.

    The owner, the case manager and the coordinator may. A result its owner may not read (see
    `_is_the_owner_s`) stands on the timeline instead. Raises `Refused`, `TransitionRefused`,
    `ReasonMissing`, `StaleVersion`, `TextTooLong` or `DateOutOfReach`.
    """
    day = happened(on)
    result = texts.clean(result, texts.MEDIUM, "text")
    known = reading.find_action(actor, action, purpose=purpose)
    with _moving(actor, Act.MOVE_ACTION, known, purpose) as pen:
        about = locked(actor, known.situation_id)
        row = locked_action(action, expected_version)
        _move(actor, pen, about, row, state, result, day)
        if result and not _is_the_owner_s(actor, row):
            _tell(actor, pen, about, row, result, day)
        else:
            touch(actor, pen, about, day)
    return row


def answer_action(
    actor: gate.Actor,
    *,
    action: UUID,
    state: str,
    text: str = "",
    expected_version: int | None = None,
    on: date | None = None,
    purpose: Purpose = Purpose.MY_ACTION,
) -> AgreedAction:
    """The one line under an action: its state and a word to the group, noted together.

    A text is feedback; with a final state it is the action's result too, unless that would hand
    the group's word to an owner outside the circle. The same state with a text is feedback alone.
    Raises `Refused`, `TransitionRefused`, `ReasonMissing`, `TextMissing`,
    `TextTooLong`, `StaleVersion` or `DateOutOfReach`.
    """
    day = happened(on)
    text = texts.clean(text, texts.MEDIUM, "text")
    known = reading.find_action(actor, action, purpose=purpose)
    # Left open, the state stays: a word alone is feedback.
    moves = bool(state) and state != known.state
    if not moves and not text:
        raise errors.TextMissing("text")
    act = Act.MOVE_ACTION if moves else Act.GIVE_FEEDBACK
    with _moving(actor, act, known, purpose) as pen:
        about = locked(actor, known.situation_id)
        row = locked_action(action, expected_version)
        if moves:
            _move(actor, pen, about, row, state, text, day)
        if text:
            _tell(actor, pen, about, row, text, day)
        else:
            touch(actor, pen, about, day)
    return row


def _tell(
    actor: gate.Actor, pen: gate.Pen, about: Situation, row: AgreedAction, text: str, day: date
) -> None:
    add_entry(actor, pen, about, kind=ContributionKind.FEEDBACK, text=text, on=day, action=row)


def _is_the_owner_s(actor: gate.Actor, row: AgreedAction) -> bool:
    """Whether a word on an action may stand where its owner reads it: their own, or any word of the
    group when they are of the circle."""
    return row.owner_id == actor.participation or in_circle(row.owner)


def _moving(
    actor: gate.Actor, act: Act, known: AgreedAction, purpose: Purpose
) -> AbstractContextManager[gate.Pen]:
    verb = Verb.ACTION_STATE_CHANGED if act == Act.MOVE_ACTION else Verb.FEEDBACK_GIVEN
    return gate.writing(
        actor,
        act,
        verb=verb,
        purpose=purpose,
        situation=known.situation_id,
        action=known.id,
    )


def locked_action(number: UUID, expected_version: int | None) -> AgreedAction:
    row = AgreedAction.objects.select_for_update().get(id=number)
    if expected_version is not None and row.version != expected_version:
        raise errors.StaleVersion
    return row


def _move(
    actor: gate.Actor,
    pen: gate.Pen,
    about: Situation,
    row: AgreedAction,
    state: str,
    result: str,
    day: date,
) -> None:
    if state not in TRANSITIONS.get(ActionState(row.state), frozenset()):
        raise errors.TransitionRefused
    if state == ActionState.NOT_POSSIBLE and not result:
        raise errors.ReasonMissing
    before, row.state = row.state, ActionState(state)
    ended = row.state in ENDED_ACTION_STATES
    if ended:
        row.ended_on = day
        tally.count(pen, about.concertation_id, day, "actions", row.state)
    kept = ended and _is_the_owner_s(actor, row)
    # Sealed anew even without a word: the version tells two people apart who moved it at once.
    pen.seal(row, result=result if kept else "")
    save(actor, row)
    tell_holder(pen, about)
    pen.record(
        Verb.ACTION_STATE_CHANGED,
        row,
        details={"from_state": str(before), "to_state": str(row.state)},
    )
