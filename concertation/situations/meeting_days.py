"""The day a concertation last met: feedback is owed since then.

Meetings stand above situations and can't be asked from here; they say it, registered at start.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone

# Who never met here yet: about a month, as between two meetings.
LOOK_BACK: Final = timedelta(days=28)
LastMet = Callable[[UUID | None], date | None]
_said_by: list[LastMet] = []


def register_last_met(last_met: LastMet) -> None:
    """Say who knows; the last registered is asked."""
    _said_by[:] = [last_met]


def told_since(concertation: UUID | None) -> date:
    """Since when a word to the group is owed by what goes on: the last meeting's day."""
    (last_met,) = _said_by
    return last_met(concertation) or timezone.localdate() - LOOK_BACK
