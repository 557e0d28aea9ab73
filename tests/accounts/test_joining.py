"""From nothing to a concertation with two members, as people do it, page by page."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.enums import Outcome, Verb
from audit.models import Entry
from audit.names import PLATFORM
from audit.record import ensure_ledger
from concertation.accounts import actions
from concertation.accounts.enums import KeyState, ParticipationState
from concertation.accounts.errors import AlreadyFounded, InvitationSpent
from concertation.accounts.models import (
    Concertation,
    Invitation,
    Organisation,
    Participation,
    Representation,
    User,
)
from ethics import gate
from ethics.charter.models import Signature, Subscription
from ethics.secrecy import chain
from tests.cast import (
    PASSWORD,
    Circle,
    Someone,
    chain_place,
    charter_in_force,
    number_of,
    person,
    place,
)
from tests.signin import give_password, signed_in

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

NEW_PASSWORD = "quatre mots choisis au hasard"


def last_link() -> str:
    found = re.search(r"http://testserver(/invitation/\S+)", str(mail.outbox[-1].body))
    assert found
    return found.group(1)


def use_invitation(link: str, name: str, password: str = PASSWORD) -> Client:
    client = Client()
    answer = client.post(link, {"name": name, "password": password, "again": password})
    assert answer.headers["Location"] == reverse("sign-in"), answer.content.decode()
    return client


def test_the_whole_way_from_an_administrator_to_an_admitted_member() -> None:
    ensure_ledger(PLATFORM)
    charter_in_force()
    boss = person("technique@demo.example", "Technique")
    boss.is_administrator = True
    boss.save()
    admin = signed_in(Someone(boss, None))

    # The administrator makes the organisation and the concertation, and names two people.
    made = admin.post(
        reverse("administration-organisation"),
        {"name": "La Théière", "domain": "mental_health", "enterprise_number": "BE 0123.456.749"},
    )
    house = Organisation.objects.get()
    assert made.headers["Location"] == reverse("administration-representative", args=[house.id])
    admin.post(
        made.headers["Location"], {"email": "Rep@demo.example", "name": "Rita", "language": "fr"}
    )
    represents = last_link()
    made = admin.post(
        reverse("administration-concertation"),
        {
            "name": "Marolles",
            "slug": "marolles",
            "languages": ["fr", "nl"],
            "cadence": "monthly",
            "planned_minutes": 60,
        },
    )
    circle = Concertation.objects.get()
    assert circle.key_state == KeyState.AWAITING_KEYS
    admin.post(
        made.headers["Location"],
        {
            "organisation": house.id,
            "email": "co@demo.example",
            "name": "Coline",
            "language": "fr",
            "function": "coordination",
        },
    )
    coordinates = last_link()
    assert "Rita" not in str(mail.outbox[0].body)
    assert "Marolles" not in str(mail.outbox[1].body)

    # The coordinator comes first, and is told that the organisation is missing.
    use_invitation(coordinates, "Coline Dubois")
    coline = Someone(
        User.objects.get(email="co@demo.example"), Participation.objects.get(concertation=circle)
    )
    assert coline.user.name == "Coline Dubois"
    first = signed_in(coline)
    threshold = reverse("threshold", args=[number_of(coline)])
    assert first.get("/", follow=True).redirect_chain[-1][0] == threshold
    assert "Rita" in first.get(threshold).content.decode()
    sign = {"agree": "on", "password": PASSWORD, "language": "fr"}
    charter = reverse("charter", args=[number_of(coline)])
    refused = first.post(charter, sign)
    assert refused.status_code == 200
    assert not Signature.objects.exists()

    # The representative subscribes.
    use_invitation(represents, "Rita")
    rep = signed_in(Someone(User.objects.get(email="rep@demo.example"), None))
    assert b"La Th" in rep.get("/").content
    subscription = reverse("subscription", args=[house.id])
    unticked = rep.post(
        subscription,
        {
            "power": "management",
            "starts_on": timezone.localdate().isoformat(),
            "password": PASSWORD,
            "language": "fr",
        },
    )
    assert unticked.status_code == 200
    assert not Subscription.objects.exists()
    done = rep.post(
        subscription,
        {
            "power": "management",
            "starts_on": timezone.localdate().isoformat(),
            "password": PASSWORD,
            "language": "nl",
            "agree": "on",
        },
    )
    assert done.status_code == 302
    assert Subscription.objects.get().organisation == house.id

    # The coordinator signs and founds.
    wrong = first.post(charter, sign | {"password": "un autre mot de passe"})
    assert "Ce n’est pas votre mot de passe" in wrong.content.decode()
    assert first.post(charter, sign).headers["Location"] == threshold
    assert Signature.objects.get().language == "fr"
    found = reverse("found", args=[number_of(coline)])
    assert first.post(found).headers["Location"] == found
    sheet = first.get(found).content.decode()
    groups = re.findall(r'<span class="digits"><span>([0-9A-Z]{4})</span></span>', sheet)
    assert len(groups) == 13
    retype = first.get(f"{found}?etape=recopier").content.decode()
    assert not any(group in retype for group in groups)
    asked = [int(each) - 1 for each in re.findall(r"Groupe (\d+)", retype)]
    typed = {"first": groups[asked[0]].lower(), "second": groups[asked[1]]}
    missed = first.post(f"{found}?etape=recopier", typed | {"second": "AAAA"})
    assert "ne correspond pas" in missed.content.decode()
    assert not chain.state(circle.id).length
    assert first.post(f"{found}?etape=recopier", typed).headers["Location"] == found
    state = chain.state(circle.id)
    assert state.genesis.hex()[:4] in first.get(found).content.decode()
    circle.refresh_from_db()
    assert circle.key_state == KeyState.OPEN
    members = reverse("members", args=["marolles"])
    assert first.get(members).status_code == 200

    # She invites someone, who reads twenty digits aloud.
    answer = first.post(
        reverse("member-invite", args=["marolles"]),
        {
            "email": "nadia@demo.example",
            "name": "Nadia",
            "language": "fr",
            "organisation": house.id,
            "function": "assistante sociale",
            "role": "participant",
            "secrecy_status": "professional",
            "starts_on": timezone.localdate().isoformat(),
            "ends_on": "",
        },
    )
    assert answer.headers["Location"] == members
    use_invitation(last_link(), "Nadia")
    row = Participation.objects.get(person__email="nadia@demo.example")
    assert row.state == ParticipationState.AWAITING
    nadia = Someone(row.person, row)
    newcomer = signed_in(nadia)
    newcomer.post(reverse("charter", args=[row.id]), sign)
    waits = newcomer.get(reverse("threshold", args=[row.id])).content.decode()
    shown = "".join(re.findall(r"<span>(\d{4})</span>", waits))
    assert shown == gate.digits(nadia.actor)
    assert "Coline Dubois" in waits
    assert "Nadia" in first.get(members).content.decode()
    heard = " ".join(shown[at : at + 4] for at in range(0, 20, 4))
    admit = reverse("member-admit", args=["marolles", row.id])
    assert first.post(admit, {"digits": heard, "password": PASSWORD}).headers["Location"] == members
    row.refresh_from_db()
    assert row.state == ParticipationState.ADMITTED
    assert newcomer.get(members).status_code == 200
    assert newcomer.get(reverse("threshold", args=[row.id])).headers["Location"] == reverse(
        "home", args=["marolles"]
    )
    assert Entry.objects.filter(verb=Verb.ADMITTED, outcome=Outcome.GRANTED).count() == 1


@pytest.fixture
def invited(circle: Circle) -> str:
    """The path of a fresh invitation."""
    user = User.objects.create_user("neuf@tilleuls.example", "Neuf")
    assert circle.participant.participation
    row = place(user, circle.concertation, circle.participant.participation.organisation, [])
    row.state = ParticipationState.INVITED
    row.roles = ["participant"]
    row.save()
    actions.resend_invitation(
        circle.coordinator.actor,
        participation=row.id,
        link=lambda token: f"http://testserver/invitation/{token}",
    )
    return last_link()


def test_an_invitation_works_once(circle: Circle, invited: str) -> None:
    use_invitation(invited, "Neuf", NEW_PASSWORD)
    again = Client().get(invited)
    assert again.status_code == 410
    assert "Ce lien a déjà servi" in again.content.decode()
    data = {"name": "Voleur", "password": PASSWORD, "again": PASSWORD}
    assert Client().post(invited, data).status_code == 410
    user = User.objects.get(email="neuf@tilleuls.example")
    assert user.check_password(NEW_PASSWORD)
    assert user.name == "Neuf"
    assert Entry.objects.filter(verb=Verb.INVITATION_ACCEPTED).count() == 1


def test_an_invitation_lasts_fourteen_days(circle: Circle, invited: str) -> None:
    row = Invitation.objects.get()
    assert timedelta(days=13) < row.expires_at - timezone.now() <= timedelta(days=14)
    row.expires_at = timezone.now()
    row.save()
    assert Client().get(invited).status_code == 410


def test_a_new_link_ends_the_earlier_one(circle: Circle, invited: str) -> None:
    row = Participation.objects.get(person__email="neuf@tilleuls.example")
    coordinator = signed_in(circle.coordinator)
    coordinator.post(reverse("member-resend", args=["tilleuls", row.id]))
    assert last_link() != invited
    assert Client().get(invited).status_code == 410
    assert Client().get(last_link()).status_code == 200


def test_only_a_hash_of_the_token_is_kept(circle: Circle, invited: str) -> None:
    token = invited.rsplit("/", 1)[1]
    assert len(token) == 43
    assert token.encode() not in bytes(Invitation.objects.get().token_hash)
    assert len(bytes(Invitation.objects.get().token_hash)) == 32


def test_an_invitation_never_replaces_the_password_of_someone_who_has_keys(
    circle: Circle,
) -> None:
    token = "planted-or-left-over"
    Invitation.objects.create(
        person=circle.participant.user,
        token_hash=actions.invitations._hash(token),
        made_by=circle.coordinator.user.id,
        expires_at=timezone.now() + timedelta(days=1),
    )
    with pytest.raises(InvitationSpent):
        actions.accept_invitation(token, name="Voleur", password=NEW_PASSWORD)
    circle.participant.user.refresh_from_db()
    assert circle.participant.user.check_password(PASSWORD)


@pytest.mark.parametrize(
    ("password", "again", "sentence"),
    [
        ("court", "court", "trop court"),
        ("telechargement", "telechargement", "trop courant"),
        ("neuf@tilleuls.example", "neuf@tilleuls.example", "semblable"),
        (NEW_PASSWORD, NEW_PASSWORD + "x", "diffèrent"),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(
    circle: Circle, invited: str, password: str, again: str, sentence: str
) -> None:
    answer = Client().post(invited, {"name": "Neuf", "password": password, "again": again})
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert 'value="Neuf"' in answer.content.decode()
    assert not User.objects.get(email="neuf@tilleuls.example").has_usable_password()


def test_the_invited_password_opens_the_keys(circle: Circle, invited: str) -> None:
    use_invitation(invited, "Neuf", NEW_PASSWORD)
    user = User.objects.get(email="neuf@tilleuls.example")
    assert give_password(Client(), user, NEW_PASSWORD).status_code == 302


def test_only_its_representative_subscribes_an_organisation(circle: Circle) -> None:
    row = circle.participant.participation
    assert row
    client = signed_in(circle.participant)
    address = reverse("subscription", args=[row.organisation_id])
    assert client.get(address).status_code == 404
    assert client.post(address, {}).status_code == 404
    # The representative of one organisation is nobody in another one.
    other = Representation.objects.exclude(organisation=row.organisation).first()
    assert other
    stranger = signed_in(Someone(other.person, None))
    assert stranger.get(address).status_code == 404
    assert (
        Entry.objects.filter(verb=Verb.ORGANISATION_SUBSCRIBED, outcome=Outcome.REFUSED).count()
        == 3
    )


def test_the_charter_is_signed_for_ones_own_place_only(circle: Circle) -> None:
    client = signed_in(circle.participant)
    for name in ("charter", "threshold", "found"):
        address = reverse(name, args=[number_of(circle.manager)])
        assert client.get(address).status_code == 404, name
    refused = Entry.objects.filter(outcome=Outcome.REFUSED, reason="no_participation")
    assert refused.filter(actor=circle.participant.user.id).count() == 3


def test_nobody_but_the_first_coordinator_founds_and_only_once(circle: Circle) -> None:
    first = circle.coordinator.participation
    assert first
    with pytest.raises(AlreadyFounded):
        actions.joining.check_may_found(circle.coordinator.actor, first)
    circle.concertation.key_state = KeyState.AWAITING_KEYS
    circle.concertation.save()
    row = Participation.objects.get(id=number_of(circle.participant))
    with pytest.raises(gate.Refused):
        actions.joining.check_may_found(circle.participant.actor, row)
    # A planted "coordinator" in the row: the chain already stands, and it stays.
    row.roles = ["coordinator"]
    row.save()
    client = signed_in(circle.participant)
    found = reverse("found", args=[row.id])
    client.post(found)
    groups = re.findall(
        r'<span class="digits"><span>([0-9A-Z]{4})</span></span>',
        client.get(found).content.decode(),
    )
    retype = client.get(f"{found}?etape=recopier").content.decode()
    asked = [int(each) - 1 for each in re.findall(r"Groupe (\d+)", retype)]
    before = chain.state(circle.concertation.id).head
    client.post(f"{found}?etape=recopier", {"first": groups[asked[0]], "second": groups[asked[1]]})
    assert chain.state(circle.concertation.id).head == before
    signed = chain.state(circle.concertation.id).place(circle.participant.user.id, row.id)
    assert signed
    assert signed != chain_place(row)
