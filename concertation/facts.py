"""Rows turned into facts for the gate: what `ethics` may know of people and situations.

No decisions here; `ethics.policy` decides. Registered at start (see `concertation.apps`).
"""

from collections.abc import Collection, Iterable, Mapping
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
    acted_for_any,
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

    def places(self, actors: Collection[Actor]) -> Mapping[UUID, PlaceFacts]:
        """People's places by their numbers, where they are theirs and in their concertation."""
        asked = {each.participation: each for each in actors if each.participation}
        rows = Participation.objects.filter(id__in=asked, person__is_active=True)
        found = {}
        # Without the model's order, which would join two tables more on every request.
        for row in rows.order_by():
            actor = asked[row.id]
            if (row.person_id, row.concertation_id) == (actor.person, actor.concertation):
                found[row.id] = place_facts(row)
        return found

    def subjects(
        self, actors: Collection[Actor], situations: Iterable[UUID]
    ) -> Mapping[UUID | None, Mapping[UUID, SubjectFacts]]:
        """What is true between actors of one concertation, each by the number of their place, and
        situations of it."""
        numbers = list(situations)
        people = {each.participation: each for each in actors if each.participation}
        where = {each.concertation for each in people.values()}
        if not numbers or len(where) != 1:
            return {}
        mine = _answered_for(frozenset(people), numbers)
        # What is granted to a person, or shut to them, is little: fetched whole and looked up here,
        # it costs a page less than three subqueries for each of its rows.
        until = _grants_of(people)
        # The person's, whatever hat they wear now.
        conflicts = ConflictOfInterest.objects.filter(
            participation__person__in={each.person for each in people.values()}
        )
        shut = set(conflicts.order_by().values_list("participation__person", "situation"))
        rows = Situation.objects.filter(
            id__among=numbers, concertation__in=where, erasing=False
        ).order_by()
        told = rows.values_list(
            "id", "state", "hidden", "restricted", "brought_by", "supervisor", "case_manager"
        )
        found: dict[UUID | None, dict[UUID, SubjectFacts]] = {place: {} for place in people}
        for number, state, hidden, restricted, by, supervisor, manager in told:
            for place, actor in people.items():
                granted = (place, number) in until
                found[place][number] = SubjectFacts(
                    known=True,
                    draft=state == SituationState.DRAFT,
                    closed=state == SituationState.CLOSED,
                    hidden=hidden,
                    restricted=restricted,
                    named_reader=granted,
                    named_for_good=granted and until[place, number] is None,
                    guest_ticked=granted,
                    conflict=(actor.person, number) in shut,
                    own=by == place,
                    supervised=supervisor == place,
                    held=manager == place,
                    addressed_to=frozenset(mine.get((place, number), ())),
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


def _answered_for(
    places: Collection[UUID], situations: Collection[UUID]
) -> Mapping[tuple[UUID, UUID], set[UUID]]:
    """The actions each place answers for (`acted_for_any`), by place and situation: its own, and
    those of whom it replaces when both are bound by professional secrecy."""
    owned = AgreedAction.objects.filter(acted_for_any(places), situation__id__among=situations)
    told = owned.order_by().values_list(
        "situation", "id", "state", "owner", "owner__roles", "owner__secrecy_status",
        "owner__replaced_by", "owner__replaced_by__secrecy_status",
    )  # fmt: skip
    found: dict[tuple[UUID, UUID], set[UUID]] = {}
    for situation, action, state, owner, roles, status, replacement, theirs in told:
        # To a visitor, a proposal is the circle's business until the group agrees on it.
        if state in _NOT_AGREED and _VISITING & set(roles):
            continue
        bound = status == theirs == SecrecyStatus.PROFESSIONAL
        for place in {owner, replacement} if bound else {owner}:
            if place in places:
                found.setdefault((place, situation), set()).add(action)
    return found


def _grants_of(people: Mapping[UUID, Actor]) -> Mapping[tuple[UUID, UUID], date | None]:
    """The situations opened to people in the hat they wear, with the day it ends."""
    rows = SituationGrant.objects.filter(
        Q(until=None) | Q(until__gte=timezone.localdate()),
        user__in={each.person for each in people.values()},
        participation__in=people,
        permission__codename="read_situation",
    )
    columns = ("participation", "content_object", "until", "user")
    return {
        (place, situation): until
        for place, situation, until, user in rows.order_by().values_list(*columns)
        if people[place].person == user
    }


provider = Provider()
