"""Asking the readers of a restricted situation to be let in, and their answer."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from audit.enums import Outcome, Verb
from audit.models import Entry, EntrySubject
from concertation.situations import actions, errors, reading
from concertation.situations.codes import show_code
from concertation.situations.models import AccessRequest, Situation, SituationGrant
from ethics import gate
from ethics.secrecy.models import ScopeWrap
from tests.cast import Circle, Someone, make_circle, number_of
from tests.signin import signed_in
from tests.situations import story
from tests.situations.pages import get, text_of, url
from tests.situations.test_audience import code_of, reads, restrict

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


@pytest.fixture
def restricted(circle: Circle) -> Situation:
    """A situation that the coordinator and who brought it read; the manager doesn't."""
    situation = story.bring(circle.participant)
    restrict(circle.coordinator, situation, circle.coordinator)
    mail.outbox.clear()
    return situation


def ask(who: Someone, code: str, reason: str = "replacing") -> None:
    actions.ask_access(who.actor, code=code, reason=reason)


def answer(who: Someone, days: int | None = 30) -> AccessRequest:
    return actions.answer_request(
        who.actor, request=AccessRequest.objects.latest("made_at").id, days=days
    )


def told() -> set[str]:
    return {address for message in mail.outbox for address in message.to}


@pytest.fixture
def after_commit(django_capture_on_commit_callbacks: Any) -> Any:
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_readers_and_dpo_are_told_at_once_without_code_or_name(
    circle: Circle, restricted: Situation, after_commit: Any
) -> None:
    with after_commit():
        ask(circle.manager, code_of(restricted))
    people = (circle.coordinator, circle.participant, circle.dpo)
    assert told() == {each.user.email for each in people}
    for message in mail.outbox:
        said = f"{message.subject} {message.body}"
        assert code_of(restricted) not in said
        assert str(restricted.code) not in said
        assert circle.manager.user.name not in said
        assert story.HEADLINE not in said
    entry = Entry.objects.get(verb=Verb.ACCESS_ASKED)
    assert entry.actor == circle.manager.user.id
    assert EntrySubject.objects.filter(entry=entry, number=restricted.id).exists()


def test_a_reader_lets_in_for_a_time_and_the_day_after_it_is_shut(
    circle: Circle, restricted: Situation, after_commit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(circle.manager, code_of(restricted))
    with after_commit():
        row = answer(circle.participant, days=30)
    until = timezone.localdate() + timedelta(days=30)
    assert row.until == until
    assert told() == {circle.manager.user.email, circle.dpo.user.email}
    assert reads(circle.manager, restricted)
    history = reading.field_history(circle.manager.actor, code_of(restricted))
    assert history.fields
    story.entry(circle.coordinator, restricted, "Après l’accord")
    sheet = reading.situation_sheet(circle.manager.actor, code_of(restricted))
    assert [each.text for each in sheet.entries] == ["Après l’accord"]
    assert not Entry.objects.filter(verb=Verb.UNOPENABLE).exists()
    after: Any = lambda *_: until + timedelta(days=1)  # noqa: E731
    monkeypatch.setattr(timezone, "localdate", after)
    assert not reads(circle.manager, restricted)


def test_a_new_key_after_the_answer_keeps_the_day(circle: Circle, restricted: Situation) -> None:
    ask(circle.manager, code_of(restricted))
    until = answer(circle.coordinator, days=7).until
    restrict(circle.coordinator, restricted, circle.coordinator, circle.manager)
    assert reads(circle.manager, restricted)
    assert SituationGrant.objects.get(user=circle.manager.user).until == until
    held = circle.manager.actor.keys
    assert held is not None
    ends = set(ScopeWrap.objects.filter(recipient=held.keys).values_list("until", flat=True))
    assert ends == {until}


def test_the_night_takes_away_what_is_over(
    circle: Circle, restricted: Situation, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(circle.manager, code_of(restricted))
    answer(circle.coordinator, days=1)
    copies = ScopeWrap.objects.exclude(until=None)
    assert copies.count() == 2
    call_command("daily")
    assert copies.count() == 2
    SituationGrant.objects.exclude(until=None).update(until=date(2026, 1, 1))
    copies.update(until=date(2026, 1, 1))
    call_command("daily")
    assert not copies.exists()
    assert not SituationGrant.objects.filter(user=circle.manager.user).exists()


def test_declining_lets_nobody_in_and_says_so_to_them(
    circle: Circle, restricted: Situation, after_commit: Any
) -> None:
    ask(circle.manager, code_of(restricted))
    with after_commit():
        answer(circle.coordinator, days=None)
    assert told() == {circle.manager.user.email}
    assert not reads(circle.manager, restricted)
    assert story.verbs().count(Verb.ACCESS_DECLINED) == 1
    with pytest.raises(errors.RequestAnswered):
        answer(circle.participant)
    ask(circle.manager, code_of(restricted))
    assert AccessRequest.objects.count() == 2


def test_whoever_was_let_in_for_a_time_answers_nobody(
    circle: Circle, restricted: Situation
) -> None:
    ask(circle.manager, code_of(restricted))
    request = AccessRequest.objects.get()
    answer(circle.coordinator)
    other = AccessRequest.objects.create(
        situation=restricted, participation_id=number_of(circle.guest), reason="asked"
    )
    assert request.id != other.id
    with pytest.raises(gate.Refused):
        actions.answer_request(circle.manager.actor, request=other.id, days=7)
    assert reading.requests_to_answer(circle.manager.actor) == ()


@pytest.mark.parametrize("name", ["manager", "police", "guest", "dpo"])
def test_nobody_but_its_readers_answers(circle: Circle, restricted: Situation, name: str) -> None:
    ask(circle.manager, code_of(restricted))
    with pytest.raises(gate.Refused):
        answer(circle.people[name])
    assert AccessRequest.objects.get().state == "asked"


@pytest.mark.parametrize("days", [0, 91, -1])
def test_ninety_days_is_the_longest(circle: Circle, restricted: Situation, days: int) -> None:
    ask(circle.manager, code_of(restricted))
    with pytest.raises(errors.DateOutOfReach):
        answer(circle.coordinator, days=days)


def test_another_concertation_s_request_is_unknown(circle: Circle, restricted: Situation) -> None:
    ask(circle.manager, code_of(restricted))
    elsewhere = make_circle("marolles", "Les Marolles")
    with pytest.raises(gate.Refused):
        answer(elsewhere.coordinator)
    with pytest.raises(gate.Refused):
        actions.answer_request(circle.coordinator.actor, request=uuid4(), days=7)


# --- What the one who asks can learn: nothing --------------------------------------------------


def test_every_code_gets_the_same_answer(
    circle: Circle, restricted: Situation, after_commit: Any
) -> None:
    elsewhere = make_circle("marolles", "Les Marolles")
    foreign = story.bring(elsewhere.participant)
    restrict(elsewhere.coordinator, foreign, elsewhere.coordinator)
    opened = story.bring(circle.participant)
    shut = story.bring(circle.participant)
    actions.withdraw(circle.manager.actor, situation=shut.id, reason="relative")
    client = signed_in(circle.manager)
    address = url(circle, "access-requests")
    pages = set()
    codes = [code_of(each) for each in (restricted, foreign, opened, shut)]
    for code in (*codes, "K7QF-3MMH"):
        with after_commit():
            sent = client.post(address, {"code": code, "reason": "asked"})
        assert (sent.status_code, sent["Location"]) == (302, address)
        lines = get(client, address).splitlines()
        pages.add("\n".join(line for line in lines if "csrf" not in line))
    assert len(pages) == 1
    assert "C’est noté" in pages.pop()
    assert list(AccessRequest.objects.values_list("situation", flat=True)) == [restricted.id]
    assert Entry.objects.filter(verb=Verb.ACCESS_ASKED).count() == 5
    people = (circle.coordinator, circle.participant, circle.dpo)
    assert told() == {each.user.email for each in people}


def test_five_a_day_whatever_the_codes_are(circle: Circle, restricted: Situation) -> None:
    for _ in range(5):
        ask(circle.manager, "K7QF-3MMH")
    for code in ("K7QF-3MMH", code_of(restricted)):
        with pytest.raises(errors.TooManyRequests):
            ask(circle.manager, code)
    assert not AccessRequest.objects.exists()


def test_a_slip_of_the_finger_is_said_and_asked_again(circle: Circle) -> None:
    with pytest.raises(errors.CodeMistyped):
        ask(circle.manager, "K7QF-3MMJ")
    with pytest.raises(errors.NotInList):
        ask(circle.manager, "K7QF-3MMH", "curiosity")
    assert not Entry.objects.filter(verb=Verb.ACCESS_ASKED).exists()


@pytest.mark.parametrize("name", ["police", "guest", "dpo"])
def test_only_the_circle_asks(circle: Circle, restricted: Situation, name: str) -> None:
    with pytest.raises(gate.Refused):
        ask(circle.people[name], code_of(restricted))
    assert Entry.objects.get(verb=Verb.ACCESS_ASKED).outcome == Outcome.REFUSED
    assert signed_in(circle.people[name]).get(url(circle, "access-requests")).status_code == 404


def test_opening_it_to_the_circle_answers_whoever_waits(
    circle: Circle, restricted: Situation
) -> None:
    ask(circle.manager, code_of(restricted))
    actions.change_audience(circle.coordinator.actor, situation=restricted.id, readers=None)
    assert AccessRequest.objects.get().state == "granted"


# --- Pages ------------------------------------------------------------------------------------


def test_one_click_lets_in(circle: Circle, restricted: Situation) -> None:
    ask(circle.manager, code_of(restricted))
    client = signed_in(circle.coordinator)
    assert "1 personne demande l’accès" in get(client, url(circle, "home"))
    page = get(client, url(circle, "access-requests"))
    assert show_code(str(restricted.code)) in page
    assert "je remplace quelqu’un" in page
    assert "1 demande d’accès attend" in get(
        client, url(circle, "situation-readers", code_of(restricted))
    )
    number = AccessRequest.objects.get().id
    wrong = client.post(url(circle, "access-answer", number), {"days": "400"}, follow=True)
    assert "durée de la liste" in text_of(wrong)
    done = client.post(url(circle, "access-answer", number), {"days": "30"}, follow=True)
    assert "L’accès est accordé" in text_of(done)
    assert reads(circle.manager, restricted)
    again = client.post(url(circle, "access-answer", number), {"days": "30"}, follow=True)
    assert "déjà répondu" in text_of(again)
