"""Password changed, password forgotten, second factor lost."""

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from audit.enums import Outcome, Verb
from audit.models import Entry
from audit.names import PLATFORM
from audit.verify import verify_all
from concertation.accounts.actions import renewing, signing_in
from concertation.accounts.enums import ParticipationState
from concertation.accounts.errors import FactorGone, LinkSpent
from concertation.accounts.models import ResetLink, StaticCodes, TotpDevice, User
from concertation.accounts.post import MAIL
from ethics import gate
from ethics.secrecy.models import MemberKeys, Session
from ethics.secrecy.session import SessionStore
from tests.cast import PASSWORD, Circle, Someone, chain_place
from tests.signin import SEED, code_for, device_of, give_code, give_password, signed_in
from tests.situations import story

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

CHOSEN = "quatre mots bien choisis"


def sent() -> list[Any]:
    """The e-mails that left, once the threads that send them are done."""
    for each in threading.enumerate():
        if each.name == MAIL:
            each.join()
    return list(mail.outbox)


def link_in(message: Any) -> str:
    found = re.search(r"http://testserver(/\S+)", message.body)
    assert found
    return found.group(1)


def keys_of(user: User) -> MemberKeys:
    return MemberKeys.objects.get(person=user, retired_at=None)


def verbs(user: User) -> list[str]:
    rows = Entry.objects.filter(ledger__name=PLATFORM, subjects__number=user.id)
    return list(rows.order_by("index").values_list("verb", flat=True))


def fresh_code(user: User) -> str:
    TotpDevice.objects.filter(user=user).update(last_step=-1, throttling_failure_count=0)
    return code_for(user)


def enter(user: User, password: str) -> Client:
    client = Client()
    assert give_password(client, user, password).status_code == 302
    assert give_code(client, fresh_code(user)).status_code == 302
    return client


def forgotten_link(user: User) -> str:
    Client().post(reverse("forgotten"), {"email": user.email})
    return link_in(sent()[-1])


def choose(link: str, password: str = CHOSEN, **more: str) -> Any:
    data = {"password": password, "again": password, "understood": "on", **more}
    return Client().post(link, data)


# --- Changed ------------------------------------------------------------------------------------


def test_a_changed_password_keeps_the_keys_and_ends_the_other_sessions(circle: Circle) -> None:
    user = circle.participant.user
    here, there = signed_in(circle.participant), signed_in(circle.participant)
    before, cookies = keys_of(user), {n: m.value for n, m in here.cookies.items()}
    answer = here.post(
        reverse("account-password"), {"current": PASSWORD, "password": CHOSEN, "again": CHOSEN}
    )
    assert answer.status_code == 302, answer.content.decode()
    after = keys_of(user)
    assert (after.id, after.serial, after.hpke_public) == (
        before.id,
        before.serial,
        before.hpke_public,
    )
    assert bytes(after.salt) != bytes(before.salt)
    assert bytes(after.sealed_private) != bytes(before.sealed_private)
    # Its row is gone, and with it the only copy of the keys it carried.
    assert Session.objects.filter(person=user.id).count() == 1
    assert here.get(reverse("members", args=["tilleuls"])).status_code == 200
    assert there.get(reverse("account")).headers["Location"].startswith(reverse("sign-in"))
    for name in (settings.SESSION_COOKIE_NAME, settings.KEY_COOKIE_NAME):
        assert here.cookies[name].value != cookies[name]
    assert give_password(Client(), user).status_code == 200
    client = enter(user, CHOSEN)
    assert client.get(reverse("members", args=["tilleuls"])).status_code == 200
    assert Verb.PASSWORD_SET in verbs(user)
    (notice,) = sent()
    assert notice.to == [user.email]
    assert "Tilleuls" not in notice.body


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"current": "pas le bon du tout"}, "Ce n’est pas votre mot de passe"),
        ({"again": "autre chose encore"}, "Les deux mots de passe diffèrent"),
        ({"password": "court", "again": "court"}, "12"),
        ({"password": PASSWORD, "again": PASSWORD}, "C’est déjà votre mot de passe"),
    ],
)
def test_a_refused_change_changes_nothing(
    circle: Circle, data: dict[str, str], sentence: str
) -> None:
    client = signed_in(circle.participant)
    before = bytes(keys_of(circle.participant.user).sealed_private)
    typed = {"current": PASSWORD, "password": CHOSEN, "again": CHOSEN} | data
    answer = client.post(reverse("account-password"), typed)
    assert sentence in answer.content.decode()
    assert bytes(keys_of(circle.participant.user).sealed_private) == before
    assert give_password(Client(), circle.participant.user).status_code == 302
    assert not sent()


def test_guessing_the_password_through_a_stolen_session_ends_it(circle: Circle) -> None:
    client = signed_in(circle.participant)
    for _ in range(5):
        answer = client.post(
            reverse("account-password"), {"current": "faux", "password": CHOSEN, "again": CHOSEN}
        )
    assert answer.status_code == 429
    assert not Session.objects.filter(person=circle.participant.user.id).exists()


# --- Forgotten ----------------------------------------------------------------------------------


def test_a_forgotten_password_brings_new_keys_and_asks_for_admission_anew(circle: Circle) -> None:
    user = circle.participant.user
    elsewhere = signed_in(circle.participant)
    before = keys_of(user)
    link = forgotten_link(user)
    assert "brouillons" in Client().get(link).content.decode()
    assert choose(link).headers["Location"] == reverse("sign-in")
    after = keys_of(user)
    assert after.serial == before.serial + 1
    before.refresh_from_db()
    assert before.retired_at is not None
    place = circle.participant.participation
    assert place
    place.refresh_from_db()
    assert place.state == ParticipationState.AWAITING
    assert not Session.objects.filter(person=user.id).exists()
    assert elsewhere.get(reverse("account")).headers["Location"].startswith(reverse("sign-in"))
    assert give_password(Client(), user).status_code == 200
    client = enter(user, CHOSEN)
    answer = client.get(reverse("members", args=["tilleuls"]), follow=True)
    assert answer.redirect_chain[-1][0] == reverse("threshold", args=[place.id])
    shown = answer.content.decode()
    assert "Vos clés sont nouvelles" in shown
    digits = gate.digits(Someone(user, place, _held(user)).actor)
    assert "".join(re.findall(r"<span>(\d{4})</span>", shown)) == digits
    assert verbs(user)[2:5] == [Verb.RESET_ASKED, Verb.PASSWORD_SET, Verb.KEYS_RENEWED]
    assert "nouvelles clés" in sent()[-1].body
    assert verify_all().ok


def _held(user: User) -> Any:
    return gate.held_for_command(user.id, CHOSEN)


def test_the_second_factor_is_still_asked_after_a_reset(circle: Circle) -> None:
    user = circle.participant.user
    device_of(user)
    choose(forgotten_link(user))
    client = Client()
    give_password(client, user, CHOSEN)
    assert client.get(reverse("account")).headers["Location"] == reverse("second-factor")
    assert TotpDevice.objects.get(user=user).seed() == SEED


def test_the_answer_is_the_same_for_an_unknown_address(circle: Circle) -> None:
    known = Client().post(reverse("forgotten"), {"email": circle.participant.user.email})
    unknown = Client().post(reverse("forgotten"), {"email": "personne@tilleuls.example"})
    invited = User.objects.create_user("invitee@tilleuls.example", "Invitée")
    waiting = Client().post(reverse("forgotten"), {"email": invited.email})
    pages = [
        each.content.decode().replace(email, "…")
        for each, email in (
            (known, circle.participant.user.email),
            (unknown, "personne@tilleuls.example"),
            (waiting, invited.email),
        )
    ]
    pages = [re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", each) for each in pages]
    assert pages[0] == pages[1] == pages[2]
    assert [each.to for each in sent()] == [[circle.participant.user.email]]


def test_a_link_works_once_for_an_hour_and_only_the_last_one(circle: Circle) -> None:
    user = circle.participant.user
    first = forgotten_link(user)
    second = forgotten_link(user)
    assert first != second
    assert Client().get(first).status_code == 410
    assert choose(second).status_code == 302
    assert choose(second).status_code == 410
    third = forgotten_link(user)
    ResetLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert choose(third).status_code == 410
    assert Client().get(reverse("password-reset", args=["x" * 43])).status_code == 410


def test_of_two_uses_at_the_same_moment_one_comes_second(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both saw the link unused; the second finds it used inside its own transaction."""
    user = circle.participant.user
    token = forgotten_link(user).rsplit("/", 1)[-1]
    monkeypatch.setattr(renewing, "person_of_link", lambda token, kind: user)
    renewing.reset_password(token, chosen=CHOSEN, request_id="")
    with pytest.raises(LinkSpent):
        renewing.reset_password(token, chosen="quatre mots d’un voleur", request_id="")
    assert keys_of(user).serial == 2
    user.refresh_from_db()
    assert user.check_password(CHOSEN)


def test_only_the_hash_of_a_link_is_kept(circle: Circle) -> None:
    token = forgotten_link(circle.participant.user).rsplit("/", 1)[-1]
    row = ResetLink.objects.get()
    assert token.encode() not in bytes(row.token_hash)
    assert len(bytes(row.token_hash)) == 32


def test_three_links_an_hour_and_no_more(circle: Circle) -> None:
    user = circle.participant.user
    for _ in range(5):
        assert Client().post(reverse("forgotten"), {"email": user.email}).status_code == 200
    assert len(sent()) == 3
    refused = Entry.objects.filter(verb=Verb.RESET_ASKED, outcome=Outcome.REFUSED)
    assert {each.reason for each in refused} == {"too_many"}
    # Whoever asks in somebody's name doesn't shut that person out.
    assert give_password(Client(), user).status_code == 302


def test_a_link_for_the_password_does_not_remove_a_second_factor(circle: Circle) -> None:
    user = circle.participant.user
    device_of(user)
    token = forgotten_link(user).rsplit("/", 1)[-1]
    data = {"password": PASSWORD, "understood": "on"}
    assert Client().post(reverse("factor-reset", args=[token]), data).status_code == 410
    assert TotpDevice.objects.filter(user=user).exists()


def test_without_the_tick_nothing_is_reset(circle: Circle) -> None:
    user = circle.participant.user
    link = forgotten_link(user)
    assert Client().post(link, {"password": CHOSEN, "again": CHOSEN}).status_code == 200
    assert choose(link, "court").status_code == 200
    assert keys_of(user).serial == 1
    assert choose(link).status_code == 302


def test_a_reset_that_fails_in_the_middle_changes_nothing(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = circle.participant.user
    link = forgotten_link(user)
    monkeypatch.setattr(
        "concertation.accounts.actions.renewing.end_sessions", lambda person: 1 // 0
    )
    with pytest.raises(ZeroDivisionError):
        choose(link)
    monkeypatch.undo()
    assert keys_of(user).serial == 1
    assert give_password(Client(), user).status_code == 302
    assert choose(link).status_code == 302


def test_a_draft_of_the_former_keys_says_so_and_can_be_thrown_away(circle: Circle) -> None:
    user, place = circle.participant.user, circle.participant.participation
    assert place
    row = story.draft(circle.participant, headline="Un logement sans chauffage")
    choose(forgotten_link(user))
    # Removed and admitted again: the chain knows the new keys.
    gate.remove(circle.coordinator.actor, user.id, place.id)
    again = Someone(user, place, _held(user))
    gate.admit(circle.coordinator.actor, user.id, chain_place(place), gate.digits(again.actor))
    place.state = ParticipationState.ADMITTED
    place.save()
    client = enter(user, CHOSEN)
    listed = client.get(reverse("situation-drafts", args=["tilleuls"]))
    assert "Scellé à vos anciennes clés" in listed.content.decode()
    assert "Un logement sans chauffage" not in listed.content.decode()
    opened = client.get(reverse("situation-draft", args=["tilleuls", row.id]), follow=True)
    assert "scellé à vos anciennes clés" in opened.content.decode()
    discard = reverse("situation-discard", args=["tilleuls", row.id])
    assert "il ne peut plus être ouvert" in client.get(discard).content.decode()
    assert client.post(discard).status_code == 302
    assert "Aucun brouillon" in client.get(listed.request["PATH_INFO"]).content.decode()
    # It was announced: no alarm for the DPO.
    assert not Entry.objects.filter(verb=Verb.UNOPENABLE).exists()


# --- Second factor ------------------------------------------------------------------------------


def factor_link(user: User) -> str:
    client = Client()
    give_password(client, user)
    page = client.get(reverse("factor-lost")).content.decode()
    assert "dix codes" in page
    assert user.email in page
    client.post(reverse("factor-lost"))
    return link_in(sent()[-1])


def test_a_lost_second_factor_goes_with_link_and_password_and_costs_new_keys(
    circle: Circle,
) -> None:
    user = circle.participant.user
    device_of(user)
    StaticCodes.objects.create(user=user, name="codes").renew()
    link = factor_link(user)
    wrong = Client().post(link, {"password": "pas le bon", "understood": "on"})
    assert "Ce n’est pas votre mot de passe" in wrong.content.decode()
    assert TotpDevice.objects.filter(user=user).exists()
    done = Client().post(link, {"password": PASSWORD, "understood": "on"})
    assert done.headers["Location"] == reverse("sign-in")
    assert not TotpDevice.objects.filter(user=user).exists()
    assert not StaticCodes.objects.filter(user=user).exists()
    assert keys_of(user).serial == 2
    place = circle.participant.participation
    assert place
    place.refresh_from_db()
    assert place.state == ParticipationState.AWAITING
    client = Client()
    give_password(client, user)
    assert "<svg" in client.get(reverse("second-factor-setup")).content.decode()
    assert {Verb.SECOND_FACTOR_REMOVED, Verb.KEYS_RENEWED} <= set(verbs(user))
    assert Client().post(link, {"password": PASSWORD, "understood": "on"}).status_code == 410


def test_the_link_alone_removes_nothing_and_guessing_locks(circle: Circle) -> None:
    user = circle.participant.user
    device_of(user)
    link = factor_link(user)
    for _ in range(5):
        answer = Client().post(link, {"password": "faux", "understood": "on"})
    assert answer.status_code == 429
    right = Client().post(link, {"password": PASSWORD, "understood": "on"})
    assert right.status_code == 429
    assert TotpDevice.objects.filter(user=user).exists()


def test_the_link_for_a_second_factor_asks_the_password_first(circle: Circle) -> None:
    assert Client().post(reverse("factor-lost")).headers["Location"] == reverse("sign-in")
    assert not sent()


def test_an_administrator_who_deletes_a_device_makes_no_second_one_silently(
    circle: Circle,
) -> None:
    """The row is gone, and somebody knows the password: still no device, and the ledger says so."""
    user = circle.participant.user
    client = Client()
    give_password(client, user)
    client.get(reverse("second-factor-setup"))
    device = TotpDevice.objects.get(user=user)
    code = f"{device.generator().token():06d}"
    assert client.post(reverse("second-factor-setup"), {"code": code}).status_code == 200
    TotpDevice.objects.filter(user=user).delete()
    thief = Client()
    give_password(thief, user)
    answer = thief.get(reverse("second-factor-setup"), follow=True)
    assert answer.redirect_chain[-1][0] == reverse("factor-lost")
    assert "n’est plus enregistré" in answer.content.decode()
    thief.post(reverse("second-factor-setup"), {"code": "123456"})
    assert not TotpDevice.objects.filter(user=user, confirmed=True).exists()
    request = RequestFactory().post("/")
    request.user, request.session = user, SessionStore()
    with pytest.raises(FactorGone):
        signing_in.confirm_device(request, code="123456")
    alarm = Entry.objects.filter(verb=Verb.ALARM, reason="second_factor_gone").first()
    assert alarm is not None
    assert alarm.outcome == Outcome.FAILED
