"""The frame of a sheet: what stands in clear columns."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from concertation.accounts.models import Participation
from concertation.situations.enums import SituationState
from concertation.situations.models import Situation
from concertation.situations.reading import words
from concertation.situations.reading.erasures import erased_on, last_day_soon
from concertation.situations.reading.holding import holding_of
from ethics import gate


@dataclass(frozen=True, slots=True)
class Frame:
    """The clear columns: code, state, dates, who holds it."""

    state: str
    state_label: str
    glyph: str
    signalled_on: date | None
    brought_by: str
    # The supervisor who confirmed what an intern brought.
    confirmed_by: str
    holder: str
    holder_number: UUID | None
    held_by_me: bool
    # Asked to hold it, and not answered yet.
    asked: str
    asks_me: bool
    restricted: bool
    next_review_on: date | None
    closed_on: date | None
    # The day the rules erase it.
    erased_on: date | None
    # An open situation's last day, once it is near.
    last_day: date | None
    # What this page shows of who holds it, for the form that changes it.
    holding: str


def frame_of(actor: gate.Actor, row: Situation) -> Frame:
    """The frame of a situation, for someone who may see it."""
    named = (row.brought_by_id, row.supervisor_id, row.case_manager_id, row.proposed_manager_id)
    places = Participation.objects.select_related("organisation").in_bulk(
        [each for each in named if each]
    )
    return Frame(
        state=row.state,
        state_label=str(SituationState(row.state).label),
        glyph=words.SITUATION_GLYPHS[row.state],
        signalled_on=row.signalled_on,
        brought_by=words.place(places.get(row.brought_by_id)),
        confirmed_by=words.place(places.get(row.supervisor_id)),
        holder=words.place(places.get(row.case_manager_id)) if row.case_manager_id else "",
        holder_number=row.case_manager_id,
        held_by_me=row.case_manager_id is not None and row.case_manager_id == actor.participation,
        asked=words.place(places.get(row.proposed_manager_id)) if row.proposed_manager_id else "",
        asks_me=row.proposed_manager_id is not None
        and row.proposed_manager_id == actor.participation,
        restricted=row.restricted,
        next_review_on=row.next_review_on,
        closed_on=row.closed_on,
        erased_on=erased_on(row),
        last_day=last_day_soon(row),
        holding=holding_of(row),
    )
