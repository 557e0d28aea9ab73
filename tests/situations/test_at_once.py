"""Two people change one agreed action at once: both texts stand side by side, and none is lost."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from concertation.situations import reading
from concertation.situations.codes import show_code
from concertation.situations.models import AgreedAction, Contribution
from tests.cast import Circle, number_of
from tests.signin import signed_in
from tests.situations import story
from tests.situations.pages import text_of, url

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])
MINE, THEIRS = "Passée deux fois, personne", "Vu ce matin, tout est livré"
BESIDE = "Deux textes, côte à côte"


@pytest.fixture
def action(circle: Circle) -> AgreedAction:
    return story.agree(circle.manager, story.bring(circle.participant), circle.participant)


def send(client: Client, circle: Circle, name: str, row: AgreedAction, **data: Any) -> Any:
    code = show_code(str(row.situation.code))
    return client.post(url(circle, name, code, row.id), data)


def entries() -> int:
    return Contribution.objects.count()


def both(page: str) -> None:
    assert BESIDE in page
    assert page.count(MINE) == 2
    assert page.count(THEIRS) >= 1


def test_two_answers_stand_side_by_side_and_both_are_kept(
    circle: Circle, action: AgreedAction
) -> None:
    mine, theirs = signed_in(circle.participant), signed_in(circle.coordinator)
    seen = {"version": action.version}
    answer = "situation-action"
    send(theirs, circle, answer, action, **seen, state="under_way", text=THEIRS)
    refused = send(mine, circle, answer, action, **seen, state="not_possible", text=MINE)
    page = text_of(refused)
    both(page)
    assert entries() == 1
    action.refresh_from_db()
    assert (action.state, f'value="{action.version}"' in page) == ("under_way", True)
    again = {"version": action.version, "state": "not_possible", "text": f"{MINE}, puis livré"}
    assert send(mine, circle, answer, action, **again).status_code == 302
    sheet = reading.situation_sheet(circle.manager.actor, show_code(str(action.situation.code)))
    assert {THEIRS, f"{MINE}, puis livré"} <= {each.text for each in sheet.entries}


def test_two_other_days_stand_side_by_side(circle: Circle, action: AgreedAction) -> None:
    mine, theirs = signed_in(circle.participant), signed_in(circle.coordinator)
    day = timezone.localdate()
    seen = {"what": "postpone", "version": action.version}
    change = "situation-action-change"
    near, far = day + timedelta(days=20), day + timedelta(days=30)
    send(theirs, circle, change, action, **seen, due_on=str(near), text=THEIRS)
    page = text_of(send(mine, circle, change, action, **seen, due_on=str(far), text=MINE))
    both(page)
    action.refresh_from_db()
    assert action.due_on == near
    again = seen | {"version": action.version, "due_on": str(far), "text": MINE}
    assert send(mine, circle, change, action, **again).status_code == 302
    action.refresh_from_db()
    assert action.due_on == far


def test_an_action_given_to_two_people_at_once(circle: Circle, action: AgreedAction) -> None:
    mine, theirs = signed_in(circle.manager), signed_in(circle.coordinator)
    seen = {"what": "hand_over", "version": action.version}
    change = "situation-action-change"
    first, second = number_of(circle.coordinator), number_of(circle.manager)
    send(theirs, circle, change, action, **seen, owner=str(first), note=THEIRS)
    page = text_of(send(mine, circle, change, action, **seen, owner=str(second), note=MINE))
    both(page)
    action.refresh_from_db()
    assert action.owner_id == first


@pytest.mark.parametrize("state", ["done", "under_way"])
def test_an_answer_sent_twice_is_noted_once(
    circle: Circle, action: AgreedAction, state: str
) -> None:
    client = signed_in(circle.participant)
    for _ in range(2):
        data = {"version": action.version, "state": state, "text": MINE}
        assert send(client, circle, "situation-action", action, **data).status_code == 302
    assert entries() == 1


def test_a_postponement_sent_twice_is_noted_once(circle: Circle, action: AgreedAction) -> None:
    client = signed_in(circle.participant)
    day = str(timezone.localdate() + timedelta(days=20))
    data = {"what": "postpone", "version": action.version, "due_on": day, "text": MINE}
    for _ in range(2):
        sent = send(client, circle, "situation-action-change", action, **data)
        assert sent.status_code == 302
    assert entries() == 1


def test_words_for_an_action_that_ended_meanwhile_are_not_lost(
    circle: Circle, action: AgreedAction
) -> None:
    mine, theirs = signed_in(circle.participant), signed_in(circle.coordinator)
    send(theirs, circle, "situation-action", action, version=action.version, state="done", text="x")
    day = str(timezone.localdate() + timedelta(days=20))
    data = {"what": "postpone", "version": action.version, "due_on": day, "text": MINE}
    page = text_of(send(mine, circle, "situation-action-change", action, **data))
    assert MINE in page


def test_nobody_takes_back_or_agrees_on_what_they_did_not_see(circle: Circle) -> None:
    row = story.propose(circle.manager, story.bring(circle.participant), circle.participant)
    seen = row.version
    change, agree = "situation-action-change", "situation-action-agree"
    client = signed_in(circle.coordinator)
    owner = str(number_of(circle.manager))
    data = {"what": "hand_over", "version": seen, "owner": owner, "note": ""}
    assert send(client, circle, change, row, **data).status_code == 302
    send(client, circle, agree, row, version=seen)
    row.refresh_from_db()
    assert row.state == "proposed"
    page = text_of(send(client, circle, change, row, what="withdraw", version=seen))
    assert "Quelqu’un a changé cette action entre-temps" in page
    row.refresh_from_db()
    assert row.state == "proposed"
    for strange in ("", "x", "9" * 30):
        assert send(client, circle, agree, row, version=strange).status_code == 302
    row.refresh_from_db()
    assert row.state == "agreed"


def test_a_limited_reader_sees_no_word_of_the_timeline(circle: Circle) -> None:
    row = story.agree(circle.manager, story.bring(circle.participant), circle.police)
    seen = {"version": row.version}
    theirs, mine = signed_in(circle.coordinator), signed_in(circle.police)
    send(theirs, circle, "situation-action", row, **seen, state="under_way", text=THEIRS)
    page = text_of(send(mine, circle, "situation-action", row, **seen, state="done", text=MINE))
    assert BESIDE in page
    assert THEIRS not in page
    assert MINE in page
