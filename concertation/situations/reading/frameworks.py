"""The framework documents of a concertation, as the coordinator sees them."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils import timezone

from audit.enums import Purpose, Verb
from concertation.accounts.models import Participation
from concertation.situations.reading.find import my_concertation
from concertation.situations.reading.sharing import circle_of, places_of
from ethics import gate
from ethics.policy import Act
from ethics.roles import READING_ROLES, Role
from ethics.sharing.models import Framework, FrameworkBasis


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody a framework may name."""

    number: UUID
    label: str


@dataclass(frozen=True, slots=True)
class FrameworkRow:
    """One recorded framework, and whether it opens Q6 today."""

    number: UUID
    basis: str
    authority: str
    aim: str
    starts_on: date
    ends_on: date
    valid: bool
    ended: bool
    participants: tuple[str, ...]
    # Readers of the board it doesn't name: one is enough to keep Q6 off.
    missing: tuple[str, ...]

    @property
    def opens(self) -> bool:
        """Whether Q6 can be answered yes because of it."""
        return self.valid and not self.missing


def recorded(actor: gate.Actor) -> tuple[FrameworkRow, ...]:
    """The frameworks of this concertation, newest first. Raises `Refused` but to a coordinator."""
    gate.allow(
        actor,
        Act.RECORD_FRAMEWORK,
        purpose=Purpose.ADMINISTRATION,
        verb=Verb.FRAMEWORK_RECORDED,
        record=False,
    )
    places = {each.id: each for each in places_of(actor)}
    circle = circle_of(places.values())
    today = timezone.localdate()
    rows = []
    for row in Framework.objects.filter(concertation=my_concertation(actor)):
        named = {UUID(number) for number in row.participants}
        known = Participation.objects.filter(id__in=named).select_related("organisation", "person")
        rows.append(
            FrameworkRow(
                number=row.id,
                basis=str(FrameworkBasis(row.basis).label),
                authority=row.authority,
                aim=row.aim,
                starts_on=row.starts_on,
                ends_on=row.ends_on,
                valid=row.is_valid(today),
                ended=row.ended_at is not None,
                participants=tuple(_label(each) for each in known),
                missing=tuple(_label(places[number]) for number in circle - named),
            )
        )
    return tuple(rows)


def to_name(actor: gate.Actor) -> tuple[Named, ...]:
    """Everybody who takes part and could be named; the DPO reads no situation."""
    return tuple(
        Named(row.id, _label(row))
        for row in places_of(actor)
        if row.role_set & READING_ROLES and Role.DPO not in row.role_set
    )


def _label(row: Participation) -> str:
    return f"{row.organisation.name}, {row.person.name} ({row.function})"
