"""The guard over the suite bites: it sees a silent write, and lets pass what is told or undone."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from django.db import transaction
from django.urls import reverse

from audit.enums import Outcome, Verb
from audit.event import Event
from audit.names import PLATFORM
from audit.record import append, record_now, record_refusal
from concertation.accounts.actions import own_account
from concertation.accounts.models import Participation, User
from ethics.secrecy.models import MemberKeys
from tests.cast import Circle, number_of
from tests.recording import watched
from tests.signin import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def silent_write() -> None:
    Participation.objects.update(function="autre")


def rolled_back() -> None:
    with suppress(ValueError), transaction.atomic():
        silent_write()
        raise ValueError("undone")


def told() -> None:
    silent_write()
    record_now(PLATFORM, Event(verb=Verb.SETTINGS_CHANGED))


def told_but_rolled_back() -> None:
    with suppress(ValueError), transaction.atomic():
        append(PLATFORM, Event(verb=Verb.SETTINGS_CHANGED))
        raise ValueError("undone")
    silent_write()


def counted() -> None:
    for _ in range(2):
        refused = Event(verb=Verb.REQUESTED, outcome=Outcome.REFUSED, reason="unknown_subject")
        record_refusal(PLATFORM, refused)


def met_nothing() -> None:
    Participation.objects.filter(function="nowhere").update(function="autre")


def quiet() -> None:
    person = User.objects.all()[0]
    person.language = "nl"
    person.save(update_fields=["language"])


def quiet_with_more() -> None:
    person = User.objects.all()[0]
    person.save(update_fields=["language", "email"])


def keys_swapped() -> None:
    MemberKeys.objects.update(sealed_private=b"planted")


@pytest.mark.parametrize(
    ("act", "silent"),
    [
        (silent_write, True),
        (rolled_back, False),
        (told, False),
        (told_but_rolled_back, True),
        (counted, False),
        (met_nothing, False),
        (quiet, False),
        (quiet_with_more, True),
        (keys_swapped, True),
    ],
)
def test_what_is_written_in_silence_is_seen(
    circle: Circle, act: Callable[[], None], silent: bool
) -> None:
    with watched() as statements:
        act()
    assert bool(statements.unrecorded) is silent, statements.unrecorded


def test_a_request_that_leaves_no_event_fails_the_test_that_asked(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(circle.participant)
    sent = {"participation": str(number_of(circle.participant)), "reach": "02 000 00 00"}
    assert client.post(reverse("account-reach"), sent).status_code == 302
    monkeypatch.setattr(own_account, "append", lambda *_: None)
    with pytest.raises(AssertionError, match="left no event"):
        client.post(reverse("account-reach"), sent | {"reach": "02 000 00 01"})
