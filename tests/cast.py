"""A small fixed cast for tests: one invented concertation with its people, keys and all.

Everything goes the real way: key pairs from a password, a signed genesis, admissions by digits,
subscriptions and signatures with people's own keys.
"""

from dataclasses import dataclass, field
from datetime import date
from functools import partial
from uuid import UUID

from django.utils import timezone

from audit.names import PLATFORM
from audit.record import ensure_ledger
from concertation.accounts.enums import Domain, KeyState, ParticipationState
from concertation.accounts.models import (
    Concertation,
    Organisation,
    Participation,
    Representation,
    User,
)
from ethics import gate
from ethics.charter import actions as charter
from ethics.charter.models import CharterVersion
from ethics.roles import Role, SecrecyStatus
from ethics.secrecy import chain
from ethics.secrecy.keys import HeldKeys

PASSWORD = "un long mot de passe de test"
# Enterprise numbers with a right check, of no real organisation known to us.
NUMBERS = ("0123456749", "0200065765", "0203430576", "0400378485", "0401574852", "0403019261")


@dataclass
class Someone:
    """A person of the cast, with the place they have."""

    user: User
    participation: Participation | None
    _keys: HeldKeys | None = None

    @property
    def actor(self) -> gate.Actor:
        """A fresh actor, as one request has: keys opened, facts not fetched yet."""
        if self._keys is None:
            self._keys = gate.held_for_command(self.user.id, PASSWORD)
        place = self.participation
        held = self._keys
        again = HeldKeys(
            held.session, held.person, held.keys, held.sealed, held.secret, True, held.opened
        )
        return gate.Actor(
            person=self.user.id,
            participation=place.id if place else None,
            concertation=place.concertation_id if place else None,
            organisation=place.organisation_id if place else None,
            keys=again,
        )


@dataclass
class Circle:
    """A concertation with its people by name."""

    concertation: Concertation
    people: dict[str, Someone] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Someone:
        try:
            return self.people[name]
        except KeyError:
            raise AttributeError(name) from None


def charter_in_force() -> CharterVersion:
    """Version 1, in force since long ago."""
    found = CharterVersion.objects.filter(number=1).first()
    return found or charter.publish(1, effective_on=date(2020, 1, 1))


def person(email: str, name: str) -> User:
    """Someone with a password and keys."""
    user = User.objects.create_user(email, name, PASSWORD)
    gate.make_member_keys(user.id, PASSWORD)
    return user


def organisation(name: str, domain: Domain, number: int) -> Organisation:
    """An organisation that subscribed through its own representative."""
    row = Organisation.objects.create(
        name=name, domain=domain, enterprise_number=NUMBERS[number % len(NUMBERS)]
    )
    user = person(f"rep{number}@{row.id.hex[:6]}.example", f"Représentation {name}")
    Representation.objects.create(person=user, organisation=row)
    charter.subscribe(
        Someone(user, None).actor,
        organisation=row.id,
        name=row.name,
        enterprise_number=row.enterprise_number,
        power="management",
        starts_on=timezone.localdate(),
        language="fr",
    )
    return row


def place(
    user: User,
    concertation: Concertation,
    org: Organisation,
    roles: list[Role],
    status: SecrecyStatus = SecrecyStatus.PROFESSIONAL,
) -> Participation:
    """A participation awaiting admission."""
    return Participation.objects.create(
        person=user,
        concertation=concertation,
        organisation=org,
        roles=[str(role) for role in roles],
        function="travail social",
        secrecy_status=status,
        state=ParticipationState.AWAITING,
    )


def chain_place(row: Participation) -> chain.Place:
    """The participation as the chain will say it."""
    return chain.Place(row.id, row.organisation_id, row.role_set, SecrecyStatus(row.secrecy_status))


def sign_charter(someone: Someone) -> None:
    """Sign version 1 with the person's own key."""
    row = someone.participation
    assert row is not None
    charter.sign(
        someone.actor,
        organisation=row.organisation_id,
        function=row.function,
        status=row.secrecy_status,
        language="fr",
    )


def admitted(row: Participation) -> None:
    """The row after the chain's statement."""
    row.state = ParticipationState.ADMITTED
    row.admitted_at = timezone.now()
    row.save()


def join(
    circle: Circle,
    name: str,
    org: Organisation,
    roles: list[Role],
    status: SecrecyStatus = SecrecyStatus.PROFESSIONAL,
) -> Someone:
    """A newcomer: charter signed, digits read aloud, admitted by the coordinator."""
    slug = circle.concertation.slug
    user = person(f"{name}@{slug}.example", name.capitalize())
    someone = Someone(user, place(user, circle.concertation, org, roles, status))
    sign_charter(someone)
    assert someone.participation is not None
    gate.admit(
        circle.coordinator.actor,
        user.id,
        chain_place(someone.participation),
        gate.digits(someone.actor),
    )
    admitted(someone.participation)
    circle.people[name] = someone
    return someone


def make_circle(slug: str = "tilleuls", name: str = "Les Tilleuls") -> Circle:
    """The whole cast: coordinator, two participants, police, guest, DPO."""
    ensure_ledger(PLATFORM)
    charter_in_force()
    concertation = Concertation.objects.create(name=name, slug=slug, languages=["fr", "nl"])
    circle = Circle(concertation)
    org = partial(organisation)
    number = Concertation.objects.count() * 10
    house = org(f"La Théière {slug}", Domain.MENTAL_HEALTH, number)
    social = org(f"Coup-de-Pouce {slug}", Domain.SOCIAL, number + 1)
    police = org(f"Police de quartier {slug}", Domain.SAFETY_PREVENTION, number + 2)
    user = person(f"coordinator@{slug}.example", "Coordination")
    first = Someone(user, place(user, concertation, house, [Role.COORDINATOR, Role.PARTICIPANT]))
    circle.people["coordinator"] = first
    sign_charter(first)
    assert first.participation is not None
    gate.found(first.actor, chain_place(first.participation), bytes(range(32)))
    admitted(first.participation)
    concertation.key_state = KeyState.OPEN
    concertation.save()
    join(circle, "participant", social, [Role.PARTICIPANT])
    join(circle, "manager", house, [Role.PARTICIPANT])
    join(circle, "police", police, [Role.LIMITED_READER], SecrecyStatus.POLICE_JUSTICE)
    join(circle, "guest", social, [Role.GUEST])
    join(circle, "dpo", house, [Role.DPO])
    return circle


def number_of(someone: Someone) -> UUID:
    """The participation's number."""
    assert someone.participation is not None
    return someone.participation.id
