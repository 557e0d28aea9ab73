"""The pages of the keys: renewing, changing a role, leaving."""

import pytest
from django.urls import reverse

from audit.enums import Outcome, Verb
from audit.models import Entry
from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import Concertation, Participation
from ethics.roles import Role
from ethics.secrecy import chain
from ethics.secrecy.models import GenerationWrap
from tests.cast import PASSWORD, Circle, number_of
from tests.signin import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def generations(circle: Circle) -> int:
    return len(chain.state(circle.concertation.id).generations)


def test_a_coordinator_renews_the_keys_with_their_password(circle: Circle) -> None:
    client = signed_in(circle.coordinator)
    url = reverse("member-keys", args=["tilleuls"])
    assert "3 personnes détiennent la clé" in client.get(url).content.decode()
    assert "Ce n’est pas votre" in client.post(url, {"password": "faux"}).content.decode()
    assert generations(circle) == 1
    assert client.post(url, {"password": PASSWORD}).status_code == 302
    assert generations(circle) == 2
    refused = Entry.objects.filter(verb=Verb.GENERATION_MADE, outcome=Outcome.REFUSED)
    assert refused.count() == 1
    for name in ("participant", "police", "guest", "dpo"):
        assert signed_in(circle.people[name]).post(url, {"password": PASSWORD}).status_code == 404
    assert generations(circle) == 2


def test_whoever_leaves_alone_makes_no_key_and_the_next_member_does(circle: Circle) -> None:
    leaver = signed_in(circle.manager)
    url = reverse("leave", args=[number_of(circle.manager)])
    assert "Quitter Les Tilleuls" in leaver.get(url).content.decode()
    assert leaver.post(url, {"password": PASSWORD}).status_code == 302
    assert generations(circle) == 1
    waiting = Concertation.objects.filter(id=circle.concertation.id, rotation_pending=True)
    assert waiting.exists()
    home = reverse("home", args=["tilleuls"])
    assert leaver.get(home).status_code == 302
    members = reverse("members", args=["tilleuls"])
    # Who holds no key passes by, and changes nothing.
    assert "votre visite a renouvelé" not in signed_in(circle.guest).get(members).content.decode()
    assert generations(circle) == 1
    page = signed_in(circle.participant).get(members).content.decode()
    assert "votre visite a renouvelé les clés" in page
    assert generations(circle) == 2
    assert not waiting.exists()
    assert "votre visite" not in signed_in(circle.coordinator).get(members).content.decode()
    assert generations(circle) == 2


def test_a_planted_flag_renews_and_excludes_nobody(circle: Circle) -> None:
    Concertation.objects.filter(id=circle.concertation.id).update(rotation_pending=True)
    before = set(chain.state(circle.concertation.id).members)
    signed_in(circle.participant).get(reverse("members", args=["tilleuls"]))
    assert set(chain.state(circle.concertation.id).members) == before


def test_the_only_coordinator_does_not_leave(circle: Circle) -> None:
    url = reverse("leave", args=[number_of(circle.coordinator)])
    answer = signed_in(circle.coordinator).post(url, {"password": PASSWORD})
    assert "Vous êtes la seule coordination" in answer.content.decode()
    assert circle.coordinator.user.id in chain.state(circle.concertation.id).members
    others = reverse("leave", args=[number_of(circle.manager)])
    assert signed_in(circle.coordinator).post(others, {"password": PASSWORD}).status_code == 404


def test_a_role_changes_in_the_chain_in_the_row_and_in_the_keys(circle: Circle) -> None:
    client = signed_in(circle.coordinator)
    url = reverse("member-role", args=["tilleuls", number_of(circle.manager)])
    assert "Le rôle de Manager" in client.get(url).content.decode()
    asked = {"role": "limited_reader", "secrecy_status": "discretion", "ends_on": ""}
    assert client.post(url, {**asked, "password": "faux"}).status_code == 200
    assert client.post(url, {**asked, "password": PASSWORD}).status_code == 302
    row = Participation.objects.get(id=number_of(circle.manager))
    place = chain.state(circle.concertation.id).place(circle.manager.user.id, row.id)
    assert place is not None
    assert place.roles == row.role_set == frozenset({Role.LIMITED_READER})
    assert not GenerationWrap.objects.filter(person=circle.manager.user.id).exists()
    assert generations(circle) == 2
    back = {"role": "participant", "secrecy_status": "professional", "ends_on": ""}
    assert client.post(url, {**back, "password": PASSWORD}).status_code == 302
    assert GenerationWrap.objects.filter(person=circle.manager.user.id).count() == 2
    assert Entry.objects.filter(verb=Verb.ROLE_CHANGED, outcome=Outcome.GRANTED).count() == 2


def test_roles_that_clash_and_other_peoples_hands_are_refused(circle: Circle) -> None:
    client = signed_in(circle.coordinator)
    url = reverse("member-role", args=["tilleuls", number_of(circle.police)])
    wide = {"role": "coordinator", "secrecy_status": "police_justice", "password": PASSWORD}
    assert "Sans secret professionnel" in client.post(url, wide).content.decode()
    own = reverse("member-role", args=["tilleuls", number_of(circle.coordinator)])
    mine = {"role": "guest", "secrecy_status": "professional", "ends_on": "2027-01-01"}
    answer = client.post(own, {**mine, "password": PASSWORD})
    assert "vous-même" in answer.content.decode()
    for name in ("participant", "dpo"):
        assert signed_in(circle.people[name]).post(url, wide).status_code == 404
    row = Participation.objects.get(id=number_of(circle.police))
    assert row.roles == ["limited_reader"]
    assert row.state == ParticipationState.ADMITTED
    assert len(chain.state(circle.concertation.id).changes) == 6
