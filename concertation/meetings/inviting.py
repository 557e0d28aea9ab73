"""Inviting a guest to one meeting: a place that ends with it, and a signature that says so."""

from datetime import date
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit.enums import Purpose, Verb
from audit.event import Event
from audit.record import append
from concertation.accounts import actions as accounts
from concertation.accounts.actions import Invited, NewPlace
from concertation.accounts.actions.events import subjects_of
from concertation.accounts.actions.invitations import Link
from concertation.accounts.enums import ParticipationState, Place
from concertation.accounts.models import Organisation, Participation
from concertation.meetings import errors
from concertation.meetings.changing import find
from concertation.meetings.enums import MeetingState
from concertation.meetings.models import Meeting
from ethics import gate
from ethics.gate.refusals import ledger_of
from ethics.roles import SecrecyStatus

COMING: Final = (MeetingState.PLANNED, MeetingState.AGENDA_OPEN, MeetingState.IN_SESSION)


def invite_to_meeting(
    actor: gate.Actor,
    *,
    meeting: UUID,
    email: str,
    name: str,
    language: str,
    organisation: Organisation,
    function: str,
    status: SecrecyStatus,
    link: Link,
) -> Invited:
    """Invite somebody to one meeting, and to nothing else; only the coordinator may.

    The place begins today, so that they can sign and be admitted before they come, and ends with
    the meeting: its closing, or its day. Whoever was invited for the day before it was moved gets
    a new place, and signs anew. Raises `Refused`, `MeetingOver` and what `accounts.invite` raises.
    """
    accounts.check_may_invite(actor)
    row = find(actor, meeting)
    day, today = timezone.localtime(row.starts_at).date(), timezone.localdate()
    if row.state not in COMING or row.cancelled_at or day < today:
        raise errors.MeetingOver
    _end_places_of_another_day(actor, row, day)
    return accounts.invite(
        actor,
        email=email,
        name=name,
        language=language,
        to=NewPlace(
            organisation=organisation,
            place=Place.GUEST,
            function=function,
            status=status,
            starts_on=today,
            ends_on=day,
            for_meeting=row.id,
        ),
        link=link,
    )


def _end_places_of_another_day(actor: gate.Actor, row: Meeting, day: date) -> None:
    places = Participation.objects.filter(for_meeting=row.id).exclude(ends_on=day)
    with transaction.atomic():
        for place in places.exclude(state=ParticipationState.ENDED).select_for_update():
            place.state, place.ended_at = ParticipationState.ENDED, timezone.now()
            place.save(update_fields=["state", "ended_at"])
            append(
                ledger_of(actor.concertation),
                Event(
                    verb=Verb.REMOVED,
                    actor=actor.person,
                    organisation=actor.organisation,
                    purpose=Purpose.ADMINISTRATION,
                    subjects=subjects_of(place),
                    meeting=row.id,
                    request_id=actor.request_id,
                ),
            )
