"""Start and account."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.enums import Verb
from audit.models import Entry
from concertation.accounts.models import Participation, Representation, StaticCodes
from ethics import gate
from ethics.roles import Role
from tests.cast import PASSWORD, Circle, Someone, chain_place, make_circle, place, sign_charter
from tests.signin import device_of, give_code, give_password, signed_in

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def test_start_goes_to_the_only_concertation(circle: Circle) -> None:
    assert signed_in(circle.participant).get("/").headers["Location"] == reverse(
        "home", args=["tilleuls"]
    )


def test_start_takes_the_dpo_to_the_ledger(circle: Circle) -> None:
    assert signed_in(circle.dpo).get("/").headers["Location"] == reverse(
        "ledger", args=["tilleuls"]
    )


def test_start_offers_a_choice_then_remembers_the_last_visit(circle: Circle) -> None:
    other = make_circle("marolles", "Les Marolles")
    assert other.participant.participation
    row = place(
        circle.participant.user,
        other.concertation,
        other.participant.participation.organisation,
        [Role.PARTICIPANT],
    )
    client = signed_in(circle.participant)
    page = client.get("/").content.decode()
    assert "Les Marolles" in page
    assert "Les Tilleuls" in page
    row.last_visit_at = timezone.now()
    row.save()
    assert client.get("/").headers["Location"] == reverse("home", args=["marolles"])
    # Not admitted there: the door says what is missing.
    assert client.get(reverse("members", args=["marolles"])).headers["Location"] == reverse(
        "threshold", args=[row.id]
    )


def test_a_representative_finds_their_organisation(circle: Circle) -> None:
    row = Representation.objects.first()
    assert row
    page = signed_in(Someone(row.person, None)).get("/").content.decode()
    assert row.organisation.name in page


def hat_on_members_page(client: Client) -> Any:
    answer: Any = client.get(reverse("members", args=["tilleuls"]))
    return answer.wsgi_request.hat


def test_the_hat_is_chosen_among_ones_own_places(circle: Circle) -> None:
    assert circle.police.participation
    second = place(
        circle.participant.user,
        circle.concertation,
        circle.police.participation.organisation,
        [Role.PARTICIPANT],
    )
    someone = Someone(circle.participant.user, second)
    sign_charter(someone)
    gate.admit(
        circle.coordinator.actor, someone.user.id, chain_place(second), gate.digits(someone.actor)
    )
    Participation.objects.filter(id=second.id).update(state="admitted")
    client = signed_in(circle.participant)
    house = circle.police.participation.organisation
    assert f"Parler pour {house.name}" in client.get(reverse("account")).content.decode()
    client.post(reverse("account-hat"), {"participation": second.id})
    assert hat_on_members_page(client) == second
    assert circle.participant.participation
    client.post(reverse("account-hat"), {"participation": circle.participant.participation.id})
    assert hat_on_members_page(client) == circle.participant.participation
    foreign = client.post(reverse("account-hat"), {"participation": circle.police.participation.id})
    assert foreign.status_code == 404


def test_new_codes_ask_the_password_and_end_the_old_ones(circle: Circle) -> None:
    user = circle.participant.user
    device_of(user)
    paper = StaticCodes.objects.create(user=user, name="codes")
    old = paper.renew()
    client = signed_in(circle.participant)
    page = reverse("account-codes")
    assert "Ce n’est pas" in client.post(page, {"password": "faux"}).content.decode()
    shown = client.post(page, {"password": PASSWORD}).content.decode()
    assert not any(code in shown for code in old)
    assert shown.count('class="digits"') == 10
    assert Entry.objects.filter(verb=Verb.SECOND_FACTOR_SET, actor=user.id).count() == 2
    again = Client()
    give_password(again, user)
    assert give_code(again, old[0]).status_code == 200


def test_the_pages_for_anybody_need_no_account() -> None:
    for name in ("privacy", "accessibility", "sign-in"):
        assert Client().get(reverse(name)).status_code == 200


def test_colleagues_read_how_to_reach_someone_by_domain_in_two_clicks(circle: Circle) -> None:
    client = signed_in(circle.participant)
    mine = str(circle.participant.participation and circle.participant.participation.id)
    address = reverse("account-reach")
    said = {"participation": mine, "reach": "02 555 01 02, le matin"}
    assert client.post(address, said)["Location"] == reverse("account") + "#reach"
    page = signed_in(circle.police).get(reverse("members", args=["tilleuls"])).content.decode()
    assert "02 555 01 02, le matin" in page
    assert 'href="mailto:participant@tilleuls.example"' in page
    # By the names of their domains: santé mentale, sécurité, social.
    houses = re.findall(r'<h2 id="house-\d">(.*?) tilleuls', page)
    assert houses == ["La Théière", "Police de quartier", "Coup-de-Pouce"]
    # Too long: a sentence, and the typed text stays.
    long = client.post(address, {"participation": mine, "reach": "x" * 121}).content.decode()
    assert "x" * 121 in long
    assert "field__error" in long


def test_nobody_says_how_somebody_else_is_reached(circle: Circle) -> None:
    assert circle.manager.participation
    said = {"participation": str(circle.manager.participation.id), "reach": "chez moi"}
    assert signed_in(circle.participant).post(reverse("account-reach"), said).status_code == 404
    circle.manager.participation.refresh_from_db()
    assert circle.manager.participation.reach == ""


def test_an_unknown_choice_of_mail_changes_nothing(circle: Circle) -> None:
    client = signed_in(circle.participant)
    client.post(reverse("account-mail"), {"mail": "hourly"})
    circle.participant.user.refresh_from_db()
    assert circle.participant.user.mail == "at_once"
