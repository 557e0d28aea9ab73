"""An older follow-up table read as drafts: which column is what, and what is wrong with a row.

Pure: rows of texts in, presentations and reasons out. Nothing is guessed about a row: what isn't
understood is a reason, in words, and the row comes back to be put right.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from concertation.situations.enums import Need, Urgency
from concertation.situations.errors import SituationError
from concertation.situations.presentation import Presentation, Tie
from concertation.situations.texts import SHORT

# What a column may hold, in the order of the form; `reference` and `brought_by` are no text of the
# situation.
TEXTS: Final = ("headline", "question", "account", "tried", "strengths", "wish", "missing")
COLUMNS: Final[Mapping[str, Any]] = {
    "reference": _("Ancienne référence"),
    "brought_by": _("Qui présente la situation"),
    "question": _("Question au groupe"),
    "needs": _("Besoins"),
    "urgency": _("Délai"),
    "headline": _("En une ligne"),
    "account": _("Ce qui se passe"),
    "tried": _("Ce qui a déjà été tenté"),
    "strengths": _("Forces et appuis"),
    "wish": _("Ce que la personne souhaite"),
    "network": _("Qui est déjà autour de la personne"),
    "missing": _("Qui manque"),
}
# Titles that tables in French, Dutch and English carry for them, besides the labels above.
_TITLES: Final[Mapping[str, tuple[str, ...]]] = {
    "reference": ("reference", "ref", "numero", "n", "nr", "nummer", "id", "code", "referentie"),
    "brought_by": (
        "presente par", "signale par", "apporte par", "amene par", "ingebracht door",
        "aangemeld door", "brought by", "reported by", "intervenant", "deelnemer",
    ),
    "headline": ("titre", "resume", "objet", "sujet", "titel", "onderwerp", "title", "summary"),
    "needs": ("besoins", "besoin", "themes", "theme", "noden", "nood", "thema", "needs"),
    "urgency": ("urgence", "delai", "priorite", "dringendheid", "termijn", "urgency", "priority"),
    "question": ("question", "demande", "vraag", "request"),
    "account": (
        "situation", "description", "faits", "contexte", "situatie", "beschrijving", "context",
    ),
    "tried": ("deja tente", "demarches", "essais", "al geprobeerd", "stappen", "tried"),
    "strengths": ("forces", "ressources", "appuis", "sterktes", "krachten", "strengths"),
    "wish": ("souhait", "souhaits", "voix", "wens", "wensen", "wish"),
    "network": ("reseau", "partenaires", "services", "netwerk", "partners", "diensten", "network"),
    "missing": ("qui manque", "manque", "wie ontbreekt", "ontbreekt", "missing"),
}  # fmt: skip
_SEPARATORS: Final = re.compile(r"[;,/|\n]+")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row can't become a draft as it is: the column, and a sentence."""

    column: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row as it was understood."""

    reference: str = field(default="", repr=False)
    brought_by: str = field(default="", repr=False)
    presentation: Presentation = field(default_factory=Presentation, repr=False)
    reasons: tuple[Reason, ...] = ()


def guess(header: Sequence[str]) -> dict[str, int]:
    """Columns by what they hold, from their titles; the first that fits, each used once."""
    found: dict[str, int] = {}
    for name in COLUMNS:
        titles = {*_TITLES[name], *_labels_of(name)}
        for number, title in enumerate(header):
            if plain(title) in titles and number not in found.values():
                found[name] = number
                break
    return found


def plain(text: str) -> str:
    """A title or an answer without capitals, accents, stops and double spaces."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c if c.isalnum() else " " for c in letters if not unicodedata.combining(c))
    return " ".join(kept.split())


@lru_cache(maxsize=64)
def _labels_of(name: str) -> frozenset[str]:
    return frozenset(_in_every_language(COLUMNS[name]))


def _in_every_language(label: Any) -> Iterable[str]:
    for language, _name in settings.LANGUAGES:
        with override(language):
            yield plain(str(label))


@lru_cache(maxsize=8)
def _answers(choices: type[TextChoices]) -> Mapping[str, str]:
    """Codes by how people write them: the code, and its word in each language."""
    found: dict[str, str] = {}
    for choice in choices:
        for word in (plain(choice.value), *_in_every_language(choice.label)):
            found[word] = choice.value
    return found


def read_row(row: Sequence[str], columns: Mapping[str, int]) -> ReadRow:
    """A row as a presentation, with every reason why it can't be one yet."""
    cells = {name: row[number] if number < len(row) else "" for name, number in columns.items()}
    reasons: list[Reason] = []
    needs = _needs(cells.get("needs", ""), reasons)
    urgency = _urgency(cells.get("urgency", ""), reasons)
    texts: dict[str, Any] = {name: cells.get(name, "") for name in TEXTS}
    parts = _SEPARATORS.split(cells.get("network", ""))
    network = tuple(Tie(part.strip()) for part in parts if part.strip())
    presentation = Presentation(**texts, needs=needs, urgency=urgency, network=network)
    if not any(texts.values()):
        reasons.append(
            Reason("", gettext("Cette ligne n’a aucun texte\u00a0: ni titre, ni question."))
        )
    try:
        presentation.sealed_values()
    except SituationError as error:
        reasons.append(Reason(error.field, str(error)))
    reference = cells.get("reference", "")
    if len(reference) > SHORT:
        reasons.append(Reason("reference", gettext("Cette référence est trop longue.")))
    return ReadRow(reference, cells.get("brought_by", ""), presentation, tuple(reasons))


def _needs(text: str, reasons: list[Reason]) -> tuple[str, ...]:
    known = _answers(Need)
    found: list[str] = []
    for part in _SEPARATORS.split(text):
        word = plain(part)
        if not word:
            continue
        if word in known:
            found.append(known[word])
        else:
            reasons.append(
                Reason(
                    "needs",
                    gettext("Besoin inconnu. Choisissez parmi\u00a0: %(list)s.")
                    % {"list": ", ".join(str(each.label) for each in Need)},
                )
            )
            break
    return tuple(dict.fromkeys(found))


def _urgency(text: str, reasons: list[Reason]) -> str:
    word = plain(text)
    if not word:
        return ""
    found = _answers(Urgency).get(word)
    if found is None:
        reasons.append(
            Reason(
                "urgency",
                gettext("Délai inconnu. Choisissez parmi\u00a0: %(list)s.")
                % {"list": ", ".join(str(each.label) for each in Urgency)},
            )
        )
    return found or ""
