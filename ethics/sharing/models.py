"""The recorded answers to “Puis-je partager ?”, and the frameworks that open its Q6."""

import uuid
from datetime import date
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ethics.roles import SecrecyStatus
from ethics.secrecy.fields import SealedField, SealedRecord
from ethics.sharing.outcomes import SharingOutcome, of_code


class SharingDecision(SealedRecord):
    """One decision, from its first answer to its outcome; sealed, for it speaks of the person.

    In a draft's container it is sealed to its author alone, like the draft.
    """

    SEALED_AS: ClassVar[str] = "sharing.sharingdecision"

    author = models.UUIDField()
    participation = models.UUIDField()
    organisation = models.UUIDField()
    function = models.CharField(max_length=80)
    secrecy_status = models.CharField(max_length=14, choices=SecrecyStatus)
    charter_version = models.CharField(max_length=8)
    tree_version = models.PositiveIntegerField()
    # Empty until it is taken; of a double ending, both codes (`outcomes.as_code`).
    outcome = models.CharField(max_length=32, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    review_on = models.DateField(null=True)
    # Whose advice is asked: a participation, told without content.
    adviser = models.UUIDField(null=True)
    # The person withdrew their agreement: the decision begins at Q8, and the situation is hidden.
    after_withdrawal = models.BooleanField(default=False)
    answers = SealedField(group="voice", coded=True)

    class Meta:
        constraints: ClassVar = [
            # Two windows, or a double click, go on with the same answers.
            models.UniqueConstraint(
                fields=["container", "participation"],
                condition=models.Q(outcome=""),
                name="one_open_decision_each",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def ending(self) -> tuple[SharingOutcome, ...]:
        """Where it ended; empty while it is open."""
        return of_code(self.outcome)


class FrameworkBasis(models.TextChoices):
    """What a case concertation may rest on (former art. 458ter)."""

    LAW = "law", _("une loi")
    DECREE = "decree", _("un décret")
    ORDINANCE = "ordinance", _("une ordonnance")
    PROSECUTOR = "prosecutor", _("une autorisation motivée du procureur du Roi")


class Framework(models.Model):
    """A framework document, as the coordinator recorded it: without a valid one, Q6 is “no”.

    It names participants, aim, authority and dates; the document itself stays with the
    concertation. Recorded once and ended, never changed: decisions rest on it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    concertation = models.UUIDField(db_index=True)
    basis = models.CharField(max_length=10, choices=FrameworkBasis)
    # Who gave it, and its title and date, as it is quoted.
    authority = models.CharField(max_length=200)
    aim = models.CharField(max_length=400)
    # Participations, by number.
    participants = models.JSONField(default=list)
    starts_on = models.DateField()
    ends_on = models.DateField()
    recorded_by = models.UUIDField()
    recorded_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-recorded_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="framework_ends_after_it_starts",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)

    def is_valid(self, day: date) -> bool:
        """Whether it holds on that day."""
        return self.ended_at is None and self.starts_on <= day <= self.ends_on

    def covers(self, participations: frozenset[uuid.UUID]) -> bool:
        """Whether it names each of these participations."""
        return participations <= {uuid.UUID(number) for number in self.participants}


class Verification(models.Model):
    """That somebody checked a legal reference or a telephone number, and what they found.

    `references` and `numbers` hold what there is to check; only what stands here is shown as
    verified (design 2).
    """

    key = models.CharField(max_length=40, primary_key=True)
    # Article in the former Penal Code, and in the Code of 2024; empty for a telephone number.
    old = models.CharField(max_length=20, blank=True)
    new = models.CharField(max_length=20, blank=True)
    verified_on = models.DateField()
    verified_by = models.CharField(max_length=80)

    def __str__(self) -> str:
        return self.key
