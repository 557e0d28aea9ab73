"""Situations, what the group adds to them, and what is agreed.

Clear columns are only those the database must find, order or constrain by; everything that says
something about the person or the situation is sealed, coded answers included (design 1).
"""

import uuid
from collections.abc import Collection
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from guardian.models import UserObjectPermissionBase
from simple_history.models import HistoricalRecords

from concertation.accounts.models import Concertation, Participation
from concertation.situations.enums import (
    OPEN_EXTENSIONS,
    AccessReason,
    ActionState,
    ContributionKind,
    ExtensionReason,
    ExtensionState,
    Opinion,
    RequestState,
    SituationState,
)
from concertation.situations.lasting import Erasure, LiftedSuppression, UsedCode, YearTally
from concertation.situations.notice import Notice
from ethics.roles import SecrecyStatus
from ethics.secrecy.fields import SealedField, SealedRecord

__all__ = [
    "AccessRequest",
    "AgreedAction",
    "ConflictOfInterest",
    "Contribution",
    "DraftNote",
    "Erasure",
    "Extension",
    "LiftedSuppression",
    "Notice",
    "Situation",
    "SituationGrant",
    "UsedCode",
    "YearTally",
    "ciphertext_history",
]


def _changed_by(historical: Any) -> Any:
    return historical.history_user_id


def _set_changed_by(historical: Any, person: Any) -> None:
    historical.history_user_id = person


def ciphertext_history() -> HistoricalRecords:
    """History of ciphertext only, with who and when, gone with the situation; no free reasons."""
    return HistoricalRecords(
        history_user_id_field=models.UUIDField(null=True),
        history_user_getter=_changed_by,
        history_user_setter=_set_changed_by,
        get_user=lambda instance, **_: None,
        cascade_delete_history=True,
    )


# All that the board's index reads of a row, as `counted` holds all it counts of actions: without
# them each of thousands is looked up behind its fourteen sealed texts.
_BOARD_INDEX = [
    "concertation", "state", "signalled_on", "id", "code", "next_review_on", "case_manager",
    "brought_by", "supervisor", "hidden", "restricted", "erasing",
]  # fmt: skip


class Situation(SealedRecord):
    """What was signalled, and what became of it. Its own id is its container's."""

    SEALED_AS: ClassVar[str] = "situations.situation"

    # Given when the draft becomes visible: random, never derived (design 1).
    code = models.CharField(max_length=8, null=True, unique=True, editable=False)  # noqa: DJ001
    concertation = models.ForeignKey(Concertation, models.PROTECT, related_name="situations")
    state = models.CharField(max_length=10, choices=SituationState, default=SituationState.DRAFT)
    restricted = models.BooleanField(default=False)
    # Agreement withdrawn: hidden from all but who brought it, at once.
    hidden = models.BooleanField(default=False)
    brought_by = models.ForeignKey(Participation, models.PROTECT, related_name="brought")
    # An intern's: who has the draft to confirm, and answers for the situation since they did.
    supervisor = models.ForeignKey(
        Participation, models.PROTECT, null=True, blank=True, related_name="supervised_situations"
    )
    case_manager = models.ForeignKey(
        Participation, models.PROTECT, null=True, blank=True, related_name="holds"
    )
    # Asked to hold it, and not answered yet.
    proposed_manager = models.ForeignKey(
        Participation, models.PROTECT, null=True, blank=True, related_name="asked_to_hold"
    )
    manager_proposed_by = models.ForeignKey(
        Participation, models.PROTECT, null=True, blank=True, related_name="+"
    )
    signalled_on = models.DateField(null=True, blank=True)
    # The meeting it was brought to, by number: meetings stand above situations.
    brought_at = models.UUIDField(null=True, blank=True)
    next_review_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    last_entry_at = models.DateTimeField(default=timezone.now)
    # Six months passed without an entry: its holder was asked to look again.
    review_asked_on = models.DateField(null=True, blank=True)
    # The last day, where an extension moved it; closing ends what was decided before.
    kept_until = models.DateField(null=True, blank=True)
    # Marked for erasure: from here on nobody finds it, whatever step comes next or fails.
    erasing = models.BooleanField(default=False)
    # The number of the form it was typed in: a second click finds the draft it already made.
    form_number = models.UUIDField(null=True, editable=False)

    headline = SealedField(group="summary")
    needs = SealedField(group="summary", coded=True)
    urgency = SealedField(group="summary", coded=True)
    account = SealedField(group="narrative")
    tried = SealedField(group="narrative")
    question = SealedField(group="narrative")
    strengths = SealedField(group="narrative")
    wish = SealedField(group="voice")
    informed = SealedField(group="voice", coded=True)
    agreement = SealedField(group="voice", coded=True)
    network = SealedField(group="network", coded=True)
    missing = SealedField(group="network")
    outcome = SealedField(group="outcome", coded=True)
    outcome_comment = SealedField(group="outcome")

    history = ciphertext_history()

    class Meta:
        ordering: ClassVar = ["-signalled_on", "id"]
        permissions: ClassVar = [("read_situation", "Named reader or guest of a situation")]
        indexes: ClassVar = [models.Index(fields=_BOARD_INDEX, name="board_index")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=SituationState.values), name="situation_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state="draft") | models.Q(code__isnull=False),
                name="visible_situation_has_code",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="closed") | models.Q(closed_on__isnull=False),
                name="closed_situation_has_date",
            ),
            models.UniqueConstraint(
                fields=["brought_by", "form_number"], name="one_draft_for_a_form"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def answers_for_it(self) -> uuid.UUID:
        """The place that answers for it: who brought it, or the supervisor who confirmed it."""
        return self.supervisor_id or self.brought_by_id


def answered_by(participation: uuid.UUID | None) -> models.Q:
    """Situations a place brought, or confirmed for its intern."""
    return models.Q(brought_by=participation) | models.Q(supervisor=participation)


class DraftNote(SealedRecord):
    """A word of a supervisor who sends an intern's draft back, under the key both hold."""

    SEALED_AS: ClassVar[str] = "situations.draftnote"

    situation = models.ForeignKey(Situation, models.CASCADE, related_name="draft_notes")
    author = models.ForeignKey(Participation, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    text = SealedField(group="narrative")

    class Meta:
        ordering: ClassVar = ["-made_at"]

    def __str__(self) -> str:
        return str(self.id)


def acted_for(participation: uuid.UUID | None, owner: str = "owner") -> models.Q:
    """Actions a place answers for: its own, and those of the place it replaces.

    A replacement sees the replaced person's actions (design 1). Of the circle only: a limited
    reader's or a guest's copies of keys are theirs by name. `owner` is the way to an action's owner
    from what is filtered.
    """
    return acted_for_any([participation] if participation else [], owner)


def acted_for_any(places: Collection[uuid.UUID], owner: str = "owner") -> models.Q:
    """Actions that any of these places answers for."""
    bound = SecrecyStatus.PROFESSIONAL
    replaced = Participation.objects.filter(
        replaced_by__in=places, replaced_by__secrecy_status=bound, secrecy_status=bound
    )
    theirs = models.Q(**{f"{owner}__in": replaced.order_by().values("id")})
    return models.Q(**{f"{owner}__in": places}) | theirs


class SituationGrant(UserObjectPermissionBase):
    """guardian's grant of one situation to one person: a fact for the policy, never the decision.

    Deleted with the situation (direct foreign key).
    """

    content_object = models.ForeignKey(Situation, models.CASCADE, related_name="grants")
    # The hat it was given to: another participation of the same person doesn't inherit it.
    participation = models.UUIDField()
    until = models.DateField(null=True)

    class Meta(UserObjectPermissionBase.Meta):
        unique_together: ClassVar = ["user", "permission", "content_object", "participation"]


class ConflictOfInterest(SealedRecord):
    """That a person withdrew, or was withdrawn, from a situation: from then on it is shut to them.

    It holds for the person, in whatever place they come back.
    """

    SEALED_AS: ClassVar[str] = "situations.conflictofinterest"

    situation = models.ForeignKey(Situation, models.CASCADE, related_name="conflicts")
    participation = models.ForeignKey(Participation, models.PROTECT, related_name="conflicts")
    declared_by = models.ForeignKey(Participation, models.PROTECT, related_name="+")
    on = models.DateField(default=timezone.localdate)

    # A tie between a professional and the person concerned speaks of the person too.
    reason = SealedField(group="timeline", coded=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["situation", "participation"], name="one_conflict_a_participation"
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class AccessRequest(models.Model):
    """That someone of the circle asked a restricted situation's readers to be let in.

    The reason is a code that speaks of the one who asks, never of the person concerned.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    situation = models.ForeignKey(Situation, models.CASCADE, related_name="requests")
    participation = models.ForeignKey(Participation, models.PROTECT, related_name="requests")
    reason = models.CharField(max_length=12, choices=AccessReason)
    state = models.CharField(max_length=8, choices=RequestState, default=RequestState.ASKED)
    made_at = models.DateTimeField(default=timezone.now)
    answered_by = models.ForeignKey(Participation, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    until = models.DateField(null=True)

    class Meta:
        ordering: ClassVar = ["made_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=RequestState.values), name="request_state_known"
            ),
            models.UniqueConstraint(
                fields=["situation", "participation"],
                condition=models.Q(state="asked"),
                name="one_open_request_each",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class AgreedAction(SealedRecord):
    """What was agreed: exactly one owner and a due date; text and result sealed under its key."""

    SEALED_AS: ClassVar[str] = "situations.agreedaction"

    situation = models.ForeignKey(Situation, models.CASCADE, related_name="actions")
    state = models.CharField(max_length=14, choices=ActionState, default=ActionState.PROPOSED)
    owner = models.ForeignKey(Participation, models.PROTECT, related_name="actions")
    due_on = models.DateField()
    proposed_by = models.ForeignKey(Participation, models.PROTECT, related_name="+")
    proposed_on = models.DateField()
    agreed_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    # Who acts, where that is someone outside the board: their function or organisation, never a
    # name. The owner relays then (decision 54). Empty in what was agreed before it was asked.
    acts = SealedField(group="actions", null=True)
    text = SealedField(group="actions")
    result = SealedField(group="actions")

    history = ciphertext_history()

    class Meta:
        ordering: ClassVar = ["due_on", "id"]
        indexes: ClassVar = [
            models.Index(fields=["owner", "state", "due_on"], name="my_actions"),
            models.Index(fields=["situation", "state", "due_on", "owner", "id"], name="counted"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=ActionState.values), name="action_state_known"
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class Contribution(SealedRecord):
    """An entry of the timeline: information, question, development, feedback, decision, dissent."""

    SEALED_AS: ClassVar[str] = "situations.contribution"

    situation = models.ForeignKey(Situation, models.CASCADE, related_name="contributions")
    kind = models.CharField(max_length=12, choices=ContributionKind)
    author = models.ForeignKey(Participation, models.PROTECT, related_name="contributions")
    action = models.ForeignKey(
        AgreedAction, models.CASCADE, null=True, blank=True, related_name="feedback"
    )
    # A meeting's decision carries the meeting's number.
    meeting = models.UUIDField(null=True, blank=True)
    on = models.DateField(default=timezone.localdate)
    made_at = models.DateTimeField(default=timezone.now)

    text = SealedField(group="timeline")

    history = ciphertext_history()

    class Meta:
        ordering: ClassVar = ["-on", "-made_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind__in=ContributionKind.values),
                name="contribution_kind_known",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class Extension(models.Model):
    """That a situation is to be kept longer: asked, advised by the DPO, decided by two people.

    Words of lists and days only; it goes with its situation, the ledger keeps that it was.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    situation = models.ForeignKey(Situation, models.CASCADE, related_name="extensions")
    state = models.CharField(max_length=8, choices=ExtensionState, default=ExtensionState.ASKED)
    asked_by = models.ForeignKey(Participation, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=12, choices=ExtensionReason)
    months = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField(default=timezone.now)
    opinion = models.CharField(max_length=12, choices=Opinion, blank=True)
    opinion_by = models.ForeignKey(Participation, models.PROTECT, null=True, related_name="+")
    opinion_at = models.DateTimeField(null=True)
    # The two who decide, each once they agreed.
    coordinator = models.ForeignKey(Participation, models.PROTECT, null=True, related_name="+")
    holder = models.ForeignKey(Participation, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    until = models.DateField(null=True)

    class Meta:
        ordering: ClassVar = ["-made_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["situation"],
                condition=models.Q(state__in=OPEN_EXTENSIONS),
                name="one_open_extension_each",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="granted")
                | models.Q(
                    opinion_at__isnull=False,
                    coordinator__isnull=False,
                    holder__isnull=False,
                    until__isnull=False,
                ),
                name="an_extension_has_opinion_and_two_voices",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
