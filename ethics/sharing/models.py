"""The recorded answers to “Puis-je partager ?”: who decided, under which charter and tree."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from ethics.roles import SecrecyStatus
from ethics.secrecy.fields import SealedField, SealedRecord


class SharingOutcome(models.TextChoices):
    """Where the decision tree can end (design 2)."""

    GENERAL = "s_general"
    CODE = "s_code"
    SHARED_SECRET = "s_partage"  # noqa: S105 - an outcome, not a password
    FRAMEWORK = "s_458ter"
    PROSECUTOR = "s_parquet"
    EMERGENCY = "s_urgence"
    INFORM = "s_informer"
    ADVICE = "s_avis"
    NO = "s_non"


class SharingDecision(SealedRecord):
    """One decision; the answers are sealed because they speak of the person."""

    SEALED_AS: ClassVar[str] = "sharing.sharingdecision"

    author = models.UUIDField()
    participation = models.UUIDField()
    organisation = models.UUIDField()
    function = models.CharField(max_length=80)
    secrecy_status = models.CharField(max_length=14, choices=SecrecyStatus)
    charter_version = models.CharField(max_length=8)
    tree_version = models.PositiveIntegerField()
    outcome = models.CharField(max_length=12, choices=SharingOutcome)
    made_at = models.DateTimeField(default=timezone.now)
    review_on = models.DateField()
    answers = SealedField(group="voice", coded=True)

    def __str__(self) -> str:
        return str(self.id)
