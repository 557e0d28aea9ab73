"""A situation on the board, made the real way, and ways to reach past the door."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from audit.enums import Purpose, Verb
from concertation.situations.enums import ActionState, SituationState
from concertation.situations.models import AgreedAction, Situation
from ethics import gate
from ethics.policy import Act
from ethics.secrecy.fields import SealedRecord
from ethics.secrecy.models import ContainerKind
from tests.cast import Circle, Someone

MakeSituation = Callable[..., Situation]


def texts_of(model: type[SealedRecord], mark: str) -> dict[str, Any]:
    """A recognisable value for every sealed field."""
    return {
        each.name: [f"{mark} {each.name}"] if each.coded else f"{mark} {each.name}"
        for each in model.sealed_fields()
    }


def draft(circle: Circle, author: Someone, mark: str) -> Situation:
    """A draft of an author."""
    with gate.writing(
        author.actor, Act.BRING, verb=Verb.DRAFT_SAVED, purpose=Purpose.BRINGING
    ) as pen:
        number = pen.open_container(ContainerKind.SITUATION)
        situation = Situation(
            id=number,
            container=number,
            scope=number,
            concertation=circle.concertation,
            brought_by=author.participation,
        )
        pen.seal(situation, **texts_of(Situation, mark))
        situation.save()
        pen.record(Verb.DRAFT_SAVED, situation)
    return situation


@pytest.fixture
def make_situation(circle: Circle) -> MakeSituation:
    """Makes signalled situations, each with its own recognisable texts and code."""
    codes = iter(["K7QF3MMH", "W2HB9T9S", "3PMZ6A6T", "R4DN8XSW"])

    def make(mark: str = "canari", author: Someone | None = None) -> Situation:
        someone = author or circle.participant
        situation = draft(circle, someone, mark)
        with gate.writing(
            someone.actor,
            Act.BRING,
            verb=Verb.SITUATION_BROUGHT,
            purpose=Purpose.BRINGING,
            situation=situation.id,
        ) as pen:
            pen.open_to_circle(situation)
            situation.state = SituationState.SIGNALLED
            situation.code = next(codes)
            situation.signalled_on = date(2026, 11, 1)
            situation.save()
            pen.record(Verb.SITUATION_BROUGHT, situation)
        return situation

    return make


def make_action(
    circle: Circle,
    situation: Situation,
    owner: Someone,
    text: str,
    state: ActionState = ActionState.AGREED,
) -> AgreedAction:
    """An action agreed with the manager and addressed to someone."""
    with gate.writing(
        circle.manager.actor,
        Act.PROPOSE_ACTION,
        verb=Verb.ACTION_PROPOSED,
        purpose=Purpose.SHEET,
        situation=situation.id,
    ) as pen:
        action = AgreedAction(
            situation=situation,
            container=situation.id,
            owner=owner.participation,
            due_on=date(2026, 12, 1),
            proposed_by=circle.manager.participation,
            proposed_on=date(2026, 11, 1),
            agreed_on=date(2026, 11, 1),
            state=state,
        )
        pen.new_scope(action)
        pen.seal(action, text=text, result="", acts="")
        action.save()
        pen.share_scope(situation.id, action.id, owner.user.id)
        pen.record(Verb.ACTION_PROPOSED, action)
    return action
