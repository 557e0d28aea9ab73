"""The charter's life: written, compared, published, signed anew, ended; receipts that verify."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.enums import Outcome, Verb
from audit.models import Entry
from audit.names import PLATFORM
from concertation.accounts import actions
from concertation.accounts.enums import Domain
from concertation.accounts.errors import CharterDraftStale, NotSubscribed
from concertation.accounts.models import Organisation, Representation, User
from ethics.charter.models import (
    CharterDraft,
    CharterVersion,
    Power,
    Signature,
    Subscription,
)
from ethics.charter.reading import in_force
from ethics.charter.statements import holds, text_hash
from ethics.roles import Role
from tests.cast import PASSWORD, Circle, Someone, number_of, person, place
from tests.signin import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

TODAY = timezone.localdate


@pytest.fixture
def administrator(circle: Circle) -> Someone:
    user = person("technique@tilleuls.example", "Technique")
    User.objects.filter(id=user.id).update(is_administrator=True)
    return Someone(user, None)


def texts(**changed: str) -> dict[str, str]:
    last = CharterVersion.objects.order_by("-number").first()
    assert last is not None
    return {"fr": last.text_fr, "nl": last.text_nl, "en": last.text_en} | changed


def publish(
    administrator: Someone, *, grace_until: date | None, effective_on: date | None = None
) -> CharterVersion:
    """A next version that differs by a sentence."""
    changed = texts()
    changed["fr"] += "\nUne phrase de plus.\n"
    changed["nl"] += "\nNog een zin.\n"
    draft = actions.save_charter_draft(administrator.actor, changed, revision=0)
    return actions.publish_charter(
        administrator.actor,
        revision=draft.revision,
        effective_on=effective_on or TODAY(),
        grace_until=grace_until,
        password=PASSWORD,
    )


def board(client: Client) -> int:
    return client.get("/tilleuls/tableau").status_code


def representative_of(someone: Someone) -> Someone:
    assert someone.participation is not None
    row = Representation.objects.get(organisation=someone.participation.organisation_id)
    return Someone(row.person, None)


# --- Writing and publishing ---------------------------------------------------------------------


def test_a_version_is_written_compared_and_published_in_the_browser(
    administrator: Someone,
) -> None:
    client = signed_in(administrator)
    page = client.get(reverse("charter-draft"))
    written = {f"text_{code}": text for code, text in texts().items()}
    written["text_fr"] = written["text_fr"].replace("partenaire", "voisine", 1)
    written["text_nl"] += "\nNog een zin.\n"
    answer = client.post(page.request["PATH_INFO"], {**written, "revision": 0}, follow=True)
    html = answer.content.decode()
    assert "<del>partenaire</del><ins>voisine</ins>" in html
    assert "<ins>Nog een zin.</ins>" in html
    form = {"effective_on": TODAY(), "grace_until": "", "revision": 1, "password": PASSWORD}
    client.post(reverse("charter-publish"), form)
    published = in_force()
    assert published is not None
    assert published.number == 2
    assert "voisine" in published.text_fr
    assert not CharterDraft.objects.exists()
    event = Entry.objects.filter(ledger__name=PLATFORM, verb=Verb.CHARTER_PUBLISHED).last()
    assert event is not None
    assert event.actor == administrator.user.id
    assert b"voisine" in client.get(reverse("charter-version", args=[2])).content


def test_a_version_without_its_dutch_text_is_refused_and_what_was_typed_stays(
    administrator: Someone,
) -> None:
    actions.save_charter_draft(administrator.actor, texts(nl=""), revision=0)
    form = {"effective_on": TODAY(), "grace_until": "", "revision": 1, "password": PASSWORD}
    answer = signed_in(administrator).post(reverse("charter-publish"), form)
    assert "néerlandais manque" in answer.content.decode()
    assert CharterVersion.objects.count() == 1
    assert CharterDraft.objects.exists()


def test_a_text_that_changes_nothing_is_not_a_version(administrator: Someone) -> None:
    actions.save_charter_draft(administrator.actor, texts(), revision=0)
    form = {"effective_on": TODAY(), "grace_until": "", "revision": 1, "password": PASSWORD}
    answer = signed_in(administrator).post(reverse("charter-publish"), form)
    assert "mot pour mot" in answer.content.decode()
    assert CharterVersion.objects.count() == 1


def test_two_people_writing_at_once_see_each_other_s_text(administrator: Someone) -> None:
    actions.save_charter_draft(administrator.actor, texts(fr="# Le leur\n"), revision=0)
    client = signed_in(administrator)
    mine = {"text_fr": "# Le mien", "text_nl": "# Van mij", "text_en": "", "revision": 0}
    answer = client.post(reverse("charter-draft"), mine)
    html = answer.content.decode()
    assert "Le mien" in html
    assert "# Le leur" in html
    assert CharterDraft.objects.get().text_fr == "# Le leur\n"
    # Having seen theirs, the next save is knowing.
    client.post(reverse("charter-draft"), {**mine, "revision": 1})
    assert CharterDraft.objects.get().text_fr == "# Le mien\n"


def test_a_draft_that_changed_meanwhile_is_not_published_unseen(administrator: Someone) -> None:
    actions.save_charter_draft(administrator.actor, texts(fr="# Un\n"), revision=0)
    actions.save_charter_draft(administrator.actor, texts(fr="# Deux\n"), revision=1)
    with pytest.raises(CharterDraftStale):
        actions.publish_charter(
            administrator.actor,
            revision=1,
            effective_on=TODAY(),
            grace_until=None,
            password=PASSWORD,
        )


def test_nobody_but_the_administrator_writes_the_charter(circle: Circle) -> None:
    client = signed_in(circle.coordinator)
    for name in ("charter-desk", "charter-draft", "charter-publish", "charter-discard"):
        assert client.get(reverse(name)).status_code == 404
    for name in ("charter-draft", "charter-publish", "charter-discard"):
        assert client.post(reverse(name), {"revision": 0}).status_code == 404
    assert not CharterDraft.objects.exists()


def test_every_version_stays_readable_with_the_bytes_of_its_hash(
    circle: Circle, administrator: Someone
) -> None:
    publish(administrator, grace_until=None)
    client = signed_in(circle.dpo)
    for number in (1, 2):
        for code in ("fr", "nl"):
            text = client.get(reverse("charter-text", args=[number, code])).content
            row = CharterVersion.objects.get(number=number)
            assert text_hash(text.decode()) == row.sha256(code)
    assert client.get(reverse("charter-text", args=[3, "fr"])).status_code == 404
    assert client.get(reverse("charter-text", args=[1, "de"])).status_code == 404


# --- Signing anew -------------------------------------------------------------------------------


def test_in_the_grace_period_the_old_signature_opens_and_the_new_version_can_be_signed(
    circle: Circle, administrator: Someone
) -> None:
    publish(administrator, grace_until=TODAY() + timedelta(days=7))
    client = signed_in(circle.participant)
    assert "attend votre signature" in client.get("/tilleuls/tableau").content.decode()
    address = reverse("charter", args=[number_of(circle.participant)])
    assert "Signer la nouvelle version" in client.get(address).content.decode()
    client.post(address, {"agree": "on", "password": PASSWORD, "language": "fr"})
    mine = Signature.objects.filter(participation=number_of(circle.participant))
    assert sorted(mine.values_list("charter", flat=True)) == [1, 2]
    assert "attend votre signature" not in client.get("/tilleuls/tableau").content.decode()


def test_after_the_grace_period_nothing_opens_until_organisation_and_person_signed_again(
    circle: Circle, administrator: Someone
) -> None:
    client = signed_in(circle.participant)
    assert board(client) == 200
    publish(administrator, grace_until=None)
    assert board(client) == 302
    # Nobody is admitted twice: only the signatures are missing.
    threshold = reverse("threshold", args=[number_of(circle.participant)])
    admission = client.get(threshold).content.decode().split("vous admet, de vive voix")[1]
    assert "C’est fait." in admission
    assert "vingt chiffres" not in admission
    address = reverse("charter", args=[number_of(circle.participant)])
    form = {"agree": "on", "password": PASSWORD, "language": "fr"}
    # The organisation first.
    assert client.post(address, form).status_code == 200
    assert board(client) == 302
    other = representative_of(circle.participant)
    assert circle.participant.participation is not None
    organisation = circle.participant.participation.organisation_id
    signed_in(other).post(
        reverse("subscription", args=[organisation]),
        {
            "power": "management",
            "starts_on": TODAY(),
            "agree": "on",
            "password": PASSWORD,
            "language": "fr",
        },
    )
    client.post(address, form)
    assert board(client) == 200
    # Nothing that was signed before was overwritten.
    assert Subscription.objects.filter(organisation=organisation).count() == 2
    assert Signature.objects.filter(participation=number_of(circle.participant)).count() == 2


def test_before_its_day_a_new_version_asks_nothing(circle: Circle, administrator: Someone) -> None:
    publish(administrator, grace_until=None, effective_on=TODAY() + timedelta(days=1))
    current = in_force()
    assert current is not None
    assert current.number == 1
    assert board(signed_in(circle.participant)) == 200


# --- Ending -------------------------------------------------------------------------------------


def test_ending_a_subscription_closes_the_board_with_the_next_request(circle: Circle) -> None:
    inside, outside = signed_in(circle.participant), signed_in(circle.manager)
    other = representative_of(circle.participant)
    assert circle.participant.participation is not None
    organisation = circle.participant.participation.organisation_id
    address = reverse("subscription-end", args=[organisation])
    client = signed_in(other)
    assert client.post(address, {"password": "un autre"}).status_code == 200
    assert board(inside) == 200
    client.post(address, {"password": PASSWORD})
    assert board(inside) == 302
    assert board(outside) == 200  # another organisation's people stay
    ended = Entry.objects.filter(ledger__name=PLATFORM, verb=Verb.SUBSCRIPTION_ENDED)
    assert sorted(ended.values_list("outcome", flat=True)) == [Outcome.GRANTED, Outcome.REFUSED]
    with pytest.raises(NotSubscribed):
        actions.end_subscription(other.actor, organisation=organisation, password=PASSWORD)


def test_only_its_own_representative_ends_a_subscription(circle: Circle) -> None:
    assert circle.participant.participation is not None
    address = reverse("subscription-end", args=[circle.participant.participation.organisation_id])
    stranger = signed_in(representative_of(circle.manager))
    assert stranger.post(address, {"password": PASSWORD}).status_code == 404
    assert board(signed_in(circle.participant)) == 200


# --- Vouching -----------------------------------------------------------------------------------


def people_address(someone: Someone) -> str:
    assert someone.participation is not None
    return reverse("organisation-people", args=[someone.participation.organisation_id])


def test_a_representative_vouches_for_the_people_in_the_list_and_no_other(circle: Circle) -> None:
    address, client = people_address(circle.manager), signed_in(representative_of(circle.manager))
    html = client.get(address).content.decode()
    assert "Manager" in html
    assert "travail social" in html
    seen = re.findall(r'name="seen" value="([^"]+)"', html)
    # The list changed while it was read: nothing is confirmed unseen.
    answer = client.post(address, {"seen": seen[:-1]}, follow=True)
    assert "a changé pendant" in answer.content.decode()
    assert not Subscription.objects.exclude(people_confirmed_on=None).exists()
    client.post(address, {"seen": seen})
    row = Subscription.objects.exclude(people_confirmed_on=None).get()
    assert row.people_confirmed_on == TODAY()
    assert Entry.objects.filter(verb=Verb.PEOPLE_CONFIRMED).count() == 1


def test_a_year_later_the_list_asks_to_be_confirmed_again(circle: Circle) -> None:
    address, client = people_address(circle.manager), signed_in(representative_of(circle.manager))
    assert "plus d’un an" not in client.get(address).content.decode()
    Subscription.objects.update(people_confirmed_on=TODAY() - timedelta(days=365))
    assert "plus d’un an" in client.get(address).content.decode()


def test_another_organisation_s_people_are_not_found(circle: Circle) -> None:
    stranger = signed_in(representative_of(circle.participant))
    assert stranger.get(people_address(circle.manager)).status_code == 404
    assert stranger.post(people_address(circle.manager), {"seen": []}).status_code == 404


# --- Alone --------------------------------------------------------------------------------------


def test_a_self_employed_person_subscribes_and_signs_in_one_form(circle: Circle) -> None:
    user = person("seule@tilleuls.example", "Seule")
    practice = Organisation.objects.create(
        name="Cabinet inventé", domain=Domain.HEALTH, enterprise_number="0123456749"
    )
    Representation.objects.create(person=user, organisation=practice)
    row = place(user, circle.concertation, practice, [Role.PARTICIPANT])
    alone = Someone(user, row)
    client = signed_in(alone)
    address = reverse("charter", args=[row.id])
    assert "Vous exercez seul" in client.get(address).content.decode()
    client.post(address, {"agree": "on", "password": PASSWORD, "language": "fr"})
    subscription = Subscription.objects.get(organisation=practice.id)
    signature = Signature.objects.get(participation=row.id)
    assert holds(subscription)
    assert holds(signature)
    assert subscription.power == Power.SELF


def test_who_represents_a_larger_organisation_does_not_bind_it_by_signing(circle: Circle) -> None:
    assert circle.manager.participation is not None
    organisation = circle.manager.participation.organisation_id
    Representation.objects.create(person=circle.manager.user, organisation_id=organisation)
    Subscription.objects.filter(organisation=organisation).delete()
    Signature.objects.filter(participation=number_of(circle.manager)).delete()
    address = reverse("charter", args=[number_of(circle.manager)])
    client = signed_in(circle.manager)
    client.post(address, {"agree": "on", "password": PASSWORD, "language": "fr"})
    assert not Subscription.objects.filter(organisation=organisation).exists()
    assert not Signature.objects.filter(participation=number_of(circle.manager)).exists()
