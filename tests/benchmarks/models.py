"""Plain twins of the sealed tables: the same clear columns, with text where a seal would be.

Never migrated, never part of the board: they exist in the throw-away database of `make bench`.
"""

import uuid
from typing import Any, ClassVar

from django.db import models

from concertation.accounts.models import Concertation, Participation
from concertation.situations.models import AgreedAction, Contribution, Situation
from ethics.secrecy.fields import SealedField, SealedRecord

# What only sealing needs.
SEALING = {"container", "scope", "key_generation"}


class PlainSituation(models.Model):
    """What was signalled, in the clear."""

    # The page's code asks for it by name; here it names nothing.
    SEALED_AS: ClassVar[str] = "plain"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    version = models.PositiveIntegerField(default=1)
    form_number = models.UUIDField(null=True)
    code = models.CharField(max_length=8, unique=True)
    concertation = models.ForeignKey(Concertation, models.CASCADE, related_name="+")
    state = models.CharField(max_length=10)
    restricted = models.BooleanField(default=False)
    hidden = models.BooleanField(default=False)
    brought_by = models.ForeignKey(Participation, models.CASCADE, related_name="+")
    case_manager = models.ForeignKey(Participation, models.CASCADE, null=True, related_name="+")
    signalled_on = models.DateField(null=True)
    brought_at = models.UUIDField(null=True)
    next_review_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    made_at = models.DateTimeField()
    last_entry_at = models.DateTimeField()

    headline = models.TextField()
    needs = models.JSONField()
    urgency = models.JSONField()
    account = models.TextField()
    tried = models.TextField()
    question = models.TextField()
    strengths = models.TextField()
    wish = models.TextField()
    informed = models.JSONField()
    agreement = models.JSONField()
    network = models.JSONField()
    missing = models.TextField()
    outcome = models.JSONField(null=True)
    outcome_comment = models.TextField()

    class Meta:
        ordering: ClassVar = ["-signalled_on", "id"]
        indexes: ClassVar = [
            models.Index(fields=["concertation", "state", "next_review_on"], name="plain_order")
        ]

    def __str__(self) -> str:
        return str(self.id)

    @classmethod
    def sealed_fields(cls) -> tuple[Any, ...]:
        """The columns that the twin seals: the page's code asks for their names."""
        return tuple(cls._meta.get_field(each.name) for each in Situation.sealed_fields())


class PlainAction(models.Model):
    """An agreed action, in the clear."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    version = models.PositiveIntegerField(default=1)
    situation = models.ForeignKey(PlainSituation, models.CASCADE, related_name="actions")
    state = models.CharField(max_length=14)
    owner = models.ForeignKey(Participation, models.CASCADE, related_name="+")
    due_on = models.DateField()
    proposed_by = models.ForeignKey(Participation, models.CASCADE, related_name="+")
    proposed_on = models.DateField()
    agreed_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    text = models.TextField()
    result = models.TextField()

    class Meta:
        ordering: ClassVar = ["due_on", "id"]
        indexes: ClassVar = [models.Index(fields=["owner", "state", "due_on"], name="plain_mine")]

    def __str__(self) -> str:
        return str(self.id)


class PlainContribution(models.Model):
    """An entry of the timeline, in the clear."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    version = models.PositiveIntegerField(default=1)
    situation = models.ForeignKey(PlainSituation, models.CASCADE, related_name="contributions")
    kind = models.CharField(max_length=12)
    author = models.ForeignKey(Participation, models.CASCADE, related_name="+")
    action = models.ForeignKey(PlainAction, models.CASCADE, null=True, related_name="feedback")
    meeting = models.UUIDField(null=True)
    on = models.DateField()
    made_at = models.DateTimeField()
    text = models.TextField()

    class Meta:
        ordering: ClassVar = ["-on", "-made_at"]

    def __str__(self) -> str:
        return str(self.id)


class SealedNote(SealedRecord):
    """Five sealed texts, each row under a key of its own: the read that `sealed_read` measures."""

    SEALED_AS: ClassVar[str] = "benchmarks.sealednote"

    one = SealedField(group="narrative")
    two = SealedField(group="narrative")
    three = SealedField(group="narrative")
    four = SealedField(group="narrative")
    five = SealedField(group="narrative")

    def __str__(self) -> str:
        return str(self.id)


class PlainNote(models.Model):
    """The same five texts in the clear."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    one = models.TextField()
    two = models.TextField()
    three = models.TextField()
    four = models.TextField()
    five = models.TextField()

    def __str__(self) -> str:
        return str(self.id)


TWINS: dict[type[SealedRecord], type[models.Model]] = {
    Situation: PlainSituation,
    AgreedAction: PlainAction,
    Contribution: PlainContribution,
}


def clear_columns(model: type[SealedRecord]) -> list[str]:
    """The columns both tables have as they are, foreign keys by number."""
    sealed = {each.name for each in model.sealed_fields()}
    return [
        column.attname for column in model._meta.local_fields if column.name not in sealed | SEALING
    ]


class PlainAudit(models.Model):
    """The unchained audit row of an ordinary board."""

    at = models.DateTimeField(auto_now_add=True)
    actor = models.UUIDField(db_index=True)
    verb = models.CharField(max_length=64)
    subject = models.UUIDField(db_index=True)

    def __str__(self) -> str:
        return self.verb
