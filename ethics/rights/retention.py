"""How long a situation is kept, and what falls due: pure rules (design 2, “Rights and retention”).

Six months without an entry: a review is asked. One more month: closed. Three months after closing:
erased. Nobody's situation stays longer than 24 months: it is closed in time to be erased by then.
Either end moves by an extension only: `kept_until` is the day that was decided.
Source of the three months: the French CNIL's guidance on municipal follow-up sheets (2020).
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

QUIET_MONTHS: Final = 6
ANSWER_MONTHS: Final = 1
CLOSED_MONTHS: Final = 3
LONGEST_MONTHS: Final = 24
# An extension is of at most so many months: in all for a closed situation, each time for an open
# one (“unless renewed in the same way”).
EXTENSION_MONTHS: Final = 12
# An erasure is announced on the agenda this long before.
ANNOUNCED: Final = timedelta(days=30)
# The erasure store's own copies are kept this long; an erasure is complete when the last one from
# before it is gone.
COPIES_KEPT: Final = timedelta(days=7)


class Due(StrEnum):
    """What falls due."""

    ASK_REVIEW = "ask_review"
    CLOSE = "close"
    ERASE = "erase"


@dataclass(frozen=True, slots=True)
class Life:
    """The dates of one situation; `closed_on` is empty while it is open.

    `kept_until` belongs to the state it is in: closing a situation ends what was decided before.
    """

    signalled_on: date
    last_entry_on: date
    review_asked_on: date | None = None
    closed_on: date | None = None
    kept_until: date | None = None


def months_later(day: date, months: int) -> date:
    """The same day some months later, or the last of that month."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def due(life: Life, today: date) -> Due | None:
    """What falls due for a situation today; one thing at a time."""
    if life.closed_on is not None:
        return Due.ERASE if erased_on(life.closed_on, life.kept_until) <= today else None
    if closed_by(life) <= today:
        return Due.CLOSE
    quiet = months_later(life.last_entry_on, QUIET_MONTHS) <= today
    return Due.ASK_REVIEW if quiet and not _asked(life) else None


def closed_by(life: Life) -> date:
    """The day an open situation is closed at the latest, as things stand."""
    last = months_later(last_day(life), -CLOSED_MONTHS)
    if life.review_asked_on is not None and _asked(life):
        return min(last, months_later(life.review_asked_on, ANSWER_MONTHS))
    return last


def erased_on(closed_on: date, kept_until: date | None = None) -> date:
    """The day a closed situation is erased."""
    rule = months_later(closed_on, CLOSED_MONTHS)
    return max(rule, kept_until) if kept_until else rule


def last_day(life: Life) -> date:
    """The day a situation is erased at the latest, as things stand."""
    if life.closed_on is not None:
        return erased_on(life.closed_on, life.kept_until)
    return life.kept_until or months_later(life.signalled_on, LONGEST_MONTHS)


def extended(life: Life, months: int) -> date | None:
    """The last day after an extension of so many months; `None` when that is too long."""
    wanted = months_later(last_day(life), months)
    if not 1 <= months <= EXTENSION_MONTHS:
        return None
    if life.closed_on is not None:
        furthest = months_later(erased_on(life.closed_on), EXTENSION_MONTHS)
        return wanted if wanted <= furthest else None
    return wanted


def announced_on(erased: date) -> date:
    """The day from which an erasure due that day stands on the agenda."""
    return erased - ANNOUNCED


def complete_on(destroyed_on: date) -> date:
    """The day the last copy of a key destroyed that day is gone."""
    return destroyed_on + COPIES_KEPT


def _asked(life: Life) -> bool:
    """Whether a review was asked since the last entry: an entry answers it."""
    return life.review_asked_on is not None and life.review_asked_on >= life.last_entry_on
