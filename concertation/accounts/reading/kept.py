"""Texts that were being typed when a session ended, as the page shows them to their author."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ethics import gate
from ethics.secrecy.suites import SecrecyError


@dataclass(frozen=True, slots=True)
class Kept:
    """One text that waits: where it goes, what stood in it; no path when it doesn't open."""

    number: UUID
    kept_at: datetime
    path: str = ""
    # Every field, to be sent again as it was; and the texts among them, to be read.
    fields: tuple[tuple[str, str], ...] = ()
    texts: tuple[str, ...] = ()


def kept_texts(actor: gate.Actor) -> tuple[Kept, ...]:
    """One's own kept texts, opened by the gate, the newest first."""
    return tuple(_opened(actor, each) for each in gate.kept_texts(actor.person))


def _opened(actor: gate.Actor, each: gate.KeptText) -> Kept:
    try:
        back = gate.return_text(actor, each.number)
    except SecrecyError:
        return Kept(each.number, each.kept_at)
    fields = tuple((name, value) for name, values in back.fields.items() for value in values)
    texts = tuple(value for _, value in fields if any(c.isspace() for c in value.strip()))
    return Kept(each.number, each.kept_at, back.path, fields, texts)
