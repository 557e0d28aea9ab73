"""Meetings and who attended them."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from concertation.accounts.models import Concertation, Participation
from concertation.meetings.enums import MeetingKind, MeetingState, Presence


class Meeting(models.Model):
    """One meeting of a concertation, planned or held."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    concertation = models.ForeignKey(Concertation, models.PROTECT, related_name="meetings")
    kind = models.CharField(
        _("genre"), max_length=20, choices=MeetingKind, default=MeetingKind.CASE_CONCERTATION
    )
    state = models.CharField(max_length=12, choices=MeetingState, default=MeetingState.PLANNED)
    starts_at = models.DateTimeField(_("début"))
    # Historical meetings may be known by their day only.
    time_known = models.BooleanField(default=True)
    place = models.CharField(_("lieu"), max_length=120)
    planned_minutes = models.PositiveSmallIntegerField(_("durée prévue en minutes"), default=60)
    held_minutes = models.PositiveSmallIntegerField(_("durée en minutes"), null=True, blank=True)
    date_note = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["-starts_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(state="closed") | models.Q(held_minutes__isnull=False),
                name="held_meeting_has_duration",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class Attendance(models.Model):
    """That a participation attended, excused itself or was absent."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="attendances")
    participation = models.ForeignKey(Participation, models.PROTECT, related_name="attendances")
    presence = models.CharField(_("présence"), max_length=8, choices=Presence)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["meeting", "participation"], name="one_attendance_a_meeting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.participation_id} {self.presence}"
