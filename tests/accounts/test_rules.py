"""Roles one person may not hold together, names without hidden characters, a guest's last day."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from audit.enums import Verb
from audit.models import Entry
from concertation.accounts.actions import (
    NewPlace,
    admit,
    first_administrator,
    found_concertation,
    invite,
    name_first_coordinator,
)
from concertation.accounts.actions.membership import check_roles
from concertation.accounts.enums import ParticipationState, Place
from concertation.accounts.errors import (
    FirstCoordinatorNamed,
    GuestTooLong,
    NotAnAddress,
    RolesClash,
)
from concertation.accounts.models import Concertation, Organisation, Participation, User
from concertation.accounts.tidy import tidy_name
from ethics import gate
from ethics.roles import Role, SecrecyStatus
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


def administrator() -> Someone:
    user = person("technique@demo.example", "Technique")
    user.is_administrator = True
    user.save()
    return Someone(user, None)


def another_house(circle: Circle) -> Organisation:
    made, _ = Organisation.objects.get_or_create(
        name="Autre", defaults={"domain": "social", "enterprise_number": "0123456749"}
    )
    return made


def ask(
    circle: Circle,
    email: str,
    role: Place,
    status: SecrecyStatus = SecrecyStatus.PROFESSIONAL,
    ends_on: date | None = None,
) -> None:
    house = another_house(circle)
    today = timezone.localdate()
    invite(
        circle.coordinator.actor,
        email=email,
        name="X",
        language="fr",
        to=NewPlace(house, role, "fonction", status, today, ends_on),
        link=str,
    )


@pytest.mark.parametrize(
    ("who", "role", "clash"),
    [
        ("dpo", Place.PARTICIPANT, True),
        ("dpo", Place.LIMITED_READER, True),
        ("participant", Place.DPO, True),
        ("police", Place.PARTICIPANT, True),
        ("police", Place.GUEST, True),
        ("participant", Place.LIMITED_READER, True),
        ("guest", Place.LIMITED_READER, True),
        ("police", Place.LIMITED_READER, False),
        ("participant", Place.COORDINATOR, False),
    ],
)
def test_clashing_roles_are_not_given_in_one_concertation(
    circle: Circle, who: str, role: Place, clash: bool
) -> None:
    ends = timezone.localdate() if role == Place.GUEST else None
    user = circle.people[who].user
    if clash:
        with pytest.raises(RolesClash):
            ask(circle, user.email, role, ends_on=ends)
    else:
        ask(circle, user.email, role, ends_on=ends)
    assert Participation.objects.filter(person=user).count() == (1 if clash else 2)


def test_the_dpo_here_may_take_part_elsewhere(circle: Circle) -> None:
    other = make_circle("marolles", "Les Marolles")
    ask(other, circle.dpo.user.email, Place.PARTICIPANT)
    assert Participation.objects.filter(person=circle.dpo.user).count() == 2


def test_an_administrator_gets_no_place_that_reads(circle: Circle) -> None:
    admin = administrator()
    with pytest.raises(RolesClash):
        ask(circle, admin.user.email, Place.PARTICIPANT)
    fresh = Concertation.objects.create(name="Marolles", slug="marolles")
    with pytest.raises(RolesClash):
        name(admin, fresh, admin.user.email, another_house(circle))
    assert not Participation.objects.filter(person=admin.user).exists()


def test_who_reads_situations_does_not_become_administrator(circle: Circle) -> None:
    email = circle.participant.user.email
    with pytest.raises(RolesClash):
        first_administrator(email=email, name="X", language="fr")
    with pytest.raises(CommandError, match="administration technique"):
        call_command("first_administrator", email, "X", site="https://board.example")
    circle.participant.user.refresh_from_db()
    assert not circle.participant.user.is_administrator


def test_admission_looks_at_the_roles_once_more(circle: Circle) -> None:
    assert circle.participant.participation
    user = person("nouvelle@tilleuls.example", "Nouvelle")
    house = circle.participant.participation.organisation
    someone = Someone(user, place(user, circle.concertation, house, [Role.PARTICIPANT]))
    sign_charter(someone)
    User.objects.filter(id=user.id).update(is_administrator=True)
    with pytest.raises(RolesClash):
        admit(
            circle.coordinator.actor,
            participation=number_of(someone),
            password=PASSWORD,
            digits=gate.digits(someone.actor),
        )
    row = Participation.objects.get(id=number_of(someone))
    assert row.state == ParticipationState.AWAITING


def test_founding_looks_at_the_roles_once_more(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert circle.participant.participation
    fresh = Concertation.objects.create(name="Marolles", slug="marolles")
    house = circle.participant.participation.organisation
    user = person("co@demo.example", "Coline")
    row = place(user, fresh, house, [Role.COORDINATOR, Role.PARTICIPANT])
    someone = Someone(user, row)
    sign_charter(someone)
    place(user, fresh, another_house(circle), [Role.DPO])
    base = "concertation.accounts.actions.joining.gate"
    monkeypatch.setattr(f"{base}.pending_recovery_key", lambda store, _: bytes(32))
    monkeypatch.setattr(f"{base}.recovery_groups", lambda key: ["0000"] * 13)
    store: Any = {}
    with pytest.raises(RolesClash):
        found_concertation(someone.actor, place=row, store=store, groups=("0000", "0000"))


def name(admin: Someone, fresh: Concertation, email: str, house: Organisation) -> None:
    name_first_coordinator(
        admin.actor,
        concertation=fresh,
        organisation=house,
        email=email,
        name="Coline",
        language="fr",
        function="coordination",
        link=str,
    )


def test_a_first_coordinator_without_account_is_replaced(circle: Circle) -> None:
    admin, house = administrator(), another_house(circle)
    fresh = Concertation.objects.create(name="Marolles", slug="marolles")
    name(admin, fresh, "faute@demo.example", house)
    name(admin, fresh, "juste@demo.example", house)
    states = dict(
        Participation.objects.filter(concertation=fresh).values_list("person__email", "state")
    )
    assert states == {"faute@demo.example": "ended", "juste@demo.example": "invited"}
    assert Entry.objects.filter(verb=Verb.REMOVED).count() == 1


def test_a_first_coordinator_who_accepted_is_not_replaced(circle: Circle) -> None:
    admin, house = administrator(), another_house(circle)
    fresh = Concertation.objects.create(name="Marolles", slug="marolles")
    person("co@demo.example", "Coline")
    name(admin, fresh, "co@demo.example", house)
    sent = len(mail.outbox)
    with pytest.raises(FirstCoordinatorNamed):
        name(admin, fresh, "complice@demo.example", house)
    assert Participation.objects.get(concertation=fresh).person.email == "co@demo.example"
    assert not User.objects.filter(email="complice@demo.example").exists()
    assert len(mail.outbox) == sent


def test_an_invitation_elsewhere_does_not_hide_the_place_that_lets_in(circle: Circle) -> None:
    client = signed_in(circle.participant)
    second = place(
        circle.participant.user, circle.concertation, another_house(circle), [Role.PARTICIPANT]
    )
    page: Any = client.get(reverse("members", args=["tilleuls"]))
    assert page.status_code == 200
    assert page.wsgi_request.hat == circle.participant.participation
    # Whatever their dates and numbers.
    Participation.objects.filter(id=second.id).update(
        starts_on=timezone.localdate(), state=ParticipationState.INVITED
    )
    Participation.objects.filter(id=number_of(circle.participant)).update(
        starts_on=timezone.localdate() - timedelta(days=30)
    )
    assert client.get(reverse("members", args=["tilleuls"])).status_code == 200


def test_a_guests_last_day_is_within_twelve_months() -> None:
    today = timezone.localdate()
    status = SecrecyStatus.PROFESSIONAL
    check_roles(Place.GUEST, status, today + timedelta(days=364))
    with pytest.raises(GuestTooLong):
        check_roles(Place.GUEST, status, today + timedelta(days=367))
    check_roles(Place.PARTICIPANT, status, today + timedelta(days=1000))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Ann\u202ea", "Anna"),
        (" Jo\u0000\u0007  Van\tDamme\n", "Jo Van Damme"),
        ("\u200bLe\u2066a\u2069", "Lea"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\u202e\u200b", ""),
    ],
)
def test_names_lose_control_and_hidden_characters(typed: str, kept: str) -> None:
    assert tidy_name(typed) == kept


def test_an_invited_persons_name_is_kept_tidy(circle: Circle) -> None:
    assert circle.participant.participation
    client = signed_in(circle.coordinator)
    data = {
        "email": "neuve@demo.example",
        "name": "Neu\u202eve",
        "language": "fr",
        "organisation": circle.participant.participation.organisation_id,
        "function": "médecin",
        "role": "participant",
        "secrecy_status": "professional",
        "starts_on": timezone.localdate().isoformat(),
    }
    page = reverse("member-invite", args=["tilleuls"])
    assert client.post(page, data | {"name": "\u202e"}).status_code == 200
    assert client.post(page, data).status_code == 302
    assert User.objects.get(email="neuve@demo.example").name == "Neuve"


def test_an_action_refuses_an_address_with_other_letters(circle: Circle) -> None:
    with pytest.raises(NotAnAddress):
        ask(circle, "\u0131@kis.example", Place.PARTICIPANT)
