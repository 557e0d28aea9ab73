"""The people an organisation answers for, as its representative sees them: never a situation."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone

from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import Organisation, Participation
from concertation.accounts.reading.places import role_words
from ethics.charter.reading import latest_signature, vouched_since

# Functions and statuses change silently: they are confirmed every year.
AGAIN_AFTER: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Colleague:
    """One place that the organisation answers for."""

    participation: UUID
    name: str
    concertation: str
    function: str
    status: str
    roles: str
    signed_version: int | None
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """The organisation's people, and when they were last vouched for."""

    organisation: UUID
    name: str
    people: tuple[Colleague, ...]
    vouched_on: date | None
    due: bool


def places_of(organisation: UUID) -> Iterable[Participation]:
    """The places held for an organisation that have not ended."""
    rows = Participation.objects.filter(organisation=organisation).exclude(
        state=ParticipationState.ENDED
    )
    return rows.select_related("person", "concertation").order_by(
        "person__name", "concertation__name"
    )


def people_page(organisation: Organisation) -> PeoplePage:
    """Who sits in which concertation for the organisation; the caller checked who asks."""
    since = vouched_since(organisation.id)
    return PeoplePage(
        organisation=organisation.id,
        name=organisation.name,
        people=tuple(_colleague(row) for row in places_of(organisation.id)),
        vouched_on=since,
        due=since is not None and timezone.localdate() >= since + AGAIN_AFTER,
    )


def _colleague(row: Participation) -> Colleague:
    signature = latest_signature(row.id)
    return Colleague(
        participation=row.id,
        name=row.person.name,
        concertation=row.concertation.name,
        function=row.function,
        status=row.get_secrecy_status_display(),
        roles=role_words(row.role_set),
        signed_version=signature.charter_id if signature else None,
        ends_on=row.ends_on,
    )
