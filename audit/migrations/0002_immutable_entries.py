"""Triggers that refuse UPDATE, DELETE and TRUNCATE of what was recorded."""

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from audit.immutability import drop_triggers, ensure_triggers


def protect(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    ensure_triggers(schema_editor.connection)


def unprotect(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    drop_triggers(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("audit", "0001_ledger")]
    operations: ClassVar = [migrations.RunPython(protect, unprotect)]
