"""Bringing over an older follow-up table: its rows become drafts of those who bring them.

The uploaded table is sealed to the coordinator who uploaded it (`gate.tables`), worked through in
short steps that can stop anywhere, and destroyed. A row that can't become a draft is never lost:
it comes back in a file, with the reasons.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID, uuid5

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Subject
from concertation.accounts.models import Participation
from concertation.situations import columns, errors, notices
from concertation.situations.actions.shared import moment, save
from concertation.situations.models import Situation
from concertation.situations.reading.imports import CHECKED, DONE, bringers, resolve
from concertation.spreadsheets import read_table
from ethics import gate
from ethics.guard.findings import Kind
from ethics.guard.words import ADVICE, KIND_LABELS
from ethics.policy import Act
from ethics.secrecy.models import ContainerKind

# A step answers well before anybody wonders, and a table of 2,000 rows takes some twenty.
STEP_SECONDS: Final = 1.5
# Rows worked through together: their drafts are one action, decided, locked and recorded once.
AT_ONCE: Final = 20


@dataclass(frozen=True, slots=True, repr=False)
class ReadyRow:
    """A row that may become a draft, who brings it, and the passages that were answered for."""

    number: int
    form_number: UUID
    who: Participation
    read: columns.ReadRow
    kept: frozenset[str]


def upload_table(actor: gate.Actor, *, file: bytes) -> UUID:
    """Seal an uploaded `.xlsx` file to whoever uploads it; nothing becomes a draft yet.

    Raises `Refused`, or `SpreadsheetError` with a sentence for the form.
    """
    gate.allow(actor, Act.IMPORT, purpose=Purpose.IMPORT, verb=Verb.IMPORTED, record=False)
    table = read_table(file)
    value = {
        "header": table.header,
        "rows": table.rows,
        "columns": columns.guess(table.header),
        "owner": str(actor.participation),
        "phase": "",
        "next": 0,
        "found": {},
        "soft": {},
        "made": {},
    }
    with gate.writing(actor, Act.IMPORT, verb=Verb.IMPORTED, purpose=Purpose.IMPORT) as pen:
        return gate.keep_table(pen, gate.ROWS, value)


def choose_columns(
    actor: gate.Actor, number: UUID, *, chosen: Mapping[str, int], owner: UUID, version: int
) -> None:
    """Say which column is what, and who brings the rows that name nobody; checking begins anew.

    Raises `Refused` or `StaleVersion`.
    """
    value, known = gate.open_table(actor, number, gate.ROWS)
    if known != version or value["phase"] not in {"", CHECKED}:
        raise errors.StaleVersion
    value |= {
        "columns": dict(chosen),
        "owner": str(owner),
        "phase": "checking",
        "next": 0,
        "found": {},
        "soft": {},
    }
    _write(actor, number, value, version)


def go_on(actor: gate.Actor, number: UUID, *, version: int) -> None:
    """Check or import as many rows as a step takes; what is done stays done.

    Raises `Refused`, or `StaleVersion` when another window went on meanwhile.
    """
    value, known = gate.open_table(actor, number, gate.ROWS)
    if known != version:
        raise errors.StaleVersion
    if value["phase"] == "checking":
        _for_a_while(value, _checker(actor, value))
        if value["next"] >= len(value["rows"]):
            value |= {"phase": CHECKED, "next": 0}
    elif value["phase"] == "importing":
        _for_a_while(value, _importer(actor, number, value))
        if value["next"] >= len(value["rows"]):
            _hand_over(actor, value)
            value["phase"] = DONE
    _write(actor, number, value, version)


def start_import(actor: gate.Actor, number: UUID, *, soft_too: bool, version: int) -> None:
    """Begin making drafts of the rows without a reason against; with `soft_too`, also of those in
    which the guard found passages that somebody has to answer for.

    Raises `Refused` or `StaleVersion`.
    """
    value, known = gate.open_table(actor, number, gate.ROWS)
    if known != version or value["phase"] != CHECKED:
        raise errors.StaleVersion
    _write(actor, number, value | {"phase": "importing", "next": 0, "soft_too": soft_too}, version)


def forget_table(actor: gate.Actor, number: UUID) -> None:
    """Destroy the uploaded table, key first; the drafts stay. Raises `Refused`."""
    gate.forget_table(actor, number, gate.ROWS)


def _write(actor: gate.Actor, number: UUID, value: Any, version: int) -> None:
    if not gate.write_table(actor, number, gate.ROWS, value, version=version):
        raise errors.StaleVersion


def _for_a_while(value: dict[str, Any], work: Callable[[range], None]) -> None:
    until = time.monotonic() + STEP_SECONDS
    while value["next"] < len(value["rows"]) and time.monotonic() < until:
        numbers = range(value["next"], min(value["next"] + AT_ONCE, len(value["rows"])))
        work(numbers)
        value["next"] = numbers.stop


def _checker(actor: gate.Actor, value: dict[str, Any]) -> Callable[[range], None]:
    """Checks rows: what isn't understood, who brings each, and what the guard finds."""
    people = bringers(actor)
    names = gate.known_names(actor.concertation)

    def check(number: int) -> None:
        read = columns.read_row(value["rows"][number], value["columns"])
        reasons = [[each.column, each.sentence] for each in read.reasons]
        who = resolve(read.brought_by, UUID(value["owner"]), people)
        if isinstance(who, columns.Reason):
            reasons.append([who.column, who.sentence])
        found = passages(read, names)
        reasons += [
            [each.where, f"{KIND_LABELS[Kind(each.kind)]}. {ADVICE[each.advice]}"]
            for each in found
            if each.hard
        ]
        if reasons:
            value["found"][str(number)] = reasons
        elif soft := sorted({each.kind for each in found}):
            value["soft"][str(number)] = soft

    def work(numbers: range) -> None:
        for number in numbers:
            check(number)

    return work


def passages(read: columns.ReadRow, names: frozenset[str]) -> list[gate.Passage]:
    """What the guard finds in the texts of a row."""
    given = read.presentation
    texts = [(name, getattr(given, name)) for name in columns.TEXTS]
    texts += [("network", tie.who) for tie in given.network]
    return [each for name, text in texts if text for each in gate.look(name, text, names)]


def _importer(actor: gate.Actor, table: UUID, value: dict[str, Any]) -> Callable[[range], None]:
    """Makes the drafts of rows; one that was refused, or done before a stop, is passed over."""
    people = {place.id: place for place in bringers(actor)}
    names = gate.known_names(actor.concertation)

    def ready(number: int) -> ReadyRow | None:
        row = str(number)
        if row in value["found"] or (row in value["soft"] and not value["soft_too"]):
            return None
        read = columns.read_row(value["rows"][number], value["columns"])
        who = resolve(read.brought_by, UUID(value["owner"]), list(people.values()))
        if isinstance(who, columns.Reason):
            value["found"][row] = [[who.column, who.sentence]]
            return None
        kept = frozenset(each.key for each in passages(read, names) if not each.hard)
        return ReadyRow(number, uuid5(table, row), who, read, kept)

    def make(rows: Sequence[ReadyRow]) -> None:
        try:
            drafts = _drafts(actor, rows)
        except gate.IdentifierFound as found:
            if len(rows) > 1:  # nothing of them was saved: the one that is refused stands alone
                for each in rows:
                    make([each])
                return
            reasons = [[each.where, each.advice] for each in found.passages]
            value["found"][str(rows[0].number)] = reasons
            return
        for each, draft in zip(rows, drafts, strict=True):
            value["made"].setdefault(str(each.who.id), {})[str(draft)] = each.read.reference

    def work(numbers: range) -> None:
        rows = [row for number in numbers if (row := ready(number))]
        # What was answered for is recorded of the draft it stands in: those are made one by one.
        for each in (row for row in rows if row.kept):
            make([each])
        if plain := [row for row in rows if not row.kept]:
            make(plain)

    return work


def _drafts(actor: gate.Actor, rows: Sequence[ReadyRow]) -> list[UUID]:
    """A draft of each row, sealed to the one who brings it: whoever imports can't open it again.

    The form's number comes from the table and the row: a step done twice makes one draft.
    """
    kept = frozenset[str]().union(*(each.kept for each in rows))
    answering = replace(actor, answers=gate.Answers(kept=kept))
    known = dict(
        Situation.objects.filter(
            brought_by__in={each.who.id for each in rows},
            form_number__in=[each.form_number for each in rows],
        ).values_list("form_number", "id")
    )
    with gate.writing(answering, Act.IMPORT, verb=Verb.DRAFT_SAVED, purpose=Purpose.IMPORT) as pen:
        for each in rows:
            if each.form_number not in known:
                known[each.form_number] = _draft(answering, pen, each)
    return [known[each.form_number] for each in rows]


def _draft(actor: gate.Actor, pen: gate.Pen, ready: ReadyRow) -> UUID:
    values = ready.read.presentation.sealed_values() | {"outcome": {}, "outcome_comment": ""}
    number = pen.open_container(ContainerKind.SITUATION, author=ready.who.person_id)
    row = Situation(
        id=number,
        container=number,
        scope=number,
        concertation_id=ready.who.concertation_id,
        brought_by=ready.who,
        form_number=ready.form_number,
    )
    pen.seal(row, **values)
    row.last_entry_at = moment(row.made_at.date())
    save(actor, row)
    pen.record(Verb.DRAFT_SAVED, row)
    return number


def _hand_over(actor: gate.Actor, value: Mapping[str, Any]) -> None:
    """Seal to each who brings drafts which they are and their old references, and tell them."""
    places = {str(place.id): place for place in bringers(actor)}
    with gate.writing(actor, Act.IMPORT, verb=Verb.IMPORTED, purpose=Purpose.IMPORT) as pen:
        for place, drafts in value["made"].items():
            if place in places:
                person = places[place].person_id
                gate.keep_table(pen, gate.REFERENCES, {"drafts": drafts}, person=person)
        count = sum(len(drafts) for drafts in value["made"].values())
        pen.record(
            Verb.IMPORTED,
            subjects=(Subject(SubjectKind.CONCERTATION, pen.actor.concertation),)
            if pen.actor.concertation
            else (),
            details={"count": count, "skipped": len(value["rows"]) - count},
        )
    others = [places[number] for number in value["made"] if number in places]
    notices.tell([each.id for each in others if each.person_id != actor.person], notices.IMPORTED)


def references_taken(actor: gate.Actor, shown: Sequence[UUID]) -> None:
    """Forget the old references of situations that have their code: they were downloaded once.

    Raises `Refused`.
    """
    gone = {str(number) for number in shown}
    for table in gate.own_tables(actor, gate.REFERENCES):
        number = table.container_id
        value, version = gate.open_table(actor, number, gate.REFERENCES)
        left = {draft: old for draft, old in value["drafts"].items() if draft not in gone}
        if not left:
            gate.forget_table(actor, number, gate.REFERENCES)
        elif len(left) < len(value["drafts"]):
            gate.write_table(actor, number, gate.REFERENCES, {"drafts": left}, version=version)
