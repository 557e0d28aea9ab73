"""The year tally: counts that move with the work and outlive every erasure.

What the year's report tells is counted at the moment it happens, in the same transaction, sealed
under the concertation's key, without situation number or finer date (design 1). Measures:

`situations_brought` and `treated` (category `all`; a situation is treated once, in the year it was
brought), `brought_at` (category: the meeting's number), `needs` and `unmet_needs` (category: the
need), `outcomes` (the outcome), `actions` (agreed, done, not_possible, not_undertaken, withdrawn),
`feedback_given` (`all`).

Whoever acts without holding the concertation's key (a limited reader, a guest) leaves a sealed and
signed note instead, in the same transaction; the next key holder who counts, or who opens the
report, folds it in. `notes` in the sealed counts keeps the numbers of the notes taken in.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final
from uuid import UUID

from audit.enums import Purpose, Verb
from concertation.accounts.models import Concertation
from concertation.situations.enums import ActionState, Need
from concertation.situations.models import YearTally
from ethics import gate
from ethics.policy import Act
from ethics.roles import may_hold_key
from ethics.secrecy.models import TallyNote

ALL: Final = "all"
Move = tuple[str, str, int]

# What someone without the key can do, and so what a note may move.
_NOTED: Final = {
    "situations_brought": frozenset({ALL}),
    "treated": frozenset({ALL}),
    "needs": frozenset(Need.values),
    "actions": frozenset(ActionState.values),
    "feedback_given": frozenset({ALL}),
}


def move(pen: gate.Pen, concertation: UUID, on: date, moves: Iterable[Move]) -> None:
    """Move counts (measure, category, step) of the year of `on`, with all that waits to be counted;
    without the key, as a note for whoever holds it."""
    wanted = [each for each in moves if each[2]]
    if not wanted:
        return
    if not may_hold_key(pen.facts.person.roles, pen.facts.person.status):
        pen.note(on.year, wanted)
        return
    _count(pen, concertation, {on.year: wanted})


def count(pen: gate.Pen, concertation: UUID, on: date, measure: str, category: str) -> None:
    """Move one count by one."""
    move(pen, concertation, on, [(measure, category, 1)])


def take_in(actor: gate.Actor, *, purpose: Purpose = Purpose.REPORT) -> None:
    """Fold all that waits to be counted in the actor's concertation, before its report is read.

    Nothing happens without a waiting note, or for someone without the key. Raises `Refused`.
    """
    if actor.concertation is None:
        return
    waits = TallyNote.objects.filter(concertation=actor.concertation, refused="").exists()
    if not waits or not gate.may(actor, Act.READ_REPORT):
        return
    with gate.writing(actor, Act.READ_REPORT, verb=Verb.TALLY_MOVED, purpose=purpose) as pen:
        if may_hold_key(pen.facts.person.roles, pen.facts.person.status):
            _count(pen, actor.concertation, {})


def _count(pen: gate.Pen, concertation: UUID, moves: dict[int, list[Move]]) -> None:
    # One row a year: the concertation's row is the lock, so that two firsts can't both make it.
    Concertation.objects.select_for_update(no_key=True).get(id=concertation)
    waiting: dict[int, list[TallyNote]] = {}
    for note in TallyNote.objects.filter(concertation=concertation, refused="").order_by("id"):
        waiting.setdefault(note.year, []).append(note)
    for year in sorted({*moves, *waiting}):
        row = YearTally.objects.filter(concertation=concertation, year=year).first()
        if row is None:
            row = YearTally(
                concertation_id=concertation, container=concertation, scope=concertation, year=year
            )
        pen.count(
            row, "counts", moves.get(year, []), waiting=waiting.get(year, ()), known=_may_note
        )
        row.save()


def _may_note(move: Move) -> bool:
    measure, category, step = move
    if measure == "brought_at":
        return step == 1 and _is_number(category)
    return step == 1 and category in _NOTED.get(measure, ())


def _is_number(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
