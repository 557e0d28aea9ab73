"""The charter's versions, who subscribed and who signed. People and organisations are numbers
here: their rows live above, in `concertation.accounts`."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ethics.roles import SecrecyStatus


class CharterVersion(models.Model):
    """One version of the text; its hash is over the exact bytes that are shown."""

    number = models.PositiveIntegerField(primary_key=True)
    text_fr = models.TextField()
    text_nl = models.TextField()
    text_en = models.TextField(blank=True)
    sha256_fr = models.CharField(max_length=64)
    sha256_nl = models.CharField(max_length=64)
    sha256_en = models.CharField(max_length=64, blank=True)
    effective_on = models.DateField()
    # Until this day the version before is still accepted.
    grace_until = models.DateField(null=True, blank=True)
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-number"]

    def __str__(self) -> str:
        return f"v{self.number}"

    def text(self, language: str) -> str:
        """The text in a language; French where there is none."""
        return str(getattr(self, f"text_{language}", "") or self.text_fr)

    def sha256(self, language: str) -> str:
        """The hash of the text that `text` gives."""
        return str(getattr(self, f"sha256_{language}", "") or self.sha256_fr)


class CharterDraft(models.Model):
    """The next version while it is written: one at most, and nothing of it binds anybody.

    `revision` tells two people apart who write at once: neither overwrites the other silently.
    """

    # The only row there is: the number of the version it will become.
    number = models.PositiveIntegerField(primary_key=True)
    text_fr = models.TextField(blank=True)
    text_nl = models.TextField(blank=True)
    text_en = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=1)
    written_by = models.UUIDField()
    written_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"v{self.number}?"


class Power(models.TextChoices):
    """What lets a representative bind the organisation."""

    BODY = "body", _("organe de gestion")
    MANAGEMENT = "management", _("direction")
    MANDATE = "mandate", _("mandat écrit")
    SELF = "self", _("indépendant·e, pour soi-même")


class Subscription(models.Model):
    """An organisation's subscription to the charter, signed by its representative."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.UUIDField(db_index=True)
    representative = models.UUIDField()
    power = models.CharField(_("pouvoir"), max_length=12, choices=Power)
    charter = models.ForeignKey(CharterVersion, models.PROTECT, related_name="subscriptions")
    starts_on = models.DateField(default=timezone.localdate)
    ends_on = models.DateField(null=True, blank=True)
    # Only for the guests of one meeting; its row lives above, in `concertation.meetings`.
    meeting = models.UUIDField(null=True, blank=True)
    # The representative vouches for functions and statuses again every year.
    people_confirmed_on = models.DateField(null=True, blank=True)
    statement = models.BinaryField()
    signature = models.BinaryField()
    keys = models.UUIDField()
    sign_public = models.BinaryField()
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.id)


class Signature(models.Model):
    """A person's signature under one version, for one participation; never overwritten."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.UUIDField(db_index=True)
    participation = models.UUIDField(db_index=True)
    organisation = models.UUIDField()
    function = models.CharField(max_length=80)
    secrecy_status = models.CharField(max_length=14, choices=SecrecyStatus)
    charter = models.ForeignKey(CharterVersion, models.PROTECT, related_name="signatures")
    language = models.CharField(max_length=2)
    statement = models.BinaryField()
    signature = models.BinaryField()
    keys = models.UUIDField()
    sign_public = models.BinaryField()
    made_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["participation", "charter"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="one_live_signature_for_a_version",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)
