"""Sends the erasure store's two tables to their own database, and everything else away from it."""

from typing import Any

ALIAS = "erasure"
LABEL = "erasure"


class ErasureRouter:
    """Nothing refers across the two databases."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return ALIAS if model._meta.app_label == LABEL else None

    def db_for_write(self, model: Any, **hints: Any) -> str | None:
        return ALIAS if model._meta.app_label == LABEL else None

    def allow_relation(self, obj1: Any, obj2: Any, **hints: Any) -> bool | None:
        one, two = (each._meta.app_label == LABEL for each in (obj1, obj2))
        return None if one == two else False

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return (db == ALIAS) == (app_label == LABEL)
