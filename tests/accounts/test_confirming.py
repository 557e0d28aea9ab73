"""The password asked again: a stolen session can't find it out by trying."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.enums import Outcome, Verb
from audit.models import Entry
from concertation.accounts.actions.events import WRONG_LIMIT, WRONG_WINDOW
from ethics.secrecy.models import Session
from tests.cast import PASSWORD, Circle
from tests.signin import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def try_password(client: Client, password: str) -> Any:
    return client.post(reverse("account-codes"), {"password": password})


def visible(answer: Any) -> str:
    """The page without its form tokens, which differ each time."""
    return re.sub(r'csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())


def limited(circle: Circle) -> Client:
    client = signed_in(circle.participant)
    for _ in range(WRONG_LIMIT - 1):
        assert try_password(client, "faux").status_code == 200
    assert try_password(client, "faux").status_code == 429
    return client


def test_five_wrong_passwords_sign_the_person_out_everywhere(circle: Circle) -> None:
    elsewhere = signed_in(circle.participant)
    stolen = limited(circle)
    user = circle.participant.user
    assert not Session.objects.filter(person=user.id).exists()
    for client in (stolen, elsewhere):
        answer = try_password(client, PASSWORD)
        assert answer.headers["Location"].startswith(reverse("sign-in"))
    assert Entry.objects.filter(verb=Verb.SESSION_ENDED, actor=user.id).count() == 1


def test_while_limited_right_and_wrong_get_the_same_answer(circle: Circle) -> None:
    limited(circle)
    again = signed_in(circle.participant)
    right, wrong = try_password(again, PASSWORD), try_password(again, "faux")
    assert right.status_code == wrong.status_code == 429
    assert visible(right) == visible(wrong)
    assert 0 < int(right.headers["Retry-After"]) <= WRONG_WINDOW.total_seconds() + 1
    recorded = Entry.objects.filter(actor=circle.participant.user.id, reason="wrong_password")
    assert recorded.count() == WRONG_LIMIT


def test_after_a_quarter_of_an_hour_the_password_is_asked_again(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited(circle)
    client = signed_in(circle.participant)
    later = timezone.now() + WRONG_WINDOW + timedelta(seconds=1)
    monkeypatch.setattr("concertation.accounts.actions.events.timezone.now", lambda: later)
    assert try_password(client, PASSWORD).status_code == 200


def test_other_refusals_do_not_hide_wrong_passwords(circle: Circle) -> None:
    client = signed_in(circle.participant)
    for _ in range(31):
        last = client.get(reverse("administration"))
    assert last.status_code == 429
    # Beyond the flooding limit, wrong and right still differ only five times.
    for _ in range(WRONG_LIMIT - 1):
        assert try_password(client, "faux").status_code == 200
    assert try_password(client, "faux").status_code == 429
    wrong = Entry.objects.filter(outcome=Outcome.REFUSED, reason="wrong_password")
    assert wrong.count() == WRONG_LIMIT
