"""The timeline of a sheet: its entries, and the decisions to share it, by their day."""

from collections.abc import Sequence
from datetime import date

from django.utils import timezone

from concertation.situations.reading.sharing import SharingNote
from concertation.situations.reading.sheet import EntryRow, Sheet


def in_order(sheet: Sheet) -> Sequence[EntryRow | SharingNote]:
    """The newest day first; of one day, what was written stands above what was decided."""
    return sorted((*sheet.entries, *sheet.sharing.notes), key=_day, reverse=True)


def _day(each: EntryRow | SharingNote) -> date:
    return timezone.localdate(each.on) if isinstance(each, SharingNote) else each.on
