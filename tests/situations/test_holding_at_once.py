"""Two people say at once who holds a situation: the second sees what happened, and decides."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from concertation.situations import actions, reading
from concertation.situations.codes import show_code
from concertation.situations.errors_following import StaleHolding
from concertation.situations.models import Contribution, Situation
from tests.cast import Circle, Someone, number_of
from tests.signin import signed_in
from tests.situations import story
from tests.situations.pages import get, hidden, text_of, url

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])
BESIDE = "Deux choix, côte à côte"
NOTE = "Elle connaît le foyer depuis longtemps"
DECLINED = "On ne vous propose plus"


@pytest.fixture
def row(circle: Circle) -> Situation:
    """Held by who brought it."""
    row = story.bring(circle.participant)
    actions.name_manager(
        circle.participant.actor, situation=row.id, case_manager=number_of(circle.participant)
    )
    row.refresh_from_db()
    return row


def page_of(client: Client, circle: Circle, row: Situation) -> str:
    return get(client, url(circle, "situation", show_code(row.code or "")))


def shown(client: Client, circle: Circle, row: Situation) -> dict[str, str]:
    """What the form of the sheet carries of what it shows."""
    page = page_of(client, circle, row)
    form = page[page.index(url(circle, "situation-manager", show_code(row.code or ""))) :]
    return {"seen": hidden(form, "seen"), "number": hidden(form, "number")}


def propose(
    client: Client, circle: Circle, row: Situation, who: Someone, seen: dict[str, str], **more: Any
) -> Any:
    data = {"case_manager": str(number_of(who)), "note": "", **seen, **more}
    return client.post(url(circle, "situation-manager", show_code(row.code or "")), data)


def reply(client: Client, circle: Circle, row: Situation, said: str) -> Any:
    address = url(circle, "situation-manager-answer", show_code(row.code or ""))
    return client.post(address, {"answer": said})


def told(response: Any) -> str:
    return " ".join(str(each) for each in get_messages(response.wsgi_request))


def holding(row: Situation) -> tuple[Any, Any]:
    row.refresh_from_db()
    return row.case_manager_id, row.proposed_manager_id


@pytest.mark.parametrize("participant_first", [True, False])
def test_the_second_of_two_proposals_sees_the_first_and_decides(
    circle: Circle, row: Situation, participant_first: bool
) -> None:
    mine, theirs = circle.coordinator, circle.participant
    if participant_first:
        mine, theirs = theirs, mine
    # Each asks the other one of them: two different people.
    second, first = signed_in(mine), signed_in(theirs)
    seen, seen_first = shown(second, circle, row), shown(first, circle, row)
    assert propose(first, circle, row, circle.manager, seen_first).status_code == 302
    page = text_of(propose(second, circle, row, circle.coordinator, seen, note=NOTE))
    assert BESIDE in page
    assert "Rien n’est écrasé" in page
    assert f"proposé à {label(circle.manager)}" in page
    assert f"Noté par {label(theirs)}" in page
    assert page.count(NOTE) == 1, "what was typed waits in the form"
    assert holding(row) == (number_of(circle.participant), number_of(circle.manager))
    assert not Contribution.objects.exists()
    again = {"seen": hidden(page, "seen"), "number": seen["number"]}
    assert again["seen"] != seen["seen"]
    sent = propose(second, circle, row, circle.coordinator, again, note=NOTE)
    assert sent.status_code == 302
    held, asked = holding(row)
    # Oneself holds it at once, somebody else is asked.
    assert number_of(circle.coordinator) in {held, asked}
    assert Contribution.objects.count() == 1


def label(who: Someone) -> str:
    place = who.participation
    assert place
    return f"{place.organisation.name}, {place.function}"


def test_another_review_day_meanwhile_stands_beside(circle: Circle, row: Situation) -> None:
    mine, theirs = signed_in(circle.participant), signed_in(circle.coordinator)
    seen = shown(mine, circle, row)
    near, far = (timezone.localdate() + timedelta(days=days) for days in (20, 40))
    who = circle.participant
    data = shown(theirs, circle, row)
    propose(theirs, circle, row, who, data, next_review_on=str(near))
    page = text_of(propose(mine, circle, row, who, seen, next_review_on=str(far)))
    assert BESIDE in page
    row.refresh_from_db()
    assert row.next_review_on == near


def test_accepted_first_then_proposed_to_another(circle: Circle, row: Situation) -> None:
    asker, asked = signed_in(circle.participant), signed_in(circle.manager)
    propose(asker, circle, row, circle.manager, shown(asker, circle, row))
    seen = shown(asker, circle, row)
    assert reply(asked, circle, row, "accept").status_code == 302
    page = text_of(propose(asker, circle, row, circle.coordinator, seen))
    # They hold it no longer: the sheet says who does, and nothing was changed by them.
    assert holding(row) == (number_of(circle.manager), None)
    assert BESIDE in page
    assert label(circle.manager) in page


def test_proposed_to_another_first_then_accepted(circle: Circle, row: Situation) -> None:
    asker, asked = signed_in(circle.participant), signed_in(circle.manager)
    propose(asker, circle, row, circle.manager, shown(asker, circle, row))
    assert "On vous propose" in page_of(asked, circle, row)
    propose(asker, circle, row, circle.coordinator, shown(asker, circle, row))
    assert DECLINED in told(reply(asked, circle, row, "accept"))
    assert holding(row) == (number_of(circle.participant), number_of(circle.coordinator))
    assert "proposé à" in page_of(asked, circle, row)


def test_a_choice_sent_twice_is_noted_once(circle: Circle, row: Situation) -> None:
    client = signed_in(circle.participant)
    seen = shown(client, circle, row)
    for note in (NOTE, NOTE):
        sent = propose(client, circle, row, circle.manager, seen, note=note)
        assert sent.status_code == 302
    assert Contribution.objects.count() == 1
    seen = shown(client, circle, row)
    for _ in range(2):
        assert propose(client, circle, row, circle.coordinator, seen).status_code == 302
    assert holding(row)[1] == number_of(circle.coordinator)


def test_a_yes_said_twice_is_a_yes(circle: Circle, row: Situation) -> None:
    asker, asked = signed_in(circle.participant), signed_in(circle.manager)
    propose(asker, circle, row, circle.manager, shown(asker, circle, row))
    for _ in range(2):
        answer = reply(asked, circle, row, "accept")
    assert "Vous êtes référent·e" in told(answer)
    assert DECLINED not in told(answer)
    assert holding(row) == (number_of(circle.manager), None)


def test_what_a_meeting_notes_overwrites_nothing_silently(circle: Circle, row: Situation) -> None:
    seen = reading.holding_of(row)
    holder = number_of(circle.manager)
    actions.name_manager(circle.participant.actor, situation=row.id, case_manager=holder)
    with pytest.raises(StaleHolding):
        actions.set_case_manager(
            circle.coordinator.actor,
            situation=row.id,
            case_manager=number_of(circle.coordinator),
            seen=seen,
        )
    assert holding(row) == (number_of(circle.participant), holder)
