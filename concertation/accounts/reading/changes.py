"""What changed in the circle, told from the signed chain itself: no second table to believe."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.enums import Outcome, Verb
from audit.models import Entry
from audit.names import concertation_ledger
from concertation.accounts.models import User
from ethics.secrecy import chain

# A printed key is tried once a year: paper gets lost, and nobody notices.
YEAR: Final = timedelta(days=365)
SHOWN: Final = 10
_SAID: Final[Mapping[str, Promise]] = {
    "genesis": gettext_lazy("%(by)s a fait les clés de la concertation."),
    "admission": gettext_lazy("%(by)s a admis %(who)s."),
    "removal": gettext_lazy("%(by)s a retiré %(who)s."),
    "role": gettext_lazy("%(by)s a changé le rôle de %(who)s."),
    "generation": gettext_lazy("%(by)s a renouvelé les clés."),
    "restored": gettext_lazy("%(by)s a rétabli l’accès de %(who)s."),
    "restore_proposed": gettext_lazy(
        "%(by)s se porte garant·e de %(who)s, qui a perdu son accès ; un deuxième membre pourra"
        " le confirmer."
    ),
    "restore_seconded": gettext_lazy(
        "%(by)s a confirmé, comme deuxième membre, l’accès rétabli de %(who)s."
    ),
    "rescue": gettext_lazy("%(by)s a rétabli son propre accès avec la clé de secours."),
    "recovery": gettext_lazy("%(by)s a refait la clé de secours."),
}
_LEFT: Final = gettext_lazy("%(by)s a quitté le cercle.")
_RESTORING: Final = frozenset({"restored", "restore_seconded", "rescue"})
# Where in the ledger the printed key was last seen to be right.
_SEEN: Final = (Verb.GENESIS, Verb.RECOVERY_REISSUED, Verb.RECOVERY_CHECKED)


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One change, as a sentence; `loud` for the use of the recovery key."""

    at: datetime
    said: str
    loud: bool


def changes(concertation: UUID | None, *, shown: int = SHOWN) -> tuple[ChangeLine, ...]:
    """The newest changes of the circle, the newest first."""
    if concertation is None:
        return ()
    return _lines(chain.state(concertation).changes[-shown:])


def restorings(concertation: UUID, person: UUID) -> tuple[ChangeLine, ...]:
    """When a person's own access was restored, and by whom."""
    found = chain.state(concertation).changes
    return _lines(each for each in found if each.person == person and each.kind in _RESTORING)


def _lines(found: Iterable[chain.Change]) -> tuple[ChangeLine, ...]:
    kept = list(found)
    numbers = {each.author for each in kept} | {each.person for each in kept if each.person}
    names = dict(User.objects.filter(id__in=numbers).values_list("id", "name"))
    return tuple(
        ChangeLine(each.at, _sentence(each, names), each.kind == "rescue")
        for each in reversed(kept)
    )


def _sentence(change: chain.Change, names: Mapping[UUID, str]) -> str:
    said = _LEFT if _left(change) else _SAID[change.kind]
    unknown = _("quelqu’un dont le compte n’existe plus")
    return str(said) % {
        "by": names.get(change.author, unknown),
        "who": names.get(change.person, unknown) if change.person else "",
    }


def _left(change: chain.Change) -> bool:
    return change.kind == "removal" and change.author == change.person


def last_check(concertation: UUID) -> datetime | None:
    """When the printed recovery key was made, or last typed back and found right."""
    rows = Entry.objects.filter(
        ledger__name=concertation_ledger(concertation), verb__in=_SEEN, outcome=Outcome.GRANTED
    )
    return rows.order_by("-index").values_list("time", flat=True).first()


def check_due(concertation: UUID | None) -> bool:
    """Whether the printed recovery key was not tried for a year."""
    last = last_check(concertation) if concertation else None
    return last is not None and timezone.now() - last >= YEAR
