"""Recompute ledgers from their stored leaves and name the first entry that is not as recorded.

Nothing stored is believed: leaf hashes, roots, derived columns and signatures are made again.
What this cannot see alone, a ledger rewritten as a whole with its head, its checkpoints and the
signing key, is seen by a checkpoint kept outside (``outside``).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, TypeAlias
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Q

from audit.checkpoint import InvalidCheckpointError, State, ledger_of, open_with_age
from audit.classes import Classes, told
from audit.columns import ENTRY_COLUMNS, SUBJECT_COLUMNS, entry_values, subject_values
from audit.enums import RetentionClass, Verb
from audit.leaf import InvalidLeafError, Leaf, parse_leaf
from audit.merkle import CompactRange, leaf_hash
from audit.models import Checkpoint, Entry, EntrySubject, Ledger
from audit.names import PLATFORM
from audit.prune import Listed, listed_in

BATCH: Final = 2_000

Progress: TypeAlias = Callable[[int], None]


class BadKind(StrEnum):
    """In which way the first bad entry is bad."""

    CHANGED = "changed"
    MISSING = "missing"
    INSERTED = "inserted"
    REORDERED = "reordered"
    TRUNCATED = "truncated"
    FORGED_SIGNATURE = "forged_signature"
    DERIVED_COLUMN = "derived_column"
    CHECKPOINT_MISMATCH = "checkpoint_mismatch"


@dataclass(frozen=True, slots=True)
class FirstBad:
    """Where the ledger stops being as it was recorded, and why, in plain words."""

    index: int
    kind: BadKind
    why: str


@dataclass(frozen=True, slots=True)
class LedgerResult:
    """What was found in one ledger: entries read and the root made from them."""

    name: str
    entries: int
    root: bytes
    first_bad: FirstBad | None

    @property
    def ok(self) -> bool:
        return self.first_bad is None


@dataclass(frozen=True, slots=True)
class Result:
    """What was found in all ledgers looked at."""

    ledgers: tuple[LedgerResult, ...]

    @property
    def ok(self) -> bool:
        return all(ledger.ok for ledger in self.ledgers)

    @property
    def entries(self) -> int:
        return sum(ledger.entries for ledger in self.ledgers)


class _BadEntryError(Exception):
    """Stops the walk at the first bad entry."""

    def __init__(self, index: int, kind: BadKind, why: str) -> None:
        super().__init__(why)
        self.first = FirstBad(index, kind, why)


@dataclass(slots=True)
class _Walk:
    """What the walk over one ledger's entries has seen so far."""

    name: str
    tree: CompactRange = field(default_factory=CompactRange)
    last_time: datetime | None = None
    writes: dict[UUID, int] = field(default_factory=dict)
    listed: list[Listed] = field(default_factory=list)
    # Writes gone by pruning, whose numbers nobody can count any more.
    pruned_writes: int = 0
    held: Classes = field(default_factory=Classes)


def verify_all(
    *, outside: Iterable[str] = (), only: str | None = None, progress: Progress | None = None
) -> Result:
    """Verify every ledger, or only one, also against signed notes kept outside.

    A ledger that the platform took checkpoints of, or that a note from outside tells of, and that
    is not there is itself bad: missing. Raises InvalidCheckpointError for a note of another
    installation.
    """
    notes: dict[str, list[str]] = {}
    for note in outside:
        notes.setdefault(ledger_of(note), []).append(note)
    # Read before the heads: what they promise, the heads read later must hold.
    promised = _promised()
    names = {only} if only else {*_ledger_names(), *promised, *notes}
    ordered = sorted(names, key=lambda name: (name != PLATFORM, name))
    return Result(
        tuple(
            verify_ledger(name, promised.get(name, ()), notes.get(name, ()), progress)
            for name in ordered
        )
    )


def verify_ledger(
    name: str,
    promised: Sequence[State] = (),
    outside: Sequence[str] = (),
    progress: Progress | None = None,
) -> LedgerResult:
    """Verify one ledger against its head, its checkpoints, and states it must have had."""
    walk = _Walk(name)
    try:
        states = _signed_states(name, outside)
        ledger = Ledger.objects.filter(name=name).first()
        if ledger is None:
            raise _BadEntryError(0, BadKind.MISSING, "the whole ledger is gone")
        _check_entries(walk, ledger, _by_size([*states, *promised]), progress)
    except _BadEntryError as bad:
        return LedgerResult(name, walk.tree.size, walk.tree.root(), bad.first)
    return LedgerResult(name, walk.tree.size, walk.tree.root(), None)


def _ledger_names() -> list[str]:
    return list(Ledger.objects.values_list("name", flat=True))


def _promised() -> dict[str, list[State]]:
    """Read the states that the platform's ledger took in, and that each says it sent, by ledger."""
    promised: dict[str, list[State]] = {}
    taken_in = Q(ledger__name=PLATFORM, verb=Verb.CHECKPOINT_SIGNED)
    sent = Q(ledger__in=Ledger.objects.values("pk"), verb=Verb.CHECKPOINT_SENT)
    rows = Entry.objects.filter(taken_in | sent, leaf__isnull=False)
    for writer, leaf in rows.values_list("ledger__name", "leaf").iterator(BATCH):
        try:
            event = parse_leaf(bytes(leaf or b"")).event
        except InvalidLeafError:
            continue  # named when the platform's own ledger is verified
        if (ref := event.checkpoint) is not None and writer in (PLATFORM, ref.ledger):
            root, held = bytes.fromhex(ref.root), told(event.details)
            state = State(writer, ref.size, root, held)
            promised.setdefault(ref.ledger, []).append(state)
    return promised


def _signed_states(name: str, outside: Sequence[str]) -> list[State]:
    rows = Checkpoint.objects.filter(ledger__name=name).order_by("pk")
    found = []
    for size, root, note in rows.values_list("size", "root", "note"):
        state, age = _open(note, name, size)
        if (state.size, state.root) != (size, bytes(root)):
            why = "a checkpoint's columns differ from what was signed"
            raise _BadEntryError(state.size, BadKind.DERIVED_COLUMN, why)
        found.append((state, age))
    found += [_open(note, name, 0) for note in outside]
    _check_ages(found)
    return [state for state, _age in found]


def _check_ages(found: Sequence[tuple[State, int]]) -> None:
    """A key that was replaced signs nothing new: whoever stole it later gains nothing."""
    for state, age in found:
        replaced = min((other.size for other, newer in found if newer < age), default=state.size)
        if state.size > replaced:
            why = "a checkpoint is signed with a key that had been replaced by then"
            raise _BadEntryError(replaced, BadKind.FORGED_SIGNATURE, why)


def _open(note: str, name: str, size: int) -> tuple[State, int]:
    try:
        return open_with_age(note, name)
    except (InvalidCheckpointError, ImproperlyConfigured) as error:
        why = f"the signature of a checkpoint does not hold: {error}"
        raise _BadEntryError(size, BadKind.FORGED_SIGNATURE, why) from error


def _by_size(states: Iterable[State]) -> dict[int, list[State]]:
    by_size: dict[int, list[State]] = {}
    for state in states:
        by_size.setdefault(state.size, []).append(state)
    return by_size


def _check_entries(
    walk: _Walk, ledger: Ledger, states: dict[int, list[State]], progress: Progress | None
) -> None:
    walk.listed = listed_in(ledger)
    agreed = _agree(walk, states, 0)
    for index, leaf, stored_hash, columns, subjects in _stored(ledger, ledger.size):
        _check_entry(walk, ledger, index, leaf, stored_hash, columns, subjects)
        walk.held.add(columns[0])
        agreed = _agree(walk, states, agreed)
        if progress is not None and not walk.tree.size % BATCH:
            progress(walk.tree.size)
    size = walk.tree.size
    promised = max(states, default=0)
    if size < max(ledger.size, promised):
        why = f"{max(ledger.size, promised)} entries were recorded, only {size} are there"
        raise _BadEntryError(size, BadKind.TRUNCATED, why)
    _check_head(walk, ledger, agreed)


def _agree(walk: _Walk, states: dict[int, list[State]], agreed: int) -> int:
    """Compare the root with every state of this size; return the last size agreed on."""
    size = walk.tree.size
    if size not in states:
        return agreed
    root = walk.tree.root()
    for state in states[size]:
        if state.root != root:
            why = (
                f"the first {size} entries are not those of the checkpoint at {size};"
                f" the first difference lies from entry {agreed} on"
            )
            raise _BadEntryError(agreed, BadKind.CHECKPOINT_MISMATCH, why)
        if state.held not in (None, walk.held):
            why = (
                f"the first {size} entries held {state.held}, now {walk.held}: the class of one"
                f" that was removed is not what it was, from entry {agreed} on"
            )
            raise _BadEntryError(agreed, BadKind.DERIVED_COLUMN, why)
    return size


def _check_head(walk: _Walk, ledger: Ledger, agreed: int) -> None:
    size = walk.tree.size
    # Asked in this order: an honest append in between shows in the head, never as an extra entry.
    last = Entry.objects.filter(ledger=ledger).order_by("-index").values_list("index").first()
    now = Ledger.objects.values_list("size", flat=True).get(pk=ledger.pk)
    if last is not None and last[0] >= now:
        raise _BadEntryError(
            now, BadKind.INSERTED, "an entry stands beyond the ledger's recorded size"
        )
    if walk.tree.root() != bytes(ledger.root) or walk.tree.to_bytes() != bytes(ledger.frontier):
        why = f"the entries from {agreed} on do not give the ledger's recorded root"
        raise _BadEntryError(agreed, BadKind.CHANGED, why)
    if size and ledger.last_time != walk.last_time:
        raise _BadEntryError(size - 1, BadKind.DERIVED_COLUMN, "the ledger's last time is another")


def _check_entry(
    walk: _Walk,
    ledger: Ledger,
    index: int,
    stored: bytes | None,
    stored_hash: bytes,
    columns: tuple[Any, ...],
    subjects: list[tuple[Any, ...]],
) -> None:
    expected = walk.tree.size
    if index != expected:
        raise _BadEntryError(expected, BadKind.MISSING, "the entry is not there")
    if stored is None:
        _check_pruned(walk, index, columns[0], subjects)
        walk.tree.append(stored_hash)
        return
    hashed = leaf_hash(stored)
    if hashed != stored_hash:
        raise _BadEntryError(index, BadKind.CHANGED, "the stored bytes do not give the stored hash")
    try:
        leaf = parse_leaf(stored)
    except InvalidLeafError as error:
        raise _BadEntryError(
            index, BadKind.CHANGED, f"the stored bytes are no event: {error}"
        ) from error
    _check_place(walk, ledger, index, leaf)
    _check_columns(index, leaf, columns, subjects)
    _check_write_number(walk, index, leaf)
    walk.tree.append(hashed)
    walk.last_time = leaf.time


def _check_pruned(walk: _Walk, index: int, klass: str, subjects: list[tuple[Any, ...]]) -> None:
    """A leaf may be gone where a prune event lists it and a later leaf proves that it was old."""
    if not any(each.covers(index, klass) for each in walk.listed):
        why = "the entry's content was removed, and no prune event accounts for it"
        raise _BadEntryError(index, BadKind.MISSING, why)
    if subjects:
        why = "the search rows of a pruned entry are still there"
        raise _BadEntryError(index, BadKind.DERIVED_COLUMN, why)
    if klass == RetentionClass.WRITE:
        walk.pruned_writes += 1


def _check_place(walk: _Walk, ledger: Ledger, index: int, leaf: Leaf) -> None:
    if leaf.ledger != walk.name:
        raise _BadEntryError(index, BadKind.INSERTED, "the entry was recorded in another ledger")
    if leaf.index != index:
        raise _misplaced(ledger, index, leaf.index)
    if walk.last_time is not None and leaf.time <= walk.last_time:
        raise _BadEntryError(index, BadKind.REORDERED, "the entry is older than the one before it")


def _misplaced(ledger: Ledger, index: int, claimed: int) -> _BadEntryError:
    """Tell apart what puts an entry in another's place; only now are the later ones read."""
    if claimed < index:
        why = "an entry was put in before it: two claim the same place"
        return _BadEntryError(claimed, BadKind.INSERTED, why)
    rows = Entry.objects.filter(ledger=ledger, index__gt=index, leaf__isnull=False)
    for leaf in rows.values_list("leaf", flat=True).iterator(BATCH):
        try:
            elsewhere = parse_leaf(bytes(leaf or b"")).index == index
        except InvalidLeafError:
            continue
        if elsewhere:
            return _BadEntryError(index, BadKind.REORDERED, "the entry stands at another place")
    return _BadEntryError(
        index, BadKind.MISSING, "the entry is not there and the others closed the gap"
    )


def _check_columns(
    index: int, leaf: Leaf, columns: tuple[Any, ...], subjects: list[tuple[Any, ...]]
) -> None:
    derived = entry_values(leaf.event, leaf.time, leaf.klass)
    if columns != derived:
        pairs = zip(ENTRY_COLUMNS, columns, derived, strict=True)
        off = next(name for name, stored, made in pairs if stored != made)
        why = f"the search column {off} differs from what was recorded"
        raise _BadEntryError(index, BadKind.DERIVED_COLUMN, why)
    made = list(subject_values(leaf.event, leaf.time))
    # Rows come as they were written; only others' rows need be sorted out.
    if subjects != made and (set(subjects) != set(made) or len(subjects) != len(made)):
        why = "the search rows of its subjects differ from what was recorded"
        raise _BadEntryError(index, BadKind.DERIVED_COLUMN, why)


def _check_write_number(walk: _Walk, index: int, leaf: Leaf) -> None:
    written = leaf.event.written
    if written is None or written.situation is None:
        return
    number, expected = written.write_number or 0, walk.writes.get(written.situation, 0) + 1
    if expected < number <= expected + walk.pruned_writes:
        walk.pruned_writes -= number - expected
        expected = number
    if number != expected:
        why = f"the situation's write number {expected} is due, the entry says {number}"
        raise _BadEntryError(index, BadKind.MISSING, why)
    walk.writes[written.situation] = expected


_Stored = tuple[int, bytes | None, bytes, tuple[Any, ...], list[tuple[Any, ...]]]


def _stored(ledger: Ledger, size: int) -> Iterator[_Stored]:
    """Read entries with their subjects in order, batch by batch: memory stays flat."""
    entries = Entry.objects.filter(ledger=ledger, index__lt=size).order_by("index")
    rows = entries.values_list("index", "leaf", "leaf_hash", *ENTRY_COLUMNS)
    start = 0
    while batch := list(rows.filter(index__gte=start)[:BATCH]):
        stop = batch[-1][0] + 1
        subjects = _stored_subjects(ledger, start, stop)
        for index, leaf, stored_hash, *columns in batch:
            stored = None if leaf is None else bytes(leaf)
            yield index, stored, bytes(stored_hash), tuple(columns), subjects.get(index, [])
        start = stop


def _stored_subjects(ledger: Ledger, start: int, stop: int) -> dict[int, list[tuple[Any, ...]]]:
    # Joined by entry, whatever ledger the row itself claims: a row moved to another ledger
    # would otherwise be hidden here and there.
    rows = (
        EntrySubject.objects.filter(
            entry__ledger=ledger, entry__index__gte=start, entry__index__lt=stop
        )
        .order_by("entry__index")
        .values_list("entry__index", "ledger_id", *SUBJECT_COLUMNS)
    )
    subjects: dict[int, list[tuple[Any, ...]]] = {}
    for index, group in groupby(rows.iterator(BATCH), key=itemgetter(0)):
        subjects[index] = [row[2:] if row[1] == ledger.pk else ("another ledger",) for row in group]
    return subjects
