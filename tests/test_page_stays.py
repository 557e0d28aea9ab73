"""A page that waits for the answer to its form is told where to go, and reads nothing by itself."""

import pytest

from audit.models import Entry
from concertation.situations.codes import show_code
from concertation.situations.models import Contribution
from tests.cast import Circle
from tests.signin import signed_in
from tests.situations import story
from tests.situations.pages import text_of, url

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])
STAYS = {"X-Page-Stays": "1"}
WORD = "Passée ce matin, tout est livré et le chauffage tourne bien"


def test_it_is_told_where_to_go_and_the_next_page_is_read_once(circle: Circle) -> None:
    row = story.bring(circle.participant)
    code = show_code(row.code or "")
    client = signed_in(circle.participant)
    data = {"kind": "information", "text": WORD}
    read = Entry.objects.filter(verb="read").count()
    told = client.post(url(circle, "situation-contribute", code), data, headers=STAYS)
    assert (told.status_code, told.content) == (204, b"")
    assert told["X-Go"] == url(circle, "situation", code) + "#fil"
    assert "Location" not in told
    assert Contribution.objects.count() == 1
    assert Entry.objects.filter(verb="read").count() == read
    plain = client.post(url(circle, "situation-contribute", code), data)
    assert (plain.status_code, "X-Go" in plain) == (302, False)


def test_what_a_form_refuses_comes_as_the_page_itself(circle: Circle) -> None:
    row = story.bring(circle.participant)
    client = signed_in(circle.participant)
    address = url(circle, "situation-contribute", show_code(row.code or ""))
    answer = client.post(address, {"kind": "information", "text": ""}, headers=STAYS)
    assert answer.status_code == 200
    assert 'id="contenu"' in text_of(answer)


def test_a_session_that_ended_leads_to_the_sign_in(circle: Circle) -> None:
    row = story.bring(circle.participant)
    client = signed_in(circle.participant)
    del client.cookies["keys"]
    address = url(circle, "situation-contribute", show_code(row.code or ""))
    told = client.post(address, {"kind": "information", "text": WORD}, headers=STAYS)
    assert told.status_code == 204
    assert told["X-Go"].startswith("/connexion")
