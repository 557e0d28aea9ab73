"""Telling a story on the board: drafted, shared, agreed, answered, by those who may."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from audit.enums import Purpose
from concertation.accounts.models import Concertation, Participation
from concertation.demo.people import Insider
from concertation.demo.stories import Deed, Story
from concertation.situations import actions
from concertation.situations.enums import ActionState, Agreement, Informed
from concertation.situations.models import AgreedAction
from concertation.situations.presentation import Presentation, Tie
from ethics import gate
from ethics.roles import Role

# Called once for each piece of work done, with a word for the progress line.
Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Seat:
    """A person in the place they have in one concertation."""

    someone: Insider
    place: Participation

    def actor(self) -> gate.Actor:
        """A fresh actor in this place."""
        return self.someone.actor(self.place)


@dataclass(slots=True)
class Table:
    """A concertation with its people, by the key of their organisation."""

    concertation: Concertation
    coordination: str
    recovery: str
    seats: dict[str, Seat] = field(default_factory=dict)

    @property
    def coordinator(self) -> Seat:
        """Who convenes."""
        return self.seats[self.coordination]


def presentation(story: Story, agreed_on: date) -> Presentation:
    """What the form would hold."""
    return Presentation(
        headline=story.headline,
        needs=story.needs,
        urgency=story.urgency,
        account=story.account,
        tried=story.tried,
        question=story.question,
        strengths=story.strengths,
        wish=story.wish,
        informed=Informed.YES,
        agreement=Agreement(story.agreement),
        agreement_on=agreed_on,
        agreement_how="de vive voix",
        network=tuple(Tie(who, kind) for who, kind in story.network),
        missing=story.missing,
    )


def bring(
    table: Table,
    story: Story,
    *,
    on: date,
    meeting: UUID | None,
    review_on: date | None = None,
    purpose: Purpose = Purpose.BRINGING,
) -> UUID:
    """Draft the story, answer the sharing decision, share it; gives the situation's number."""
    seat = table.seats[story.by]
    draft = actions.save_draft(seat.actor(), presentation=presentation(story, on), purpose=purpose)
    row = actions.bring_situation(
        seat.actor(),
        draft=draft.id,
        danger=False,
        identifiable=False,
        attested=True,
        meeting=meeting,
        next_review_on=review_on,
        on=on,
        purpose=purpose,
    )
    return row.id


def agree(
    table: Table,
    situation: UUID,
    by: Seat,
    deed: Deed,
    *,
    on: date,
    due_on: date,
    purpose: Purpose = Purpose.FOLLOW_UP,
) -> AgreedAction:
    """Propose an action to its owner, and agree on it unless the story leaves it proposed."""
    row = actions.propose_action(
        by.actor(),
        situation=situation,
        owner=table.seats[deed.owner].place.id,
        due_on=due_on,
        text=deed.text,
        acts=deed.acts,
        on=on,
        purpose=purpose,
    )
    if deed.state != ActionState.PROPOSED:
        actions.agree_action(table.coordinator.actor(), action=row.id, on=on, purpose=purpose)
    return row


def answer(
    table: Table,
    deed: Deed,
    action: UUID,
    *,
    on: date,
    purpose: Purpose = Purpose.MY_ACTION,
) -> None:
    """What became of an action: with a word by its owner, without one by the coordinator.

    A limited reader doesn't hold the key the year's counts are sealed under, so the coordinator
    notes for them what they told the meeting: the report then adds up.
    """
    if deed.state in {ActionState.PROPOSED, ActionState.AGREED}:
        return
    if deed.feedback:
        hand = table.seats[deed.owner]
        if Role.PARTICIPANT not in hand.place.role_set:
            hand = table.coordinator
        actions.answer_action(
            hand.actor(),
            action=action,
            state=deed.state,
            text=deed.feedback,
            on=on,
            purpose=purpose,
        )
        return
    actions.move_action(
        table.coordinator.actor(), action=action, state=deed.state, on=on, purpose=purpose
    )
