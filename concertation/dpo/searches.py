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
# What the search form's address holds; a situation is kept by its number.
KEPT: Final = (
    "person", "organisation", "verb", "purpose", "outcome", "meeting", "since", "until",
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
    codes = {
        str(number): code
        for number, code in Situation.objects.filter(
            concertation=actor.concertation, id__in=numbers
        ).values_list("id", "code")
        if code
    }
    return tuple(Saved(row.id, row.name, _query(row.filters, codes)) for row in rows)


def own(actor: gate.Actor) -> Any:
    """The rows of this person in this concertation."""
    return SavedSearch.objects.filter(ledger__name=ledger_name(actor), owner=actor.person)


def ledger_name(actor: gate.Actor) -> str:
    """The ledger of the actor's concertation."""
    if actor.concertation is None:  # never: the gate allowed the actor in this concertation
        raise gate.Refused(Refusal.NO_PARTICIPATION)
    return concertation_ledger(actor.concertation)


def _query(filters: Mapping[str, str], codes: Mapping[str, str]) -> str:
    asked = {name: filters[name] for name in KEPT if filters.get(name)}
    code = codes.get(filters.get("situation", ""))
    return urlencode({"code": code, **asked} if code else asked)
