"""`among`: a list of numbers handed to the database as one value.

`in` makes a parameter of each: for a search through two thousand situations Django then spends
more time on the parameters than the database on the answer, and SQLite takes 32,766 at most.
"""

import json
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Lookup, UUIDField
from django.db.models.sql.compiler import SQLCompiler


@UUIDField.register_lookup
class Among(Lookup):
    """Whether a number stands in a list of UUIDs; an empty list holds none."""

    lookup_name = "among"
    # A list isn't one value of the field: it is prepared here.
    prepare_rhs = False

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        """The condition for SQLite (json_each) and PostgreSQL (any)."""
        column, params = self.process_lhs(compiler, connection)
        numbers = list(self.rhs)
        if connection.vendor == "postgresql":
            return f"{column} = ANY(%s)", (*params, numbers)
        told = json.dumps([number.hex for number in numbers])
        inside = "(SELECT value FROM json_each(%s))"
        return f"{column} IN {inside}", (*params, told)
