"""Members: who sees what, and the three ways in and out."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.enums import Outcome, Verb
from audit.models import Entry
from concertation.accounts.actions import NewPlace, invite
from concertation.accounts.enums import ParticipationState, Place
from concertation.accounts.errors import AlreadyThere, RolesClash
from concertation.accounts.models import Participation
from ethics import gate
from ethics.roles import Role, SecrecyStatus
from ethics.secrecy import chain
from ethics.secrecy.keys import PrivateKeys
from ethics.secrecy.models import ChainStatement, GenerationWrap, MemberKeys, Session
from tests.cast import (
    PASSWORD,
    Circle,
    Someone,
    make_circle,
    number_of,
    person,
    place,
    sign_charter,
)
from tests.signin import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def newcomer(circle: Circle, name: str = "nouvelle") -> Someone:
    """Someone who signed and awaits admission."""
    assert circle.participant.participation
    user = person(f"{name}@tilleuls.example", name.capitalize())
    house = circle.participant.participation.organisation
    someone = Someone(user, place(user, circle.concertation, house, [Role.PARTICIPANT]))
    sign_charter(someone)
    return someone


def address(name: str, someone: Someone) -> str:
    return reverse(name, args=["tilleuls", number_of(someone)])


def members(client: Client) -> Any:
    return client.get(reverse("members", args=["tilleuls"]))


@pytest.mark.parametrize("name", ["participant", "police", "guest"])
def test_every_member_reads_the_directory_without_the_controls(circle: Circle, name: str) -> None:
    waiting = newcomer(circle)
    answer = members(signed_in(circle.people[name]))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Manager" in page
    assert "Nouvelle" not in page
    for word in ("/retirer", "/admettre", "/inviter"):
        assert word not in page
    client = signed_in(circle.people[name])
    assert client.get(address("member-admit", waiting)).status_code == 404
    assert client.get(address("member-remove", circle.manager)).status_code == 404
    assert client.get(reverse("member-invite", args=["tilleuls"])).status_code == 404
    refused = Entry.objects.filter(outcome=Outcome.REFUSED, actor=circle.people[name].user.id)
    assert refused.count() == 3


def test_the_dpo_does_not_read_the_directory(circle: Circle) -> None:
    assert members(signed_in(circle.dpo)).status_code == 404


def test_reading_the_directory_is_recorded(circle: Circle) -> None:
    members(signed_in(circle.participant))
    last = Entry.objects.filter(actor=circle.participant.user.id, verb=Verb.READ).last()
    assert last
    assert last.outcome == Outcome.GRANTED


def test_a_newcomer_is_admitted_by_the_digits_heard(circle: Circle) -> None:
    someone = newcomer(circle)
    client = signed_in(circle.coordinator)
    assert "Nouvelle" in members(client).content.decode()
    digits = gate.digits(someone.actor)
    typed = f" {digits[:4]} {digits[4:8]}-{digits[8:12]}.{digits[12:]} "
    answer = client.post(address("member-admit", someone), {"digits": typed, "password": PASSWORD})
    assert answer.headers["Location"] == reverse("members", args=["tilleuls"])
    assert chain.state(circle.concertation.id).place(someone.user.id, number_of(someone))
    assert members(signed_in(someone)).status_code == 200


def test_wrong_digits_admit_nobody_and_say_what_it_may_mean(circle: Circle) -> None:
    someone = newcomer(circle)
    client = signed_in(circle.coordinator)
    wrong = str(10**20 - 1 - int(gate.digits(someone.actor))).zfill(20)
    answer = client.post(address("member-admit", someone), {"digits": wrong, "password": PASSWORD})
    page = answer.content.decode()
    assert "quelqu’un a pu prendre" in page
    assert wrong in page
    assert PASSWORD not in page
    assert not chain.state(circle.concertation.id).place(someone.user.id, number_of(someone))
    assert Entry.objects.filter(verb=Verb.ADMITTED, reason="wrong_digits").count() == 1
    short = client.post(
        address("member-admit", someone), {"digits": wrong[:19], "password": PASSWORD}
    )
    assert "il y en a 19" in short.content.decode()


def test_admission_asks_the_coordinators_own_password(circle: Circle) -> None:
    someone = newcomer(circle)
    client = signed_in(circle.coordinator)
    digits = gate.digits(someone.actor)
    answer = client.post(
        address("member-admit", someone), {"digits": digits, "password": "pas le mien"}
    )
    assert "Ce n’est pas votre mot de passe" in answer.content.decode()
    assert digits in answer.content.decode()
    assert not chain.state(circle.concertation.id).place(someone.user.id, number_of(someone))
    assert Entry.objects.filter(verb=Verb.ADMITTED, reason="wrong_password").count() == 1


def test_a_public_key_planted_before_admission_does_not_match(circle: Circle) -> None:
    someone = newcomer(circle)
    heard = gate.digits(someone.actor)
    planted = PrivateKeys.make().public()
    MemberKeys.objects.filter(person=someone.user).update(
        hpke_public=planted.hpke, sign_public=planted.sign
    )
    answer = signed_in(circle.coordinator).post(
        address("member-admit", someone), {"digits": heard, "password": PASSWORD}
    )
    assert "quelqu’un a pu prendre" in answer.content.decode()
    assert not GenerationWrap.objects.filter(person=someone.user.id).exists()


def test_nobody_is_admitted_before_signing(circle: Circle) -> None:
    assert circle.participant.participation
    user = person("presse@tilleuls.example", "Pressé")
    house = circle.participant.participation.organisation
    someone = Someone(user, place(user, circle.concertation, house, [Role.PARTICIPANT]))
    answer = signed_in(circle.coordinator).post(
        address("member-admit", someone),
        {"digits": gate.digits(someone.actor), "password": PASSWORD},
    )
    assert "n’est pas encore prête" in answer.content.decode()
    assert not chain.state(circle.concertation.id).place(user.id, number_of(someone))


def test_a_role_planted_in_the_row_opens_nothing(circle: Circle) -> None:
    row = circle.participant.participation
    assert row
    row.roles = ["coordinator", "participant"]
    row.save()
    client = signed_in(circle.participant)
    someone = newcomer(circle)
    assert "/inviter" not in members(client).content.decode()
    answer = client.post(
        address("member-admit", someone),
        {"digits": gate.digits(someone.actor), "password": PASSWORD},
    )
    assert answer.status_code == 404
    assert not chain.state(circle.concertation.id).place(someone.user.id, number_of(someone))
    assert Entry.objects.filter(
        actor=circle.participant.user.id, outcome=Outcome.REFUSED, reason="role"
    ).exists()
    # The coordinator sees that the row says more than the chain.
    page = members(signed_in(circle.coordinator)).content.decode()
    assert "la liste signée dit autre chose" in page


def test_removal_ends_place_sessions_and_key_copies(circle: Circle) -> None:
    gone = signed_in(circle.manager)
    assert members(gone).status_code == 200
    client = signed_in(circle.coordinator)
    target = address("member-remove", circle.manager)
    assert client.get(target).status_code == 200
    assert "Ce n’est pas" in client.post(target, {"password": "faux"}).content.decode()
    assert client.post(target, {"password": PASSWORD}).status_code == 302
    row = Participation.objects.get(id=number_of(circle.manager))
    assert row.state == ParticipationState.ENDED
    assert row.ended_at
    row.concertation.refresh_from_db()
    # The remover holds the key: it is renewed at once, nothing waits.
    assert not row.concertation.rotation_pending
    assert len(chain.state(circle.concertation.id).generations) == 2
    assert not GenerationWrap.objects.filter(person=circle.manager.user.id).exists()
    assert not Session.objects.filter(person=circle.manager.user.id).exists()
    assert members(gone).headers["Location"].startswith(reverse("sign-in"))
    assert members(signed_in(circle.manager)).status_code == 404
    assert Entry.objects.filter(verb=Verb.REMOVED, outcome=Outcome.GRANTED).count() == 1


def test_someone_who_only_was_invited_is_removed_and_recorded(circle: Circle) -> None:
    someone = newcomer(circle)
    client = signed_in(circle.coordinator)
    assert client.post(address("member-remove", someone), {"password": PASSWORD}).status_code == 302
    assert Entry.objects.filter(verb=Verb.REMOVED).count() == 1
    circle.concertation.refresh_from_db()
    assert not circle.concertation.rotation_pending


def test_a_coordinator_does_not_remove_themself(circle: Circle) -> None:
    client = signed_in(circle.coordinator)
    answer = client.post(address("member-remove", circle.coordinator), {"password": PASSWORD})
    assert "Vous ne pouvez ni vous retirer vous-même" in answer.content.decode()


def test_a_coordinator_touches_no_other_concertation(circle: Circle) -> None:
    other = make_circle("marolles", "Les Marolles")
    client = signed_in(circle.coordinator)
    for name in ("member-admit", "member-remove"):
        crossed = reverse(name, args=["tilleuls", number_of(other.manager)])
        assert client.post(crossed, {"password": PASSWORD}).status_code == 404
    crossed = reverse("member-remove", args=["marolles", number_of(other.manager)])
    assert client.post(crossed, {"password": PASSWORD}).status_code == 404
    assert chain.state(other.concertation.id).place(other.manager.user.id, number_of(other.manager))


def test_an_account_with_keys_awaits_admission_at_once(circle: Circle) -> None:
    other = make_circle("marolles", "Les Marolles")
    assert other.participant.participation
    client = signed_in(circle.coordinator)
    answer = client.post(
        reverse("member-invite", args=["tilleuls"]),
        {
            "email": other.participant.user.email.upper(),
            "name": "Un autre nom",
            "language": "fr",
            "organisation": other.participant.participation.organisation_id,
            "function": "médecin",
            "role": "participant",
            "secrecy_status": "professional",
            "starts_on": timezone.localdate().isoformat(),
            "ends_on": "",
        },
    )
    assert answer.status_code == 302
    row = Participation.objects.get(person=other.participant.user, concertation__slug="tilleuls")
    assert row.state == ParticipationState.AWAITING
    assert row.person.name == "Participant"
    assert "/invitation/" not in str(mail.outbox[-1].body)


def test_an_invitation_names_no_one_and_nothing(circle: Circle) -> None:
    assert circle.participant.participation
    invite(
        circle.coordinator.actor,
        email="neuve@demo.example",
        name="Neuve Personne",
        language="fr",
        to=NewPlace(
            circle.participant.participation.organisation,
            Place.PARTICIPANT,
            "infirmière",
            SecrecyStatus.PROFESSIONAL,
            timezone.localdate(),
        ),
        link=lambda token: f"https://x.example/{token}",
    )
    letter = mail.outbox[-1]
    text = f"{letter.subject}\n{letter.body}"
    for word in ("Neuve", "infirmière", "Tilleuls", "Coordination"):
        assert word not in text


@pytest.mark.parametrize(
    ("role", "status", "ends", "ok"),
    [
        (Place.PARTICIPANT, SecrecyStatus.PROFESSIONAL, False, True),
        (Place.PARTICIPANT, SecrecyStatus.DISCRETION, False, False),
        (Place.COORDINATOR, SecrecyStatus.POLICE_JUSTICE, False, False),
        (Place.LIMITED_READER, SecrecyStatus.POLICE_JUSTICE, False, True),
        (Place.LIMITED_READER, SecrecyStatus.PROFESSIONAL, False, True),
        (Place.GUEST, SecrecyStatus.PROFESSIONAL, False, False),
        (Place.GUEST, SecrecyStatus.PROFESSIONAL, True, True),
        (Place.GUEST, SecrecyStatus.OTHER, True, False),
        (Place.DPO, SecrecyStatus.OTHER, False, True),
    ],
)
def test_roles_follow_the_secrecy_status(
    circle: Circle, role: Place, status: SecrecyStatus, ends: bool, ok: bool
) -> None:
    assert circle.participant.participation
    today = timezone.localdate()
    new = NewPlace(
        circle.participant.participation.organisation,
        role,
        "fonction",
        status,
        today,
        today + timedelta(days=7) if ends else None,
    )

    def call() -> None:
        invite(
            circle.coordinator.actor,
            email="essai@demo.example",
            name="Essai",
            language="fr",
            to=new,
            link=str,
        )

    if ok:
        call()
        row = Participation.objects.get(person__email="essai@demo.example")
        assert row.secrecy_status == status
    else:
        with pytest.raises(RolesClash):
            call()
        assert not Participation.objects.filter(person__email="essai@demo.example").exists()


def test_the_dpo_gets_no_second_place_that_reads(circle: Circle) -> None:
    assert circle.police.participation
    assert circle.dpo.participation

    def ask(email: str, role: Place, house: Any) -> None:
        invite(
            circle.coordinator.actor,
            email=email,
            name="X",
            language="fr",
            to=NewPlace(house, role, "fonction", SecrecyStatus.PROFESSIONAL, timezone.localdate()),
            link=str,
        )

    elsewhere = circle.police.participation.organisation
    with pytest.raises(RolesClash):
        ask(circle.dpo.user.email, Place.PARTICIPANT, elsewhere)
    with pytest.raises(RolesClash):
        ask(circle.participant.user.email, Place.DPO, elsewhere)
    with pytest.raises(AlreadyThere):
        ask(circle.dpo.user.email, Place.DPO, circle.dpo.participation.organisation)


@pytest.mark.parametrize("name", ["coordinator", "participant"])
def test_the_directory_takes_as_many_queries_for_one_as_for_three(
    circle: Circle, name: str
) -> None:
    client = signed_in(circle.people[name])
    newcomer(circle, "une")
    counts = []
    for others in ((), ("deux", "trois")):
        for each in others:
            someone = newcomer(circle, each)
            gate.admit(
                circle.coordinator.actor,
                someone.user.id,
                chain.Place(
                    number_of(someone),
                    someone.participation.organisation_id,  # type: ignore[union-attr]
                    frozenset({Role.PARTICIPANT}),
                    SecrecyStatus.PROFESSIONAL,
                ),
                gate.digits(someone.actor),
            )
            Participation.objects.filter(id=number_of(someone)).update(state="admitted")
            newcomer(circle, f"{each}-bis")
        members(client)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert members(client).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_changed_membership_chain_closes_the_concertation_and_raises_the_alarm(
    circle: Circle,
) -> None:
    client = signed_in(circle.participant)
    row = ChainStatement.objects.get(concertation=circle.concertation.id, number=2)
    row.statement = bytes(row.statement).replace(b'"participant"', b'"coordinator"')
    row.save()
    chain.forget()
    answer = members(client)
    assert answer.status_code == 503
    assert "fermée par précaution" in answer.content.decode()
    assert Entry.objects.filter(verb=Verb.ALARM, reason="chain_broken").count() == 1
    assert "alerte" in mail.outbox[-1].subject
    assert mail.outbox[-1].to == [circle.dpo.user.email]
