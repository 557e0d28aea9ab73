"""Inviting a guest to one meeting: a place that ends with it, and a signature that says so."""

from typing import Final
from uuid import UUID

from django.utils import timezone

from concertation.accounts import actions as accounts
from concertation.accounts.actions import Invited, NewPlace
from concertation.accounts.actions.invitations import Link
from concertation.accounts.enums import Place
from concertation.accounts.models import Organisation
from concertation.meetings import errors
from concertation.meetings.changing import find
from concertation.meetings.enums import MeetingState
from ethics import gate
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
    the meeting: its closing, or its day. Raises `Refused`, `MeetingOver` and what
    `accounts.invite` raises.
    """
    accounts.check_may_invite(actor)
    row = find(actor, meeting)
    day, today = timezone.localtime(row.starts_at).date(), timezone.localdate()
    if row.state not in COMING or day < today:
        raise errors.MeetingOver
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
