"""The page that explains the guard: true to the rules in each language, and it counts no text."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.utils import timezone
from django.utils.translation import override

from concertation.situations import reading
from concertation.situations.forms import ContributeForm
from ethics.guard import Kind, scan
from ethics.guard.words import ADVICE, KIND_LABELS
from tests.cast import Circle
from tests.guarding.sent import case
from tests.guarding.test_forms import NISS, SOFT, keys_in, refused
from tests.signin import signed_in
from tests.situations.pages import get, text_of, url

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_each_example_is_what_the_page_says_it_is(circle: Circle, language: str) -> None:
    with override(language):
        page = reading.guard_page(circle.participant.actor)
    wrong = {
        (each.kind, each.example)
        for each in (*page.hard, *page.soft)
        if [(found.kind, found.severity == "hard") for found in scan(each.example)][:1]
        != [(each.kind, each.hard)]
    }
    assert wrong == set()
    assert {each.kind for each in (*page.hard, *page.soft)} == set(Kind)
    # What the page advises to write instead is clean.
    assert [each.instead for each in (*page.hard, *page.soft) if scan(each.instead)] == []


def test_every_kind_and_every_advice_has_its_words_in_each_language() -> None:
    assert set(KIND_LABELS) == set(Kind)
    for language in ("nl", "en"):
        for word in (*KIND_LABELS.values(), *ADVICE.values()):
            french = str(word)
            with override(language):
                assert str(word) != french, word


def test_everybody_of_the_circle_reads_the_page_and_finds_it(circle: Circle) -> None:
    for name in ("participant", "police", "guest", "dpo"):
        client = signed_in(getattr(circle, name))
        page = get(client, url(circle, "guard"))
        assert "Ce que le garde-fou reconnaît" in page
        assert "Aucune fausse alerte" in page
    form = get(signed_in(circle.participant), url(circle, "situation-bring"))
    assert form.count(url(circle, "guard")) >= 3, "in the aside, the menu and the footer"


def test_the_field_to_try_is_in_no_form(circle: Circle) -> None:
    page = get(signed_in(circle.participant), url(circle, "guard"))
    before = page.split('id="id_try"')[0]
    assert before.count("<form") == before.count("</form>")
    field = page.split('id="id_try"')[1].split(">")[0]
    assert "name=" not in field
    assert "<noscript>" in page


def test_false_alarms_are_counted_by_kind_and_month(circle: Circle) -> None:
    client = signed_in(circle.participant)

    def say(text: str) -> Any:
        address, data = case(circle, ContributeForm)
        page = refused(client, address, data | {"text": text}).content.decode()
        keys = keys_in(page, "guard_false")
        return client.post(address, data | {"text": text, "guard_false": keys})

    say(f"Vu {SOFT}.")
    say(f"Le {NISS}")
    later = timezone.now() + timedelta(days=40)
    with patch("django.utils.timezone.now", return_value=later):
        found = reading.guard_page(circle.participant.actor).false_alarms
    assert {(each.label, each.hard, each.this_month, each.in_a_year) for each in found} == {
        ("Nom d’une personne", False, 0, 1),
        ("Numéro de registre national", True, 0, 1),
    }
    page = text_of(client.get(url(circle, "guard")))
    assert "Zzcanari" not in page
    with patch("django.utils.timezone.now", return_value=timezone.now() + timedelta(days=500)):
        assert reading.guard_page(circle.participant.actor).false_alarms == ()
