"""Who holds a situation, as a page showed it and as it stands now."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from concertation.accounts.models import Participation
from concertation.situations.models import Situation
from concertation.situations.reading import words
from ethics import gate

# Changes of other things stand between those of who holds it; further back nobody asks.
_FAR_ENOUGH = 50


def holding_of(row: Any) -> str:
    """What a page shows of it, for the form that changes it: holder, who is asked, next review."""
    shown = (row.case_manager_id, row.proposed_manager_id, row.next_review_on)
    return " ".join(str(each or "-") for each in shown)


@dataclass(frozen=True, slots=True)
class SavedHolding:
    """What somebody else noted while this person was choosing, who and when."""

    holding: str
    holder: UUID | None
    holder_label: str
    asked: UUID | None
    asked_label: str
    next_review_on: date | None
    by: str
    at: datetime | None


def saved_holding(actor: gate.Actor, situation: UUID) -> SavedHolding:
    """Who holds it now. Asked after the gate let this person say who holds it, or answer."""
    row = Situation.objects.get(id=situation, concertation=actor.concertation)
    changed = _last_change(row)
    people = [row.case_manager_id, row.proposed_manager_id]
    places = Participation.objects.select_related("organisation").in_bulk(
        [each for each in people if each]
    )
    return SavedHolding(
        holding=holding_of(row),
        holder=row.case_manager_id,
        holder_label=words.place(places.get(row.case_manager_id)),
        asked=row.proposed_manager_id,
        asked_label=words.place(places.get(row.proposed_manager_id)),
        next_review_on=row.next_review_on,
        by=_place_of(row, changed.history_user_id) if changed else "",
        at=changed.history_date if changed else None,
    )


def _last_change(row: Situation) -> Any:
    """The newest entry of the history that changed who holds it, or when to look again."""
    entries = list(row.history.order_by("-history_date", "-history_id")[:_FAR_ENOUGH])
    for entry, before in pairwise(entries):
        if holding_of(entry) != holding_of(before):
            return entry
    return None


def _place_of(row: Situation, person: UUID | None) -> str:
    places = Participation.objects.filter(concertation=row.concertation_id, person=person)
    return words.place(places.select_related("organisation").first() if person else None)
