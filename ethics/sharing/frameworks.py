"""Whether a recorded framework opens Q6 today: valid, and naming everybody who would read."""

from collections.abc import Iterable
from uuid import UUID

from django.utils import timezone

from ethics.sharing.models import Framework


def in_force(concertation: UUID, readers: Iterable[UUID]) -> Framework | None:
    """The framework that holds today and covers all these participations; `None` keeps Q6 off.

    One reader too many is enough to keep it off: what is shared on the board, all of them read.
    """
    day, wanted = timezone.localdate(), frozenset(readers)
    rows = Framework.objects.filter(concertation=concertation, ended_at=None)
    return next((row for row in rows if row.is_valid(day) and row.covers(wanted)), None)
