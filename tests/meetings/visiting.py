"""A guest of one meeting in tests: invited, signed for that meeting, admitted, all the real way."""

from uuid import UUID

from django.utils import timezone

from concertation.accounts import actions as accounts
from concertation.accounts.enums import Domain
from concertation.accounts.models import Organisation, Participation, Representation
from concertation.meetings.inviting import invite_to_meeting
from concertation.meetings.models import Meeting
from ethics import gate
from ethics.charter.models import Power, Subscription
from ethics.roles import SecrecyStatus
from tests.cast import PASSWORD, Circle, Someone, admitted, chain_place, person


def stranger() -> tuple[Organisation, Someone]:
    """An organisation that subscribed to nothing, and its representative."""
    row = Organisation.objects.create(
        name="Maison médicale inventée", domain=Domain.HEALTH, enterprise_number="0405128165"
    )
    user = person(f"rep@{row.id.hex[:6]}.example", "Représentation")
    Representation.objects.create(person=user, organisation=row)
    return row, Someone(user, None)


def invited(
    circle: Circle,
    meeting: Meeting,
    house: Organisation,
    *,
    name: str = "visite",
    again: Someone | None = None,
) -> Someone:
    """Somebody with an account who is invited to the meeting; `again`, who was a guest before."""
    user = again.user if again else person(f"{name}@visite.example", "Visite")
    given = invite_to_meeting(
        circle.coordinator.actor,
        meeting=meeting.id,
        email=user.email,
        name=user.name,
        language="fr",
        organisation=house,
        function="médecin",
        status=SecrecyStatus.PROFESSIONAL,
        link=lambda token: f"https://test/{token}",
    )
    assert given.participation is not None
    return Someone(user, Participation.objects.get(id=given.participation))


def subscribed_for(rep: Someone, house: Organisation, meeting: UUID | None) -> Subscription:
    """The house subscribes, for one meeting or for all."""
    return accounts.subscribe(
        rep.actor,
        organisation=house.id,
        power=Power.MANAGEMENT,
        starts_on=timezone.localdate(),
        language="fr",
        password=PASSWORD,
        meeting=meeting,
    )


def signed(guest: Someone) -> None:
    """The guest signs the charter for their place."""
    assert guest.participation is not None
    accounts.sign_charter(
        Someone(guest.user, None).actor,
        place=guest.participation,
        language="fr",
        password=PASSWORD,
    )


def let_in(circle: Circle, guest: Someone) -> None:
    """The coordinator admits the guest by the digits they read."""
    row = guest.participation
    assert row is not None
    gate.admit(circle.coordinator.actor, guest.user.id, chain_place(row), gate.digits(guest.actor))
    admitted(row)


def guest_of(circle: Circle, meeting: Meeting) -> Someone:
    """A guest who has come all the way."""
    house, rep = stranger()
    guest = invited(circle, meeting, house)
    subscribed_for(rep, house, meeting.id)
    signed(guest)
    let_in(circle, guest)
    return guest
