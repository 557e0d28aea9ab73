"""The door against strangers: whose address counts, which spelling, where one is sent on to."""

from typing import Any

import pytest
from axes.models import AccessAttempt
from django.test import Client, RequestFactory
from django.urls import reverse

from audit.enums import Outcome, Verb
from audit.event import Event
from audit.models import Entry
from audit.names import PLATFORM
from audit.record import FLOOD_LIMIT, record_now
from concertation.accounts.models import TotpDevice, User
from concertation.accounts.network import client_address
from tests.cast import PASSWORD, Circle
from tests.signin import code_for, device_of, give_code, give_password, signed_in

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


@pytest.fixture
def proxied(settings: Any) -> None:
    """As in production behind our proxy."""
    settings.BEHIND_PROXY = True


@pytest.mark.usefixtures("proxied")
def test_behind_the_proxy_the_lock_out_counts_the_clients_own_address(circle: Circle) -> None:
    user = circle.participant.user
    for number in range(5):
        # What the client invented stands left of what our proxy added.
        stranger = Client(
            REMOTE_ADDR="127.0.0.1", headers={"x-forwarded-for": f"192.0.2.{number}, 198.51.100.7"}
        )
        last = give_password(stranger, user, "faux")
    assert last.status_code == 429
    assert set(AccessAttempt.objects.values_list("ip_address", flat=True)) == {"198.51.100.7"}
    own = Client(REMOTE_ADDR="127.0.0.1", headers={"x-forwarded-for": "203.0.113.9"})
    assert give_password(own, user).status_code == 302


@pytest.mark.parametrize(
    ("behind", "forwarded", "expected"),
    [
        (True, "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        (True, "2001:db8::7", "2001:db8::7"),
        (True, "203.0.113.9, not an address", "127.0.0.1"),
        (True, "", "127.0.0.1"),
        (False, "203.0.113.9", "127.0.0.1"),
    ],
)
def test_only_what_our_proxy_added_is_believed(
    settings: Any, behind: bool, forwarded: str, expected: str
) -> None:
    settings.BEHIND_PROXY = behind
    request = RequestFactory().get("/", HTTP_X_FORWARDED_FOR=forwarded, REMOTE_ADDR="127.0.0.1")
    assert client_address(request) == expected


@pytest.mark.parametrize("target", ["foo", "compte", "start", "?x", "/\\elsewhere.example"])
def test_a_way_back_that_is_no_path_leads_to_the_start(circle: Circle, target: str) -> None:
    user = circle.participant.user
    device_of(user)
    client = Client()
    give_password(client, user, next=target)
    TotpDevice.objects.filter(user=user).update(last_step=-1)
    assert give_code(client, code_for(user)).headers["Location"] == "/"


@pytest.mark.parametrize(
    ("look_alike", "plain"), [("\u0131", "i"), ("\u212a", "k"), ("\u017f", "s"), ("é", "e")]
)
def test_an_address_with_other_letters_is_nobodys(
    circle: Circle, look_alike: str, plain: str
) -> None:
    email = f"{plain}@kis.example"
    User.objects.create_user(email, "Quelqu’un", PASSWORD)
    answer = Client().post(
        reverse("sign-in"), {"email": f"{look_alike}@kis.example", "password": PASSWORD}
    )
    assert "sans accents" in answer.content.decode()
    with pytest.raises(User.DoesNotExist):
        User.objects.get_by_natural_key(f"{look_alike}@kis.example")
    assert User.objects.get_by_natural_key(f" {email.upper()} ").email == email


def test_an_invitation_takes_only_plain_addresses(circle: Circle) -> None:
    client = signed_in(circle.coordinator)
    answer = client.post(
        reverse("member-invite", args=["tilleuls"]), {"email": "\u0131@kis.example"}
    )
    assert "sans accents" in answer.content.decode()


def test_the_password_alone_changes_no_language_in_the_account(circle: Circle) -> None:
    user = circle.participant.user
    device_of(user)
    client = Client()
    give_password(client, user)
    client.post(reverse("set_language"), {"language": "nl", "next": "/connexion"})
    user.refresh_from_db()
    assert user.language == "fr"


def test_a_strangers_tries_are_not_refusals_of_the_accounts_person(circle: Circle) -> None:
    user = circle.participant.user
    client = signed_in(circle.participant)
    for number in range(FLOOD_LIMIT + 3):
        stranger = Client(REMOTE_ADDR=f"192.0.2.{number}")
        assert give_password(stranger, user, "faux").status_code == 200
    failed = Entry.objects.filter(verb=Verb.SIGN_IN_FAILED, subjects__number=user.id)
    assert set(failed.values_list("actor", flat=True)) == {None}
    # A flood is recorded up to the limit, then only counted.
    assert failed.count() == FLOOD_LIMIT
    # The person meets the ordinary answer, and their own refusal is recorded.
    assert client.get(reverse("administration")).status_code == 404
    assert Entry.objects.filter(actor=user.id, outcome=Outcome.REFUSED).count() == 1


def test_failed_sign_ins_recorded_earlier_under_the_person_flood_nobody(circle: Circle) -> None:
    user = circle.participant.user
    client = signed_in(circle.participant)
    for verb in (Verb.SIGN_IN_FAILED, Verb.SECOND_FACTOR_FAILED, Verb.LOCKED_OUT):
        for _ in range(FLOOD_LIMIT // 3):
            event = Event(verb=verb, outcome=Outcome.REFUSED, reason="wrong", actor=user.id)
            record_now(PLATFORM, event)
    assert client.get(reverse("administration")).status_code == 404
