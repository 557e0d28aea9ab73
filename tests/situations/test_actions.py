"""Agreed actions, who holds a situation, and what limited readers may do."""

from uuid import uuid4

import pytest
from django.utils import timezone

from audit.enums import Purpose
from concertation.situations import actions, errors
from concertation.situations.models import (
    AgreedAction,
    Contribution,
)
from ethics import gate
from tests.cast import Circle, number_of
from tests.situations import story

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


@pytest.mark.parametrize(
    ("way", "error"),
    [
        (["under_way", "agreed"], errors.TransitionRefused),
        (["done", "under_way"], errors.TransitionRefused),
        (["proposed"], errors.TransitionRefused),
        (["flying"], errors.TransitionRefused),
    ],
)
def test_actions_move_only_along_their_table(
    circle: Circle, way: list[str], error: type[Exception]
) -> None:
    row = story.bring(circle.participant)
    action = story.agree(circle.manager, row, circle.participant)
    for state in way[:-1]:
        actions.move_action(circle.participant.actor, action=action.id, state=state)
    with pytest.raises(error):
        actions.move_action(circle.participant.actor, action=action.id, state=way[-1])


def test_not_possible_says_why(circle: Circle) -> None:
    row = story.bring(circle.participant)
    action = story.agree(circle.manager, row, circle.participant)
    with pytest.raises(errors.ReasonMissing):
        actions.move_action(circle.participant.actor, action=action.id, state="not_possible")
    moved = actions.move_action(
        circle.participant.actor, action=action.id, state="not_possible", result="Complet"
    )
    assert moved.ended_on == timezone.localdate()


def test_two_people_moving_one_action_at_once_are_told(circle: Circle) -> None:
    row = story.bring(circle.participant)
    action = story.agree(circle.manager, row, circle.participant)
    actions.move_action(
        circle.coordinator.actor,
        action=action.id,
        state="under_way",
        expected_version=action.version,
    )
    with pytest.raises(errors.StaleVersion):
        actions.move_action(
            circle.participant.actor,
            action=action.id,
            state="done",
            expected_version=action.version,
        )


def test_only_owner_holder_or_coordinator_moves_an_action(circle: Circle) -> None:
    row = story.bring(circle.participant)
    action = story.agree(circle.manager, row, circle.participant)
    with pytest.raises(gate.Refused):
        actions.move_action(circle.manager.actor, action=action.id, state="done")
    actions.set_case_manager(
        circle.participant.actor, situation=row.id, case_manager=number_of(circle.manager)
    )
    actions.move_action(circle.manager.actor, action=action.id, state="done")


def test_finding_a_case_manager_makes_a_followed_situation(circle: Circle) -> None:
    row = story.bring(circle.participant)
    held = actions.set_case_manager(
        circle.participant.actor, situation=row.id, case_manager=number_of(circle.manager)
    )
    assert held.state == "followed"


def test_a_limited_reader_never_holds_a_situation(circle: Circle) -> None:
    row = story.bring(circle.participant)
    for someone in (circle.police, circle.guest, circle.dpo):
        with pytest.raises(errors.NoSuchManager):
            actions.set_case_manager(
                circle.participant.actor, situation=row.id, case_manager=number_of(someone)
            )


def test_an_action_has_an_owner_of_this_concertation(circle: Circle) -> None:
    row = story.bring(circle.participant)
    with pytest.raises(errors.NoSuchOwner):
        actions.propose_action(
            circle.manager.actor,
            situation=row.id,
            owner=uuid4(),
            due_on=timezone.localdate(),
            text="Appeler",
        )
    with pytest.raises(errors.NoSuchOwner):
        story.propose(circle.manager, row, circle.dpo)
    with pytest.raises(errors.DueTooEarly):
        story.propose(circle.manager, row, circle.participant, days=-1)


def test_a_limited_reader_answers_under_the_key_of_their_action(circle: Circle) -> None:
    row = story.bring(circle.participant)
    action = story.agree(circle.manager, row, circle.police)
    actions.answer_action(
        circle.police.actor, action=action.id, state="under_way", text="Passage prévu lundi"
    )
    actions.give_feedback(
        circle.police.actor, situation=row.id, action=action.id, text="Passage fait"
    )
    entries = list(Contribution.objects.order_by("made_at"))
    assert [each.scope for each in entries] == [action.id, action.id]
    opened = gate.reveal(
        circle.manager.actor, records=entries, subjects=[row.id], purpose=Purpose.SHEET
    )
    assert [opened.get(each, "text") for each in entries] == [
        "Passage prévu lundi",
        "Passage fait",
    ]
    # Sealed under the concertation's key, which they don't hold: their feedback isn't counted.
    assert "feedback_given" not in story.counts(circle)


def test_a_limited_reader_writes_nowhere_else(circle: Circle) -> None:
    row = story.bring(circle.participant)
    mine = story.agree(circle.manager, row, circle.police)
    other = story.agree(circle.manager, row, circle.manager)
    with pytest.raises(gate.Refused):
        story.entry(circle.police, row)
    with pytest.raises(gate.Refused):
        actions.move_action(circle.police.actor, action=other.id, state="done")
    with pytest.raises(gate.Refused):
        actions.give_feedback(circle.police.actor, situation=row.id, action=other.id, text="Non")
    with pytest.raises(errors.NoSuchAction):
        actions.give_feedback(circle.police.actor, situation=row.id, text="Où donc ?")
    assert AgreedAction.objects.get(id=mine.id).state == "agreed"


def test_decisions_and_dissent_are_entered_by_the_coordinator(circle: Circle) -> None:
    row = story.bring(circle.participant)
    meeting = uuid4()
    for kind in ("decision", "dissent"):
        with pytest.raises(errors.KindRefused):
            actions.contribute(
                circle.manager.actor, situation=row.id, kind=kind, text="Non", meeting=meeting
            )
        made = actions.contribute(
            circle.coordinator.actor,
            situation=row.id,
            kind=kind,
            text="Retour attendu",
            meeting=meeting,
        )
        assert made.meeting == meeting
    with pytest.raises(errors.KindRefused):
        actions.contribute(
            circle.coordinator.actor, situation=row.id, kind="feedback", text="Autre chemin"
        )
