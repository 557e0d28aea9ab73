"""The ledger's app: it keeps its tables immutable after every migration."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db import connections, router
from django.db.models.signals import post_migrate

from audit.immutability import ensure_triggers
from audit.rights import grant_serving_rights


class AuditConfig(AppConfig):
    name = "audit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(protect_ledger, sender=self, dispatch_uid="audit.protect_ledger")


def protect_ledger(sender: AppConfig, using: str, **_: Any) -> None:
    """Put triggers and rights back after migrations.

    SQLite rebuilds an altered table without its triggers, and a new table has no grants yet.
    """
    connection = connections[using]
    if not router.allow_migrate(using, "audit", model_name="entry"):
        return
    if sender.get_model("Entry")._meta.db_table not in connection.introspection.table_names():
        return  # migrated back to nothing
    ensure_triggers(connection)
    role = getattr(settings, "LEDGER_SERVING_ROLE", "")
    if role and connection.vendor == "postgresql":
        grant_serving_rights(using, role)
