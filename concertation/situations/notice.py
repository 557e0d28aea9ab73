"""One thing somebody was told of a situation."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone

from concertation.accounts.models import Participation
from concertation.situations.enums import NoticeKind


class Notice(models.Model):
    """That someone was told of something in a situation, and why: no content, gone with it.

    One open notice for each reason and action: what is told again moves it, instead of piling up.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    participation = models.ForeignKey(Participation, models.CASCADE, related_name="notices")
    situation = models.ForeignKey("situations.Situation", models.CASCADE, related_name="notices")
    action = models.ForeignKey(
        "situations.AgreedAction", models.CASCADE, null=True, blank=True, related_name="notices"
    )
    kind = models.CharField(max_length=16, choices=NoticeKind)
    urgent = models.BooleanField(default=False)
    made_at = models.DateTimeField(default=timezone.now)
    mailed_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-made_at"]
        indexes: ClassVar = [models.Index(fields=["participation", "seen_at"], name="my_notices")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind__in=NoticeKind.values), name="notice_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
