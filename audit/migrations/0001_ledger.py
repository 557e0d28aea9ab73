"""The tables of the ledger."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies: ClassVar = []

    operations: ClassVar = [
        migrations.CreateModel(
            name="Ledger",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=64, unique=True)),
                ("size", models.PositiveBigIntegerField(default=0)),
                ("frontier", models.BinaryField(default=b"")),
                ("root", models.BinaryField()),
                ("last_time", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("last_time__isnull", True), ("size", 0)),
                            models.Q(("last_time__isnull", False), ("size__gt", 0)),
                            _connector="OR",
                        ),
                        name="audit_ledger_time_from_first_entry",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("index", models.PositiveBigIntegerField()),
                ("leaf", models.BinaryField(null=True)),
                ("leaf_hash", models.BinaryField()),
                ("klass", models.CharField(max_length=16)),
                ("time", models.DateTimeField(null=True)),
                ("actor", models.UUIDField(null=True)),
                ("organisation", models.UUIDField(null=True)),
                ("role", models.CharField(blank=True, max_length=64)),
                ("verb", models.CharField(blank=True, max_length=64)),
                ("purpose", models.CharField(blank=True, max_length=64)),
                ("outcome", models.CharField(blank=True, max_length=16)),
                ("reason", models.CharField(blank=True, max_length=64)),
                ("meeting", models.UUIDField(null=True)),
                ("request_id", models.CharField(blank=True, max_length=64)),
                ("object_model", models.CharField(blank=True, max_length=101)),
                ("object_uuid", models.UUIDField(null=True)),
                ("object_version", models.PositiveBigIntegerField(null=True)),
                ("ciphertext_hash", models.CharField(blank=True, max_length=64)),
                ("situation", models.UUIDField(null=True)),
                ("write_number", models.PositiveBigIntegerField(null=True)),
                (
                    "ledger",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="audit.ledger",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "entries",
            },
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("size", models.PositiveBigIntegerField()),
                ("root", models.BinaryField()),
                ("note", models.TextField()),
                ("signed_at", models.DateTimeField()),
                (
                    "ledger",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="checkpoints",
                        to="audit.ledger",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RefusalCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("who", models.CharField(max_length=36)),
                ("since", models.DateTimeField()),
                ("waiting", models.PositiveIntegerField(default=0)),
                (
                    "ledger",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="audit.ledger",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="EntrySubject",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=32)),
                ("number", models.UUIDField()),
                ("time", models.DateTimeField()),
                ("organisation", models.UUIDField(null=True)),
                ("actor", models.UUIDField(null=True)),
                ("verb", models.CharField(max_length=64)),
                ("outcome", models.CharField(max_length=16)),
                (
                    "entry",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="subjects",
                        to="audit.entry",
                    ),
                ),
                (
                    "ledger",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="audit.ledger",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("ledger"),
                        models.F("kind"),
                        models.F("number"),
                        models.OrderBy(models.F("time"), descending=True),
                        models.F("organisation"),
                        models.F("actor"),
                        models.F("verb"),
                        models.F("outcome"),
                        name="audit_subject_who_saw",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("entry", "kind", "number"), name="audit_subject_once_per_entry"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                models.F("ledger"),
                models.F("actor"),
                models.OrderBy(models.F("index"), descending=True),
                name="audit_entry_actor",
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                models.F("ledger"),
                models.F("organisation"),
                models.OrderBy(models.F("index"), descending=True),
                name="audit_entry_org",
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                models.F("ledger"),
                models.F("verb"),
                models.OrderBy(models.F("index"), descending=True),
                name="audit_entry_verb",
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(models.F("ledger"), models.F("time"), name="audit_entry_time"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                models.F("ledger"),
                models.OrderBy(models.F("index"), descending=True),
                condition=models.Q(("outcome", "refused")),
                name="audit_entry_refused",
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                models.F("ledger"),
                models.OrderBy(models.F("index"), descending=True),
                condition=models.Q(("outcome", "failed")),
                name="audit_entry_failed",
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                models.F("actor"),
                models.F("time"),
                condition=models.Q(("outcome", "refused")),
                name="audit_entry_refusals",
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                models.F("ledger"),
                models.F("meeting"),
                models.OrderBy(models.F("index"), descending=True),
                condition=models.Q(("meeting__isnull", False)),
                name="audit_entry_meeting",
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                models.F("object_uuid"),
                models.F("object_version"),
                condition=models.Q(("object_uuid__isnull", False)),
                name="audit_entry_object",
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.UniqueConstraint(
                fields=("ledger", "index"), name="audit_entry_one_per_index"
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("situation__isnull", False)),
                fields=("ledger", "situation", "write_number"),
                name="audit_entry_one_per_write",
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("actor__isnull", True),
                        ("ciphertext_hash", ""),
                        ("leaf__isnull", True),
                        ("meeting__isnull", True),
                        ("object_model", ""),
                        ("object_uuid__isnull", True),
                        ("object_version__isnull", True),
                        ("organisation__isnull", True),
                        ("outcome", ""),
                        ("purpose", ""),
                        ("reason", ""),
                        ("request_id", ""),
                        ("role", ""),
                        ("situation__isnull", True),
                        ("time__isnull", True),
                        ("verb", ""),
                        ("write_number__isnull", True),
                    ),
                    models.Q(
                        ("leaf__isnull", False),
                        ("time__isnull", False),
                        models.Q(("verb", ""), _negated=True),
                        models.Q(("outcome", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="audit_entry_whole_or_pruned",
            ),
        ),
        migrations.AddConstraint(
            model_name="refusalcount",
            constraint=models.UniqueConstraint(
                fields=("ledger", "who"), name="audit_refusals_one_per_person"
            ),
        ),
    ]
