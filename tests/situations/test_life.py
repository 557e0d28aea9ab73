"""The life of a situation, through the actions: draft, shared, followed, closed."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from audit.enums import Purpose
from audit.models import Entry
from concertation.situations import actions, errors
from concertation.situations.models import (
    AgreedAction,
)
from ethics import gate
from tests.cast import Circle, number_of
from tests.situations import story

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def test_a_situation_lives_from_draft_to_closing(circle: Circle) -> None:
    row = story.bring(circle.participant)
    assert row.state == "signalled"
    assert row.code
    action = story.agree(circle.manager, row, circle.participant)
    row.refresh_from_db()
    assert row.state == "followed"
    story.entry(circle.manager, row)
    actions.answer_action(
        circle.participant.actor, action=action.id, state="done", text="Appel fait à deux"
    )
    actions.set_case_manager(
        circle.participant.actor, situation=row.id, case_manager=number_of(circle.manager)
    )
    actions.close_situation(
        circle.manager.actor,
        situation=row.id,
        outcome="support_network_reinforced",
        unmet_needs=["housing"],
        comment="Le chauffage tient",
    )
    row.refresh_from_db()
    assert (row.state, row.closed_on) == ("closed", timezone.localdate())
    assert story.counts(circle) == {
        "situations_brought": {"all": 1},
        "treated": {"all": 1},
        "needs": {"housing": 1, "income_rights": 1},
        "actions": {"agreed": 1, "done": 1},
        "feedback_given": {"all": 1},
        "outcomes": {"support_network_reinforced": 1},
        "unmet_needs": {"housing": 1},
    }
    for verb in ("draft_saved", "sharing_decided", "situation_brought", "action_agreed"):
        assert verb in story.verbs()


def test_an_entry_wakes_a_dormant_situation(circle: Circle) -> None:
    row = story.bring(circle.participant)
    actions.change_state(circle.coordinator.actor, situation=row.id, state="followed")
    actions.change_state(circle.coordinator.actor, situation=row.id, state="dormant")
    story.entry(circle.manager, row)
    row.refresh_from_db()
    assert row.state == "followed"


def test_a_situation_moves_only_along_its_states(circle: Circle) -> None:
    row = story.bring(circle.participant)
    for state in ("draft", "dormant", "closed", "erased"):
        with pytest.raises(errors.TransitionRefused):
            actions.change_state(circle.coordinator.actor, situation=row.id, state=state)


def test_a_closed_situation_takes_nothing_more(circle: Circle) -> None:
    row = story.bring(circle.participant)
    actions.close_situation(circle.coordinator.actor, situation=row.id, outcome="informed")
    with pytest.raises(gate.Refused):
        story.entry(circle.manager, row)


def test_not_published_comes_from_an_import_only(circle: Circle) -> None:
    row = story.bring(circle.participant)
    for outcome in ("not_published", "sold"):
        with pytest.raises(errors.NotInList):
            actions.close_situation(circle.coordinator.actor, situation=row.id, outcome=outcome)
    actions.close_situation(
        circle.coordinator.actor,
        situation=row.id,
        outcome="not_published",
        purpose=Purpose.IMPORT,
    )


def test_what_happened_long_ago_is_counted_in_its_year(circle: Circle) -> None:
    meeting = uuid4()
    draft = story.draft(circle.coordinator)
    row = story.share(circle.coordinator, draft.id, on=date(2021, 1, 13), meeting=meeting)
    action = actions.propose_action(
        circle.coordinator.actor,
        situation=row.id,
        owner=number_of(circle.participant),
        due_on=date(2021, 2, 10),
        text="Accompagner",
        on=date(2021, 1, 13),
        purpose=Purpose.IMPORT,
    )
    actions.agree_action(circle.coordinator.actor, action=action.id, on=date(2021, 1, 13))
    actions.move_action(
        circle.coordinator.actor, action=action.id, state="done", on=date(2021, 2, 10)
    )
    actions.give_feedback(
        circle.coordinator.actor,
        situation=row.id,
        action=action.id,
        text="Fait ensemble",
        on=date(2021, 2, 10),
    )
    actions.close_situation(
        circle.coordinator.actor, situation=row.id, outcome="referred", on=date(2021, 6, 23)
    )
    row.refresh_from_db()
    assert row.last_entry_at.date() == date(2021, 6, 23)
    assert story.counts(circle, 2021) == {
        "situations_brought": {"all": 1},
        "treated": {"all": 1},
        "brought_at": {str(meeting): 1},
        "needs": {"housing": 1, "income_rights": 1},
        "actions": {"agreed": 1, "done": 1},
        "feedback_given": {"all": 1},
        "outcomes": {"referred": 1},
    }


def test_nothing_has_happened_tomorrow(circle: Circle) -> None:
    row = story.bring(circle.participant)
    tomorrow = timezone.localdate() + timedelta(days=1)
    with pytest.raises(errors.DateOutOfReach):
        actions.contribute(
            circle.manager.actor, situation=row.id, kind="question", text="Quoi ?", on=tomorrow
        )


def test_texts_are_cleaned_and_never_cut(circle: Circle) -> None:
    row = story.bring(
        circle.participant,
        headline="  Deux\n lignes\u202e ",
        account="un\x07 mot\r\n\r\n\r\n\r\nun autre  ",
    )
    opened = gate.reveal(
        circle.manager.actor, records=[row], subjects=[row.id], purpose=Purpose.SHEET
    )
    assert opened.get(row, "headline") == "Deux lignes"
    assert opened.get(row, "account") == "un mot\n\nun autre"
    with pytest.raises(errors.TextTooLong) as caught:
        story.draft(circle.participant, headline="x" * 81)
    assert caught.value.field == "headline"
    with pytest.raises(errors.NotInList):
        story.draft(circle.participant, needs=("money",))


def test_a_failed_action_leaves_no_trace_of_a_write(circle: Circle) -> None:
    row = story.bring(circle.participant)
    before = Entry.objects.count()
    with pytest.raises(errors.NoSuchOwner):
        story.propose(circle.manager, row, circle.dpo)
    assert Entry.objects.count() == before
    assert not AgreedAction.objects.exists()
