"""Nothing typed is lost when a session ends, and nobody leaves a text in somebody's name."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.enums import Verb
from audit.models import Entry
from concertation.accounts.models import TotpDevice
from concertation.situations.codes import show_code
from concertation.situations.models import Contribution, Situation
from ethics import gate
from ethics.secrecy import chain, sealing, suites
from ethics.secrecy.models import EndedSession, InterruptedText, MemberKeys, Session
from ethics.secrecy.session import SessionStore, end_sessions
from ethics.secrecy.suites import SecrecyError
from tests.cast import Circle, Someone, make_circle
from tests.signin import code_for, give_code, give_password, signed_in
from tests.situations import story

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

TYPED = "Le chauffage est réparé depuis hier, elle va mieux"
KEPT = "votre texte est gardé"


def contribute(circle: Circle, client: Client, about: Situation, **more: str) -> Any:
    path = reverse("situation-contribute", args=["tilleuls", show_code(about.code or "")])
    return client.post(path, {"kind": "development", "text": TYPED, **more})


def come_to_its_end(who: Someone) -> None:
    Session.objects.filter(person=who.user.id).update(seen_at=timezone.now() - timedelta(hours=1))


def sign_in_again(client: Client, who: Someone) -> Any:
    TotpDevice.objects.filter(user=who.user).update(last_step=-1)
    give_password(client, who.user)
    return give_code(client, code_for(who.user))


# --- A text on an ended session -----------------------------------------------------------------


def test_a_text_posted_on_an_ended_session_comes_back_in_its_form(circle: Circle) -> None:
    about = story.bring(circle.participant)
    client = signed_in(circle.participant)
    come_to_its_end(circle.participant)
    answer = contribute(circle, client, about)
    assert answer.headers["Location"].startswith(reverse("sign-in"))
    assert KEPT in client.get(answer.headers["Location"]).content.decode()
    assert sign_in_again(client, circle.participant).headers["Location"] == reverse("kept-text")
    page = client.get(reverse("kept-text")).content.decode()
    assert TYPED in page
    number = re.search(r'name="reprendre" value="([\w-]+)"', page)
    assert number
    form = contribute(circle, client, about, reprendre=number.group(1))
    assert form.status_code == 200
    assert "Voici ce que vous aviez écrit" in form.content.decode()
    assert TYPED in form.content.decode()
    assert not Contribution.objects.exists()
    assert not InterruptedText.objects.exists()
    assert contribute(circle, client, about).status_code == 302
    assert Contribution.objects.count() == 1
    recorded = Entry.objects.filter(subjects__number=circle.participant.user.id)
    found = list(recorded.values_list("verb", flat=True))
    assert Verb.TEXT_KEPT in found
    assert Verb.TEXT_RETURNED in found


def test_a_long_presentation_comes_back_whole(circle: Circle) -> None:
    client = signed_in(circle.participant)
    come_to_its_end(circle.participant)
    data = {
        "headline": "Sans chauffage depuis un mois",
        "account": "Une longue histoire.\r\n" * 60,
        "needs": ["housing", "health"],
        "draft": "1",
    }
    client.post(reverse("situation-bring", args=["tilleuls"]), data)
    sign_in_again(client, circle.participant)
    page = client.get(reverse("kept-text")).content.decode()
    sent: dict[str, Any] = {}
    for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page):
        if name != "csrfmiddlewaretoken":
            sent.setdefault(name, []).append(value)
    form = client.post(reverse("situation-bring", args=["tilleuls"]), sent)
    shown = form.content.decode()
    assert shown.count("Une longue histoire.") == 60
    assert "Sans chauffage depuis un mois" in shown
    assert not Situation.objects.exists()


def test_the_kept_text_lies_nowhere_in_the_clear(circle: Circle) -> None:
    about = story.bring(circle.participant)
    client = signed_in(circle.participant)
    come_to_its_end(circle.participant)
    answer = contribute(circle, client, about)
    row = InterruptedText.objects.get()
    code = show_code(about.code or "")
    for part in (TYPED, code):
        assert part.encode() not in bytes(row.sealed)
        assert part not in str(answer.headers)
        assert part not in str(client.cookies)
    leaves = b"".join(bytes(each.leaf or b"") for each in Entry.objects.all())
    assert TYPED.encode() not in leaves
    assert row.expires_at <= timezone.now() + timedelta(hours=24)


def test_nobody_else_opens_it_and_it_ends_after_a_day(circle: Circle) -> None:
    about = story.bring(circle.participant)
    client = signed_in(circle.participant)
    come_to_its_end(circle.participant)
    contribute(circle, client, about)
    row = InterruptedText.objects.get()
    with pytest.raises(gate.Refused):
        gate.return_text(circle.manager.actor, row.id)
    InterruptedText.objects.update(person=circle.manager.user.id)
    with pytest.raises(SecrecyError):
        gate.return_text(circle.manager.actor, row.id)
    InterruptedText.objects.update(
        person=circle.participant.user.id, expires_at=timezone.now() - timedelta(seconds=1)
    )
    assert gate.kept_texts(circle.participant.user.id) == ()
    with pytest.raises(gate.Refused):
        gate.return_text(circle.participant.actor, row.id)
    SessionStore.clear_expired()
    assert not InterruptedText.objects.exists()


def test_a_text_is_discarded_by_its_author_only(circle: Circle) -> None:
    about = story.bring(circle.participant)
    client = signed_in(circle.participant)
    come_to_its_end(circle.participant)
    contribute(circle, client, about)
    discard = reverse("kept-text-discard", args=[InterruptedText.objects.get().id])
    assert signed_in(circle.manager).post(discard).status_code == 404
    assert InterruptedText.objects.exists()
    sign_in_again(client, circle.participant)
    assert client.post(discard).status_code == 302
    assert not InterruptedText.objects.exists()


# --- Who may plant one --------------------------------------------------------------------------


def attempts(circle: Circle, about: Situation) -> dict[str, Client]:
    """Clients that hold less than both cookies of a session that ended by time."""
    client = signed_in(circle.participant)
    session, second = settings.SESSION_COOKIE_NAME, settings.KEY_COOKIE_NAME
    values = {name: client.cookies[name].value for name in (session, second)}
    come_to_its_end(circle.participant)
    client.get(reverse("account"))
    assert EndedSession.objects.count() == 1
    made = {name: Client() for name in ("nothing", "first", "second", "wrong second")}
    made["first"].cookies[session] = values[session]
    made["second"].cookies[second] = values[second]
    made["wrong second"].cookies[session] = values[session]
    made["wrong second"].cookies[second] = "A" * 43 + "="
    return made


def test_without_both_cookies_nobody_leaves_a_text_in_somebodys_name(circle: Circle) -> None:
    about = story.bring(circle.participant)
    for name, client in attempts(circle, about).items():
        answer = contribute(circle, client, about)
        assert answer.headers["Location"].startswith(reverse("sign-in")), name
        assert not InterruptedText.objects.exists(), name


def test_a_form_of_another_site_leaves_no_text(circle: Circle) -> None:
    about = story.bring(circle.participant)
    client = signed_in(circle.participant, enforce_csrf_checks=False)
    come_to_its_end(circle.participant)
    client.handler.enforce_csrf_checks = True
    assert contribute(circle, client, about).status_code == 403
    assert not InterruptedText.objects.exists()


def test_a_session_ended_on_purpose_keeps_no_text(circle: Circle) -> None:
    about = story.bring(circle.participant)
    client = signed_in(circle.participant)
    end_sessions(circle.participant.user.id)
    contribute(circle, client, about)
    assert not InterruptedText.objects.exists()
    # One that had ended by itself is forgotten as well.
    client = signed_in(circle.participant)
    come_to_its_end(circle.participant)
    client.get(reverse("account"))
    assert EndedSession.objects.exists()
    end_sessions(circle.participant.user.id)
    assert not EndedSession.objects.exists()


def test_an_ended_session_is_remembered_for_a_day(circle: Circle) -> None:
    about = story.bring(circle.participant)
    client = signed_in(circle.participant)
    Session.objects.filter(person=circle.participant.user.id).update(
        seen_at=timezone.now() - timedelta(hours=25)
    )
    contribute(circle, client, about)
    assert not InterruptedText.objects.exists()
    SessionStore.clear_expired()
    assert not EndedSession.objects.exists()


def test_a_foreign_concertation_a_password_and_too_much_are_not_kept(circle: Circle) -> None:
    make_circle("marolles", "Les Marolles")
    about = story.bring(circle.participant)
    client = signed_in(circle.participant)
    come_to_its_end(circle.participant)
    client.post("/marolles/presenter", {"text": TYPED})
    contribute(circle, client, about, password="un long mot de passe")
    contribute(circle, client, about, text="é " * 60_000)
    client.post(reverse("account-language"), {"language": "nl", "text": TYPED})
    contribute(circle, client, about, text="court")
    assert not InterruptedText.objects.exists()
    for _ in range(7):
        contribute(circle, client, about)
    assert InterruptedText.objects.count() == 5


def test_a_text_planted_in_the_database_is_not_shown(circle: Circle) -> None:
    user = circle.participant.user
    member = chain.state(circle.concertation.id).members[user.id]
    number = uuid4()
    text = sealing.encode({"path": "/x", "fields": {"text": [TYPED]}}, coded=True)
    # Everything an attacker can know: the public key, and what a text is bound to.
    binding = suites.bind("concertation/interrupted/1", number, user.id, member.keys)
    sealed = sealing.seal_to(member.public.hpke, text, binding)
    InterruptedText.objects.create(
        id=number,
        person=user.id,
        keys=member.keys,
        sealed=sealed,
        pepper="test",
        mark=bytes(32),
        expires_at=timezone.now() + timedelta(hours=1),
    )
    client = signed_in(circle.participant)
    page = client.get(reverse("kept-text")).content.decode()
    assert "Ce texte ne peut pas être ouvert" in page
    assert TYPED not in page


def test_a_text_is_sealed_to_the_key_of_the_chain_not_of_the_row(circle: Circle) -> None:
    about = story.bring(circle.participant)
    client = signed_in(circle.participant)
    thief = MemberKeys.objects.get(person=circle.manager.user)
    MemberKeys.objects.filter(person=circle.participant.user).update(hpke_public=thief.hpke_public)
    come_to_its_end(circle.participant)
    contribute(circle, client, about)
    row = InterruptedText.objects.get()
    assert TYPED in str(gate.return_text(circle.participant.actor, row.id).fields)


def test_a_session_of_other_keys_than_the_chain_knows_leaves_no_text(circle: Circle) -> None:
    about = story.bring(circle.participant)
    client = signed_in(circle.participant)
    come_to_its_end(circle.participant)
    Session.objects.filter(person=circle.participant.user.id).update(keys=uuid4())
    contribute(circle, client, about)
    assert EndedSession.objects.exists()
    assert not InterruptedText.objects.exists()


def test_when_only_the_second_factor_is_asked_again_the_text_is_kept(circle: Circle) -> None:
    about = story.bring(circle.participant)
    client = signed_in(circle.participant)
    # The device this session was verified with is gone (a passkey removed elsewhere).
    number = TotpDevice.objects.get(user=circle.participant.user)
    TotpDevice.objects.filter(id=number.id).update(id=number.id + 1000)
    assert contribute(circle, client, about).headers["Location"] == reverse("second-factor")
    answer = give_code(client, _code(circle))
    assert answer.headers["Location"] == reverse("kept-text")
    assert TYPED in client.get(reverse("kept-text")).content.decode()


def _code(circle: Circle) -> str:
    TotpDevice.objects.filter(user=circle.participant.user).update(last_step=-1)
    return code_for(circle.participant.user)
