"""Opened values as people read them; what did not open stands as its sentence."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.db.models import TextChoices
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from concertation.accounts.models import Participation
from concertation.situations.enums import (
    ActionState,
    Agreement,
    Informed,
    Need,
    Outcome,
    SituationState,
    TieKind,
    Urgency,
)
from ethics import gate

SITUATION_GLYPHS: Final[Mapping[str, str]] = {
    SituationState.DRAFT: "ring",
    SituationState.SIGNALLED: "new",
    SituationState.FOLLOWED: "half",
    SituationState.DORMANT: "sleep",
    SituationState.CLOSED: "full-check",
}
ACTION_GLYPHS: Final[Mapping[str, str]] = {
    ActionState.PROPOSED: "dashed",
    ActionState.AGREED: "ring",
    ActionState.UNDER_WAY: "half",
    ActionState.DONE: "full-check",
    ActionState.NOT_POSSIBLE: "slash",
    ActionState.NOT_UNDERTAKEN: "minus",
    ActionState.WITHDRAWN: "minus",
}
AGREEMENT_GLYPHS: Final[Mapping[str, str]] = {
    Agreement.GIVEN: "full-check",
    Agreement.PARTIAL: "half",
    Agreement.REFUSED: "slash",
    Agreement.WITHDRAWN: "minus",
    Agreement.NOT_ASKED: "ring",
}


def shown(value: Any) -> str:
    """A text as the page shows it: itself, the sentence when it didn't open, nothing withheld."""
    return "" if value is None else str(value)


def label(value: Any, choices: type[TextChoices]) -> str:
    """The word of a coded answer, or the sentence when it didn't open."""
    if value is gate.UNOPENABLE:
        return str(value)
    return str(choices(value).label) if value in choices.values else ""


def labels(value: Any, choices: type[TextChoices]) -> tuple[str, ...]:
    """The words of several coded answers."""
    if value is gate.UNOPENABLE:
        return (str(value),)
    return tuple(word for each in value or () if (word := label(each, choices)))


def place(row: Participation | None) -> str:
    """Who someone is to the group: organisation and function."""
    return f"{row.organisation.name}, {row.function}" if row else ""


def informed(value: Any) -> str:
    """Whether the person knows that the group speaks of the situation, since when and how."""
    if value is gate.UNOPENABLE:
        return str(value)
    sentences: Mapping[str, str] = {
        Informed.YES: _("La personne est informée"),
        Informed.NOT_YET: _("La personne n’est pas encore informée"),
        Informed.IMPOSSIBLE: _("Informer la personne est impossible pour l’instant"),
    }
    given: Mapping[str, Any] = value or {}
    said, why = sentences.get(given.get("answer", ""), ""), given.get("why")
    said = ", ".join((said, *_when_and_how(given))) if said else ""
    if said and why:
        return _("%(said)s\u00a0: %(why)s") % {"said": said, "why": why}
    return said


def agreement(value: Any) -> str:
    """What the person agreed to, when and how, in a sentence."""
    if value is gate.UNOPENABLE:
        return str(value)
    sentences: Mapping[str, str] = {
        Agreement.GIVEN: _("Accord donné"),
        Agreement.PARTIAL: _("Accord partiel"),
        Agreement.REFUSED: _("Accord refusé"),
        Agreement.WITHDRAWN: _("Accord retiré"),
        Agreement.NOT_ASKED: _("Accord pas demandé"),
    }
    given: Mapping[str, Any] = value or {}
    said = sentences.get(given.get("answer", ""), "")
    return ", ".join((said, *_when_and_how(given))) if said else ""


def _when_and_how(given: Mapping[str, Any]) -> list[str]:
    on, how = given.get("on"), given.get("how")
    day = date_format(date.fromisoformat(on), "DATE_FORMAT") if on else ""
    return [part for part in (day, how) if part]


def described(name: str, value: Any) -> str:
    """Any sealed field of a situation as one text, for its history."""
    if value is None or value is gate.UNOPENABLE:
        return shown(value)
    if name == "needs":
        return ", ".join(labels(value, Need))
    if name == "urgency":
        return label(value, Urgency)
    if name == "informed":
        return informed(value)
    if name == "agreement":
        return agreement(value)
    if name == "network":
        return ", ".join(f"{tie['who']} ({label(tie['kind'], TieKind)})" for tie in value)
    if name == "outcome":
        words = [label(value.get("outcome"), Outcome)]
        words += labels(value.get("unmet_needs"), Need)
        return ", ".join(word for word in words if word)
    return str(value)
