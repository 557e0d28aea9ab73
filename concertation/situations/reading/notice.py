"""What the notice for the person says of a concertation: who takes part, who answers questions."""

from dataclasses import dataclass

from audit.enums import Purpose
from concertation.accounts.models import Concertation
from concertation.situations.reading.find import my_concertation
from concertation.situations.reading.sharing import places_of
from ethics import gate
from ethics.policy import Act
from ethics.roles import READING_ROLES, Role


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody the person may write to."""

    name: str
    organisation: str
    email: str


@dataclass(frozen=True, slots=True)
class PersonNotice:
    """The facts of the notice; its sentences stand in the template, in plain words."""

    concertation: str
    organisations: tuple[str, ...]
    # Those that read only the actions addressed to them: the police first of all.
    limited: tuple[str, ...]
    coordination: tuple[Contact, ...]
    dpo: tuple[Contact, ...]


def person_notice(actor: gate.Actor) -> PersonNotice:
    """The notice of the actor's concertation, from its own data. Raises `Refused`."""
    gate.allow(actor, Act.READ_MEMBERS, purpose=Purpose.BRINGING, record=False)
    places = places_of(actor)
    limited = {row.organisation.name for row in places if Role.LIMITED_READER in row.role_set}
    reading = {
        row.organisation.name
        for row in places
        if row.role_set & READING_ROLES and Role.LIMITED_READER not in row.role_set
    }

    def contacts(role: Role) -> tuple[Contact, ...]:
        return tuple(
            Contact(row.person.name, row.organisation.name, row.person.email)
            for row in places
            if role in row.role_set
        )

    return PersonNotice(
        concertation=Concertation.objects.get(id=my_concertation(actor)).name,
        organisations=tuple(sorted(reading)),
        limited=tuple(sorted(limited - reading)),
        coordination=contacts(Role.COORDINATOR),
        dpo=contacts(Role.DPO),
    )
