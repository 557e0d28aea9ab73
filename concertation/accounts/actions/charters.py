"""The charter's life: writing and publishing a version, and ending a subscription."""

from collections.abc import Mapping
from datetime import date
from typing import NoReturn
from uuid import UUID

from django.db import transaction

from audit.enums import Purpose, Verb
from concertation.accounts.actions.events import confirm
from concertation.accounts.actions.joining import represented
from concertation.accounts.errors import (
    CharterDatesRefused,
    CharterDraftGone,
    CharterDraftStale,
    CharterTextMissing,
    CharterUnchanged,
    NotSubscribed,
    PeopleChanged,
)
from concertation.accounts.models import Organisation
from concertation.accounts.reading.people import places_of
from ethics import gate
from ethics.charter import actions as charter
from ethics.charter import drafting
from ethics.charter.models import CharterDraft, CharterVersion
from ethics.policy import Act


def check_may_publish(actor: gate.Actor) -> None:
    """Writing and publishing the charter is the administrator's; raises `gate.Refused`."""
    gate.allow(
        actor,
        Act.PUBLISH_CHARTER,
        purpose=Purpose.ADMINISTRATION,
        verb=Verb.CHARTER_PUBLISHED,
        record=False,
    )


def save_charter_draft(
    actor: gate.Actor, texts: Mapping[str, str], *, revision: int
) -> CharterDraft:
    """Save the draft of the next version. Raises `CharterDraftStale` or `gate.Refused`."""
    check_may_publish(actor)
    try:
        return drafting.save_draft(actor, texts, revision=revision)
    except drafting.StaleDraft:
        raise CharterDraftStale from None


def discard_charter_draft(actor: gate.Actor, *, revision: int) -> None:
    """Throw the draft away. Raises `CharterDraftStale` or `gate.Refused`."""
    check_may_publish(actor)
    try:
        drafting.discard_draft(actor, revision=revision)
    except drafting.StaleDraft:
        raise CharterDraftStale from None


def publish_charter(
    actor: gate.Actor,
    *,
    revision: int,
    effective_on: date,
    grace_until: date | None,
    password: str,
) -> CharterVersion:
    """Publish the draft that was seen, after the password: it never changes again.

    Raises `WrongPassword`, `CharterTextMissing`, `CharterUnchanged`, `CharterDraftStale`,
    `CharterDraftGone`, `CharterDatesRefused` or `gate.Refused`.
    """
    check_may_publish(actor)
    confirm(actor, password, Verb.CHARTER_PUBLISHED)
    try:
        return drafting.publish_draft(
            actor, revision=revision, effective_on=effective_on, grace_until=grace_until
        )
    except (
        drafting.TextMissing,
        drafting.NothingChanged,
        drafting.StaleDraft,
        drafting.NoDraft,
        drafting.DatesOutOfOrder,
    ) as error:
        _say(error)


def _say(error: Exception) -> NoReturn:
    if isinstance(error, drafting.TextMissing):
        raise CharterTextMissing(error.language) from None
    raise {
        drafting.NothingChanged: CharterUnchanged,
        drafting.StaleDraft: CharterDraftStale,
        drafting.NoDraft: CharterDraftGone,
        drafting.DatesOutOfOrder: CharterDatesRefused,
    }[type(error)] from None


def end_subscription(actor: gate.Actor, *, organisation: UUID, password: str) -> None:
    """End the subscription of an organisation that the actor represents, at once.

    Its people are refused from the next request on; what they wrote stays. Raises
    `NotSubscribed`, `WrongPassword` or `gate.Refused`.
    """
    row = represented(actor, organisation)
    confirm(actor, password, Verb.SUBSCRIPTION_ENDED)
    with transaction.atomic():
        # Subscribing locks the same row: two representatives act one after the other.
        Organisation.objects.select_for_update(no_key=True).get(id=row.id)
        if not charter.end_subscription(actor, organisation=row.id):
            raise NotSubscribed


def confirm_people(actor: gate.Actor, *, organisation: UUID, seen: frozenset[UUID]) -> None:
    """Vouch again for the people of an organisation: who they are, their function and status.

    What was seen must be what stands: someone added meanwhile is looked at first. Raises
    `PeopleChanged`, `NotSubscribed` or `gate.Refused`.
    """
    row = represented(actor, organisation)
    with transaction.atomic():
        Organisation.objects.select_for_update(no_key=True).get(id=row.id)
        if {place.id for place in places_of(row.id)} != seen:
            raise PeopleChanged
        if not charter.confirm_people(actor, organisation=row.id, seen=len(seen)):
            raise NotSubscribed
