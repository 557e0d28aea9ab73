"""Meetings and who attended them."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from concertation.accounts.models import Concertation, Participation
from concertation.meetings.enums import (
    Acceptance,
    Coming,
    ItemKind,
    ItemState,
    ItemUse,
    MeetingKind,
    MeetingState,
    NoteKind,
    Presence,
    Reason,
)
from concertation.situations.enums import ActionState
from concertation.situations.models import Situation, ciphertext_history
from ethics.charter.models import CharterVersion
from ethics.roles import SecrecyStatus
from ethics.secrecy.fields import SealedField, SealedRecord


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
    # A call by video; shown to participants only, and never in a calendar.
    link = models.URLField(_("lien de l’appel vidéo"), max_length=300, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    # What calendars compare (RFC 5545, 3.8.7.4): one more for each move, and when it was made.
    sequence = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)
    # Later changes of the agenda are marked against this moment.
    published_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    # Not always the day it was opened: a meeting left open overnight is closed the day after.
    closed_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_seconds = models.PositiveIntegerField(default=0)
    # The point on the shared screen.
    current = models.ForeignKey(
        "AgendaItem", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    preparation_minutes = models.PositiveSmallIntegerField(_("préparation en minutes"), default=0)
    follow_up_minutes = models.PositiveSmallIntegerField(_("suites en minutes"), default=0)
    made_at = models.DateTimeField(default=timezone.now)
    # Grows with every change: two people editing compare it, and whoever follows polls it.
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
    # Noted when someone came late; and when they left, for a point or for good.
    arrived_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["meeting", "participation"], name="one_attendance_a_meeting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.participation_id} {self.presence}"


class Reply(models.Model):
    """Whether someone says they will come: asked before, attendance is noted on the day."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="replies")
    participation = models.ForeignKey(Participation, models.PROTECT, related_name="replies")
    coming = models.CharField(max_length=8, choices=Coming)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["meeting", "participation"], name="one_reply_a_meeting")
        ]

    def __str__(self) -> str:
        return f"{self.participation_id} {self.coming}"


class AgendaItem(models.Model):
    """One point: the round, a situation by its number, or a free point of a few words.

    A point about a situation holds no word of it: everything that says something about a person is
    sealed, on the situation. A free point says nothing about anybody, passes the guard, and stands
    in clear (decision 50).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="items")
    kind = models.CharField(max_length=10, choices=ItemKind)
    state = models.CharField(max_length=14, choices=ItemState, default=ItemState.ON)
    # Erased situations leave an empty point: that something was discussed stays true.
    situation = models.ForeignKey(
        Situation, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=10, choices=Reason, blank=True)
    title = models.CharField(max_length=120, blank=True)
    minutes = models.PositiveSmallIntegerField(default=0)
    position = models.PositiveSmallIntegerField(default=0)
    # Who asked for it, or who completes “another situation” after the meeting.
    by = models.ForeignKey(Participation, models.PROTECT, null=True, blank=True, related_name="+")
    # Added, moved or given other minutes after the agenda was published.
    changed_at = models.DateTimeField(null=True, blank=True)
    use = models.CharField(max_length=14, choices=ItemUse, blank=True)
    # On the screen since; what it took before that stands in seconds.
    shown_at = models.DateTimeField(null=True, blank=True)
    used_seconds = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["meeting", "situation"], name="one_point_for_a_situation"
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class CalendarAddress(models.Model):
    """A secret address where a person's calendar finds their meetings; only its hash is kept."""

    participation = models.OneToOneField(Participation, models.CASCADE, related_name="calendar")
    token_hash = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.participation_id)


class PresentWithoutAccount(models.Model):
    """Someone who takes part in one meeting and never enters the board, a doctor who calls in.

    Their name and function stand here in clear, as attendance needs them: they are a professional's
    and say nothing of a situation. They are erased with signatures, five years after (decision 38).
    Recorded as present once the coordinator countersigned that they accepted the charter.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="without_account")
    name = models.CharField(_("nom"), max_length=80)
    function = models.CharField(_("fonction"), max_length=80)
    # Empty for a self-employed person.
    organisation = models.CharField(_("organisation"), max_length=120, blank=True)
    secrecy_status = models.CharField(_("statut"), max_length=14, choices=SecrecyStatus)
    presence = models.CharField(_("présence"), max_length=8, choices=Presence)
    how = models.CharField(max_length=5, choices=Acceptance)
    # Out of the room, for a point or for good.
    left_at = models.DateTimeField(null=True, blank=True)
    # Only the hash of the link's secret is kept.
    token_hash = models.BinaryField(max_length=32, unique=True, null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    charter = models.ForeignKey(
        CharterVersion, models.PROTECT, null=True, blank=True, related_name="+"
    )
    language = models.CharField(max_length=2, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    countersigned_by = models.ForeignKey(
        Participation, models.PROTECT, null=True, blank=True, related_name="+"
    )
    countersigned_at = models.DateTimeField(null=True, blank=True)
    statement = models.BinaryField(default=bytes)
    signature = models.BinaryField(default=bytes)
    keys = models.UUIDField(null=True, blank=True)
    sign_public = models.BinaryField(default=bytes)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["made_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(countersigned_at__isnull=True)
                | models.Q(accepted_at__isnull=False, countersigned_by__isnull=False),
                name="nobody_countersigns_before_a_yes",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class MeetingNote(SealedRecord):
    """What an intervision or a thematic concertation notes, sealed under the meeting's own key.

    A question, a finding, what somebody takes away; or an action for several, with its owner, its
    date and what became of it. No situation is linked (design 1, decision 43).
    """

    SEALED_AS: ClassVar[str] = "meetings.note"

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="notes")
    kind = models.CharField(max_length=8, choices=NoteKind)
    author = models.ForeignKey(Participation, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    # Of an action only.
    owner = models.ForeignKey(
        Participation, models.PROTECT, null=True, blank=True, related_name="collective_actions"
    )
    due_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=14, choices=ActionState, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    text = SealedField(group="timeline")
    result = SealedField(group="actions")

    history = ciphertext_history()

    class Meta:
        ordering: ClassVar = ["made_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind="action", owner__isnull=False, due_on__isnull=False)
                | ~models.Q(kind="action") & models.Q(owner=None, due_on=None, state=""),
                name="an_action_has_owner_and_date",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)
