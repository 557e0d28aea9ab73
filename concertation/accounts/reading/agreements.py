"""What the charter says of many places at once."""

from collections.abc import Iterable
from uuid import UUID

from ethics.charter.models import Signature
from ethics.charter.reading import accepted_numbers


def signed_places(places: Iterable[UUID]) -> set[UUID]:
    """Those of these participations under a signature that counts today."""
    rows = Signature.objects.filter(
        participation__in=list(places), charter__in=accepted_numbers(), withdrawn_at=None
    )
    return set(rows.values_list("participation", flat=True))
