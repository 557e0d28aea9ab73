"""Legal references as data: what is meant, and its numbers once somebody verified them.

The Penal Code of 2024 numbers anew what everybody knows by its former articles. A number nobody
verified isn't shown: the label says what is meant. `manage.py references` records who verified
what, and when (design 2).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ethics.sharing.models import Verification
from ethics.sharing.numbers import NUMBERS


class UnknownReference(Exception):
    """No reference or number has this key."""


# Former articles, as design 2 names them; shown only when verified.
LABELS: Final[Mapping[str, tuple[Promise, str]]] = {
    "secrecy": (_("secret professionnel"), "458"),
    "reporting": (_("droit de signaler au parquet malgré le secret"), "458bis"),
    "concertation": (_("concertation de cas prévue par la loi"), "458ter"),
    "necessity": (_("devoir d’aider une personne en danger"), "422bis"),
}


@dataclass(frozen=True, slots=True)
class Reference:
    """A legal reference as a page may show it: numbers only where they were verified."""

    key: str
    label: str
    old: str = ""
    new: str = ""
    verified_on: date | None = None
    verified_by: str = ""


def shown(keys: Iterable[str]) -> tuple[Reference, ...]:
    """These references, with the numbers that were verified and no other."""
    wanted = list(keys)
    if not wanted:
        return ()
    checked = Verification.objects.in_bulk(wanted)
    return tuple(_reference(key, checked.get(key)) for key in wanted)


def _reference(key: str, checked: Verification | None) -> Reference:
    label = str(LABELS[key][0])
    if checked is None:
        return Reference(key, label)
    return Reference(key, label, checked.old, checked.new, checked.verified_on, checked.verified_by)


def verify(key: str, *, by: str, on: date, old: str = "", new: str = "") -> Verification:
    """Record that somebody checked a reference or a telephone number on a day.

    `old` is the former article as it was read; left out, the one that is commonly named. `new` is
    the article of the Code of 2024, when that was read too. Raises `UnknownReference`.
    """
    if key in LABELS:
        old = old or LABELS[key][1]
    elif key not in {each.number for each in NUMBERS}:
        raise UnknownReference(key)
    values = {"old": old, "new": new, "verified_on": on, "verified_by": by}
    return Verification.objects.update_or_create(key=key, defaults=values)[0]
