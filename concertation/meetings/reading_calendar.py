"""The dates that a calendar of the circle holds, for whoever signed in or has a secret address."""

from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from audit.enums import Purpose, Verb
from concertation.accounts.enums import ParticipationState
from concertation.meetings.models import CalendarAddress, Meeting
from concertation.meetings.reading import circle_of, place_of
from ethics import gate
from ethics.policy import Act
from ethics.roles import SecrecyStatus, may_hold_key


def calendar_rows(actor: gate.Actor) -> list[Meeting]:
    """The meetings a calendar of this concertation holds: from a year back on, cancelled ones too,
    so that a calendar takes them away. Raises `Refused`."""
    gate.allow(actor, Act.READ_MEETINGS, purpose=Purpose.MEETING, verb=Verb.LIST)
    return list(_for_calendars(circle_of(actor)))


def calendar_of(token_hash: bytes) -> list[Meeting] | None:
    """The same for whoever holds a secret address; `None` when it is nobody's, or its person has no
    place in the circle any more."""
    address = (
        CalendarAddress.objects.filter(token_hash=token_hash, participation__person__is_active=True)
        .select_related("participation")
        .first()
    )
    if address is None:
        return None
    place = address.participation
    inside = may_hold_key(place.role_set, SecrecyStatus(place.secrecy_status))
    if place.state != ParticipationState.ADMITTED or not place.is_current() or not inside:
        return None
    return list(_for_calendars(place.concertation_id))


def has_calendar_address(actor: gate.Actor) -> bool:
    """Whether this person has a secret address that works."""
    return CalendarAddress.objects.filter(participation=place_of(actor)).exists()


def _for_calendars(concertation: UUID) -> QuerySet[Meeting]:
    since = timezone.now() - timedelta(days=365)
    rows = Meeting.objects.filter(concertation=concertation, starts_at__gte=since, time_known=True)
    return rows.order_by("starts_at").prefetch_related("items")
