"""What the page about the identifier guard says: what it recognises, and its false alarms."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.enums import Verb
from audit.names import concertation_ledger
from audit.reading import details_of
from concertation.guarding import label_of
from ethics import gate

# All invented; a test has the guard recognise each, in each language. In the order of the page.
_EXAMPLES: Final[tuple[tuple[str, bool, Promise | str, Promise], ...]] = (
    ("address", True, _("rue des Quatre-Vents 12"), _("dans le quartier")),
    ("birth_date", True, _("née le 30 juillet 1985"), _("la quarantaine")),
    ("niss", True, "85.07.30-033.28", _("rien : ce numéro reste dans votre dossier")),
    ("phone", True, "0470 12 34 56", _("joignable par téléphone")),
    ("email", True, _("zoe.exemple@courriel.be"), _("joignable par écrit")),
    ("url_person", True, _("facebook.com/zoe.exemple"), _("présente en ligne")),
    ("iban", True, "BE32 1234 5678 9002", _("son compte")),
    ("plate", True, "1-ABC-234", _("sa voiture")),
    ("name", False, _("Mme Exemple"), _("la personne, sa voisine, le médecin")),
    ("date", False, _("le 12 mars 2026"), _("au printemps")),
    ("quasi", False, _("au quatrième étage"), _("en hauteur, avec ascenseur")),
    ("offence", False, _("condamné pour vol"), _("rien : cela n’aide pas à accompagner")),
)


@dataclass(frozen=True, slots=True)
class Recognised:
    """One kind of passage, with how to write it instead."""

    kind: str
    label: str
    hard: bool
    example: str
    instead: str


@dataclass(frozen=True, slots=True)
class FalseAlarms:
    """How often people said that one kind was no identifier."""

    label: str
    hard: bool
    this_month: int
    in_a_year: int


@dataclass(frozen=True, slots=True)
class GuardPage:
    """The page, whole."""

    hard: tuple[Recognised, ...]
    soft: tuple[Recognised, ...]
    false_alarms: tuple[FalseAlarms, ...]


def guard_page(actor: gate.Actor) -> GuardPage:
    """What the guard recognises, and how often it was wrong here: kinds and numbers, no text."""
    rows = [
        Recognised(kind, label_of(kind), hard, str(example), str(instead))
        for kind, hard, example, instead in _EXAMPLES
    ]
    return GuardPage(
        hard=tuple(row for row in rows if row.hard),
        soft=tuple(row for row in rows if not row.hard),
        false_alarms=_false_alarms(actor),
    )


def _false_alarms(actor: gate.Actor) -> tuple[FalseAlarms, ...]:
    if actor.concertation is None:
        return ()
    month = timezone.localdate().replace(day=1)
    begins = _start_of(month.year - 1, month.month)
    in_a_year, this_month = Counter[tuple[str, bool]](), Counter[tuple[str, bool]]()
    ledger = concertation_ledger(actor.concertation)
    for at, details in details_of(ledger, Verb.GUARD_FALSE_ALARM, since=begins):
        what = str(details["kind"]), details["category"] == "hard"
        in_a_year[what] += int(details["count"])
        if at >= _start_of(month.year, month.month):
            this_month[what] += int(details["count"])
    return tuple(
        FalseAlarms(label_of(kind), hard, this_month[kind, hard], number)
        for (kind, hard), number in in_a_year.most_common()
    )


def _start_of(year: int, month: int) -> datetime:
    return timezone.make_aware(datetime.combine(date(year, month, 1), time()))
