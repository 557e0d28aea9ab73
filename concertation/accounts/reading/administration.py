"""Concertations and organisations, as their administrator sees them: frames, never content."""

from dataclasses import dataclass
from uuid import UUID

from audit.enums import Purpose, Verb
from concertation.accounts.enums import KeyState, ParticipationState
from concertation.accounts.models import (
    Concertation,
    Organisation,
    Participation,
    Representation,
)
from ethics import gate
from ethics.charter.reading import subscribed_organisations
from ethics.policy import Act
from ethics.roles import Role


@dataclass(frozen=True, slots=True)
class AdministeredConcertation:
    """A concertation as its administrator sees it: its frame, never its content."""

    number: UUID
    name: str
    slug: str
    open: bool
    coordinators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AdministeredOrganisation:
    """An organisation as the administrator sees it."""

    number: UUID
    name: str
    domain: str
    enterprise_number: str
    subscribed: bool
    representatives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Administration:
    """The administration page."""

    concertations: tuple[AdministeredConcertation, ...]
    organisations: tuple[AdministeredOrganisation, ...]


def administration(actor: gate.Actor) -> Administration:
    """Concertations and organisations of the platform; recorded. Raises `gate.Refused`."""
    gate.allow(actor, Act.ADMINISTER, purpose=Purpose.ADMINISTRATION, verb=Verb.READ)
    organisations = list(Organisation.objects.all())
    subscribed = subscribed_organisations([row.id for row in organisations])
    binders: dict[UUID, list[str]] = {}
    for each in Representation.objects.select_related("person").order_by("person__name"):
        binders.setdefault(each.organisation_id, []).append(each.person.name)
    leads: dict[UUID, list[str]] = {}
    for place in Participation.objects.exclude(state=ParticipationState.ENDED).select_related(
        "person"
    ):
        if Role.COORDINATOR in place.role_set:
            leads.setdefault(place.concertation_id, []).append(place.person.name)
    return Administration(
        concertations=tuple(
            AdministeredConcertation(
                row.id,
                row.name,
                row.slug,
                row.key_state == KeyState.OPEN,
                tuple(leads.get(row.id, ())),
            )
            for row in Concertation.objects.all()
        ),
        organisations=tuple(
            AdministeredOrganisation(
                row.id,
                row.name,
                row.get_domain_display(),
                row.enterprise_number,
                row.id in subscribed,
                tuple(binders.get(row.id, ())),
            )
            for row in organisations
        ),
    )
