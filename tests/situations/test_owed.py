"""Feedback owed to who brought a situation, and counted for the coordinator by organisation."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from concertation.situations import actions, reading
from tests.cast import Circle, number_of
from tests.signin import signed_in
from tests.situations import story
from tests.situations.pages import get, url

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def test_who_brought_a_situation_is_owed_a_first_word(circle: Circle) -> None:
    row = story.bring(circle.participant)
    # Nobody holds it: the coordinator owes it. Its bringer's own words aren't an answer.
    actions.give_feedback(circle.participant.actor, situation=row.id, text="Toujours là")
    assert len(reading.brought_owed(circle.coordinator.actor)) == 1
    assert reading.brought_owed(circle.manager.actor) == ()
    actions.set_case_manager(
        circle.coordinator.actor, situation=row.id, case_manager=number_of(circle.manager)
    )
    assert reading.brought_owed(circle.coordinator.actor) == ()
    (owed,) = reading.brought_owed(circle.manager.actor)
    assert owed.headline == story.HEADLINE
    assert "attendent un retour" in get(signed_in(circle.manager), url(circle, "home"))
    assert reading.situation_sheet(circle.manager.actor, row.code or "").unanswered
    actions.give_feedback(circle.manager.actor, situation=row.id, text="Lien gardé")
    assert reading.brought_owed(circle.manager.actor) == ()
    assert not reading.situation_sheet(circle.manager.actor, row.code or "").unanswered


def test_the_sheet_says_which_actions_owe_a_word(circle: Circle) -> None:
    row = story.bring(circle.participant)
    story.propose(circle.manager, row, circle.participant)
    action = story.agree(circle.manager, row, circle.participant)
    sheet = reading.situation_sheet(circle.participant.actor, row.code or "")
    assert [(each.number == action.id, each.owes) for each in sheet.actions].count(
        (True, True)
    ) == 1
    assert sum(each.owes for each in sheet.actions) == 1
    actions.answer_action(circle.participant.actor, action=action.id, state="", text="Lien gardé")
    sheet = reading.situation_sheet(circle.participant.actor, row.code or "")
    assert not any(each.owes for each in sheet.actions)


def test_a_closed_situation_owes_nothing(circle: Circle) -> None:
    row = story.bring(circle.participant)
    actions.close_situation(circle.coordinator.actor, situation=row.id, outcome="informed")
    assert reading.brought_owed(circle.coordinator.actor) == ()


def test_the_coordinator_sees_what_is_owed_by_organisation_and_nobody_else_does(
    circle: Circle,
) -> None:
    row = story.bring(circle.participant)
    story.overdue(circle.manager, row, circle.participant)
    story.agree(circle.manager, row, circle.participant)
    actions.set_case_manager(
        circle.coordinator.actor, situation=row.id, case_manager=number_of(circle.manager)
    )
    found = reading.owed_by_organisation(circle.coordinator.actor, None)
    assert [(each.organisation, each.actions, each.overdue, each.situations) for each in found] == [
        ("Coup-de-Pouce tilleuls", 2, 1, 0),
        ("La Théière tilleuls", 0, 0, 1),
    ]
    assert reading.owed_by_organisation(circle.manager.actor, None) == ()
    page = get(signed_in(circle.coordinator), url(circle, "home"))
    assert "Retours attendus, par organisation" in page
    assert "par organisation" not in get(signed_in(circle.manager), url(circle, "home"))


def test_both_lists_cost_the_same_for_one_row_and_for_three(circle: Circle) -> None:
    # A first reading notes what this member saw of the chain.
    story.bring(circle.participant)
    reading.board(circle.coordinator.actor)
    counts = []
    for more in (1, 2):
        for _ in range(more):
            row = story.bring(circle.participant)
            story.overdue(circle.manager, row, circle.participant)
        with CaptureQueriesContext(connection) as found:
            assert reading.brought_owed(circle.coordinator.actor)
            assert reading.owed_by_organisation(circle.coordinator.actor, None)
        counts.append(len(found))
    assert counts[0] == counts[1]
