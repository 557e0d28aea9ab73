"""Tables of the ledger. Leaves are the truth; every other column is derived and verified.

Entries, their subjects and checkpoints are never changed: triggers refuse it (``immutability``),
and on PostgreSQL the serving role has no right to it (``rights``).
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class Ledger(models.Model):
    """The head of one Merkle tree. Its row is the lock that serialises appends."""

    name = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField(default=0)
    frontier = models.BinaryField(default=b"")
    root = models.BinaryField()
    last_time = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="audit_ledger_time_from_first_entry",
                condition=Q(size=0, last_time__isnull=True)
                | Q(size__gt=0, last_time__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


_PRUNED = Q(
    leaf__isnull=True,
    time__isnull=True,
    actor__isnull=True,
    organisation__isnull=True,
    meeting__isnull=True,
    object_uuid__isnull=True,
    object_version__isnull=True,
    situation__isnull=True,
    write_number__isnull=True,
    role="",
    verb="",
    purpose="",
    outcome="",
    reason="",
    request_id="",
    object_model="",
    ciphertext_hash="",
)


class Entry(models.Model):
    """One event: its leaf as stored and hashed, and columns to search by.

    Pruning removes leaf and columns and keeps index, class and hash: the tree stays verifiable.
    """

    ledger = models.ForeignKey(
        Ledger, on_delete=models.PROTECT, related_name="entries", db_index=False
    )
    index = models.PositiveBigIntegerField()
    leaf = models.BinaryField(null=True)
    leaf_hash = models.BinaryField()
    klass = models.CharField(max_length=16)
    time = models.DateTimeField(null=True)
    actor = models.UUIDField(null=True)
    organisation = models.UUIDField(null=True)
    role = models.CharField(max_length=64, blank=True)
    verb = models.CharField(max_length=64, blank=True)
    purpose = models.CharField(max_length=64, blank=True)
    outcome = models.CharField(max_length=16, blank=True)
    reason = models.CharField(max_length=64, blank=True)
    meeting = models.UUIDField(null=True)
    request_id = models.CharField(max_length=64, blank=True)
    object_model = models.CharField(max_length=101, blank=True)
    object_uuid = models.UUIDField(null=True)
    object_version = models.PositiveBigIntegerField(null=True)
    ciphertext_hash = models.CharField(max_length=64, blank=True)
    situation = models.UUIDField(null=True)
    write_number = models.PositiveBigIntegerField(null=True)

    class Meta:
        verbose_name_plural = "entries"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ledger", "index"], name="audit_entry_one_per_index"),
            models.UniqueConstraint(
                fields=["ledger", "situation", "write_number"],
                name="audit_entry_one_per_write",
                condition=Q(situation__isnull=False),
            ),
            models.CheckConstraint(
                name="audit_entry_whole_or_pruned",
                condition=_PRUNED
                | Q(leaf__isnull=False, time__isnull=False) & ~Q(verb="") & ~Q(outcome=""),
            ),
        ]
        indexes: ClassVar = [
            models.Index("ledger", "actor", F("index").desc(), name="audit_entry_actor"),
            models.Index("ledger", "organisation", F("index").desc(), name="audit_entry_org"),
            models.Index("ledger", "verb", F("index").desc(), name="audit_entry_verb"),
            models.Index("ledger", "time", name="audit_entry_time"),
            # One index for each rare outcome: SQLite uses a partial index only for an equality.
            models.Index(
                "ledger",
                F("index").desc(),
                name="audit_entry_refused",
                condition=Q(outcome="refused"),
            ),
            models.Index(
                "ledger",
                F("index").desc(),
                name="audit_entry_failed",
                condition=Q(outcome="failed"),
            ),
            # The flooding limit counts one person's refusals over all ledgers.
            models.Index(
                "actor", "time", name="audit_entry_refusals", condition=Q(outcome="refused")
            ),
            models.Index(
                "ledger",
                "meeting",
                F("index").desc(),
                name="audit_entry_meeting",
                condition=Q(meeting__isnull=False),
            ),
            models.Index(
                "object_uuid",
                "object_version",
                name="audit_entry_object",
                condition=Q(object_uuid__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"entry {self.index}"


class EntrySubject(models.Model):
    """What an entry is about, so that "who saw X" is answered from one index alone."""

    # No constraints: a list of fifty subjects would check a hundred keys at each commit. Entries
    # are never deleted, and verifying compares these rows with the leaf.
    entry = models.ForeignKey(
        Entry,
        on_delete=models.PROTECT,
        related_name="subjects",
        db_index=False,
        db_constraint=False,
    )
    ledger = models.ForeignKey(
        Ledger, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    kind = models.CharField(max_length=32)
    number = models.UUIDField()
    time = models.DateTimeField()
    organisation = models.UUIDField(null=True)
    actor = models.UUIDField(null=True)
    verb = models.CharField(max_length=64)
    outcome = models.CharField(max_length=16)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["entry", "kind", "number"], name="audit_subject_once_per_entry"
            ),
        ]
        indexes: ClassVar = [
            # Every column that "who saw X" shows stands in the key: an index-only answer.
            models.Index(
                "ledger",
                "kind",
                "number",
                F("time").desc(),
                "organisation",
                "actor",
                "verb",
                "outcome",
                name="audit_subject_who_saw",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class Checkpoint(models.Model):
    """A signed state of a ledger (C2SP tlog-checkpoint); the copies outside are what counts."""

    ledger = models.ForeignKey(Ledger, on_delete=models.PROTECT, related_name="checkpoints")
    size = models.PositiveBigIntegerField()
    root = models.BinaryField()
    note = models.TextField()
    signed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"checkpoint at {self.size}"


class RefusalCount(models.Model):
    """Refusals beyond the flooding limit, waiting to be recorded as one counted event."""

    ledger = models.ForeignKey(Ledger, on_delete=models.PROTECT, related_name="+")
    who = models.CharField(max_length=36)
    since = models.DateTimeField()
    waiting = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ledger", "who"], name="audit_refusals_one_per_person"),
        ]

    def __str__(self) -> str:
        return f"{self.waiting} refusals"


# Django finds the models of an app here; the queue keeps its own in `review`.
from audit.review.models import ReviewItem, ReviewMonth, ReviewReport, SavedSearch  # noqa: E402

__all__ = [
    "Checkpoint", "Entry", "EntrySubject", "Ledger", "RefusalCount", "ReviewItem", "ReviewMonth",
    "ReviewReport",
    "SavedSearch",
]  # fmt: skip
