"""What a meeting leaves on situations besides entries and actions: that they were brought to it."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from concertation.situations import tally
from concertation.situations.models import Situation
from ethics import gate


def brought_to_meeting(
    pen: gate.Pen, *, meeting: UUID, situations: Iterable[UUID], on: date
) -> tuple[UUID, ...]:
    """Note that a meeting heard these situations for the first time, and count them for its year,
    in the meeting's own transaction. One that was brought to an earlier meeting stays there.

    A clear column and a count: no text changes, so there is no new version and no history.
    """
    rows = Situation.objects.select_for_update().filter(
        id__in=list(situations), concertation=pen.actor.concertation, brought_at=None, erasing=False
    )
    found = []
    for row in rows.order_by("id"):
        row.brought_at = meeting
        row.skip_history_when_saving = True  # type: ignore[attr-defined]  # simple-history's own
        row.save(update_fields=["brought_at"])
        found.append(row)
    if found:
        moves = [("brought_at", str(meeting), len(found))]
        tally.move(pen, found[0].concertation_id, on, moves)
    return tuple(row.id for row in found)
