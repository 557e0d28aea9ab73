"""The address of the journal's search holds numbers and words of lists: no code, nothing typed."""

import html
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Entry
from concertation.resuming import NEVER_KEPT
from concertation.situations.codes import show_code
from tests.cast import Circle, make_circle
from tests.dpo.reviewing import CODE
from tests.ethics.sealed_rows import bring
from tests.signin import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

TYPED = "Jean Peuplier, rue des Tilleuls"


def journal(circle: Circle) -> str:
    return reverse("ledger", args=[circle.concertation.slug])


def search(client: Client, circle: Circle, **data: str) -> Any:
    return client.post(journal(circle), data)


def test_a_search_goes_on_to_an_address_that_holds_the_situation_by_its_number(
    circle: Circle, dpo: Client
) -> None:
    row = bring(circle, CODE)
    manager = str(circle.manager.user.id)
    gone = search(dpo, circle, code=show_code(CODE).lower(), person=manager, verb="", until="")
    assert gone.status_code == 302
    address = urlsplit(gone.headers["Location"])
    assert parse_qs(address.query) == {"situation": [str(row.id)], "person": [manager]}
    page = html.unescape(dpo.get(gone.headers["Location"]).content.decode())
    assert "Qui a eu cette situation sous les yeux" in page
    assert f'value="{show_code(CODE)}"' in page, "the field shows the code again"


def test_what_was_typed_and_what_a_page_links_to_hold_no_code(circle: Circle, dpo: Client) -> None:
    bring(circle, CODE)
    page = dpo.post(journal(circle), {"code": CODE}, follow=True).content.decode()
    links = [each for each in page.split('"') if each.startswith(("/", "?"))]
    assert any("fichier.csv" in each for each in links)
    for each in links:
        assert CODE not in each
        assert show_code(CODE) not in each


def test_what_is_no_code_stays_in_its_field_and_goes_into_no_address(
    circle: Circle, dpo: Client
) -> None:
    answer = search(dpo, circle, code=TYPED)
    assert answer.status_code == 200
    assert "Location" not in answer.headers
    page = html.unescape(answer.content.decode())
    assert f'value="{TYPED}"' in page
    assert "Code inconnu dans cette concertation." in page
    assert TYPED.encode() not in b"".join(bytes(each.leaf or b"") for each in Entry.objects.all())


def test_a_code_in_the_address_is_not_searched(circle: Circle, dpo: Client) -> None:
    bring(circle, CODE)
    page = dpo.get(journal(circle), {"code": CODE}).content.decode()
    assert "Qui a eu cette situation" not in page


def test_a_number_of_another_concertation_is_refused_there_and_shows_no_code(
    circle: Circle, dpo: Client
) -> None:
    elsewhere = make_circle("marolles", "Les Marolles")
    row = bring(elsewhere, CODE)
    page = html.unescape(dpo.get(journal(circle), {"situation": str(row.id)}).content.decode())
    assert "Code inconnu dans cette concertation." in page
    assert show_code(CODE) not in page
    refused = Entry.objects.get(reason="unknown_subject")
    assert refused.ledger.name == f"concertation:{elsewhere.concertation.id}"


@pytest.mark.parametrize("who", ["coordinator", "participant", "police", "guest"])
def test_nobody_but_the_dpo_learns_from_it_whether_a_code_lives(circle: Circle, who: str) -> None:
    bring(circle, CODE)
    client = signed_in(circle.people[who])
    answers = [search(client, circle, code=code) for code in (CODE, "ZZZZZZZZ")]
    assert [each.status_code for each in answers] == [404, 404]


def test_what_was_looked_for_when_a_session_ended_is_kept_nowhere(
    circle: Circle, dpo: Client
) -> None:
    """By the name of its button: what a session that ends keeps is never something searched."""
    page = dpo.get(journal(circle)).content.decode()
    form = page[page.index('role="search"') :]
    button = form[form.index("<button") :].split(">")[0]
    assert any(f'name="{each}"' in button for each in NEVER_KEPT)
