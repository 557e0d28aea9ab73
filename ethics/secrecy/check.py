"""Compare every sealed row, live and in history, with the events of its writes. Needs no key.

The ledger remembers of each write the object, its version and the SHA-256 of its ciphertexts.
Rows that someone with the database swapped, put back, planted, changed or removed no longer agree
with it (design 3). The ledger itself is taken at its word here: `manage.py ledger verify` shows
that nobody rewrote it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any, Final, TypeAlias, TypeVar
from uuid import UUID

from django.apps import apps
from django.db.models import QuerySet

from audit.enums import SubjectKind, Verb
from audit.models import Entry, EntrySubject
from ethics.secrecy.erasure.models import Tombstone
from ethics.secrecy.fields import Sealed, SealedRecord, ciphertext_hash
from ethics.secrecy.models import NOTED_AS, TallyNote

BATCH: Final = 400  # SQLite before 3.32 takes no more than 999 parameters in one statement

Progress: TypeAlias = Callable[[int], None]
T = TypeVar("T")


class BadKind(StrEnum):
    """In which way a sealed row disagrees with the ledger."""

    SWAPPED = "swapped"
    ROLLED_BACK = "rolled_back"
    PLANTED = "planted"
    CHANGED = "changed"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class BadRow:
    """The first row that is not as it was written, and why, in plain words."""

    kind: BadKind
    model: str
    object: UUID
    version: int
    history: bool
    why: str


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What was found: rows compared, live and in history, and the first bad one."""

    rows: int
    writes: int
    first_bad: BadRow | None

    @property
    def ok(self) -> bool:
        return self.first_bad is None


class _BadRowError(Exception):
    """Stops the walk at the first bad row."""

    def __init__(self, bad: BadRow) -> None:
        super().__init__(bad.why)
        self.bad = bad


@dataclass(slots=True)
class _Count:
    rows: int = 0
    writes: int = 0
    progress: Progress | None = None

    def add(self, *, rows: int = 0, writes: int = 0) -> None:
        self.rows += rows
        self.writes += writes
        if self.progress is not None:
            self.progress(self.rows + self.writes)


def sealed_models() -> list[type[SealedRecord]]:
    """Every model that holds sealed fields, in the order of its name in the ledger."""
    found = [model for model in apps.get_models() if issubclass(model, SealedRecord)]
    return sorted(found, key=lambda model: model.SEALED_AS)


def check_all(progress: Progress | None = None) -> CheckResult:
    """Compare all sealed rows with the ledger, and all write events with the rows.

    Stops at the first that disagrees. Rows are read batch by batch: memory stays flat.
    """
    count = _Count(progress=progress)
    models = sealed_models()
    try:
        for model in models:
            _check_rows(model, model._base_manager.order_by("pk"), count, history=False)
            if (kept := _history_of(model)) is not None:
                _check_rows(model, kept.order_by("pk"), count, history=True)
        for model in models:
            _check_writes(model, count)
        _check_notes(count)
    except _BadRowError as error:
        return CheckResult(count.rows, count.writes, error.bad)
    return CheckResult(count.rows, count.writes, None)


# Of each object, the hashes its events give each version (more than one event may tell of one).
_Written: TypeAlias = dict[UUID, dict[int, set[str]]]


def _check_rows(
    model: type[SealedRecord], rows: QuerySet[Any], count: _Count, *, history: bool
) -> None:
    names = [each.name for each in model.sealed_fields()]
    values = rows.values_list("id", "version", *names)
    for batch in _batches(values.iterator(BATCH)):
        written = _written(model, {row[0] for row in batch})
        for number, version, *seals in batch:
            seal = ciphertext_hash(dict(zip(names, seals, strict=True)))
            _check_row(model, number, version, seal, written.get(number, {}), history=history)
        count.add(rows=len(batch))


def _check_row(
    model: type[SealedRecord],
    number: UUID,
    version: int,
    seal: str,
    written: dict[int, set[str]],
    *,
    history: bool,
) -> None:
    def bad(kind: BadKind, why: str) -> _BadRowError:
        return _BadRowError(BadRow(kind, model.SEALED_AS, number, version, history, why))

    if version in written and seal in written[version]:
        newest = max(written)
        if not history and version < newest:
            why = f"version {newest} was written last, the row is back at version {version}"
            raise bad(BadKind.ROLLED_BACK, why)
        return
    owner = Entry.objects.filter(ciphertext_hash=seal).order_by("pk").first()
    if owner is not None:
        why = (
            f"its text belongs to {owner.object_model} {owner.object_uuid},"
            f" version {owner.object_version}"
        )
        raise bad(BadKind.SWAPPED, why)
    if version not in written:
        raise bad(BadKind.PLANTED, "no event tells that this version was ever written")
    raise bad(BadKind.CHANGED, "its text is not the one that was written")


def _written(model: type[SealedRecord], numbers: Iterable[UUID]) -> _Written:
    events = Entry.objects.filter(object_model=model.SEALED_AS, object_uuid__in=list(numbers))
    found: _Written = {}
    for number, version, seal in events.values_list(
        "object_uuid", "object_version", "ciphertext_hash"
    ):
        if number is not None and version is not None:
            found.setdefault(number, {}).setdefault(version, set()).add(seal)
    return found


def _check_writes(model: type[SealedRecord], count: _Count) -> None:
    """Every object and version an event tells of must be there, unless its container was erased."""
    kept = _history_of(model)
    for batch in _batches(_events_of(model)):
        numbers = {number for number, _, _ in batch}
        live = set(model._base_manager.filter(pk__in=numbers).values_list("pk", flat=True))
        versions = set()
        if kept is not None:
            versions = set(kept.filter(id__in=numbers).values_list("id", "version"))
        erased = _gone_on_purpose({container for _, _, container in batch if container})
        for number, version, container in batch:
            if container in erased:
                continue
            why = ""
            if number not in live:
                why = "it was written and is not there, and its container was never erased"
            elif kept is not None and (number, version) not in versions:
                why = "this version was written and is gone from the history"
            if why:
                raise _BadRowError(
                    BadRow(BadKind.MISSING, model.SEALED_AS, number, version, number in live, why)
                )
        count.add(writes=len(batch))


def _events_of(model: type[SealedRecord]) -> Iterator[tuple[UUID, int, UUID | None]]:
    """Object, version and situation of each write event of a model, the oldest first."""
    events = Entry.objects.filter(object_model=model.SEALED_AS).order_by("pk")
    columns = events.values_list("object_uuid", "object_version", "situation")
    for number, version, situation in columns.iterator(BATCH):
        if number is not None and version is not None:
            yield number, version, situation


def _check_notes(count: _Count) -> None:
    """Every tally note was written by an event, and waits as written until an event folds it."""
    events = Entry.objects.filter(object_model=NOTED_AS, verb=Verb.TALLY_NOTED).order_by("pk")
    columns = events.values_list("object_uuid", "ciphertext_hash")
    for batch in _batches((number, seal) for number, seal in columns.iterator(BATCH) if number):
        numbers = {number for number, _ in batch}
        rows = TallyNote.objects.filter(id__in=numbers, refused="")
        waiting = {row.id: ciphertext_hash({"sealed": Sealed(bytes(row.sealed))}) for row in rows}
        subjects = EntrySubject.objects.filter(
            kind=SubjectKind.TALLY_NOTE, number__in=numbers, verb=Verb.TALLY_MOVED
        )
        folded = set(subjects.values_list("number", flat=True))
        for number, seal in batch:
            if number in folded:
                continue
            if number not in waiting:
                raise _note(BadKind.MISSING, number, "it was written, is not there, never counted")
            if waiting[number] != seal:
                raise _note(BadKind.CHANGED, number, "its text is not the one that was written")
        count.add(writes=len(batch))
    told = events.values("object_uuid")
    if planted := TallyNote.objects.filter(refused="").exclude(id__in=told).first():
        raise _note(BadKind.PLANTED, planted.id, "no event tells that it was ever written")


def _note(kind: BadKind, number: UUID, why: str) -> _BadRowError:
    return _BadRowError(BadRow(kind, NOTED_AS, number, 1, False, why))


def _gone_on_purpose(containers: set[UUID]) -> set[UUID]:
    """Containers whose key has a tombstone: rows are deleted after it stands, never before."""
    stones = Tombstone.objects.filter(container__in=containers)
    return set(stones.values_list("container", flat=True))


def _history_of(model: type[SealedRecord]) -> QuerySet[Any] | None:
    manager = getattr(model, "history", None)  # the year tally keeps none
    return None if manager is None else manager.model._base_manager.all()


def _batches(rows: Iterable[T]) -> Iterator[list[T]]:
    walk = iter(rows)
    while batch := list(islice(walk, BATCH)):
        yield batch
