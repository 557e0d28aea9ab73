"""Triggers that refuse to change what was recorded, on SQLite and PostgreSQL.

They stop a bug, a console session and, on PostgreSQL, the serving role, which has no right to
remove them. They do not stop whoever owns the database file: checkpoints kept outside show that.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

IMMUTABLE_TABLES: Final = ("audit_entry", "audit_entrysubject", "audit_checkpoint")
HEAD_TABLE: Final = "audit_ledger"
PROTECTED_TABLES: Final = (*IMMUTABLE_TABLES, HEAD_TABLE)

_REFUSAL: Final = "the ledger only grows: what was recorded is never changed or deleted"
_BACKWARDS: Final = "NEW.size < OLD.size OR NEW.name <> OLD.name OR NEW.id <> OLD.id"

# "INSERT OR REPLACE" deletes without firing delete triggers (sqlite.org/lang_conflict.html).
_SAME_ROW: Final = {
    "audit_entry": 'id = NEW.id OR (ledger_id = NEW.ledger_id AND "index" = NEW."index")',
    "audit_entrysubject": (
        "id = NEW.id OR (entry_id = NEW.entry_id AND kind = NEW.kind AND number = NEW.number)"
    ),
    "audit_checkpoint": "id = NEW.id",
    "audit_ledger": "id = NEW.id OR name = NEW.name",
}


def ensure_triggers(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers that are not there. Other databases are refused: NotImplementedError."""
    if connection.vendor == "sqlite":
        statements = list(_sqlite_triggers())
    elif connection.vendor == "postgresql":
        statements = list(_postgresql_triggers())
    else:
        raise NotImplementedError(connection.vendor)
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def drop_triggers(connection: BaseDatabaseWrapper) -> None:
    """Remove the triggers; on PostgreSQL this needs the owner's rights."""
    with connection.cursor() as cursor:
        for table in PROTECTED_TABLES:
            for event in ("insert", "update", "delete", "truncate"):
                if connection.vendor == "sqlite":
                    cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{event}")
                else:
                    cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{event} ON {table}")
        if connection.vendor == "postgresql":
            cursor.execute("DROP FUNCTION IF EXISTS audit_refuse()")


@contextmanager
def lifted(alias: str) -> Iterator[None]:
    """Lift the triggers for one transaction: for pruning and for the test suite's flush only.

    Data definition is transactional on both databases, so no other connection ever sees the
    tables unprotected and a crash leaves them protected. On PostgreSQL only the owner may do it.
    """
    connection = connections[alias]
    with transaction.atomic(using=alias):
        _switch(connection, on=False)
        yield
        _switch(connection, on=True)


def _switch(connection: BaseDatabaseWrapper, *, on: bool) -> None:
    if connection.vendor == "sqlite":
        (ensure_triggers if on else drop_triggers)(connection)
        return
    connection.check_constraints()  # PostgreSQL alters no table with checks pending
    with connection.cursor() as cursor:
        for table in PROTECTED_TABLES:
            cursor.execute(f"ALTER TABLE {table} {'ENABLE' if on else 'DISABLE'} TRIGGER USER")


def _sqlite_triggers() -> Iterator[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    for table in PROTECTED_TABLES:
        when = f"WHEN {_BACKWARDS} " if table == HEAD_TABLE else ""
        create = f"CREATE TRIGGER IF NOT EXISTS {table}_no"
        yield f"{create}_update BEFORE UPDATE ON {table} {when}{refuse}"
        yield f"{create}_delete BEFORE DELETE ON {table} {refuse}"
        exists = f"EXISTS (SELECT 1 FROM {table} WHERE {_SAME_ROW[table]})"  # noqa: S608 - constants
        yield f"{create}_insert BEFORE INSERT ON {table} WHEN {exists} {refuse}"


def _postgresql_triggers() -> Iterator[str]:
    # 23001 restrict_violation: Django raises IntegrityError, as on SQLite.
    yield f"""
        CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'restrict_violation';
        END $$
    """
    for table in PROTECTED_TABLES:
        when = f"FOR EACH ROW WHEN ({_BACKWARDS})" if table == HEAD_TABLE else "FOR EACH STATEMENT"
        create = f"CREATE OR REPLACE TRIGGER {table}_no"
        run = "EXECUTE FUNCTION audit_refuse()"
        yield f"{create}_update BEFORE UPDATE ON {table} {when} {run}"
        yield f"{create}_delete BEFORE DELETE ON {table} FOR EACH STATEMENT {run}"
        # CREATE OR REPLACE covers row and statement triggers, TRUNCATE included, since 14.
        yield f"{create}_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {run}"
