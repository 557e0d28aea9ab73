"""What the notice for the person says of a concertation: its people, its organisations, its terms.

Nothing in it is typed for one person: it is made of the concertation's own data and of the rules
that the software applies, so that it can't promise what is not done. No code of a situation stands
in it: a sheet of paper that links a person to a code is made by hand, or not at all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.enums import Purpose
from concertation.accounts.enums import Domain
from concertation.accounts.models import Concertation, Participation
from concertation.situations.reading.find import my_concertation
from concertation.situations.reading.sharing import circle_of, places_of
from ethics import gate
from ethics.policy import Act, FieldGroup
from ethics.rights import retention
from ethics.roles import READING_ROLES, Role

# What is written, in the person's words; a test finds a line for every group of fields.
WRITTEN: Final[Mapping[FieldGroup, Promise]] = MappingProxyType(
    {
        FieldGroup.FRAME: _("un code, des dates, et qui suit votre situation"),
        FieldGroup.SUMMARY: _("un titre, vos besoins, et si c’est urgent"),
        FieldGroup.NARRATIVE: _(
            "ce qui se passe, ce qui a déjà été essayé, et la question au groupe"
        ),
        FieldGroup.VOICE: _("ce que vous souhaitez, ce que vous savez et ce que vous acceptez"),
        FieldGroup.NETWORK: _("les services qui sont déjà autour de vous"),
        FieldGroup.TIMELINE: _("ce que les services apprennent et se disent ensuite"),
        FieldGroup.ACTIONS: _("ce que chacun va faire, et quand"),
        FieldGroup.OUTCOME: _("à la fin, ce qui a aidé et ce qui a manqué"),
    }
)


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody the person may write to."""

    name: str
    organisation: str
    email: str


@dataclass(frozen=True, slots=True)
class Kept:
    """How long a situation is kept, in months, as `ethics.rights.retention` applies it."""

    quiet: int
    answer: int
    closed: int
    longest: int


@dataclass(frozen=True, slots=True)
class PersonNotice:
    """The facts of the notice; its sentences stand in the template, in plain words."""

    concertation: str
    # Those that read, by domain: the domain's name and its organisations.
    domains: tuple[tuple[str, tuple[str, ...]], ...]
    # Those invited for single situations.
    guests: tuple[str, ...]
    # Those that read only the actions addressed to them: the police first of all.
    limited: tuple[str, ...]
    written: tuple[Promise, ...]
    kept: Kept
    # Who convenes: their organisations.
    coordinating: tuple[str, ...]
    coordination: tuple[Contact, ...]
    dpo: tuple[Contact, ...]


def person_notice(actor: gate.Actor) -> PersonNotice:
    """The notice of the actor's concertation, from its own data. Raises `Refused`."""
    gate.allow(actor, Act.READ_NOTICE, purpose=Purpose.BRINGING, record=False)
    places = places_of(actor)
    circle = circle_of(places)
    readers = [row for row in places if row.id in circle]
    guests = [row for row in places if row.id not in circle and Role.GUEST in row.role_set]
    others = [
        row
        for row in places
        if row.id not in circle and row not in guests and row.role_set & READING_ROLES
    ]
    reading = _names(readers)
    return PersonNotice(
        concertation=Concertation.objects.get(id=my_concertation(actor)).name,
        domains=_by_domain(readers),
        guests=tuple(name for name in _names(guests) if name not in reading),
        limited=tuple(name for name in _names(others) if name not in reading),
        written=tuple(WRITTEN.values()),
        kept=Kept(
            quiet=retention.QUIET_MONTHS,
            answer=retention.ANSWER_MONTHS,
            closed=retention.CLOSED_MONTHS,
            longest=retention.LONGEST_MONTHS,
        ),
        coordinating=_names(row for row in places if Role.COORDINATOR in row.role_set),
        coordination=_contacts(places, Role.COORDINATOR),
        dpo=_contacts(places, Role.DPO),
    )


def _names(places: Iterable[Participation]) -> tuple[str, ...]:
    return tuple(sorted({row.organisation.name for row in places}))


def _by_domain(places: Sequence[Participation]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    named = (
        (str(domain.label), _names(row for row in places if row.organisation.domain == domain))
        for domain in Domain
    )
    return tuple((label, names) for label, names in named if names)


def _contacts(places: Iterable[Participation], role: Role) -> tuple[Contact, ...]:
    return tuple(
        Contact(row.person.name, row.organisation.name, row.person.email)
        for row in places
        if role in row.role_set
    )
