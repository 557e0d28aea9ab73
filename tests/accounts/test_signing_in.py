"""The door: password, second factor, lock-out, ends of sessions."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.enums import Verb
from audit.models import Entry
from audit.names import PLATFORM
from concertation.accounts.actions import signing_in
from concertation.accounts.models import StaticCodes, TotpDevice, User
from ethics.secrecy.models import MemberKeys, Session
from ethics.secrecy.passwords import Busy
from tests.cast import PASSWORD, Circle
from tests.signin import SEED, code_for, device_of, give_code, give_password, signed_in

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

WRONG = "Cette adresse et ce mot de passe ne vont pas ensemble"
ENDED = "Votre session est terminée"


def verbs() -> list[str]:
    rows = Entry.objects.filter(ledger__name=PLATFORM).order_by("index")
    return list(rows.values_list("verb", flat=True))


def page(client: Client) -> Any:
    return client.get(reverse("account"))


def test_password_then_code_open_the_door(circle: Circle) -> None:
    client = signed_in(circle.participant)
    assert page(client).status_code == 200
    assert verbs()[-2:] == [Verb.SIGN_IN, Verb.SECOND_FACTOR]


def test_an_unknown_account_and_a_wrong_password_get_the_same_sentence(circle: Circle) -> None:
    wrong = give_password(Client(), circle.participant.user, "pas le bon mot de passe")
    unknown = Client().post(
        reverse("sign-in"), {"email": "personne@tilleuls.example", "password": PASSWORD}
    )
    assert wrong.status_code == unknown.status_code == 200
    assert WRONG in wrong.content.decode()
    assert WRONG in unknown.content.decode()
    assert circle.participant.user.email in wrong.content.decode()
    assert Entry.objects.filter(
        verb=Verb.SIGN_IN_FAILED,
        reason="wrong_password",
        actor=None,
        subjects__number=circle.participant.user.id,
    ).exists()


def test_the_password_alone_opens_nothing(circle: Circle) -> None:
    client = Client()
    device_of(circle.participant.user)
    assert give_password(client, circle.participant.user).headers["Location"] == reverse(
        "second-factor"
    )
    for name in ("account", "start"):
        assert client.get(reverse(name)).headers["Location"] == reverse("second-factor")
    response = client.get(reverse("members", args=["tilleuls"]))
    assert response.headers["Location"] == reverse("second-factor")


def test_a_second_device_cannot_be_set_up_with_the_password_alone(circle: Circle) -> None:
    client = Client()
    device_of(circle.participant.user)
    give_password(client, circle.participant.user)
    for answer in (
        client.get(reverse("second-factor-setup")),
        client.post(reverse("second-factor-setup"), {"code": "000000"}),
    ):
        assert answer.headers["Location"] == reverse("second-factor")
    assert TotpDevice.objects.filter(user=circle.participant.user).count() == 1


def test_a_wrong_code_is_refused_recorded_and_slowed_down(circle: Circle) -> None:
    client = Client()
    user = circle.participant.user
    device_of(user)
    give_password(client, user)
    good = code_for(user)
    wrong = f"{(int(good) + 1) % 10**6:06d}"
    first = give_code(client, wrong)
    assert "Ce code n’est pas le bon" in first.content.decode()
    second = give_code(client, good)
    assert "Trop d’essais" in second.content.decode()
    assert page(client).headers["Location"] == reverse("second-factor")
    failed = Entry.objects.filter(verb=Verb.SECOND_FACTOR_FAILED, subjects__number=user.id)
    assert [each.reason for each in failed.order_by("index")] == ["wrong_code", "too_soon"]


def test_a_code_is_accepted_once(circle: Circle) -> None:
    user = circle.participant.user
    device_of(user)
    code = code_for(user)
    first, second = Client(), Client()
    give_password(first, user)
    assert give_code(first, code).status_code == 302
    give_password(second, user)
    assert "il a déjà servi" in give_code(second, code).content.decode()


def test_a_code_from_paper_is_good_once(circle: Circle) -> None:
    user = circle.participant.user
    device_of(user)
    paper = StaticCodes.objects.create(user=user, name="codes")
    codes = paper.renew()
    first, second = Client(), Client()
    give_password(first, user)
    assert give_code(first, codes[0].upper().replace("-", " ")).status_code == 302
    assert page(first).status_code == 200
    assert paper.left() == 9
    give_password(second, user)
    assert give_code(second, codes[0]).status_code == 200
    assert page(second).headers["Location"] == reverse("second-factor")


def test_five_wrong_passwords_lock_the_account_on_this_network_for_a_while(
    circle: Circle,
) -> None:
    user = circle.participant.user
    for _ in range(4):
        assert give_password(Client(), user, "faux").status_code == 200
    # Another spelling of the address is the same account.
    locked = Client().post(reverse("sign-in"), {"email": user.email.upper(), "password": "faux"})
    assert locked.status_code == 429
    assert "Réessayez à partir de" in locked.content.decode()
    assert int(locked.headers["Retry-After"]) == 900
    assert give_password(Client(), user).status_code == 429
    assert Entry.objects.filter(verb=Verb.LOCKED_OUT, subjects__number=user.id).exists()
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert give_password(elsewhere, user).status_code == 302


def test_someone_without_keys_is_told_so_and_has_no_session(circle: Circle) -> None:
    user = User.objects.create_user("sans@cles.example", "Sans Clés", PASSWORD)
    client = Client()
    answer = give_password(client, user)
    assert "n’a pas encore ses clés" in answer.content.decode()
    assert page(client).headers["Location"].startswith(reverse("sign-in"))


def test_a_busy_server_says_so_and_keeps_the_address(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*args: Any, **kwargs: Any) -> None:
        raise Busy

    monkeypatch.setattr("ethics.secrecy.passwords.stretch", busy)
    answer = give_password(Client(), circle.participant.user)
    assert answer.status_code == 200
    assert "Attendez quelques instants" in answer.content.decode()
    assert circle.participant.user.email in answer.content.decode()


def test_the_way_back_stays_on_this_site(circle: Circle) -> None:
    user = circle.participant.user
    device_of(user)
    for target, expected in (
        ("/compte", "/compte"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("javascript:alert(1)", "/"),
    ):
        client = Client()
        give_password(client, user, next=target)
        TotpDevice.objects.filter(user=user).update(last_step=-1)
        assert give_code(client, code_for(user)).headers["Location"] == expected


def test_the_first_sign_in_sets_up_a_device_and_shows_ten_codes_once(circle: Circle) -> None:
    user = circle.participant.user
    client = Client()
    give_password(client, user)
    assert client.get(reverse("second-factor")).headers["Location"] == reverse(
        "second-factor-setup"
    )
    shown = client.get(reverse("second-factor-setup")).content.decode()
    assert "<svg" in shown
    device = TotpDevice.objects.get(user=user, confirmed=False)
    wrong = client.post(reverse("second-factor-setup"), {"code": "12"})
    assert wrong.status_code == 200
    assert not TotpDevice.objects.filter(user=user, confirmed=True).exists()
    device.refresh_from_db()
    device.throttle_reset()
    code = f"{device.generator().token():06d}"
    done = client.post(reverse("second-factor-setup"), {"code": code})
    assert done.content.decode().count('class="digits"') == 10
    assert page(client).status_code == 200
    assert StaticCodes.objects.get(user=user).left() == 10
    again = client.get(reverse("second-factor-setup"))
    assert again.status_code == 302
    assert Verb.SECOND_FACTOR_SET in verbs()


def test_a_seed_seen_in_an_earlier_session_is_not_taken_up_again(circle: Circle) -> None:
    user = circle.participant.user
    seeds = []
    for _ in range(2):
        client = Client()
        give_password(client, user)
        client.get(reverse("second-factor-setup"))
        client.get(reverse("second-factor-setup"))
        seeds.append(TotpDevice.objects.get(user=user).seed())
    assert seeds[0] != seeds[1]
    assert SEED not in seeds


def test_signing_out_ends_the_session_and_clears_the_browser(circle: Circle) -> None:
    client = signed_in(circle.participant)
    kept = dict(client.cookies.items())
    assert client.get(reverse("sign-out")).headers["Location"] == reverse("start")
    assert Session.objects.filter(person=circle.participant.user.id).exists()
    answer = client.post(reverse("sign-out"))
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert not Session.objects.filter(person=circle.participant.user.id).exists()
    assert verbs()[-1] == Verb.SIGN_OUT
    # Someone kept copies of both cookies: they open nothing any more.
    thief = Client()
    for name, morsel in kept.items():
        thief.cookies[name] = morsel.value
    assert page(thief).headers["Location"].startswith(reverse("sign-in"))


def back_at_the_door(client: Client) -> None:
    answer = client.get(reverse("account"), follow=True)
    assert answer.redirect_chain[0][0].startswith(reverse("sign-in"))
    assert ENDED in answer.content.decode()


def age(user: User, **change: timedelta) -> None:
    row = Session.objects.get(person=user.id)
    for name, delta in change.items():
        setattr(row, name, getattr(row, name) - delta)
    row.save()


def test_a_session_ends_after_ten_hours(circle: Circle) -> None:
    client = signed_in(circle.participant)
    age(circle.participant.user, expires_at=timedelta(hours=9, minutes=59))
    assert page(client).status_code == 200
    age(circle.participant.user, expires_at=timedelta(minutes=1))
    back_at_the_door(client)


def test_a_session_ends_after_thirty_idle_minutes(circle: Circle) -> None:
    client = signed_in(circle.participant)
    age(circle.participant.user, seen_at=timedelta(minutes=29))
    assert page(client).status_code == 200
    age(circle.participant.user, seen_at=timedelta(minutes=30))
    back_at_the_door(client)


def test_between_the_two_factors_there_are_five_minutes(circle: Circle) -> None:
    client = Client()
    user = circle.participant.user
    device_of(user)
    give_password(client, user)
    row = Session.objects.get(person=user.id)
    assert row.expires_at <= timezone.now() + timedelta(minutes=5)
    age(user, expires_at=timedelta(minutes=5))
    assert give_code(client, code_for(user)).headers["Location"] == reverse("sign-in")
    back_at_the_door(client)


def test_without_the_second_cookie_the_session_opens_nothing(circle: Circle) -> None:
    client = signed_in(circle.participant)
    del client.cookies[settings.KEY_COOKIE_NAME]
    back_at_the_door(client)
    assert not Session.objects.filter(person=circle.participant.user.id).exists()


@pytest.mark.parametrize("value", ["", "x", "A" * 43 + "=", "é"])
def test_a_changed_second_cookie_leads_back_to_the_door(circle: Circle, value: str) -> None:
    client = signed_in(circle.participant)
    client.cookies[settings.KEY_COOKIE_NAME] = value
    back_at_the_door(client)


def test_a_changed_session_cookie_leads_back_to_the_door(circle: Circle) -> None:
    client = signed_in(circle.participant)
    client.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
    back_at_the_door(client)


def test_a_session_row_given_to_someone_else_opens_nothing(circle: Circle) -> None:
    client = signed_in(circle.participant)
    keys = MemberKeys.objects.get(person=circle.coordinator.user)
    Session.objects.filter(person=circle.participant.user.id).update(
        person=circle.coordinator.user.id, keys=keys.id
    )
    back_at_the_door(client)


def test_both_cookies_change_at_each_step(circle: Circle) -> None:
    client = Client()
    user = circle.participant.user
    device_of(user)
    give_password(client, user)
    names = (settings.SESSION_COOKIE_NAME, settings.KEY_COOKIE_NAME)
    before = [client.cookies[name].value for name in names]
    give_code(client, code_for(user))
    after = [client.cookies[name].value for name in names]
    assert not set(before) & set(after)
    assert all(client.cookies[name]["httponly"] for name in names)


def test_signing_in_brings_the_language_of_the_account(circle: Circle) -> None:
    circle.participant.user.language = "nl"
    circle.participant.user.save()
    client = signed_in(circle.participant)
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "nl"
    assert page(client).headers["Content-Language"] == "nl"


def test_switching_the_language_is_kept_in_the_account(circle: Circle) -> None:
    client = signed_in(circle.participant)
    client.post(reverse("set_language"), {"language": "nl", "next": "/compte"})
    circle.participant.user.refresh_from_db()
    assert circle.participant.user.language == "nl"
    client.post(reverse("account-language"), {"language": "fr"})
    circle.participant.user.refresh_from_db()
    assert circle.participant.user.language == "fr"
    client.post(reverse("set_language"), {"language": "xx", "next": "/compte"})
    circle.participant.user.refresh_from_db()
    assert circle.participant.user.language == "fr"


def test_nothing_of_the_password_or_code_stands_in_the_ledger(circle: Circle) -> None:
    signed_in(circle.participant)
    leaves = b"".join(bytes(each) for each in Entry.objects.values_list("leaf", flat=True) if each)
    assert PASSWORD.encode() not in leaves
    assert circle.participant.user.email.encode() not in leaves


def test_an_invented_request_has_no_second_factor() -> None:
    assert not signing_in.has_second_factor(User(email="x@y.example"))
