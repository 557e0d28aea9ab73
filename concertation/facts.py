"""Rows turned into facts for the gate: what `ethics` may know of people and situations.

No decisions here; `ethics.policy` decides. Registered at start (see `concertation.apps`).
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import Participation, Representation, User
from concertation.meetings.enums import MeetingState
from concertation.meetings.models import Meeting
from concertation.meetings.room import in_the_room, without_account
from concertation.situations.enums import ActionState, SituationState
from concertation.situations.models import (
    AgreedAction,
    ConflictOfInterest,
    Situation,
    SituationGrant,
    acted_for,
)
from ethics.gate.actor import Actor
from ethics.gate.facts import Outsider, PlaceFacts, Present
from ethics.policy_facts import SubjectFacts
from ethics.roles import Role, SecrecyStatus

_VISITING: Final = frozenset({Role.GUEST, Role.LIMITED_READER})
_NOT_AGREED: Final = frozenset({ActionState.PROPOSED, ActionState.WITHDRAWN})


def place_facts(row: Participation) -> PlaceFacts:
    """A participation's row as facts; its person's account is active, the caller has seen to it."""
    return PlaceFacts(
        organisation=row.organisation_id,
        roles=row.role_set,
        status=SecrecyStatus(row.secrecy_status),
        current=row.is_current() and not _meeting_is_over(row),
        meeting=row.for_meeting,
    )


def _meeting_is_over(row: Participation) -> bool:
    """Whether the one meeting a guest came for was closed, dropped or moved to another day: what
    they signed was for that day, and their place ends with it. Asked for guests of a meeting
    only."""
    if row.for_meeting is None:
        return False
    waiting = Meeting.objects.filter(id=row.for_meeting, cancelled_at=None)
    meeting = waiting.exclude(state=MeetingState.CLOSED).first()
    return meeting is None or timezone.localtime(meeting.starts_at).date() != row.ends_on


class Provider:
    """The facts provider of the board."""

    def place(self, person: UUID, participation: UUID, concertation: UUID) -> PlaceFacts | None:
        """A person's place, when it is theirs and in this concertation."""
        rows = Participation.objects.filter(
            id=participation, person=person, concertation=concertation, person__is_active=True
        )
        # Without the model's order, which would join two tables more on every request.
        row = rows.order_by().first()
        if row is None:
            return None
        return place_facts(row)

    def subjects(self, actor: Actor, situations: Iterable[UUID]) -> Mapping[UUID, SubjectFacts]:
        """What is true between the actor and each situation of the actor's concertation."""
        numbers = list(situations)
        if not numbers or actor.participation is None:
            return {}
        mine: dict[UUID, set[UUID]] = {}
        owned = AgreedAction.objects.filter(acted_for(actor.participation), situation__in=numbers)
        columns = ("situation", "id", "state", "owner__roles")
        for situation, action, state, roles in owned.order_by().values_list(*columns):
            # To a visitor, a proposal is the circle's business until the group agrees on it.
            if state in _NOT_AGREED and _VISITING & set(roles):
                continue
            mine.setdefault(situation, set()).add(action)
        # What is granted to a person, or shut to them, is little: fetched whole and looked up here,
        # it costs a page less than three subqueries for each of its rows.
        until = _grants_of(actor)
        # The person's, whatever hat they wear now.
        conflicts = ConflictOfInterest.objects.filter(participation__person=actor.person)
        shut = set(conflicts.order_by().values_list("situation", flat=True))
        rows = Situation.objects.filter(
            id__in=numbers, concertation=actor.concertation, erasing=False
        )
        told = rows.order_by().values_list(
            "id", "state", "hidden", "restricted", "brought_by", "supervisor", "case_manager"
        )
        found = {}
        for number, state, hidden, restricted, by, supervisor, manager in told:
            granted = number in until
            found[number] = SubjectFacts(
                known=True,
                draft=state == SituationState.DRAFT,
                closed=state == SituationState.CLOSED,
                hidden=hidden,
                restricted=restricted,
                named_reader=granted,
                named_for_good=granted and until[number] is None,
                guest_ticked=granted,
                conflict=number in shut,
                own=by == actor.participation,
                supervised=supervisor == actor.participation,
                held=manager == actor.participation,
                addressed_to=frozenset(mine.get(number, ())),
            )
        return found

    def present(self, concertation: UUID, meeting: UUID) -> tuple[Present, ...]:
        """The people in the room of a meeting that is in session there, now."""
        running = Meeting.objects.filter(
            id=meeting, concertation=concertation, state=MeetingState.IN_SESSION
        )
        return in_the_room(meeting) if running.exists() else ()

    def without_account(self, concertation: UUID, meeting: UUID) -> tuple[Outsider, ...]:
        """Those in that room who have no account."""
        here = Meeting.objects.filter(id=meeting, concertation=concertation)
        return without_account(meeting) if here.exists() else ()

    def platform_roles(self, person: UUID) -> frozenset[Role]:
        """Roles held outside any concertation: administrator, representative."""
        roles = set()
        if User.objects.filter(id=person, is_active=True, is_administrator=True).exists():
            roles.add(Role.ADMINISTRATOR)
        today = timezone.localdate()
        live = Representation.objects.filter(person=person, since__lte=today)
        if live.filter(Q(until=None) | Q(until__gte=today)).exists():
            roles.add(Role.REPRESENTATIVE)
        return frozenset(roles)

    def known_names(self, concertation: UUID) -> frozenset[str]:
        """The names of the concertation and of every organisation that has or had a place there."""
        rows = Participation.objects.filter(concertation=concertation).order_by()
        pairs = rows.values_list("concertation__name", "organisation__name").distinct()
        return frozenset(name for pair in pairs for name in pair)

    def alert(self, concertation: UUID, kind: str) -> None:
        """Tell the DPO by e-mail, without content: the ledger holds an alarm to look at."""
        rows = Participation.objects.filter(
            concertation=concertation, state=ParticipationState.ADMITTED
        ).select_related("person")
        for row in rows:
            if Role.DPO not in row.role_set:
                continue
            with override(row.person.language):
                send_mail(
                    subject=_("Le journal des accès contient une alerte"),
                    message=_(
                        "Une donnée du tableau n’a pas pu être ouverte, ou une clé ne correspond"
                        " plus. Connectez-vous et ouvrez le journal des accès : l’alerte y est"
                        " décrite, sans contenu."
                    ),
                    from_email=settings.DEFAULT_FROM_EMAIL,
                    recipient_list=[row.person.email],
                    fail_silently=True,
                )


def _grants_of(actor: Actor) -> Mapping[UUID, date | None]:
    """The situations opened to a person in the hat they wear, with the day it ends."""
    rows = SituationGrant.objects.filter(
        Q(until=None) | Q(until__gte=timezone.localdate()),
        user=actor.person,
        participation=actor.participation,
        permission__codename="read_situation",
    )
    return dict(rows.order_by().values_list("content_object", "until"))


provider = Provider()
