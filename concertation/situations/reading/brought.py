"""What somebody brought, as they wrote it: all that who holds no key reads of their situation."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from audit.enums import Purpose
from concertation.situations.enums import SituationState
from concertation.situations.models import Situation
from concertation.situations.reading.history import FIELD_LABELS
from concertation.situations.reading.words import described, shown
from ethics import gate
from ethics.policy import Act


@dataclass(frozen=True, slots=True)
class Brought:
    """One's own text: its headline, and each answer with its label."""

    headline: str
    texts: tuple[tuple[str, str], ...]


def as_brought(numbers: Iterable[UUID]) -> Mapping[UUID, Situation]:
    """The first version of each situation after its draft: what was sent, before any change."""
    found: dict[UUID, Situation] = {}
    rows = Situation.history.filter(id__in=list(numbers)).exclude(state=SituationState.DRAFT)
    for entry in rows.order_by("version", "history_date", "history_id"):
        found.setdefault(entry.id, entry.instance)
    return found


def brought_text(actor: gate.Actor, row: Situation, *, purpose: Purpose) -> Brought | None:
    """One's own text of a situation one brought; raises `Refused` for anybody else's."""
    first = as_brought([row.id]).get(row.id)
    if first is None:
        return None
    opened = gate.reveal(
        actor, records=[first], subjects=[row.id], purpose=purpose, act=Act.READ_OWN
    )
    values = {name: opened.get(first, name) for name in FIELD_LABELS}
    return Brought(shown(values["headline"]), told(values))


def told(values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Each answer of a presentation with its label, but its headline; empty ones are left out."""
    texts = (
        (str(label), described(name, values[name]))
        for name, label in FIELD_LABELS.items()
        if name not in {"headline", "outcome", "outcome_comment"}
    )
    return tuple(each for each in texts if each[1])
