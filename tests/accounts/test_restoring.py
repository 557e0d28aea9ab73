"""Lost access restored, several newcomers in one call, and what every member is told."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse

from audit.enums import Outcome, Purpose, Verb
from audit.models import Entry
from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import Participation
from ethics import gate
from ethics.secrecy import chain
from ethics.secrecy.models import GenerationWrap
from tests.accounts.test_members import newcomer
from tests.cast import PASSWORD, Circle, Someone, number_of
from tests.secrecy.conftest import MakeSituation, make_action, make_situation
from tests.secrecy.renewing import read
from tests.signin import signed_in

__all__ = ["make_situation"]

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def lose(someone: Someone) -> Someone:
    """What a reset leaves: new keys, and the place awaits again."""
    gate.make_member_keys(someone.user.id, PASSWORD)
    Participation.objects.filter(person=someone.user).update(state=ParticipationState.AWAITING)
    return Someone(someone.user, someone.participation)


def several(circle: Circle, client: Any, *people: Someone, **wrong: str) -> Any:
    data = {"password": PASSWORD}
    for each in people:
        data[f"digits_{number_of(each).hex}"] = gate.digits(each.actor)
    return client.post(reverse("members-admit", args=["tilleuls"]), {**data, **wrong})


def test_several_newcomers_come_in_with_one_password(circle: Circle) -> None:
    people = [newcomer(circle, name) for name in ("une", "deux", "trois")]
    client = signed_in(circle.coordinator)
    page = client.get(reverse("members", args=["tilleuls"])).content.decode()
    assert page.count('type="password"') == 1
    mail.outbox.clear()
    assert several(circle, client, *people).status_code == 302
    for each in people:
        assert each.user.id in chain.state(circle.concertation.id).members
    # One message for each member and for the whole call.
    told = [message.to[0] for message in mail.outbox]
    assert len(told) == len(set(told)) == 9
    assert circle.dpo.user.email in told
    assert all("Une" not in message.body for message in mail.outbox)


def test_one_wrong_line_keeps_what_was_typed_and_lets_the_others_in(circle: Circle) -> None:
    good, bad = newcomer(circle, "bonne"), newcomer(circle, "mauvaise")
    client = signed_in(circle.coordinator)
    wrong = {f"digits_{number_of(bad).hex}": "1" * 20}
    answer = several(circle, client, good, **wrong)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "1 personne est entrée" in page
    assert "quelqu’un a pu prendre" in page
    assert "1" * 20 in page
    assert PASSWORD not in page
    members = chain.state(circle.concertation.id).members
    assert good.user.id in members
    assert bad.user.id not in members


def test_nothing_typed_or_a_wrong_password_lets_nobody_in(circle: Circle) -> None:
    someone = newcomer(circle)
    client = signed_in(circle.coordinator)
    url = reverse("members-admit", args=["tilleuls"])
    assert "au moins une personne" in client.post(url, {"password": PASSWORD}).content.decode()
    page = several(circle, client, someone, password="faux").content.decode()
    assert "Ce n’est pas votre mot de passe" in page
    assert gate.digits(someone.actor) in page
    for name in ("participant", "police", "dpo"):
        assert several(circle, signed_in(circle.people[name]), someone).status_code == 404
    assert someone.user.id not in chain.state(circle.concertation.id).members


def test_a_coordinator_restores_access_and_everything_opens_again(
    circle: Circle, make_situation: MakeSituation
) -> None:
    situation = make_situation("canari")
    gate.rotate(circle.coordinator.actor)
    someone = lose(circle.manager)
    with pytest.raises(gate.Refused):
        read(someone, situation)
    client = signed_in(circle.coordinator)
    page = client.get(reverse("members", args=["tilleuls"])).content.decode()
    assert "a perdu son accès" in page
    mail.outbox.clear()
    assert several(circle, client, someone).status_code == 302
    assert read(someone, situation) == "canari wish"
    wraps = GenerationWrap.objects.filter(person=someone.user.id)
    assert sorted(wraps.values_list("generation", flat=True)) == [1, 2]
    row = Participation.objects.get(id=number_of(someone))
    assert row.state == ParticipationState.ADMITTED
    restored = Entry.objects.filter(verb=Verb.ACCESS_RESTORED, outcome=Outcome.GRANTED)
    assert restored.get().actor == circle.coordinator.user.id
    assert len(mail.outbox) == 6
    assert "rétabli" in mail.outbox[0].body
    # Who restored me stands on my own page, and in the circle's.
    own = signed_in(someone)
    assert (
        "Coordination a rétabli l’accès de Manager" in own.get(reverse("account")).content.decode()
    )
    page = own.get(reverse("members", args=["tilleuls"])).content.decode()
    assert "Coordination a rétabli l’accès de Manager" in page


def test_a_limited_reader_restored_finds_their_action_again(
    circle: Circle, make_situation: MakeSituation
) -> None:
    situation = make_situation()
    action = make_action(circle, situation, circle.police, "passer le matin")
    someone = lose(circle.police)
    assert several(circle, signed_in(circle.coordinator), someone).status_code == 302
    seen = gate.reveal(
        someone.actor, records=[action], subjects=[situation.id], purpose=Purpose.MY_ACTION
    )
    assert seen.get(action, "text") == "passer le matin"
    assert not GenerationWrap.objects.filter(person=someone.user.id).exists()


def test_wrong_digits_restore_nobody(circle: Circle) -> None:
    someone = lose(circle.manager)
    client = signed_in(circle.coordinator)
    wrong = {f"digits_{number_of(someone).hex}": "2" * 20}
    assert several(circle, client, **wrong).status_code == 200
    assert not gate.holds_keys(someone.actor)
    refused = Entry.objects.filter(verb=Verb.ACCESS_RESTORED, reason="wrong_digits")
    assert refused.count() == 1


def vouch(client: Any, someone: Someone) -> Any:
    url = reverse("member-vouch", args=["tilleuls", number_of(someone)])
    return client.post(url, {"digits": gate.digits(someone.actor), "password": PASSWORD})


def test_two_members_restore_after_a_working_day_without_coordinator(
    circle: Circle, make_situation: MakeSituation, monkeypatch: pytest.MonkeyPatch
) -> None:
    situation = make_situation("canari")
    third = newcomer(circle, "tierce")
    several(circle, signed_in(circle.coordinator), third)
    Participation.objects.filter(id=number_of(third)).update(state=ParticipationState.ADMITTED)
    someone = lose(circle.manager)
    first, second = signed_in(circle.participant), signed_in(third)
    url = reverse("member-vouch", args=["tilleuls", number_of(someone)])
    assert "Rétablir l’accès de Manager" in first.get(url).content.decode()
    assert "Se porter garant" in first.get(reverse("members", args=["tilleuls"])).content.decode()
    mail.outbox.clear()
    assert vouch(first, someone).status_code == 302
    # Everybody knows at once: a coordinator has the day to act.
    assert len(mail.outbox) == 6
    assert "Vous vous êtes déjà porté" in vouch(first, someone).content.decode()
    assert "a encore le temps" in vouch(second, someone).content.decode()
    assert "pourrez confirmer à partir" in second.get(url).content.decode()
    assert not gate.holds_keys(someone.actor)
    now = chain.now()
    monkeypatch.setattr(chain, "now", lambda: now + timedelta(days=4))
    assert "Vous vous êtes déjà porté" in vouch(first, someone).content.decode()
    assert vouch(second, someone).status_code == 302
    assert read(someone, situation) == "canari wish"
    assert Entry.objects.filter(verb=Verb.RESTORE_PROPOSED).count() == 1
    page = signed_in(someone).get(reverse("account")).content.decode()
    assert "comme deuxième membre, l’accès rétabli de Manager" in page


def test_who_holds_no_key_vouches_for_nobody(circle: Circle) -> None:
    someone = lose(circle.manager)
    for name in ("police", "guest", "dpo"):
        assert vouch(signed_in(circle.people[name]), someone).status_code == 404
    assert not chain.state(circle.concertation.id).proposals


def test_someone_known_with_good_keys_is_not_restored(circle: Circle) -> None:
    Participation.objects.filter(id=number_of(circle.manager)).update(
        state=ParticipationState.AWAITING
    )
    answer = vouch(signed_in(circle.participant), circle.manager)
    assert "n’attend pas" in answer.content.decode()


def test_a_coordinator_can_reach_nobody_of_another_circle(circle: Circle) -> None:
    stranger = {f"digits_{circle.concertation.id.hex}": "3" * 20, "password": PASSWORD}
    url = reverse("members-admit", args=["tilleuls"])
    page = signed_in(circle.coordinator).post(url, stranger).content.decode()
    assert "au moins une personne" in page
