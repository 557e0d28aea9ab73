"""Let Django's test runner empty the ledger's tables between transactional tests.

``TransactionTestCase`` ends with a flush, DELETE on SQLite and TRUNCATE on PostgreSQL, which the
ledger's triggers rightly refuse. The triggers stay on during every test and are lifted for the
flush statement alone; production code has no way around them but ``immutability.lifted``.
"""

from collections.abc import Iterator, Sequence
from unittest.mock import patch

import pytest
from django.db.backends.base.operations import BaseDatabaseOperations

from audit.immutability import IMMUTABLE_TABLES, lifted


@pytest.fixture(scope="session", autouse=True)
def flush_lifts_the_triggers() -> Iterator[None]:
    """Import this fixture into the conftest of every suite with transactional tests."""
    flush = BaseDatabaseOperations.execute_sql_flush

    def lifting_flush(self: BaseDatabaseOperations, sql_list: Sequence[str]) -> None:
        if any(table in sql for sql in sql_list for table in IMMUTABLE_TABLES):
            with lifted(self.connection.alias):
                flush(self, sql_list)
        else:
            flush(self, sql_list)

    with patch.object(BaseDatabaseOperations, "execute_sql_flush", lifting_flush):
        yield
