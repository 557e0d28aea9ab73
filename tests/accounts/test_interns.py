"""An intern is invited with a supervisor of the same house, signed into the chain as an intern."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.enums import Verb
from audit.models import Entry, EntrySubject
from concertation.accounts import actions
from concertation.accounts.actions import NewPlace, invite
from concertation.accounts.enums import ParticipationState, Place
from concertation.accounts.errors import RolesClash
from concertation.accounts.errors_circle import ReplacementRefused, SupervisorRefused
from concertation.accounts.models import Organisation, Participation
from ethics import gate
from ethics.roles import Role, SecrecyStatus
from ethics.secrecy import chain
from tests.cast import PASSWORD, Circle, Someone, join, make_circle, number_of
from tests.signin import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def house_of(someone: Someone) -> Organisation:
    assert someone.participation
    return someone.participation.organisation


def asked(circle: Circle, supervisor: Someone | None, **more: Any) -> Participation:
    """An invitation as an intern, through the action."""
    given: dict[str, Any] = {
        "organisation": house_of(circle.participant),
        "place": Place.INTERN,
        "status": SecrecyStatus.PROFESSIONAL,
        "supervised_by": supervisor.participation if supervisor else None,
    }
    done = invite(
        circle.coordinator.actor,
        email="stage@demo.example",
        name="Stage",
        language="fr",
        to=NewPlace(
            function="stagiaire en travail social",
            starts_on=timezone.localdate(),
            **(given | more),
        ),
        link=lambda token: f"https://x.example/{token}",
    )
    return Participation.objects.get(person=done.person)


def form(circle: Circle, **more: str) -> dict[str, str]:
    given = {
        "email": "stage@demo.example",
        "name": "Stage Exemple",
        "language": "fr",
        "organisation": str(house_of(circle.participant).id),
        "function": "stagiaire",
        "role": "intern",
        "secrecy_status": "professional",
        "starts_on": timezone.localdate().isoformat(),
        "ends_on": "",
        "replaces": "",
        "supervised_by": str(number_of(circle.participant)),
    }
    return given | more


def test_the_form_asks_who_supervises_and_the_ledger_keeps_both(circle: Circle) -> None:
    client = signed_in(circle.coordinator)
    address = reverse("member-invite", args=["tilleuls"])
    answer = client.post(address, form(circle, supervised_by=""))
    page = answer.content.decode()
    assert "qui confirme ce qu’elle ou il présente" in page
    assert "Stage Exemple" in page
    assert client.post(address, form(circle)).status_code == 302
    row = Participation.objects.get(person__email="stage@demo.example")
    assert row.supervised_by == circle.participant.participation
    assert row.role_set == {Role.INTERN}
    entry = Entry.objects.get(verb=Verb.INVITED, outcome="granted")
    about = EntrySubject.objects.filter(entry=entry).values_list("number", flat=True)
    assert {row.id, number_of(circle.participant)} <= set(about)


@pytest.mark.parametrize("name", ["police", "guest", "dpo"])
def test_who_brings_nothing_to_the_circle_supervises_nobody(circle: Circle, name: str) -> None:
    with pytest.raises(SupervisorRefused):
        asked(circle, circle.people[name], organisation=house_of(circle.people[name]))
    page = signed_in(circle.coordinator).get(reverse("member-invite", args=["tilleuls"]))
    assert str(number_of(circle.people[name])) not in page.content.decode()


def test_a_supervisor_is_a_colleague_who_is_admitted_and_no_intern(circle: Circle) -> None:
    with pytest.raises(SupervisorRefused, match="même organisation"):
        asked(circle, circle.manager)
    with pytest.raises(SupervisorRefused):
        asked(circle, None)
    intern = join(circle, "stage", house_of(circle.participant), [Role.INTERN])
    with pytest.raises(SupervisorRefused):
        asked(circle, intern)
    assert circle.participant.participation
    circle.participant.participation.state = ParticipationState.AWAITING
    circle.participant.participation.save()
    with pytest.raises(SupervisorRefused):
        asked(circle, circle.participant)
    other = make_circle("ailleurs", "Ailleurs")
    with pytest.raises(gate.Refused):
        asked(circle, other.participant)


def test_only_an_intern_has_a_supervisor_and_is_bound_by_secrecy(circle: Circle) -> None:
    with pytest.raises(SupervisorRefused, match="Seul"):
        asked(circle, circle.participant, place=Place.PARTICIPANT)
    with pytest.raises(RolesClash):
        asked(circle, circle.participant, status=SecrecyStatus.DISCRETION)


def test_an_intern_replaces_nobody(circle: Circle) -> None:
    with pytest.raises(ReplacementRefused):
        asked(
            circle,
            circle.participant,
            replaces=circle.participant.participation,
            ends_on=timezone.localdate() + timedelta(days=9),
        )


def test_being_an_intern_is_signed_and_a_row_alone_makes_no_member(circle: Circle) -> None:
    intern = join(circle, "stage", house_of(circle.participant), [Role.INTERN])
    row = intern.participation
    assert row
    signed = chain.state(circle.concertation.id).place(intern.user.id, row.id)
    assert signed
    assert signed.roles == {Role.INTERN}
    assert chain.state(circle.concertation.id).members[intern.user.id].holds_key
    row.roles = [str(Role.PARTICIPANT)]
    row.save()
    assert gate.fetch_standing(intern.actor).person.roles == frozenset()


def test_the_internship_ends_with_a_role_given_by_the_coordinator(circle: Circle) -> None:
    intern = join(circle, "stage", house_of(circle.participant), [Role.INTERN])
    row = intern.participation
    assert row
    row.supervised_by = circle.participant.participation
    row.save()
    client = signed_in(circle.coordinator)
    address = reverse("member-role", args=["tilleuls", row.id])
    page = client.get(address).content.decode()
    assert f'value="{number_of(circle.participant)}" selected' in page
    assert f'value="{row.id}"' not in page
    sent = {
        "role": "participant",
        "secrecy_status": "professional",
        "ends_on": "",
        "supervised_by": str(number_of(circle.participant)),
        "password": PASSWORD,
    }
    assert "Seul·e un·e stagiaire" in client.post(address, sent).content.decode()
    assert client.post(address, sent | {"supervised_by": ""}).status_code == 302
    row.refresh_from_db()
    assert row.supervised_by is None
    assert gate.fetch_standing(intern.actor).person.roles == {Role.PARTICIPANT}


def test_nobody_supervises_themself(circle: Circle) -> None:
    with pytest.raises(SupervisorRefused):
        actions.change_role(
            circle.coordinator.actor,
            participation=number_of(circle.participant),
            place=Place.INTERN,
            status=SecrecyStatus.PROFESSIONAL,
            ends_on=None,
            password=PASSWORD,
            supervised_by=circle.participant.participation,
        )


def test_the_card_names_the_supervisor(circle: Circle) -> None:
    intern = join(circle, "stage", house_of(circle.participant), [Role.INTERN])
    row = intern.participation
    assert row
    row.supervised_by = circle.participant.participation
    row.save()
    page = signed_in(circle.manager).get(reverse("members", args=["tilleuls"])).content.decode()
    assert "responsable de stage" in page
    assert "stagiaire" in page
