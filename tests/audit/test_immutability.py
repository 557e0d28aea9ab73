"""What was recorded stays: triggers on both databases, rights on PostgreSQL."""

from collections.abc import Callable, Iterator

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import IntegrityError, ProgrammingError, connection, transaction

from audit.checkpoint import sign_checkpoint
from audit.immutability import PROTECTED_TABLES, lifted
from audit.models import Checkpoint, Entry, EntrySubject, Ledger
from audit.record import ensure_ledger, record_now
from audit.rights import grant_serving_rights
from audit.verify import verify_all
from tests.audit.conftest import NAME, a_read

ON_POSTGRESQL = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="PostgreSQL only")
ON_SQLITE = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite only")
ROLE = "audit_test_serving"


@pytest.fixture
def filled(ledger: str) -> str:
    """Fill every protected table."""
    record_now(ledger, a_read())
    sign_checkpoint(ledger)
    return ledger


def refused(statement: str) -> None:
    connection.check_constraints()  # PostgreSQL empties no table with checks pending
    with (
        pytest.raises(IntegrityError, match="only grows"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


ATTEMPTS: list[Callable[[], object]] = [
    lambda: Entry.objects.update(verb="list"),
    lambda: Entry.objects.filter(index=0).update(leaf=b"x"),
    lambda: EntrySubject.objects.update(kind="action"),
    lambda: EntrySubject.objects.all().delete(),
    lambda: Checkpoint.objects.update(size=9),
    lambda: Checkpoint.objects.all().delete(),
    lambda: Ledger.objects.update(size=0, last_time=None),
    lambda: Ledger.objects.filter(name=NAME).update(name="concertation:0"),
]


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_the_orm_changes_nothing(filled: str, attempt: Callable[[], object]) -> None:
    with pytest.raises(IntegrityError, match="only grows"), transaction.atomic():
        attempt()
    assert verify_all().ok


def test_a_saved_entry_is_not_saved_again(filled: str) -> None:
    entry = Entry.objects.order_by("pk")[0]
    entry.verb = "list"
    with pytest.raises(IntegrityError, match="only grows"), transaction.atomic():
        entry.save()


@pytest.mark.parametrize("table", PROTECTED_TABLES)
def test_rows_are_never_deleted(filled: str, table: str) -> None:
    refused(f"DELETE FROM {table}")


@ON_POSTGRESQL
@pytest.mark.parametrize("table", PROTECTED_TABLES)
def test_tables_are_never_emptied(filled: str, table: str) -> None:
    refused(f"TRUNCATE {table} CASCADE")


@ON_SQLITE
def test_insert_or_replace_is_no_way_around(filled: str) -> None:
    refused("INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry")
    refused("INSERT OR REPLACE INTO audit_entrysubject SELECT * FROM audit_entrysubject")
    refused("INSERT OR REPLACE INTO audit_ledger SELECT * FROM audit_ledger")


def test_the_triggers_are_back_after_being_lifted(filled: str) -> None:
    with lifted("default"):
        Entry.objects.filter(index=0).update(role="coordinator")
    refused("DELETE FROM audit_entrysubject")
    refused("UPDATE audit_entry SET role = ''")


@pytest.mark.django_db(transaction=True)
def test_a_transactional_test_leaves_rows_for_the_flush() -> None:
    ensure_ledger(NAME)
    record_now(NAME, a_read())


@pytest.mark.django_db(transaction=True)
def test_the_flush_empties_the_ledger_and_keeps_its_triggers() -> None:
    ensure_ledger(NAME)
    record_now(NAME, a_read())
    call_command("flush", interactive=False, verbosity=0)
    assert not Entry.objects.exists()
    ensure_ledger(NAME)
    record_now(NAME, a_read())
    refused("DELETE FROM audit_entrysubject")


@pytest.fixture
def serving(filled: str) -> Iterator[str]:
    """Serve as a role that does not own the tables."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE}")
        grant_serving_rights("default", ROLE)
        cursor.execute(f"SET ROLE {ROLE}")
        yield filled
        cursor.execute("RESET ROLE")


@ON_POSTGRESQL
def test_the_serving_role_appends(serving: str) -> None:
    record_now(serving, a_read())
    sign_checkpoint(serving)
    assert verify_all().ok


@ON_POSTGRESQL
@pytest.mark.parametrize("table", ["audit_entry", "audit_entrysubject", "audit_checkpoint"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {} SET id = id",
        "DELETE FROM {}",
        "TRUNCATE {} CASCADE",
        "ALTER TABLE {} DISABLE TRIGGER USER",
        "DROP TABLE {} CASCADE",
    ],
)
def test_the_serving_role_changes_nothing(serving: str, statement: str, table: str) -> None:
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))


@ON_POSTGRESQL
def test_the_serving_role_deletes_no_ledger_and_lifts_no_trigger(serving: str) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic():
        Ledger.objects.filter(name="platform")._raw_delete("default")
    with pytest.raises(ProgrammingError), lifted("default"):
        pass


@ON_POSTGRESQL
@pytest.mark.parametrize("role", ["nobody_of_this_name", None])
def test_an_owner_or_unknown_role_is_no_serving_role(db: None, role: str | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        owner = cursor.fetchone()[0]
    with pytest.raises(ImproperlyConfigured):
        grant_serving_rights("default", role or owner)
