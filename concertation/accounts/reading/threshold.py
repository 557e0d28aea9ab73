"""What still stands between a person and a concertation."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from concertation.accounts.enums import KeyState
from concertation.accounts.models import Participation, Representation, User
from concertation.accounts.reading.places import is_self_employed, role_words, wearing
from ethics import gate
from ethics.charter.reading import agreement
from ethics.gate.read import fetch_standing
from ethics.roles import Role
from ethics.secrecy import chain


@dataclass(frozen=True, slots=True)
class Threshold:
    """What still stands between a person and a concertation, in order."""

    participation: UUID
    concertation: str
    organisation: str
    roles: str
    subscribed: bool
    self_employed: bool
    representatives: tuple[str, ...]
    signed: bool
    # The concertation has its keys.
    founded: bool
    # This person may make them.
    founds: bool
    admitted: bool
    # The chain knows this person by their former keys: a password or second factor was lost.
    returning: bool
    digits: str
    coordinators: tuple[str, ...]
    # Known to the chain under other keys: the access is restored, not newly given.
    restoring: bool
    # Someone vouched already, and a second member may confirm from then on.
    confirm_from: datetime | None
    # A coordinator of the chain with new keys may use the printed recovery key.
    rescuable: bool


def threshold(actor: gate.Actor, place: Participation) -> Threshold:
    """What is missing for one of the actor's own places; the digits come from their own keys."""
    worn = wearing(actor, place)
    agreed = agreement(place.id, place.organisation_id, place.for_meeting)
    founded = place.concertation.key_state == KeyState.OPEN
    facts = fetch_standing(worn).person
    waiting = agreed.subscribed and agreed.signed and founded and not facts.in_chain
    state = chain.state(place.concertation_id)
    restoring = waiting and bool(gate.await_restoring(state, [actor.person]))
    first = gate.proposal(state, actor.person) if restoring else None
    return Threshold(
        participation=place.id,
        concertation=place.concertation.name,
        organisation=place.organisation.name,
        roles=role_words(place.role_set),
        subscribed=agreed.subscribed,
        self_employed=is_self_employed(actor.person, place.organisation_id),
        representatives=() if agreed.subscribed else _representatives(place.organisation_id),
        signed=agreed.signed,
        founded=founded,
        founds=not founded and Role.COORDINATOR in place.role_set,
        admitted=facts.in_chain,
        returning=waiting and place.person_id in chain.state(place.concertation_id).members,
        digits=gate.digits(worn) if waiting else "",
        coordinators=() if facts.in_chain else _coordinators(place.concertation_id),
        restoring=restoring,
        confirm_from=first[1] if first else None,
        rescuable=restoring and Role.COORDINATOR in state.members[actor.person].roles,
    )


def _representatives(organisation: UUID) -> tuple[str, ...]:
    rows = Representation.objects.filter(organisation=organisation).select_related("person")
    return tuple(row.person.name for row in rows)


def _coordinators(concertation: UUID) -> tuple[str, ...]:
    """Who may admit, as the chain says: the person to call."""
    members = chain.state(concertation).members
    numbers = [number for number, each in members.items() if Role.COORDINATOR in each.roles]
    return tuple(User.objects.filter(id__in=numbers).values_list("name", flat=True))
