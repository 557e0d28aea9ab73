"""A draft that keeps itself: sealed on the server to its author, one draft, nothing said of it."""

import pytest

from concertation.situations.models import Situation
from tests.cast import Circle
from tests.signin import signed_in
from tests.situations.pages import get, hidden, url
from tests.situations.test_pages_following import FORM

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

AUTO = {"draft": "1", "autosave": "1"}


def test_a_page_that_keeps_itself_makes_one_draft(circle: Circle) -> None:
    client = signed_in(circle.participant)
    address = url(circle, "situation-bring")
    number = hidden(get(client, address), "form_number")
    first = client.post(address, FORM | AUTO | {"form_number": number, "headline": "Un"})
    assert first.json()["version"] == 1
    again = FORM | AUTO | {"form_number": number, "headline": "Deux", "version": "1"}
    assert client.post(address, again).json()["version"] == 2
    row = Situation.objects.get()
    assert (row.state, row.version) == ("draft", 2)
    # Sent at last from the same page: it is that draft that goes on to the decision.
    sent = client.post(address, FORM | {"form_number": number, "version": "2"})
    assert sent["Location"] == url(circle, "situation-share", row.id)


def test_it_answers_without_a_word_of_the_text(circle: Circle) -> None:
    client = signed_in(circle.participant)
    answer = client.post(url(circle, "situation-bring"), FORM | AUTO)
    assert set(answer.json()) == {"version", "at"}
    assert "no-store" in answer["Cache-Control"]


def test_an_identifier_is_not_kept(circle: Circle) -> None:
    client = signed_in(circle.participant)
    typed = FORM | AUTO | {"account": "Numéro 85.07.30-033.28"}
    answer = client.post(url(circle, "situation-bring"), typed)
    assert (answer.status_code, answer.json()) == (422, {"stale": False})
    assert not Situation.objects.exists()


def test_another_window_is_not_written_over(circle: Circle) -> None:
    client = signed_in(circle.participant)
    client.post(url(circle, "situation-bring"), FORM | AUTO)
    row = Situation.objects.get()
    address = url(circle, "situation-draft", row.id)
    assert client.post(address, FORM | AUTO | {"version": "1"}).json()["version"] == 2
    late = client.post(address, FORM | AUTO | {"version": "1", "headline": "Plus tard"})
    assert (late.status_code, late.json()) == (422, {"stale": True})
    row.refresh_from_db()
    assert row.version == 2
