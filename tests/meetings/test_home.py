"""The home page: what concerns me, answered in place, and nothing of others."""

import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from concertation.meetings import actions
from concertation.meetings.home import home_page, in_words, spoken
from concertation.meetings.reading import clock, next_meeting
from concertation.situations.codes import show_code
from concertation.situations.forms import AnswerForm
from concertation.situations.models import AgreedAction
from tests.cast import Circle, Someone
from tests.signin import signed_in
from tests.situations.story import HEADLINE, agree, bring, entry, overdue

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])
ADDRESS = "/tilleuls"


def plan(circle: Circle, *, days: int, hour: int = 14) -> None:
    at = (timezone.localtime() + timedelta(days=days)).replace(hour=hour, minute=0)
    actions.plan_meeting(circle.coordinator.actor, starts_at=at, place="par vidéo")


def shown_to(someone: Someone) -> str:
    response = signed_in(someone).get(ADDRESS)
    assert response.status_code == 200
    return str(response.content.decode())


def test_home_stands_at_the_concertation_s_own_address() -> None:
    assert reverse("home", args=["tilleuls"]) == ADDRESS


def test_one_sentence_says_when_how_many_and_what_is_mine(circle: Circle) -> None:
    plan(circle, days=3)
    situation = bring(circle.participant)
    overdue(circle.manager, situation, circle.participant)
    page = shown_to(circle.participant)
    words = " ".join(page.split())
    assert "une situation, et <strong>une de vos actions</strong> arrive à échéance." in words
    assert "7 j de retard" in page
    assert "mon action" in page


@pytest.mark.parametrize("state", ["done", "under_way", "not_possible", "not_undertaken"])
def test_every_answer_of_the_sheet_is_offered_and_taken_at_home(circle: Circle, state: str) -> None:
    situation = bring(circle.participant)
    row = overdue(circle.manager, situation, circle.participant)
    client = signed_in(circle.participant)
    page = client.get(ADDRESS).content.decode()
    offered = re.findall(r'name="state"\s+value="(\w+)"', page)
    assert offered == list(AnswerForm.STATES)
    address = reverse("situation-action", args=["tilleuls", show_code(str(situation.code)), row.id])
    data = {"state": state, "text": "Pas cette fois", "next": "home", "version": row.version}
    assert client.post(address, data).headers["Location"] == ADDRESS
    assert AgreedAction.objects.get(id=row.id).state == state


def test_my_actions_are_answered_in_place(circle: Circle) -> None:
    situation = bring(circle.participant)
    row = overdue(circle.manager, situation, circle.participant)
    client = signed_in(circle.participant)
    page = client.get(ADDRESS).content.decode()
    address = reverse("situation-action", args=["tilleuls", show_code(str(situation.code)), row.id])
    assert address in page
    data = {"state": "done", "text": "Fait ensemble", "next": "home", "version": row.version}
    response = client.post(address, data)
    assert (response.status_code, response.headers["Location"]) == (302, ADDRESS)
    assert AgreedAction.objects.get(id=row.id).state == "done"


def test_what_is_due_later_waits_folded_away(circle: Circle) -> None:
    situation = bring(circle.participant)
    agree(circle.manager, situation, circle.participant, days=40)
    found = home_page(circle.participant.actor)
    assert (len(found.due), len(found.later)) == (0, 1)


def test_feedback_owed_stands_once(circle: Circle) -> None:
    situation = bring(circle.participant)
    overdue(circle.manager, situation, circle.participant)
    agree(circle.manager, situation, circle.participant, days=40)
    found = home_page(circle.participant.actor)
    assert {row.number for row in found.owed}.isdisjoint({row.number for row in found.due})
    assert len(found.owed) == 1


def test_news_are_what_others_entered(circle: Circle) -> None:
    situation = bring(circle.participant)
    entry(circle.manager, situation)
    entry(circle.participant, situation)
    page = shown_to(circle.participant)
    assert page.count("information") == 1


def test_news_count_from_the_visit_before_and_stay_when_the_page_is_loaded_again(
    circle: Circle,
) -> None:
    place = circle.participant.participation
    assert place is not None
    place.last_visit_at = timezone.now() - timedelta(days=2)
    place.save()
    entry(circle.manager, bring(circle.participant))
    client = signed_in(circle.participant)
    for _ in range(2):
        page = client.get(ADDRESS).content.decode()
        assert "Depuis votre dernière visite" in page
        assert page.count("information") == 1
    place.refresh_from_db()
    assert timezone.now() - place.last_visit_at < timedelta(minutes=5)


def test_a_limited_reader_sees_an_action_of_any_date(circle: Circle) -> None:
    agree(circle.manager, bring(circle.participant), circle.police, days=60)
    found = home_page(circle.police.actor)
    assert (len(found.due), found.later, found.opened) == (1, (), ())


def test_a_limited_reader_sees_the_action_addressed_and_no_more(circle: Circle) -> None:
    plan(circle, days=3)
    situation = bring(circle.participant)
    agree(circle.manager, situation, circle.police, days=3, text="Saluer les deux voisins")
    other = bring(circle.participant)
    page = shown_to(circle.police)
    assert "Saluer les deux voisins" in page
    assert HEADLINE not in page
    assert show_code(str(other.code)) not in page
    assert "Prochaine réunion" not in page


def test_a_limited_reader_answers_in_place(circle: Circle) -> None:
    situation = bring(circle.participant)
    row = agree(circle.manager, situation, circle.police, days=3)
    client = signed_in(circle.police)
    page = client.get(ADDRESS).content.decode()
    address = reverse("situation-action", args=["tilleuls", show_code(str(situation.code)), row.id])
    assert address in page
    data = {"state": "done", "text": "Salués tous les deux", "next": "home"}
    response = client.post(address, data)
    assert (response.status_code, response.headers["Location"]) == (302, ADDRESS)


def test_a_guest_without_a_situation_is_told_what_comes(circle: Circle) -> None:
    bring(circle.participant)
    page = shown_to(circle.guest)
    assert HEADLINE not in page
    assert "Aucune action ne vous est adressée" in page


def test_the_dpo_goes_to_the_ledger(circle: Circle) -> None:
    response = signed_in(circle.dpo).get(ADDRESS)
    assert response.status_code == 302
    assert response.headers["Location"] == reverse("ledger", args=["tilleuls"])


def test_an_empty_home_says_what_will_come(circle: Circle) -> None:
    page = shown_to(circle.participant)
    assert "Aucune de vos actions n’arrive à échéance." in page
    assert "La coordination prévoira la prochaine réunion" in page
    assert "Prévoir une réunion" in shown_to(circle.coordinator)


def test_home_asks_as_often_for_three_actions_as_for_one(circle: Circle) -> None:
    plan(circle, days=3)
    counts = []
    for more in (1, 2):
        for _ in range(more):
            overdue(circle.manager, bring(circle.manager), circle.participant)
        someone = circle.participant
        home_page(someone.actor)  # remembers the chain's head
        actor = someone.actor
        with CaptureQueriesContext(connection) as seen:
            home_page(actor)
        counts.append(len(seen))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(("days", "begins"), [(0, "Aujourd’hui"), (1, "Demain"), (30, "Le ")])
def test_a_meeting_is_told_as_people_say_it(circle: Circle, days: int, begins: str) -> None:
    plan(circle, days=days, hour=23)
    meeting = next_meeting(circle.participant.actor)
    assert meeting is not None
    assert spoken(meeting).startswith(begins)


def test_hours_and_numbers_are_said_in_words() -> None:
    assert clock(datetime(2026, 12, 3, 14, 0)) == "14\u00a0h"  # noqa: DTZ001
    assert clock(datetime(2026, 12, 3, 9, 5)) == "9\u00a0h\u00a005"  # noqa: DTZ001
    assert [in_words(number) for number in (1, 6, 13)] == ["une", "six", "13"]
