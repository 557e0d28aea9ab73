"""Who is in the room: attendance is read here, by every page and by the gate, and nowhere else."""

from collections.abc import Iterable
from uuid import UUID

from concertation.meetings.enums import ATTENDED
from concertation.meetings.models import Attendance, PresentWithoutAccount
from ethics.gate.facts import Outsider, Present
from ethics.roles import SecrecyStatus


def in_the_room(meeting: UUID) -> tuple[Present, ...]:
    """The people a text shown on the meeting's screen is laid open to, now.

    Present or at a distance, and not gone: whoever left for a point, or for good, sees none of it.
    """
    rows = (
        Attendance.objects.filter(meeting=meeting, presence__in=ATTENDED, left_at=None)
        .select_related("participation")
        .order_by("id")
    )
    return tuple(
        Present(
            row.participation_id, row.participation.person_id, row.participation.organisation_id
        )
        for row in rows
    )


def places_in(present: Iterable[Present]) -> frozenset[UUID]:
    """The numbers of these people's places."""
    return frozenset(each.number for each in present)


def without_account(meeting: UUID) -> tuple[Outsider, ...]:
    """Those in the room without an account; they count from the coordinator's signature on."""
    rows = PresentWithoutAccount.objects.filter(
        meeting=meeting, countersigned_at__isnull=False, left_at=None
    )
    return tuple(Outsider(row.id, row.secrecy_status == SecrecyStatus.PROFESSIONAL) for row in rows)
