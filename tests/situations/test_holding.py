"""Who holds a situation: asked, accepted or declined, handed over with a note, told of news."""

from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from concertation.situations import actions, reading
from concertation.situations.codes import show_code
from concertation.situations.errors_following import NotAskedToHold
from concertation.situations.models import Notice, Situation
from ethics import gate
from tests.cast import Circle, Someone, number_of
from tests.signin import signed_in
from tests.situations import story
from tests.situations.pages import get, url

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def ask(circle: Circle, row: Situation, who: Someone) -> None:
    actions.name_manager(circle.participant.actor, situation=row.id, case_manager=number_of(who))
    row.refresh_from_db()


def held(circle: Circle) -> Situation:
    row = story.bring(circle.participant)
    actions.set_case_manager(
        circle.coordinator.actor, situation=row.id, case_manager=number_of(circle.manager)
    )
    return row


def test_nobody_holds_a_situation_on_the_sheet_without_saying_yes(circle: Circle) -> None:
    row = story.bring(circle.participant)
    code = show_code(row.code or "")
    sender = signed_in(circle.participant)
    sender.post(
        url(circle, "situation-manager", code),
        {"case_manager": str(number_of(circle.manager)), "note": "Elle connaît le foyer"},
    )
    row.refresh_from_db()
    assert (row.case_manager_id, row.proposed_manager_id) == (None, number_of(circle.manager))
    assert "proposé à La Théière" in get(sender, url(circle, "situation", code))
    client = signed_in(circle.manager)
    page = get(client, url(circle, "situation", code))
    assert "On vous propose d’être référent·e" in page
    assert "Elle connaît le foyer" in page
    client.post(url(circle, "situation-manager-answer", code), {"answer": "accept"})
    row.refresh_from_db()
    assert (row.case_manager_id, row.proposed_manager_id) == (number_of(circle.manager), None)
    assert row.state == "followed"
    told = Notice.objects.filter(participation=number_of(circle.participant))
    assert list(told.values_list("kind", flat=True)) == ["holder_accepted"]


def test_a_declined_situation_stays_with_who_held_it(circle: Circle) -> None:
    row = story.bring(circle.participant)
    # Oneself: nobody to ask.
    ask(circle, row, circle.participant)
    assert row.case_manager_id == number_of(circle.participant)
    ask(circle, row, circle.manager)
    actions.answer_proposal(circle.manager.actor, situation=row.id, accept=False)
    row.refresh_from_db()
    assert row.case_manager_id == number_of(circle.participant)
    assert row.proposed_manager_id is None
    assert "case_manager_declined" in story.verbs()


def test_only_who_was_asked_answers(circle: Circle) -> None:
    row = story.bring(circle.participant)
    ask(circle, row, circle.manager)
    with pytest.raises(NotAskedToHold):
        actions.answer_proposal(circle.coordinator.actor, situation=row.id, accept=True)
    with pytest.raises(gate.Refused):
        actions.answer_proposal(circle.police.actor, situation=row.id, accept=True)
    with pytest.raises(gate.Refused):
        actions.name_manager(
            circle.manager.actor, situation=row.id, case_manager=number_of(circle.manager)
        )
    actions.answer_proposal(circle.manager.actor, situation=row.id, accept=True)
    with pytest.raises(NotAskedToHold):
        actions.answer_proposal(circle.manager.actor, situation=row.id, accept=True)


def test_the_holder_sees_what_is_new_until_they_open_the_sheet(circle: Circle) -> None:
    row = held(circle)
    story.overdue(circle.coordinator, row, circle.participant)
    story.entry(circle.participant, row)
    story.entry(circle.manager, row)
    (line,) = reading.followed(circle.manager.actor)
    assert (line.news, line.open_actions, line.overdue) == (1, 1, 1)
    client = signed_in(circle.manager)
    page = get(client, url(circle, "followed"))
    for words in (story.HEADLINE, "du nouveau", "1 en retard"):
        assert words in page
    assert "Situations que je suis" in get(client, url(circle, "home"))
    get(client, url(circle, "situation", show_code(row.code or "")))
    assert "du nouveau" not in get(client, url(circle, "followed"))
    assert "référent·e d’aucune" in get(signed_in(circle.coordinator), url(circle, "followed"))


@pytest.mark.parametrize("news", ["rests", "resumes", "reopens", "closes"])
def test_the_holder_is_told_whatever_somebody_else_does(circle: Circle, news: str) -> None:
    row = held(circle)
    who = circle.coordinator.actor
    if news in {"resumes"}:
        actions.change_state(who, situation=row.id, state="dormant")
    if news in {"reopens"}:
        actions.close_situation(who, situation=row.id, outcome="other")
    Notice.objects.all().delete()
    if news in {"rests", "resumes"}:
        state = "dormant" if news == "rests" else "followed"
        actions.change_state(circle.coordinator.actor, situation=row.id, state=state)
    elif news == "reopens":
        actions.reopen_situation(circle.coordinator.actor, situation=row.id)
    else:
        actions.close_situation(circle.coordinator.actor, situation=row.id, outcome="other")
    told = Notice.objects.filter(participation=number_of(circle.manager))
    assert list(told.values_list("kind", flat=True)) == ["news"]


def test_urgent_news_reach_the_holder_at_once_and_ordinary_ones_wait(
    circle: Circle, django_capture_on_commit_callbacks: Any
) -> None:
    row = held(circle)
    with django_capture_on_commit_callbacks(execute=True):
        story.entry(circle.participant, row, "Rien de pressé")
    assert mail.outbox == []
    with django_capture_on_commit_callbacks(execute=True):
        actions.write_entry(
            circle.participant.actor,
            situation=row.id,
            kind="information",
            text="Le foyer ferme demain",
            urgent=True,
        )
    (message,) = mail.outbox
    assert message.to == ["manager@tilleuls.example"]
    assert "il y a du nouveau dans une situation dont vous êtes référent·e" in message.body
    for secret in (row.code or "", show_code(row.code or ""), "foyer", story.HEADLINE):
        assert secret not in f"{message.subject}{message.body}"


def test_the_overview_costs_the_same_for_one_situation_and_for_three(circle: Circle) -> None:
    # A first reading notes what this member saw of the chain.
    story.bring(circle.participant)
    reading.board(circle.manager.actor)
    counts = []
    for more in (1, 2):
        for _ in range(more):
            story.entry(circle.participant, held(circle))
        with CaptureQueriesContext(connection) as found:
            reading.followed(circle.manager.actor)
        counts.append(len(found))
    assert counts[0] == counts[1]
