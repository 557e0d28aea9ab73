"""What outlives every situation: counts of a year, certificates of erasure, used codes."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from concertation.accounts.models import Concertation, Participation
from concertation.situations.enums import ErasureCause
from ethics.secrecy.fields import SealedField, SealedRecord


class YearTally(SealedRecord):
    """Counts of one year, sealed under the concertation's key: they outlive every erasure.

    Measures and categories with their counts, without situation number or finer date (design 1).
    """

    SEALED_AS: ClassVar[str] = "situations.yeartally"

    concertation = models.ForeignKey(Concertation, models.PROTECT, related_name="tallies")
    year = models.PositiveSmallIntegerField()
    counts = SealedField(group="outcome", coded=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["concertation", "year"], name="one_tally_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.year}"


class Erasure(models.Model):
    """One erasure: what was done when, so that it goes on after a crash, and its certificate.

    The number is the container's; no code, no content, nothing that leads back.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    concertation = models.ForeignKey(Concertation, models.PROTECT, related_name="erasures")
    cause = models.CharField(max_length=10, choices=ErasureCause)
    # Whoever decided; nobody for what the rules or an order did.
    by = models.ForeignKey(Participation, models.PROTECT, null=True, related_name="+")
    marked_at = models.DateTimeField(default=timezone.now)
    destroyed_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    rows = models.PositiveIntegerField(default=0)
    certified_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-marked_at"]

    def __str__(self) -> str:
        return str(self.id)


class UsedCode(models.Model):
    """The keyed hash of a code that was given once: it never comes back."""

    hash = models.BinaryField(max_length=32, primary_key=True)

    def __str__(self) -> str:
        return "code"


class LiftedSuppression(models.Model):
    """A coordinator's recorded decision to show small numbers of one year inside the circle."""

    concertation = models.ForeignKey(Concertation, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    by = models.ForeignKey(Participation, models.PROTECT, related_name="+")
    # Closed list: a free text here would travel with the figures.
    reason = models.CharField(
        max_length=20, choices=[("already_published", "already_published"), ("circle", "circle")]
    )
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["concertation", "year"], name="one_lifted_suppression_a_year"
            )
        ]

    def __str__(self) -> str:
        return f"{self.year}"
