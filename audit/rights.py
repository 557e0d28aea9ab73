"""Rights of the serving role on PostgreSQL (design 3, database rights)."""

from django.core.exceptions import ImproperlyConfigured
from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from audit.immutability import HEAD_TABLE, IMMUTABLE_TABLES


def grant_serving_rights(connection_alias: str, serving_role: str) -> None:
    """Let the serving role append to the ledger and never change it; give it the other tables.

    Run as the owner of the tables: an owner grants itself any right back, so serving as the owner
    would make this a comedy. Raises ImproperlyConfigured when the role is the owner or missing.
    """
    connection = connections[connection_alias]
    quote = connection.ops.quote_name
    role = quote(serving_role)
    with transaction.atomic(using=connection_alias), connection.cursor() as cursor:
        _check_role(cursor, serving_role)
        cursor.execute("SELECT quote_ident(current_schema())")
        schema = cursor.fetchone()[0]
        cursor.execute(f"GRANT USAGE ON SCHEMA {schema} TO {role}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}")
        for table in connection.introspection.table_names(cursor):
            if table in IMMUTABLE_TABLES:
                rights = "SELECT, INSERT"
            elif table == HEAD_TABLE:
                rights = "SELECT, INSERT, UPDATE"
            else:
                rights = "SELECT, INSERT, UPDATE, DELETE"
            cursor.execute(f"REVOKE ALL ON {quote(table)} FROM {role}, PUBLIC")
            cursor.execute(f"GRANT {rights} ON {quote(table)} TO {role}")


def _check_role(cursor: CursorWrapper, role: str) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    if cursor.fetchone() is None:
        raise ImproperlyConfigured("LEDGER_SERVING_ROLE names a role that does not exist")
    # True for superusers and members of the owner as well: both could undo the rights.
    cursor.execute(
        "SELECT bool_or(pg_has_role(%s, tableowner, 'MEMBER')) FROM pg_tables"
        " WHERE schemaname = current_schema() AND tablename = ANY(%s)",
        [role, [*IMMUTABLE_TABLES, HEAD_TABLE]],
    )
    if cursor.fetchone()[0]:
        raise ImproperlyConfigured("the serving role owns the ledger, so nothing would bind it")
