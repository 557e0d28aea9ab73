"""What the charter says of an organisation and a person, today."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from ethics.charter.models import CharterVersion, Signature, Subscription


@dataclass(frozen=True, slots=True)
class Agreement:
    """Whether the organisation subscribed and the person signed a version that counts today."""

    subscribed: bool
    signed: bool
    version: str


def in_force() -> CharterVersion | None:
    """The version in force today: the newest whose effective date has come."""
    return CharterVersion.objects.filter(effective_on__lte=timezone.localdate()).first()


def accepted_numbers() -> list[int]:
    """The versions a signature may be under today: the one in force, and within its grace period
    the one before."""
    today = timezone.localdate()
    rows = list(
        CharterVersion.objects.filter(effective_on__lte=today).values_list("number", "grace_until")[
            :2
        ]
    )
    accepted = [number for number, _ in rows[:1]]
    if len(rows) == 2 and rows[0][1] and today <= rows[0][1]:
        accepted.append(rows[1][0])
    return accepted


def agreement(participation: UUID, organisation: UUID, meeting: UUID | None = None) -> Agreement:
    """Whether this participation stands on a live subscription and a live signature.

    A subscription for one meeting counts for the guests of that meeting only (`meeting`). One
    query, because it is asked on every request.
    """
    today = timezone.localdate()
    live = Q(ends_on=None) | Q(ends_on__gt=today)
    subscribed = Subscription.objects.filter(
        live,
        _counts_for(meeting),
        charter=OuterRef("pk"),
        organisation=organisation,
        starts_on__lte=today,
    )
    signed = Signature.objects.filter(
        charter=OuterRef("pk"), participation=participation, withdrawn_at=None
    )
    rows = list(
        CharterVersion.objects.filter(effective_on__lte=today)
        .annotate(subscribed=Exists(subscribed), signed=Exists(signed))
        .values_list("number", "grace_until", "subscribed", "signed")[:2]
    )
    accepted = rows[:1]
    if len(rows) == 2 and rows[0][1] and today <= rows[0][1]:
        accepted = rows
    version = next((f"v{number}" for number, _, _, by in accepted if by), "")
    return Agreement(any(row[2] for row in accepted), bool(version), version)


def agreements(
    places: Mapping[UUID, tuple[UUID, UUID | None]],
) -> Mapping[UUID, Agreement]:
    """The same for many participations, each with its organisation and the one meeting of a guest:
    three queries whatever their number."""
    accepted = accepted_numbers()
    subscribed = subscribed_organisations(each for each, _ in places.values())
    visiting = subscribed_for(meeting for _, meeting in places.values() if meeting)
    rows = Signature.objects.filter(
        charter__in=accepted, participation__in=places, withdrawn_at=None
    )
    newest: dict[UUID, int] = {}
    for place, number in rows.order_by("charter").values_list("participation", "charter"):
        newest[place] = number
    return {
        place: Agreement(
            organisation in subscribed or (organisation, meeting) in visiting,
            place in newest,
            f"v{newest[place]}" if place in newest else "",
        )
        for place, (organisation, meeting) in places.items()
    }


def _counts_for(meeting: UUID | None) -> Q:
    general = Q(meeting=None)
    return general | Q(meeting=meeting) if meeting else general


def _live_subscriptions(accepted: list[int], meeting: UUID | None = None) -> QuerySet[Subscription]:
    today = timezone.localdate()
    return Subscription.objects.filter(
        Q(ends_on=None) | Q(ends_on__gt=today),
        _counts_for(meeting),
        charter__in=accepted,
        starts_on__lte=today,
    )


def subscribed_organisations(organisations: Iterable[UUID]) -> set[UUID]:
    """Those of these organisations whose subscription counts today, for all their people."""
    rows = _live_subscriptions(accepted_numbers()).filter(organisation__in=list(organisations))
    return set(rows.values_list("organisation", flat=True))


def subscribed_for(meetings: Iterable[UUID]) -> set[tuple[UUID, UUID]]:
    """Which organisations subscribed for one of these meetings only: organisation and meeting."""
    numbers = list(meetings)
    if not numbers:
        return set()
    today = timezone.localdate()
    rows = Subscription.objects.filter(
        meeting__in=numbers,
        charter__in=accepted_numbers(),
        starts_on__lte=today,
        ends_on__gt=today,
    )
    found = rows.values_list("organisation", "meeting")
    return {(each, meeting) for each, meeting in found if meeting}


def has_newest(organisation: UUID, meeting: UUID | None = None) -> bool:
    """Whether an organisation's live subscription is to the version in force itself: during a
    grace period the one before still counts, but the new one is to be signed."""
    charter = in_force()
    rows = _live_subscriptions([charter.number] if charter else [], meeting)
    return rows.filter(organisation=organisation).exists()


def vouched_since(organisation: UUID) -> date | None:
    """The day the organisation's people were last vouched for: confirmed, or when it subscribed."""
    row = (
        _live_subscriptions(accepted_numbers())
        .filter(organisation=organisation)
        .order_by("-made_at")
        .first()
    )
    return (row.people_confirmed_on or timezone.localdate(row.made_at)) if row else None


@dataclass(frozen=True, slots=True)
class Signed:
    """The last signature of a place, as the foot of every page says it."""

    version: int
    at: datetime
    # Until this day it still counts, because a newer version is in force and not signed yet.
    renew_by: date | None


def signed_line(participation: UUID) -> Signed | None:
    """The last live signature, and until when it counts if a newer version waits; one query."""
    newest = CharterVersion.objects.filter(effective_on__lte=timezone.localdate())
    row = (
        Signature.objects.filter(participation=participation, withdrawn_at=None)
        .annotate(
            newest=Subquery(newest.values("number")[:1]),
            grace=Subquery(newest.values("grace_until")[:1]),
        )
        .order_by("-made_at")
        .values_list("charter_id", "made_at", "newest", "grace")
        .first()
    )
    if row is None:
        return None
    version, at, number, grace = row
    return Signed(version, at, grace if number != version else None)


def signed_participations(participations: Iterable[UUID]) -> set[UUID]:
    """Those of these participations whose signature counts today."""
    rows = Signature.objects.filter(
        charter__number__in=accepted_numbers(),
        participation__in=list(participations),
        withdrawn_at=None,
    )
    return set(rows.values_list("participation", flat=True))


def latest_signature(participation: UUID) -> Signature | None:
    """The last signature of a participation that was not withdrawn."""
    return (
        Signature.objects.filter(participation=participation, withdrawn_at=None)
        .select_related("charter")
        .order_by("-made_at")
        .first()
    )
