"""The identifier guard at the door: no text is sealed before it was looked through.

A hard finding refuses the write. A soft one is sealed once the person has answered for that very
passage; then its kind and how many are recorded, never the passage itself (design 2). The rules
themselves are `ethics.guard`'s; here is what follows from them.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.utils.translation import get_language

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import DetailValue, Event, Subject
from audit.record import record_now
from ethics.gate.actor import Actor
from ethics.gate.facts import provider
from ethics.gate.refusals import ledger_of
from ethics.guard import Severity, scan
from ethics.secrecy import unsealing
from ethics.secrecy.fields import SealedRecord

if TYPE_CHECKING:
    from ethics.gate.write import Pen

# Answers of a closed list, days and numbers of rows, among the values of a coded field: nobody
# typed them freely.
_CODED: Final = re.compile(r"[a-z_]*|\d{4}-\d\d-\d\d|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_INVISIBLE: Final = ("Cf", "Cc")


@dataclass(frozen=True, slots=True)
class Passage:
    """A finding in one text, with its words: for the page of who typed them, and nowhere else."""

    where: str
    kind: str
    hard: bool
    words: str = field(repr=False)
    advice: str
    line: int = 1

    @property
    def key(self) -> str:
        """What an answer names it by; the same however the words are spaced."""
        text = unicodedata.normalize("NFC", self.words)
        seen = "".join(c for c in text if c.isspace() or unicodedata.category(c) not in _INVISIBLE)
        return f"{self.kind}:{' '.join(seen.split())}"


class IdentifierFound(Exception):
    """Nothing was saved: a text holds what may identify a person, and nobody answered for it.

    `passages` are all that was found unanswered, in every text of the write; the message names
    kinds alone, so that it may stand in a log.
    """

    def __init__(self, passages: Iterable[Passage]) -> None:
        self.passages = tuple(passages)
        super().__init__(", ".join(sorted({each.kind for each in self.passages})))


def known_names(concertation: UUID | None) -> frozenset[str]:
    """Names of the circle's own organisations, which identify nobody."""
    return provider().known_names(concertation) if concertation else frozenset()


def look(name: str, text: str, known: frozenset[str]) -> tuple[Passage, ...]:
    """What the guard finds in one text, in its order."""
    return tuple(
        Passage(
            where=name,
            kind=str(found.kind),
            hard=found.severity == Severity.HARD,
            words=text[found.start : found.end],
            advice=found.advice,
            line=text.count("\n", 0, found.start) + 1,
        )
        for found in scan(text, known=known)
    )


def texts_in(value: Any, *, coded: bool) -> Iterator[str]:
    """The texts of one sealed value: itself, or those inside the lists of a coded field."""
    if isinstance(value, str):
        if value and not (coded and _CODED.fullmatch(value)):
            yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from texts_in(each, coded=coded)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from texts_in(each, coded=coded)


def let_through(
    pen: "Pen",
    values: Mapping[str, Any],
    record: SealedRecord | None = None,
    *,
    allowed: frozenset[str] = frozenset(),
) -> None:
    """Record what was answered for, or raise `IdentifierFound`.

    A hard passage is refused whatever was answered. What stood in the same field of the record
    before was kept then, and isn't asked again.
    """
    coded = {each.name for each in record.sealed_fields() if each.coded} if record else set()
    texts = [
        (name, text)
        for name, value in values.items()
        for text in texts_in(value, coded=name in coded)
    ]
    if not texts:
        return
    known = known_names(pen.actor.concertation)

    def stood(name: str) -> set[str]:
        value = _standing(pen, record, name) if record else ""
        before = texts_in(value, coded=name in coded)
        return {each.key for text in before for each in look(name, text, known)}

    refused, kept, false_alarms = [], Counter[str](), Counter[str]()
    answers = pen.actor.answers
    for each in (each for pair in texts for each in look(*pair, known)):
        if each.kind in allowed:
            continue
        if each.hard:
            refused.append(each)
        elif each.key in answers.false_alarms:
            false_alarms[each.kind] += 1
        elif each.key in answers.kept:
            kept[each.kind] += 1
        elif each.key not in stood(each.where):
            refused.append(each)
    if refused:
        raise IdentifierFound(refused)
    for kind, number in sorted(kept.items()):
        details: dict[str, DetailValue] = {"kind": kind, "count": number}
        pen.record(Verb.GUARD_CONFIRMED, subjects=_about(pen.situation), details=details)
    for kind, number in sorted(false_alarms.items()):
        details = _false_alarm(kind, number, hard=False)
        pen.record(Verb.GUARD_FALSE_ALARM, subjects=_about(pen.situation), details=details)


def _standing(pen: "Pen", record: SealedRecord, name: str) -> Any:
    """What stands in a sealed field now; nothing yet in a new record."""
    if not record.version:
        return ""
    key = pen._key(record.container, record.scope, record.key_generation)
    found = next(each for each in record.sealed_fields() if each.name == name)
    return unsealing.open_field(key, record, found)


def look_again(pen: "Pen", record: SealedRecord) -> None:
    """Look through a whole record that is about to be shown to more people: a rule may be younger
    than its text. Raises `IdentifierFound`."""
    names = [each.name for each in record.sealed_fields()]
    let_through(pen, {name: _standing(pen, record, name) for name in names}, record)


def _false_alarm(kind: str, number: int, *, hard: bool) -> dict[str, DetailValue]:
    """The details of the event that counts false alarms: kinds and numbers, no text."""
    return {
        "kind": kind,
        "category": "hard" if hard else "soft",
        "count": number,
        "language": (get_language() or "fr")[:2],
    }


def count_refused_false_alarms(
    actor: Actor, found: IdentifierFound, purpose: Purpose, situation: UUID | None
) -> None:
    """Record which hard findings the person calls false alarms; the refusal itself stands.

    Committed on its own: nothing else of that write is left. Only what was really found counts.
    """
    said = Counter(
        each.kind for each in found.passages if each.hard and each.key in actor.answers.false_alarms
    )
    for kind, number in sorted(said.items()):
        record_now(
            ledger_of(actor.concertation),
            Event(
                verb=Verb.GUARD_FALSE_ALARM,
                actor=actor.person,
                organisation=actor.organisation,
                purpose=purpose,
                subjects=_about(situation),
                request_id=actor.request_id,
                details=_false_alarm(kind, number, hard=True),
            ),
        )


def _about(situation: UUID | None) -> tuple[Subject, ...]:
    """The subject of an event of the guard."""
    return (Subject(SubjectKind.SITUATION, situation),) if situation else ()
