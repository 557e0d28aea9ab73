"""How far apart meetings are: by the concertation's rhythm, at the same hour on the wall."""

from datetime import date, datetime, timedelta
from typing import Final

from django.utils import timezone

from concertation.accounts.enums import Cadence

_WEEK: Final = 7
_FIFTH: Final = 4
_MONTHS: Final = 12


def later(moment: datetime, cadence: Cadence, times: int = 1) -> datetime:
    """The date so many times later: the same weekday, at the same hour on the wall, which stays
    when summer time begins or ends.

    Once a month is the same Thursday of each month, the second say: twelve a year (decision 48).
    """
    here = timezone.localtime(moment)
    if cadence == Cadence.FORTNIGHTLY:
        day = here.date() + timedelta(weeks=2 * times)
    else:
        day = _months_later(here.date(), times)
    return timezone.make_aware(datetime.combine(day, here.time()))


def _months_later(day: date, months: int) -> date:
    rank = (day.day - 1) // _WEEK
    year, month = divmod(day.year * _MONTHS + day.month - 1 + months, _MONTHS)
    first = date(year, month + 1, 1)
    found = first + timedelta(days=(day.weekday() - first.weekday()) % _WEEK, weeks=rank)
    # The fifth is the last: a month of four has its fourth then.
    if rank == _FIFTH and found.month != first.month:
        found -= timedelta(weeks=1)
    return found
