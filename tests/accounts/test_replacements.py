"""A replacement: named at the invitation, shown on both cards, over with the role or the date."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.enums import Verb
from audit.models import Entry, EntrySubject
from concertation.accounts import actions
from concertation.accounts.actions import NewPlace, invite
from concertation.accounts.enums import Domain, ParticipationState, Place
from concertation.accounts.errors import RolesClash
from concertation.accounts.errors_circle import ReplacementEnds, ReplacementRefused
from concertation.accounts.models import Organisation, Participation
from ethics import gate
from ethics.roles import Role, SecrecyStatus
from tests.cast import PASSWORD, Circle, Someone, join, make_circle, number_of
from tests.signin import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

SOON = timedelta(days=30)


def house_of(someone: Someone) -> Organisation:
    assert someone.participation
    return someone.participation.organisation


def replacing(circle: Circle, replaced: Someone) -> Someone:
    """Someone of the same house, admitted to replace a member for a month."""
    someone = join(circle, "relais", house_of(replaced), [Role.PARTICIPANT])
    row = someone.participation
    assert row
    row.replaces, row.ends_on = replaced.participation, timezone.localdate() + SOON
    row.save()
    return someone


def asked(circle: Circle, replaced: Someone, **more: Any) -> Participation:
    """An invitation to replace a member, through the action."""
    given: dict[str, Any] = {
        "organisation": house_of(replaced),
        "place": Place.PARTICIPANT,
        "status": SecrecyStatus.PROFESSIONAL,
        "ends_on": timezone.localdate() + SOON,
    }
    to = NewPlace(
        function="travail social",
        starts_on=timezone.localdate(),
        replaces=replaced.participation,
        **(given | more),
    )
    done = invite(
        circle.coordinator.actor,
        email="relais@demo.example",
        name="Relais",
        language="fr",
        to=to,
        link=lambda token: f"https://x.example/{token}",
    )
    return Participation.objects.get(person=done.person)


def form(circle: Circle, **more: str) -> dict[str, str]:
    given = {
        "email": "relais@demo.example",
        "name": "Relais Exemple",
        "language": "fr",
        "organisation": str(house_of(circle.participant).id),
        "function": "assistante sociale",
        "role": "participant",
        "secrecy_status": "professional",
        "starts_on": timezone.localdate().isoformat(),
        "ends_on": (timezone.localdate() + SOON).isoformat(),
        "replaces": str(number_of(circle.participant)),
    }
    return given | more


def test_the_form_names_whom_the_newcomer_replaces_and_the_ledger_both(circle: Circle) -> None:
    client = signed_in(circle.coordinator)
    address = reverse("member-invite", args=["tilleuls"])
    page = client.get(address).content.decode()
    assert "En remplacement de" in page
    assert str(number_of(circle.participant)) in page
    # Nobody replaces whoever reads no board.
    for name in ("police", "guest", "dpo"):
        assert str(number_of(circle.people[name])) not in page
    assert client.post(address, form(circle)).status_code == 302
    row = Participation.objects.get(person__email="relais@demo.example")
    assert row.replaces == circle.participant.participation
    entry = Entry.objects.get(verb=Verb.INVITED, outcome="granted")
    about = EntrySubject.objects.filter(entry=entry).values_list("number", flat=True)
    assert {row.id, number_of(circle.participant)} <= set(about)


def test_the_form_asks_for_the_day_it_ends_and_keeps_what_was_typed(circle: Circle) -> None:
    client = signed_in(circle.coordinator)
    answer = client.post(reverse("member-invite", args=["tilleuls"]), form(circle, ends_on=""))
    page = answer.content.decode()
    assert "Un remplacement finit à une date" in page
    assert "Relais Exemple" in page
    assert not Participation.objects.filter(person__email="relais@demo.example").exists()


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"ends_on": None}, ReplacementEnds),
        ({"place": Place.GUEST}, ReplacementRefused),
        ({"place": Place.LIMITED_READER}, ReplacementRefused),
        ({"place": Place.DPO}, ReplacementRefused),
        ({"status": SecrecyStatus.DISCRETION}, RolesClash),
    ],
)
def test_a_replacement_reads_the_board_and_ends_on_a_day(
    circle: Circle, more: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        asked(circle, circle.participant, **more)


def test_one_replaces_a_colleague_of_ones_own_organisation(circle: Circle) -> None:
    with pytest.raises(ReplacementRefused, match="propre organisation"):
        asked(circle, circle.participant, organisation=house_of(circle.manager))


@pytest.mark.parametrize("name", ["police", "guest", "dpo"])
def test_nobody_replaces_who_reads_no_board(circle: Circle, name: str) -> None:
    with pytest.raises(ReplacementRefused):
        asked(circle, circle.people[name])


def test_nobody_replaces_who_left_or_was_never_there(circle: Circle) -> None:
    other = make_circle("ailleurs", "Ailleurs")
    with pytest.raises(gate.Refused):
        asked(circle, other.participant)
    row = circle.participant.participation
    assert row
    row.state = ParticipationState.AWAITING
    row.save()
    with pytest.raises(ReplacementRefused):
        asked(circle, circle.participant)
    row.state = ParticipationState.ENDED
    row.save()
    with pytest.raises(gate.Refused):
        asked(circle, circle.participant)


def cards(circle: Circle) -> str:
    answer = signed_in(circle.manager).get(reverse("members", args=["tilleuls"]))
    return answer.content.decode()


def test_both_cards_say_who_replaces_whom_until_it_is_over(circle: Circle) -> None:
    someone = replacing(circle, circle.participant)
    page = cards(circle)
    assert "remplace Participant jusqu’au" in page
    assert "remplacé·e par Relais jusqu’au" in page
    row = someone.participation
    assert row
    row.starts_on = row.ends_on = timezone.localdate() - timedelta(days=1)
    row.save()
    assert "remplacé·e par" not in cards(circle)


def test_the_card_still_names_whom_one_replaces_once_they_have_left(circle: Circle) -> None:
    replacing(circle, circle.participant)
    actions.remove(
        circle.coordinator.actor, participation=number_of(circle.participant), password=PASSWORD
    )
    assert "remplace Participant jusqu’au" in cards(circle)


def change(
    circle: Circle, someone: Someone, place: Place, status: SecrecyStatus, ends_on: date | None
) -> Participation:
    return actions.change_role(
        circle.coordinator.actor,
        participation=number_of(someone),
        place=place,
        status=status,
        ends_on=ends_on,
        password=PASSWORD,
    )


def test_who_leaves_the_circle_replaces_nobody_any_more(circle: Circle) -> None:
    someone = replacing(circle, circle.participant)
    ends = timezone.localdate() + SOON
    with pytest.raises(ReplacementEnds):
        change(circle, someone, Place.PARTICIPANT, SecrecyStatus.PROFESSIONAL, None)
    change(circle, someone, Place.COORDINATOR, SecrecyStatus.PROFESSIONAL, ends)
    row = Participation.objects.get(id=number_of(someone))
    assert row.replaces == circle.participant.participation
    change(circle, someone, Place.LIMITED_READER, SecrecyStatus.DISCRETION, None)
    row.refresh_from_db()
    assert row.replaces is None


def test_an_organisation_from_elsewhere_is_no_way_round(circle: Circle) -> None:
    """The form's list is no protection: a number typed by hand meets the same rule."""
    other = make_circle("ailleurs", "Ailleurs")
    client = signed_in(circle.coordinator)
    sent = form(circle, replaces=str(number_of(other.participant)))
    answer = client.post(reverse("member-invite", args=["tilleuls"]), sent)
    assert answer.status_code == 200
    stranger = Organisation.objects.create(
        name="Étrangère", domain=Domain.SOCIAL, enterprise_number="0123456749"
    )
    answer = client.post(
        reverse("member-invite", args=["tilleuls"]), form(circle, organisation=str(stranger.id))
    )
    assert "propre organisation" in answer.content.decode()
    assert not Participation.objects.filter(person__email="relais@demo.example").exists()
