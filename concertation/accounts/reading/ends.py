"""When the access of people and organisations ended: the ledger asks, it knows numbers only."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.utils import timezone

from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import Participation, Representation, User
from ethics.charter.models import Subscription


def access_ends(concertation: UUID | None) -> Mapping[UUID, datetime | None]:
    """When the access of each person and organisation ended, in one concertation or, without one,
    anywhere; no date where it goes on.

    Someone with several places counts by the last; administrators and whoever still represents an
    organisation have theirs. An invitation that nobody accepted gave none: it ended as it began.
    """
    places = Participation.objects.all()
    if concertation is not None:
        places = places.filter(concertation=concertation)
    ends = [(row.person_id, _end_of(row)) for row in places]
    ends += [(row.organisation, _after(row.ends_on)) for row in Subscription.objects.all()]
    representations = Representation.objects.values_list("person", "until")
    ends += [(person, _after(until)) for person, until in representations]
    administrators = User.objects.filter(is_administrator=True).values_list("id", flat=True)
    ends += [(person, None) for person in administrators]
    return _last(ends)


def _last(ends: Iterable[tuple[UUID, datetime | None]]) -> dict[UUID, datetime | None]:
    found: dict[UUID, datetime | None] = {}
    for number, end in ends:
        before = found.get(number, end)
        found[number] = None if end is None or before is None else max(before, end)
    return found


def _end_of(row: Participation) -> datetime | None:
    if row.state == ParticipationState.INVITED:
        return _after(row.starts_on)
    ends = (row.ended_at, _after(row.ends_on))
    return min((each for each in ends if each is not None), default=None)


def _after(day: date | None) -> datetime | None:
    """The moment a day is over, here."""
    if day is None:
        return None
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))
