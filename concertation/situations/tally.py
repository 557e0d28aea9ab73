"""The year tally: counts that move with the work and outlive every erasure.

What the year's report tells is counted at the moment it happens, in the same transaction, sealed
under the concertation's key, without situation number or finer date (design 1). Measures:

`situations_brought` and `treated` (category `all`; a situation is treated once, in the year it was
brought), `brought_at` (category: the meeting's number), `needs` and `unmet_needs` (category: the
need), `outcomes` (the outcome), `actions` (agreed, done, not_possible, not_undertaken, withdrawn),
`feedback_given` (`all`).
"""

from collections.abc import Iterable
from datetime import date
from typing import Final
from uuid import UUID

from concertation.accounts.models import Concertation
from concertation.situations.models import YearTally
from ethics import gate
from ethics.roles import may_hold_key

ALL: Final = "all"
Move = tuple[str, str, int]


def move(pen: gate.Pen, concertation: UUID, on: date, moves: Iterable[Move]) -> bool:
    """Move counts (measure, category, step) of the year of `on`; False when the actor can't.

    A limited reader or guest doesn't hold the concertation's key and so can't move what is sealed
    under it: their feedback is still an event and an entry of the timeline, but this count stays.
    """
    if not may_hold_key(pen.facts.person.roles, pen.facts.person.status):
        return False
    wanted = [each for each in moves if each[2]]
    if not wanted:
        return True
    # One row a year: the concertation's row is the lock, so that two firsts can't both make it.
    Concertation.objects.select_for_update(no_key=True).get(id=concertation)
    row = YearTally.objects.filter(concertation=concertation, year=on.year).first()
    if row is None:
        row = YearTally(
            concertation_id=concertation,
            container=concertation,
            scope=concertation,
            year=on.year,
        )
    pen.count(row, "counts", wanted)
    row.save()
    return True


def count(pen: gate.Pen, concertation: UUID, on: date, measure: str, category: str) -> bool:
    """Move one count by one."""
    return move(pen, concertation, on, [(measure, category, 1)])
