"""Passkeys, and another telephone: second factors that never open anything alone."""

import html
import json
import re
from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import Client
from django.urls import reverse
from django_otp_webauthn.models import WebAuthnCredential

from audit.enums import Verb
from audit.models import Entry
from concertation.accounts.models import TotpDevice, User
from ethics.secrecy.models import Session
from tests.accounts.test_renewing import factor_link, sent
from tests.authenticator import Authenticator
from tests.cast import PASSWORD, Circle, Someone
from tests.signin import code_for, device_of, give_code, give_password, signed_in

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

REFUSED = "n’a pas été reconnue"


def options_in(page: str) -> dict[str, Any]:
    found = re.search(r'data-options="([^"]+)"', page)
    assert found, page
    read: dict[str, Any] = json.loads(html.unescape(found.group(1)))
    return read


def begin(client: Client, name: str = "Clé USB bleue") -> dict[str, Any]:
    data = {"name": name, "password": PASSWORD}
    return options_in(client.post(reverse("account-passkeys"), data).content.decode())


def keep(client: Client, answer: str) -> Any:
    return client.post(reverse("account-passkey-keep"), {"credential": answer})


def added(client: Client, name: str = "Clé USB bleue") -> Authenticator:
    device = Authenticator()
    assert keep(client, device.make(begin(client, name))).headers["Location"] == reverse("account")
    return device


def second_step(user: User) -> tuple[Client, dict[str, Any]]:
    client = Client()
    give_password(client, user)
    return client, options_in(client.get(reverse("second-factor")).content.decode())


def use(client: Client, answer: str) -> Any:
    return client.post(reverse("second-factor"), {"credential": answer})


def test_password_and_passkey_open_the_door(circle: Circle) -> None:
    user = circle.participant.user
    device = added(signed_in(circle.participant))
    client, options = second_step(user)
    assert [each["id"] for each in options["allowCredentials"]] == [
        json.loads(device.make(options))["id"]
    ]
    assert use(client, device.use(options)).status_code == 302
    # Verified, and the keys opened: a page of the circle answers.
    assert client.get(reverse("members", args=["tilleuls"])).status_code == 200
    assert Session.objects.filter(person=user.id, second_factor=True).count() == 2
    recorded = Entry.objects.filter(verb__in=[Verb.SECOND_FACTOR_SET, Verb.SECOND_FACTOR])
    methods = [json.loads(bytes(each.leaf or b"{}"))["details"].get("method") for each in recorded]
    assert methods.count("passkey") == 2
    assert "clé d’accès vient d’être ajoutée" in sent()[-1].body


def test_a_passkey_without_the_password_opens_nothing(circle: Circle) -> None:
    device = added(signed_in(circle.participant))
    _, options = second_step(circle.participant.user)
    stranger = Client()
    answer = use(stranger, device.use(options))
    assert answer.headers["Location"] == reverse("sign-in")
    assert stranger.get(reverse("account")).headers["Location"].startswith(reverse("sign-in"))


def test_somebody_elses_passkey_is_refused(circle: Circle) -> None:
    theirs = added(signed_in(circle.manager))
    added(signed_in(circle.participant))
    client, options = second_step(circle.participant.user)
    answer = use(client, theirs.use(options))
    assert REFUSED in answer.content.decode()
    assert client.get(reverse("account")).headers["Location"] == reverse("second-factor")
    assert Entry.objects.filter(
        verb=Verb.SECOND_FACTOR_FAILED,
        reason="wrong_passkey",
        subjects__number=circle.participant.user.id,
    ).exists()


def test_an_answer_is_good_once_and_only_for_its_own_challenge(circle: Circle) -> None:
    user = circle.participant.user
    device = added(signed_in(circle.participant))
    client, options = second_step(user)
    answer = device.use(options)
    assert use(client, answer).status_code == 302
    again, _ = second_step(user)
    assert REFUSED in use(again, answer).content.decode()
    # The page that refused holds a new challenge; the former one is gone.
    assert REFUSED in use(again, device.use(options)).content.decode()


def test_a_counter_that_goes_back_is_a_clone_and_refused(circle: Circle) -> None:
    user = circle.participant.user
    device = added(signed_in(circle.participant))
    device.counter = 41
    client, options = second_step(user)
    assert use(client, device.use(options)).status_code == 302
    device.counter = 20
    client, options = second_step(user)
    assert REFUSED in use(client, device.use(options)).content.decode()


@pytest.mark.parametrize(
    "wrong", [{"origin": "https://evil.example"}, {"rp": "evil.example"}], ids=["origin", "rp"]
)
def test_an_answer_for_another_site_is_refused(circle: Circle, wrong: dict[str, str]) -> None:
    device = added(signed_in(circle.participant))
    for name, value in wrong.items():
        setattr(device, name, value)
    client, options = second_step(circle.participant.user)
    assert REFUSED in use(client, device.use(options)).content.decode()


@pytest.mark.parametrize(
    "answer", ["x", "{}", "[]", "null", '{"id": 1}', '{"id":"x","rawId":"x","response":{}}']
)
def test_nonsense_is_refused_like_anything_else(circle: Circle, answer: str) -> None:
    here = signed_in(circle.participant)
    added(here)
    client, _ = second_step(circle.participant.user)
    assert REFUSED in use(client, answer).content.decode()
    begin(here)
    refused = here.post(reverse("account-passkey-keep"), {"credential": answer}, follow=True)
    assert REFUSED in refused.content.decode()
    assert WebAuthnCredential.objects.count() == 1


def test_a_code_works_beside_the_passkey(circle: Circle) -> None:
    added(signed_in(circle.participant))
    client, _ = second_step(circle.participant.user)
    TotpDevice.objects.filter(user=circle.participant.user).update(last_step=-1)
    assert give_code(client, code_for(circle.participant.user)).status_code == 302


def test_without_scripts_the_page_asks_for_a_code(circle: Circle) -> None:
    added(signed_in(circle.participant))
    client = Client()
    give_password(client, circle.participant.user)
    page = client.get(reverse("second-factor")).content.decode()
    assert "ici, donnez un code" in page
    form = page[page.index("data-passkey=") :]
    assert re.search(r"^[^>]*\shidden>", form)


def test_adding_a_passkey_asks_the_password_and_its_challenge_serves_once(circle: Circle) -> None:
    client = signed_in(circle.participant)
    wrong = client.post(reverse("account-passkeys"), {"name": "Clé", "password": "faux"})
    assert "Ce n’est pas votre mot de passe" in wrong.content.decode()
    device = Authenticator()
    answer = device.make(begin(client))
    assert keep(client, answer).headers["Location"] == reverse("account")
    assert keep(client, answer).headers["Location"] == reverse("account-passkeys")
    # A challenge begun by somebody else is no good in this session.
    other = signed_in(circle.manager)
    begin(client)
    assert keep(client, Authenticator().make(begin(other))).headers["Location"] == reverse(
        "account-passkeys"
    )
    assert WebAuthnCredential.objects.filter(user=circle.participant.user).count() == 1


def test_several_passkeys_have_names_and_are_removed_one_by_one(circle: Circle) -> None:
    client = signed_in(circle.participant)
    added(client, "Téléphone\u202e du service")
    added(client, "Clé <b>USB</b>")
    page = client.get(reverse("account")).content.decode()
    assert "Téléphone du service" in page
    assert "Clé &lt;b&gt;USB&lt;/b&gt;" in page
    first, second = WebAuthnCredential.objects.order_by("id")
    client.post(reverse("account-passkey", args=[first.id]), {"name": "Bureau"})
    first.refresh_from_db()
    assert first.name == "Bureau"
    remove = reverse("account-passkey-remove", args=[second.id])
    assert "faux" not in client.get(remove).content.decode()
    assert client.post(remove, {"password": "faux"}).status_code == 200
    assert client.post(remove, {"password": PASSWORD}).status_code == 302
    assert list(WebAuthnCredential.objects.values_list("id", flat=True)) == [first.id]
    assert "retirée" in sent()[-1].body


def test_somebody_elses_passkey_is_not_found_and_the_try_recorded(circle: Circle) -> None:
    added(signed_in(circle.manager))
    number = WebAuthnCredential.objects.get().id
    client = signed_in(circle.participant)
    for route in ("account-passkey", "account-passkey-remove"):
        assert client.get(reverse(route, args=[number])).status_code == 404
        data = {"name": "à moi", "password": PASSWORD}
        assert client.post(reverse(route, args=[number]), data).status_code == 404
    assert WebAuthnCredential.objects.get().name == "Clé USB bleue"
    refused = Entry.objects.filter(actor=circle.participant.user.id, outcome="refused")
    assert refused.count() == 4


def test_the_last_second_factor_stays(circle: Circle) -> None:
    user = circle.participant.user
    device = added(signed_in(circle.participant))
    client, options = second_step(user)
    use(client, device.use(options))
    TotpDevice.objects.filter(user=user).delete()
    remove = reverse("account-passkey-remove", args=[WebAuthnCredential.objects.get().id])
    answer = client.post(remove, {"password": PASSWORD})
    assert "votre seul deuxième facteur" in answer.content.decode()
    assert WebAuthnCredential.objects.filter(user=user).exists()


def test_removing_a_passkey_keeps_this_session_and_shuts_those_it_let_in(circle: Circle) -> None:
    user = circle.participant.user
    device = added(signed_in(circle.participant))
    clients = []
    for _ in range(2):
        client, options = second_step(user)
        use(client, device.use(options))
        clients.append(client)
    remove = reverse("account-passkey-remove", args=[WebAuthnCredential.objects.get().id])
    assert clients[0].post(remove, {"password": PASSWORD}).status_code == 302
    assert clients[0].get(reverse("account")).status_code == 200
    assert clients[1].get(reverse("account")).headers["Location"] == reverse("second-factor")


def test_passkeys_go_when_the_second_factor_is_lost(circle: Circle) -> None:
    user = circle.participant.user
    added(signed_in(circle.participant))
    Client().post(factor_link(user), {"password": PASSWORD, "understood": "on"})
    assert not WebAuthnCredential.objects.filter(user=user).exists()


def test_another_telephone_takes_the_place_of_the_first(circle: Circle) -> None:
    user = circle.participant.user
    client = signed_in(circle.participant)
    old = device_of(user)
    client.get(reverse("account-device"))
    fresh = TotpDevice.objects.get(user=user, confirmed=False)
    code = f"{fresh.generator().token():06d}"
    wrong = client.post(reverse("account-device"), {"password": "faux", "code": code})
    assert wrong.status_code == 200
    off = client.post(reverse("account-device"), {"password": PASSWORD, "code": "12"})
    assert "Ce code n’est pas le bon" in off.content.decode()
    assert TotpDevice.objects.get(user=user, confirmed=True) == old
    fresh.refresh_from_db()
    fresh.throttle_reset()
    done = client.post(reverse("account-device"), {"password": PASSWORD, "code": code})
    assert done.status_code == 302
    assert TotpDevice.objects.get(user=user, confirmed=True) == fresh
    assert client.get(reverse("members", args=["tilleuls"])).status_code == 200
    assert "vient d’être remplacée" in sent()[-1].body


def test_a_passkey_that_signs_in_alone_stops_the_start(settings: Any) -> None:
    def found() -> set[str]:
        return {each.id for each in run_checks(tags=["security"]) if each.id}

    assert "concertation.E013" not in found()
    settings.OTP_WEBAUTHN_ALLOW_PASSWORDLESS_LOGIN = True
    assert "concertation.E013" in found()
    settings.OTP_WEBAUTHN_ALLOW_PASSWORDLESS_LOGIN = False
    settings.AUTHENTICATION_BACKENDS = [
        *settings.AUTHENTICATION_BACKENDS,
        "django_otp_webauthn.backends.WebAuthnBackend",
    ]
    assert "concertation.E013" in found()


def test_none_of_the_packages_own_routes_answers(circle: Circle) -> None:
    client = signed_in(Someone(circle.participant.user, circle.participant.participation))
    for path in ("/webauthn/registration/begin/", "/webauthn/authentication/begin/"):
        assert client.post(path).status_code in {404, 405}
