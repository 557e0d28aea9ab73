"""What the gate finds out for itself, and who it asks."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured

from ethics.charter import reading as charter
from ethics.charter.reading import Agreement
from ethics.gate.actor import Actor
from ethics.policy_facts import PersonFacts, SubjectFacts
from ethics.roles import Role, SecrecyStatus
from ethics.secrecy import chain


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """A participation as its row says; roles count only where the chain confirms them."""

    organisation: UUID
    roles: frozenset[Role]
    status: SecrecyStatus
    current: bool
    # The one meeting a guest is invited to.
    meeting: UUID | None = None


@dataclass(frozen=True, slots=True)
class Present:
    """Someone in the room of a meeting, by the number of their place in the concertation."""

    number: UUID
    person: UUID
    organisation: UUID


@dataclass(frozen=True, slots=True)
class Outsider:
    """Someone in the room who has no account: the charter accepted and countersigned, no key."""

    number: UUID
    # By professional secrecy, as the coordinator countersigned it.
    bound: bool


class FactsProvider(Protocol):
    """What `concertation` registers at start: rows turned into facts, no decisions."""

    def places(self, actors: Collection[Actor]) -> Mapping[UUID, PlaceFacts]:
        """People's places by their numbers, where they are theirs and in their concertation."""

    def subjects(
        self, actors: Collection[Actor], situations: Iterable[UUID]
    ) -> Mapping[UUID | None, Mapping[UUID, SubjectFacts]]:
        """What is true between actors of one concertation, each by the number of their place, and
        situations of it."""

    def present(self, concertation: UUID, meeting: UUID) -> tuple[Present, ...]:
        """The people in the room of a meeting that is in session there, now."""

    def without_account(self, concertation: UUID, meeting: UUID) -> tuple[Outsider, ...]:
        """Those in that room who have no account."""

    def platform_roles(self, person: UUID) -> frozenset[Role]:
        """Roles held outside any concertation: administrator, representative."""

    def known_names(self, concertation: UUID) -> frozenset[str]:
        """Names that identify nobody there: of the concertation and of its organisations."""

    def alert(self, concertation: UUID, kind: str) -> None:
        """Tell the concertation's DPO, without content, that the ledger holds an alarm."""


_provider: FactsProvider | None = None


def register_facts_provider(provider: FactsProvider) -> None:
    """Register the provider; without one the gate opens nothing and the start is refused."""
    global _provider
    _provider = provider


def provider_is_registered() -> bool:
    """Whether the start may go on."""
    return _provider is not None


def provider() -> FactsProvider:
    """The registered provider."""
    if _provider is None:
        raise ImproperlyConfigured("No facts provider is registered: the gate stays shut.")
    return _provider


@dataclass(frozen=True, slots=True)
class Standing:
    """A person's facts, and the charter version they act under."""

    person: PersonFacts
    charter_version: str = ""


def standing_facts(
    actor: Actor, state: chain.ChainState | None, row: PlaceFacts | None = None
) -> Standing:
    """Fetch what is true of the actor in their concertation, now; `row` was fetched already."""
    if actor.participation is None or actor.concertation is None or state is None:
        return Standing(PersonFacts(second_factor=_second_factor(actor)))
    row = row or provider().places([actor]).get(actor.participation)
    if row is None:
        return Standing(PersonFacts(second_factor=_second_factor(actor)))
    agreed = charter.agreement(actor.participation, row.organisation, row.meeting)
    return _standing(actor, actor.participation, state, row, agreed)


def standings_of(actors: Collection[Actor], state: chain.ChainState) -> Mapping[UUID, Standing]:
    """The same for people of one concertation, by the number of their place: as many questions
    to the database for a full room as for one person."""
    rows = provider().places(actors)
    agreed = charter.agreements(
        {number: (row.organisation, row.meeting) for number, row in rows.items()}
    )
    people = {each.participation: each for each in actors}
    return {
        number: _standing(people[number], number, state, row, agreed[number])
        for number, row in rows.items()
    }


def _second_factor(actor: Actor) -> bool:
    return actor.keys is not None and actor.keys.second_factor


def _standing(
    actor: Actor, number: UUID, state: chain.ChainState, row: PlaceFacts, agreed: Agreement
) -> Standing:
    place = state.place(actor.person, number)
    member = state.members.get(actor.person)
    same_keys = member is not None and actor.keys is not None and member.keys == actor.keys.keys
    facts = PersonFacts(
        second_factor=_second_factor(actor),
        participating=True,
        current=row.current,
        roles=row.roles & place.roles if place else frozenset(),
        status=place.status if place and place.status == row.status else SecrecyStatus.OTHER,
        in_chain=place is not None and same_keys,
        subscribed=agreed.subscribed,
        signed=agreed.signed,
        one_meeting=row.meeting is not None,
    )
    return Standing(facts, agreed.version)
