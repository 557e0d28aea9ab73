"""The queue of each month, and how each item of it ended. Numbers only, but for the DPO's words.

These rows are work, not evidence: the evidence is the ledger, and each step here is an event there.
"""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q


class ReviewMonth(models.Model):
    """That a month's queue was built: by which version of the rules, from how many entries."""

    ledger = models.ForeignKey("audit.Ledger", models.PROTECT, related_name="months")
    month = models.DateField()
    seed = models.BinaryField()
    rules = models.PositiveSmallIntegerField()
    entries = models.PositiveBigIntegerField()
    built_at = models.DateTimeField()
    # Built after its last day: nothing is added to it any more.
    complete = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ledger", "month"], name="audit_one_queue_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class ReviewState(models.TextChoices):
    """How far an item is."""

    OPEN = "open"
    QUESTIONED = "questioned"
    EXPLAINED = "explained"
    CLOSED = "closed"


ENDED = (ReviewState.EXPLAINED, ReviewState.CLOSED)


class ReviewItem(models.Model):
    """One item of the queue: what a rule picked, the question to the reader, and the note."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    month = models.ForeignKey(ReviewMonth, models.PROTECT, related_name="items")
    rule = models.CharField(max_length=32)
    key = models.CharField(max_length=160)
    actor = models.UUIDField(null=True)
    organisation = models.UUIDField(null=True)
    situation = models.UUIDField(null=True)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    # Indexes of the entries; of the platform's ledger when `platform` says so.
    entries = models.JSONField()
    count = models.PositiveIntegerField()
    platform = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=ReviewState, default=ReviewState.OPEN)
    note = models.TextField(blank=True)
    question = models.TextField(blank=True)
    asked_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["month", "rule", "key"], name="audit_item_once_a_month"
            ),
            models.CheckConstraint(
                condition=Q(state__in=ReviewState.values), name="audit_item_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="questioned") | Q(asked_at__isnull=False) & ~Q(question=""),
                name="audit_question_has_words",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["explained", "closed"])
                | Q(ended_at__isnull=False) & ~Q(note=""),
                name="audit_ended_item_has_note",
            ),
        ]
        indexes: ClassVar = [
            models.Index("actor", "state", name="audit_item_of_a_reader"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.key}"


class SavedSearch(models.Model):
    """A search of the log that somebody keeps: their words for it, and numbers and codes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ledger = models.ForeignKey("audit.Ledger", models.PROTECT, related_name="+")
    owner = models.UUIDField()
    name = models.CharField(max_length=60)
    filters = models.JSONField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["ledger", "owner", "name"], name="audit_saved_search_named_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ReviewReport(models.Model):
    """A month's report: the exact statement, signed with the DPO's own key."""

    month = models.OneToOneField(ReviewMonth, models.PROTECT, related_name="report")
    statement = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    keys = models.UUIDField()
    sign_public = models.BinaryField()
    signature = models.BinaryField()
    signed_by = models.UUIDField()
    signed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.sha256
