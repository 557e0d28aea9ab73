"""What is a person's own: places, organisations represented, codes left."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django_otp_webauthn.models import WebAuthnCredential

from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import (
    Participation,
    Representation,
    StaticCodes,
    TotpDevice,
    User,
)
from concertation.accounts.reading.changes import ChangeLine, restorings
from concertation.accounts.reading.places import role_words
from ethics.charter.reading import subscribed_organisations
from ethics.roles import Role


@dataclass(frozen=True, slots=True)
class OwnPlace:
    """One of one's places, for the start and account pages."""

    participation: UUID
    slug: str
    concertation: str
    organisation: str
    function: str
    roles: str
    state: ParticipationState
    starts_on: date
    ends_on: date | None
    current: bool
    dpo: bool
    last_visit_at: datetime | None
    # Several current places in the same concertation: which one counts is chosen.
    ambiguous: bool


@dataclass(frozen=True, slots=True)
class RepresentedOrganisation:
    """An organisation that the person may bind."""

    organisation: UUID
    name: str
    subscribed: bool


@dataclass(frozen=True, slots=True)
class Mine:
    """Everything that is the person's own."""

    places: tuple[OwnPlace, ...]
    organisations: tuple[RepresentedOrganisation, ...]
    administrator: bool


def restored(person: User) -> tuple[ChangeLine, ...]:
    """Each time one's own access was restored, and by whom, in every concertation."""
    places = Participation.objects.filter(person=person)
    numbers = set(places.values_list("concertation", flat=True))
    found = [line for number in numbers for line in restorings(number, person.id)]
    return tuple(sorted(found, key=lambda line: line.at, reverse=True))


def mine(person: User) -> Mine:
    """One's own places, the organisations one represents, and whether one administers."""
    rows = list(
        Participation.objects.filter(person=person)
        .exclude(state=ParticipationState.ENDED)
        .select_related("concertation", "organisation")
        .order_by("concertation__name", "-starts_on", "id")
    )
    current = [row.concertation_id for row in rows if row.is_current()]
    today = timezone.localdate()
    represented = list(
        Representation.objects.filter(person=person, since__lte=today)
        .filter(Q(until=None) | Q(until__gte=today))
        .select_related("organisation")
        .order_by("organisation__name")
    )
    subscribed = (
        subscribed_organisations([row.organisation_id for row in represented])
        if represented
        else set()
    )
    return Mine(
        places=tuple(
            OwnPlace(
                participation=row.id,
                slug=row.concertation.slug,
                concertation=row.concertation.name,
                organisation=row.organisation.name,
                function=row.function,
                roles=role_words(row.role_set),
                state=ParticipationState(row.state),
                starts_on=row.starts_on,
                ends_on=row.ends_on,
                current=row.is_current(),
                dpo=Role.DPO in row.role_set,
                last_visit_at=row.last_visit_at,
                ambiguous=row.is_current() and current.count(row.concertation_id) > 1,
            )
            for row in rows
        ),
        organisations=tuple(
            RepresentedOrganisation(
                row.organisation_id, row.organisation.name, row.organisation_id in subscribed
            )
            for row in represented
        ),
        administrator=person.is_administrator,
    )


def landing(page: Mine) -> str:
    """Where one lands after signing in: the only place, or the one last visited; "" to choose.

    The DPO lands on the ledger, everybody else on the concertation's home.
    """
    places = [each for each in page.places if each.current]
    if len({each.slug for each in places}) > 1:
        visited = [each for each in places if each.last_visit_at]
        places = sorted(visited, key=lambda each: str(each.last_visit_at), reverse=True)
    if places:
        return reverse("ledger" if places[0].dpo else "home", args=[places[0].slug])
    if page.administrator and not page.places and not page.organisations:
        return reverse("administration")
    return ""


@dataclass(frozen=True, slots=True)
class Passkey:
    """One of one's own passkeys, as the account page lists it."""

    number: int
    name: str
    made_on: date
    used_on: date | None


def passkeys(person: User) -> tuple[Passkey, ...]:
    """One's own passkeys, in the order they were added."""
    rows = WebAuthnCredential.objects.filter(user=person).order_by("id")
    return tuple(
        Passkey(
            number=row.id,
            name=row.name,
            made_on=timezone.localdate(row.created_at),
            used_on=timezone.localdate(row.last_used_at) if row.last_used_at else None,
        )
        for row in rows
    )


def has_app(person: User) -> bool:
    """Whether an authenticator application is in use."""
    return bool(TotpDevice.objects.filter(user=person, confirmed=True).exists())


def codes_left(person: User) -> int:
    """How many of the codes on paper are still good."""
    device = StaticCodes.objects.filter(user=person).first()
    return device.left() if device else 0


def own_reach(person: User) -> tuple[tuple[UUID, str, str], ...]:
    """One's places that go on, each with how colleagues reach one there."""
    rows = Participation.objects.filter(person=person).exclude(state=ParticipationState.ENDED)
    return tuple(
        (row.id, f"{row.concertation.name}, {row.organisation.name}", row.reach)
        for row in rows.select_related("concertation", "organisation")
    )
