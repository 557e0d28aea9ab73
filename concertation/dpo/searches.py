"""Searches of the log that a DPO keeps: their own, by numbers and codes, under a name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from audit.names import concertation_ledger
from audit.review.models import SavedSearch
from concertation.situations.models import Situation
from ethics import gate
from ethics.policy import Refusal

MOST: Final = 20
# What the address of a search holds, and what is kept of one: numbers and words of closed lists.
KEPT: Final = (
    "situation", "person", "organisation", "verb", "purpose", "outcome", "meeting", "since",
    "until",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Saved:
    """One kept search: its name, and the address that asks it again."""

    number: UUID
    name: str
    query: str


def saved_searches(actor: gate.Actor) -> tuple[Saved, ...]:
    """The actor's own, by name. One about an erased situation asks for the rest of it."""
    rows = list(own(actor).order_by("name"))
    numbers = {row.filters.get("situation") for row in rows} - {None}
    living = Situation.objects.filter(concertation=actor.concertation, id__in=numbers)
    erased = numbers - {
        str(number) for number in living.exclude(code=None).values_list("id", flat=True)
    }
    return tuple(Saved(row.id, row.name, address_of(_without(row.filters, erased))) for row in rows)


def address_of(filters: Mapping[str, str]) -> str:
    """What a search adds to the page's address (decision 58): no code and nothing typed."""
    return urlencode({name: filters[name] for name in KEPT if filters.get(name)})


def own(actor: gate.Actor) -> Any:
    """The rows of this person in this concertation."""
    return SavedSearch.objects.filter(ledger__name=ledger_name(actor), owner=actor.person)


def ledger_name(actor: gate.Actor) -> str:
    """The ledger of the actor's concertation."""
    if actor.concertation is None:  # never: the gate allowed the actor in this concertation
        raise gate.Refused(Refusal.NO_PARTICIPATION)
    return concertation_ledger(actor.concertation)


def _without(filters: Mapping[str, str], erased: set[str]) -> dict[str, str]:
    return {
        name: value
        for name, value in filters.items()
        if not (name == "situation" and value in erased)
    }
