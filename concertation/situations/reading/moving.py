"""Where a person could move a situation: their places in other concertations."""

from dataclasses import dataclass, replace
from uuid import UUID

from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import Participation
from ethics import gate
from ethics.policy import Act


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """One's place in another concertation."""

    number: UUID
    label: str
    slug: str


def places_elsewhere(actor: gate.Actor) -> tuple[Elsewhere, ...]:
    """The other concertations where this person may bring a situation."""
    return tuple(
        Elsewhere(
            row.id, f"{row.concertation.name}, {row.organisation.name}", row.concertation.slug
        )
        for row in _places(actor)
        if gate.may(_as(actor, row), Act.BRING)
    )


def elsewhere(actor: gate.Actor, place: UUID) -> gate.Actor | None:
    """The same person, with the same keys, in their place in another concertation."""
    for row in _places(actor):
        if row.id == place and gate.may(_as(actor, row), Act.BRING):
            return _as(actor, row)
    return None


def _places(actor: gate.Actor) -> list[Participation]:
    rows = Participation.objects.filter(
        person=actor.person, state=ParticipationState.ADMITTED
    ).exclude(concertation=actor.concertation)
    return [row for row in rows.select_related("concertation", "organisation") if row.is_current()]


def _as(actor: gate.Actor, row: Participation) -> gate.Actor:
    return replace(
        actor,
        participation=row.id,
        concertation=row.concertation_id,
        organisation=row.organisation_id,
    )
