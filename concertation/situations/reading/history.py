"""How each text of a situation came to be: every version, who wrote it and when."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.enums import Purpose
from concertation.accounts.models import Participation
from concertation.situations.enums import SituationState
from concertation.situations.models import Situation
from concertation.situations.reading.changing import Step, action_steps
from concertation.situations.reading.differences import Part, between
from concertation.situations.reading.find import code_of, find
from concertation.situations.reading.words import described, place, shown
from ethics import gate
from ethics.policy import Act

FIELD_LABELS: Final[Mapping[str, str | Promise]] = {
    "headline": _("En une ligne"),
    "question": _("Question au groupe"),
    "needs": _("Besoins"),
    "urgency": _("Délai"),
    "account": _("Ce qui se passe"),
    "tried": _("Déjà tenté"),
    "strengths": _("Ses forces et ses appuis"),
    "wish": _("Ce que la personne souhaite"),
    "informed": _("La personne est-elle informée"),
    "agreement": _("Accord de la personne"),
    "network": _("Autour de la personne"),
    "missing": _("Qui manque"),
    "outcome": _("Résultat"),
    "outcome_comment": _("Commentaire à la clôture"),
}


@dataclass(frozen=True, slots=True)
class Version:
    """One text a field had."""

    number: int
    by: str
    at: datetime
    text: str
    # The same, with what changed since the text before.
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldHistory:
    """A field with its texts, the newest first."""

    label: str
    versions: tuple[Version, ...]


@dataclass(frozen=True, slots=True)
class ActionHistory:
    """An agreed action with what changed in it, the newest first."""

    text: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class History:
    """All fields of a situation that ever held something."""

    code: str
    fields: tuple[FieldHistory, ...]
    actions: tuple[ActionHistory, ...]


def field_history(actor: gate.Actor, code: str) -> History:
    """Each field's versions since the situation became visible; what was a draft stays its
    author's.

    Raises `Refused`.
    """
    row = find(actor, code, purpose=Purpose.SHEET)
    entries = _versions(row)
    records = [entry.instance for entry in entries]
    agreed = list(row.actions.all())
    opened = gate.reveal(
        actor,
        records=[*records, *agreed],
        subjects=[row.id],
        purpose=Purpose.SHEET,
        act=Act.READ_HISTORY,
    )
    authors = _authors(row, {entry.history_user_id for entry in entries})
    pairs = list(zip(entries, records, strict=True))
    fields = (
        FieldHistory(str(label), _changes(name, pairs, opened, authors))
        for name, label in FIELD_LABELS.items()
    )
    steps = action_steps(row, agreed) if agreed else {}
    return History(
        code_of(row),
        tuple(each for each in fields if each.versions),
        tuple(
            ActionHistory(shown(opened.get(each, "text")), tuple(steps[each.id])) for each in agreed
        ),
    )


def _versions(row: Situation) -> list[Any]:
    """The first history row of each version: later ones of the same changed no text."""
    found: dict[int, Any] = {}
    rows = row.history.exclude(state=SituationState.DRAFT)
    for entry in rows.order_by("history_date", "history_id"):
        found.setdefault(entry.version, entry)
    return [found[number] for number in sorted(found)]


def _authors(row: Situation, people: set[UUID | None]) -> dict[UUID, str]:
    places = Participation.objects.filter(
        concertation=row.concertation_id, person__in=[each for each in people if each]
    ).select_related("organisation")
    return {each.person_id: place(each) for each in places}


def _changes(
    name: str,
    pairs: list[tuple[Any, Situation]],
    opened: gate.Revelation,
    authors: Mapping[UUID, str],
) -> tuple[Version, ...]:
    versions: list[Version] = []
    for entry, record in pairs:
        text = described(name, opened.get(record, name))
        if text == (versions[-1].text if versions else ""):
            continue
        by = authors.get(entry.history_user_id, "")
        versions.append(Version(record.version, by, entry.history_date, text))
    found = between([each.text for each in versions])
    compared = [replace(each, parts=parts) for each, parts in zip(versions, found, strict=True)]
    return tuple(reversed(compared))
