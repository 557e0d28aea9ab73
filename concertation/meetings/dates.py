"""How far apart meetings are: by the concertation's rhythm, at the same hour on the wall."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from concertation.accounts.enums import Cadence

# Four weeks, not a month: the weekday is what people remember.
STEPS: Final[Mapping[Cadence, timedelta]] = {
    Cadence.MONTHLY: timedelta(days=28),
    Cadence.FORTNIGHTLY: timedelta(days=14),
}


def later(moment: datetime, step: timedelta) -> datetime:
    """The same hour on the wall some days later: it stays when summer time begins or ends."""
    return timezone.make_aware(timezone.localtime(moment).replace(tzinfo=None) + step)
