"""Each kind of tampering, made directly in the database, is named with its first bad entry."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from audit.checkpoint import InvalidCheckpointError, Signer, sign_checkpoint, sign_note, signer_for
from audit.columns import ENTRY_COLUMNS
from audit.immutability import drop_triggers, ensure_triggers, lifted
from audit.leaf import leaf_bytes, parse_leaf
from audit.merkle import CompactRange, leaf_hash
from audit.models import Checkpoint, Entry, EntrySubject, Ledger
from audit.names import PLATFORM
from audit.record import ensure_ledger, record_now
from audit.verify import BadKind, FirstBad, verify_all, verify_ledger
from tests.audit.conftest import NAME, OTHER, a_read, a_write

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def filled(ledger: str) -> str:
    """Ten entries, reads and writes by turns."""
    for number in range(5):
        record_now(ledger, a_read())
        record_now(ledger, a_write(number))
    return ledger


def sql(statement: str, *values: str | int | bytes) -> None:
    """Tamper as a database administrator would: triggers off, plain SQL, triggers on."""
    with lifted("default"), connection.cursor() as cursor:
        cursor.execute(statement, values)


def first_bad(name: str = NAME, *, outside: tuple[str, ...] = ()) -> FirstBad:
    result = verify_all(outside=outside)
    found = next(ledger for ledger in result.ledgers if ledger.name == name)
    assert not result.ok
    assert found.first_bad is not None
    return found.first_bad


def leaf_of(index: int) -> bytes:
    return bytes(Entry.objects.get(ledger__name=NAME, index=index).leaf or b"")


def rebuild_head(name: str = NAME) -> None:
    """Make the head fit whatever entries stand there: the careful attacker's last step."""
    tree = CompactRange()
    hashes = Entry.objects.filter(ledger__name=name).order_by("index").values_list("leaf_hash")
    for (hashed,) in hashes:
        tree.append(bytes(hashed))
    last = Entry.objects.filter(ledger__name=name).order_by("index").last()
    with lifted("default"):
        Ledger.objects.filter(name=name).update(
            size=tree.size,
            root=tree.root(),
            frontier=tree.to_bytes(),
            last_time=last and last.time,
        )


def rewrite_leaf(index: int) -> None:
    """Change an event and everything that derives from it, consistently."""
    leaf = parse_leaf(leaf_of(index))
    stored = leaf_bytes(
        leaf.event, ledger=NAME, index=index, time=leaf.time, salt=b"another salt 16b"
    )
    sql(
        'UPDATE audit_entry SET leaf = %s, leaf_hash = %s WHERE "index" = %s AND ledger_id ='
        " (SELECT id FROM audit_ledger WHERE name = %s)",
        stored,
        leaf_hash(stored),
        index,
        NAME,
    )


def test_an_untouched_ledger_is_ok(filled: str) -> None:
    result = verify_all()
    assert result.ok
    assert [(ledger.name, ledger.entries) for ledger in result.ledgers] == [
        (PLATFORM, 0),
        (filled, 10),
    ]
    assert result.ledgers[1].root == bytes(Ledger.objects.get(name=filled).root)


def test_a_changed_leaf_is_named(filled: str) -> None:
    changed = leaf_of(4).replace(b'"sheet"', b'"board"')
    sql('UPDATE audit_entry SET leaf = %s WHERE "index" = 4', changed)
    bad = first_bad()
    assert (bad.index, bad.kind) == (4, BadKind.CHANGED)


def test_a_changed_hash_is_named(filled: str) -> None:
    sql('UPDATE audit_entry SET leaf_hash = %s WHERE "index" = 4', bytes(32))
    assert first_bad().index == 4


def test_a_leaf_in_another_spelling_is_named(filled: str) -> None:
    spelled = leaf_of(4) + b" "
    sql(
        'UPDATE audit_entry SET leaf = %s, leaf_hash = %s WHERE "index" = 4',
        spelled,
        leaf_hash(spelled),
    )
    bad = first_bad()
    assert (bad.index, bad.kind) == (4, BadKind.CHANGED)


def test_a_change_made_up_to_the_hash_is_seen_by_the_root(filled: str) -> None:
    rewrite_leaf(4)
    assert first_bad().kind == BadKind.CHANGED


def test_a_change_made_up_to_the_root_is_seen_by_the_checkpoint(ledger: str) -> None:
    record_now(ledger, a_read())
    sign_checkpoint(ledger)
    for _ in range(4):
        record_now(ledger, a_read())
    sign_checkpoint(ledger)
    rewrite_leaf(3)
    rebuild_head()
    bad = first_bad()
    assert (bad.index, bad.kind) == (1, BadKind.CHECKPOINT_MISMATCH)


def test_a_ledger_rewritten_with_its_checkpoints_is_seen_by_the_platform(filled: str) -> None:
    sign_checkpoint(filled)
    rewrite_leaf(3)
    rebuild_head()
    sql("DELETE FROM audit_checkpoint")
    assert first_bad().kind == BadKind.CHECKPOINT_MISMATCH


def test_a_ledger_rewritten_everywhere_is_seen_by_a_copy_outside(filled: str) -> None:
    note = sign_checkpoint(filled).note
    rewrite_leaf(3)
    rebuild_head()
    sql("DELETE FROM audit_checkpoint")
    sql("DELETE FROM audit_entry WHERE ledger_id <> (SELECT max(ledger_id) FROM audit_entry)")
    rebuild_head_of_platform()
    assert verify_all().ok
    assert first_bad(outside=(note,)).kind == BadKind.CHECKPOINT_MISMATCH


def rebuild_head_of_platform() -> None:
    drop_triggers(connection)
    Ledger.objects.filter(name=PLATFORM).update(
        size=0, root=CompactRange().root(), frontier=b"", last_time=None
    )
    ensure_triggers(connection)


def test_a_missing_entry_is_named(filled: str) -> None:
    sql(DELETE_SUBJECTS, 4)
    sql('DELETE FROM audit_entry WHERE "index" = %s', 4)
    bad = first_bad()
    assert (bad.index, bad.kind) == (4, BadKind.MISSING)


DELETE_SUBJECTS = (
    "DELETE FROM audit_entrysubject WHERE entry_id IN"
    ' (SELECT id FROM audit_entry WHERE "index" = %s)'
)


def test_a_missing_entry_whose_gap_was_closed_is_named(filled: str) -> None:
    sql(DELETE_SUBJECTS, 4)
    sql('DELETE FROM audit_entry WHERE "index" = %s', 4)
    for index in range(5, 10):
        sql('UPDATE audit_entry SET "index" = %s WHERE "index" = %s', index - 1, index)
    rebuild_head()
    bad = first_bad()
    assert (bad.index, bad.kind) == (4, BadKind.MISSING)


def test_a_removed_leaf_is_not_mistaken_for_a_pruned_one(filled: str) -> None:
    sql(DELETE_SUBJECTS, 4)
    blank = {
        name: ("''" if Entry._meta.get_field(name).get_internal_type() == "CharField" else "NULL")
        for name in ENTRY_COLUMNS
        if name != "klass"
    }
    columns = ", ".join(f"{name} = {value}" for name, value in blank.items())
    sql(f'UPDATE audit_entry SET leaf = NULL, {columns} WHERE "index" = 4')
    bad = first_bad()
    assert (bad.index, bad.kind) == (4, BadKind.MISSING)


def copy_of(index: int, at: int) -> None:
    entry = Entry.objects.get(ledger__name=NAME, index=index)
    entry.pk, entry.index, entry.situation, entry.write_number = None, at, None, None
    entry.save(force_insert=True)


def test_an_entry_put_in_at_the_end_is_named(filled: str) -> None:
    copy_of(0, at=10)
    bad = first_bad()
    assert (bad.index, bad.kind) == (10, BadKind.INSERTED)


def test_an_entry_put_in_between_is_named(filled: str) -> None:
    for index in range(9, 3, -1):
        sql('UPDATE audit_entry SET "index" = %s WHERE "index" = %s', index + 1, index)
    leaf = parse_leaf(leaf_of(5))
    planted = leaf_bytes(a_read(), ledger=NAME, index=4, time=leaf.time, salt=bytes(16))
    entry = Entry.objects.get(ledger__name=NAME, index=5)
    entry.pk, entry.index, entry.leaf, entry.leaf_hash = None, 4, planted, leaf_hash(planted)
    entry.save(force_insert=True)
    row = EntrySubject.objects.filter(entry__index=5).get()
    row.pk, row.entry = None, entry
    row.save(force_insert=True)
    rebuild_head()
    bad = first_bad()
    assert (bad.index, bad.kind) == (4, BadKind.INSERTED)


def test_an_entry_of_another_ledger_is_named(filled: str) -> None:
    ensure_ledger(OTHER)
    entry = record_now(OTHER, a_read())
    sql(
        'UPDATE audit_entry SET ledger_id = (SELECT id FROM audit_ledger WHERE name = %s), "index"'
        " = 10 WHERE id = %s",
        NAME,
        entry.pk,
    )
    rebuild_head()
    bad = first_bad()
    assert (bad.index, bad.kind) == (10, BadKind.INSERTED)


def test_reordered_entries_are_named(filled: str) -> None:
    for old, new in ((2, 99), (6, 2), (99, 6)):
        sql('UPDATE audit_entry SET "index" = %s WHERE "index" = %s', new, old)
    rebuild_head()
    bad = first_bad()
    assert (bad.index, bad.kind) == (2, BadKind.REORDERED)


def test_a_truncated_ledger_is_named(filled: str) -> None:
    for index in (8, 9):
        sql(DELETE_SUBJECTS, index)
        sql('DELETE FROM audit_entry WHERE "index" = %s', index)
    bad = first_bad()
    assert (bad.index, bad.kind) == (8, BadKind.TRUNCATED)


def test_a_ledger_truncated_with_its_head_is_seen_by_the_checkpoint(filled: str) -> None:
    sign_checkpoint(filled)
    for index in (8, 9):
        sql(DELETE_SUBJECTS, index)
        sql('DELETE FROM audit_entry WHERE "index" = %s', index)
    rebuild_head()
    bad = first_bad()
    assert (bad.index, bad.kind) == (8, BadKind.TRUNCATED)


def test_a_ledger_that_is_gone_is_named(filled: str) -> None:
    sign_checkpoint(filled)
    sql("DELETE FROM audit_checkpoint")
    sql("DELETE FROM audit_entrysubject")
    sql("DELETE FROM audit_entry WHERE situation IS NOT NULL OR actor IS NOT NULL")
    sql("DELETE FROM audit_ledger WHERE name = %s", NAME)
    bad = first_bad()
    assert (bad.index, bad.kind) == (0, BadKind.MISSING)


def test_a_ledger_gone_without_trace_is_seen_by_a_copy_outside(filled: str) -> None:
    signer = signer_for(OTHER)
    note = sign_note(f"{signer.name}\n0\n{'A' * 43}=\n", signer)
    assert first_bad(OTHER, outside=(note,)).kind == BadKind.MISSING


TAMPERINGS: list[tuple[str, str]] = [
    ("actor", "NULL"),
    ("organisation", "NULL"),
    ("role", "'coordinator'"),
    ("verb", "'list'"),
    ("purpose", "'board'"),
    ("outcome", "'refused'"),
    ("reason", "'x'"),
    ("klass", "'write'"),
    ("request_id", "'x'"),
    ("object_model", "'x'"),
    ("object_version", "7"),
    ("ciphertext_hash", "'x'"),
    ("time", "'2020-01-01 00:00:00+00:00'"),
]


@pytest.mark.parametrize(("column", "value"), TAMPERINGS)
def test_a_search_column_that_is_off_is_named(filled: str, column: str, value: str) -> None:
    sql(f'UPDATE audit_entry SET {column} = {value} WHERE "index" = 6')
    bad = first_bad()
    assert (bad.index, bad.kind) == (6, BadKind.DERIVED_COLUMN)
    assert column in bad.why


SUBJECT_TAMPERINGS = [
    "DELETE FROM audit_entrysubject WHERE id = {}",
    "UPDATE audit_entrysubject SET kind = 'action' WHERE id = {}",
    "UPDATE audit_entrysubject SET organisation = NULL WHERE id = {}",
    "UPDATE audit_entrysubject SET outcome = 'refused' WHERE id = {}",
    "UPDATE audit_entrysubject SET ledger_id = ledger_id - 1 WHERE id = {}",
    (
        "INSERT INTO audit_entrysubject (entry_id, ledger_id, kind, number, time, verb, outcome)"
        " SELECT entry_id, ledger_id, 'action', number, time, verb, outcome FROM"
        " audit_entrysubject WHERE id = {}"
    ),
]


@pytest.mark.parametrize("statement", SUBJECT_TAMPERINGS)
def test_a_search_row_that_is_off_is_named(filled: str, statement: str) -> None:
    row = EntrySubject.objects.get(entry__index=6)
    sql(statement.format(row.pk))
    bad = first_bad()
    assert (bad.index, bad.kind) == (6, BadKind.DERIVED_COLUMN)


def test_a_forged_checkpoint_is_named(filled: str) -> None:
    sign_checkpoint(filled)
    signer = signer_for(filled)
    head = Ledger.objects.get(name=filled)
    other_key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    note = Checkpoint.objects.get().note.partition("\n\n")[0] + "\n"
    forged = sign_note(note, Signer(signer.name, other_key))
    Checkpoint.objects.create(
        ledger=head, size=10, root=head.root, note=forged, signed_at=timezone.now()
    )
    assert first_bad().kind == BadKind.FORGED_SIGNATURE


def test_a_checkpoint_whose_columns_are_off_is_named(filled: str) -> None:
    sign_checkpoint(filled)
    sql("UPDATE audit_checkpoint SET size = 9")
    assert first_bad().kind == BadKind.DERIVED_COLUMN


def test_without_the_key_checkpoints_are_not_believed(filled: str, settings: Settings) -> None:
    sign_checkpoint(filled)
    settings.LEDGER_CHECKPOINT_SEED = None
    settings.LEDGER_CHECKPOINT_KEY_FILE = ""
    assert first_bad().kind == BadKind.FORGED_SIGNATURE


def test_a_checkpoint_of_another_installation_is_refused(filled: str, settings: Settings) -> None:
    note = sign_checkpoint(filled).note
    settings.LEDGER_ORIGIN = "elsewhere.example/concertation"
    with pytest.raises(InvalidCheckpointError):
        verify_all(outside=[note])


def test_a_head_with_another_frontier_is_named(filled: str) -> None:
    sql("UPDATE audit_ledger SET frontier = %s WHERE name = %s", bytes(64), NAME)
    assert first_bad().kind == BadKind.CHANGED


def test_a_head_with_another_time_is_named(filled: str) -> None:
    sql("UPDATE audit_ledger SET last_time = '2020-01-01 00:00:00+00:00' WHERE name = %s", NAME)
    assert first_bad().kind == BadKind.DERIVED_COLUMN


def test_a_write_number_that_was_skipped_is_named(ledger: str) -> None:
    record_now(ledger, a_write())
    second = a_write(2)
    assert second.written is not None
    record_now(ledger, replace(second, written=replace(second.written, write_number=3)))
    bad = first_bad()
    assert (bad.index, bad.kind) == (1, BadKind.MISSING)


def test_only_one_ledger_is_read_when_asked(filled: str) -> None:
    record_now(PLATFORM, a_read())
    assert [ledger.name for ledger in verify_all(only=filled).ledgers] == [filled]


def test_verifying_reads_in_batches(
    filled: str, django_assert_num_queries: DjangoAssertNumQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    with django_assert_num_queries(8):  # checkpoints, head, prunings, entries, subjects, end…
        assert verify_ledger(filled).ok
    monkeypatch.setattr("audit.verify.BATCH", 3)
    sizes: list[int] = []
    progress: Callable[[int], None] = sizes.append
    assert verify_ledger(filled, progress=progress).ok
    assert sizes == [3, 6, 9]
