"""Agreed actions that change on their way: another day, with the reason, or somebody else.

What was agreed before stays in the action's history, with who changed it and when.
"""

from datetime import date
from uuid import UUID

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Subject
from concertation.situations import errors, reading, texts
from concertation.situations.actions.agreed import (
    check_reads,
    give_key,
    in_circle,
    locked_action,
    owner_place,
    tell_owner,
)
from concertation.situations.actions.follow import add_entry
from concertation.situations.actions.shared import (
    happened,
    locked,
    plannable,
    refusals_recorded,
    save,
    tell_holder,
    touch,
)
from concertation.situations.enums import AGREED_ACTION_STATES, ContributionKind
from concertation.situations.errors_following import SameDay, SameOwner
from concertation.situations.models import AgreedAction
from ethics import gate
from ethics.policy import Act
from ethics.roles import Role, may_hold_key


def postpone_action(
    actor: gate.Actor,
    *,
    action: UUID,
    due_on: date,
    text: str,
    expected_version: int | None = None,
    purpose: Purpose = Purpose.MY_ACTION,
) -> AgreedAction:
    """Put an agreed action off to another day, and tell the group why: the reason is feedback.

    Whoever may move the action may. Raises `Refused`, `TransitionRefused`, `SameDay`,
    `DateOutOfReach`, `TextMissing`, `TextTooLong` or `StaleVersion`.
    """
    today = happened(None)
    text = texts.needed(text, texts.MEDIUM, "text")
    plannable(due_on, today, "due_on")
    known = reading.find_action(actor, action, purpose=purpose)
    with gate.writing(
        actor,
        Act.MOVE_ACTION,
        verb=Verb.ACTION_POSTPONED,
        purpose=purpose,
        situation=known.situation_id,
        action=known.id,
    ) as pen:
        about = locked(actor, known.situation_id)
        row = locked_action(action, expected_version)
        if row.state not in AGREED_ACTION_STATES:
            raise errors.TransitionRefused
        if row.due_on == due_on:
            raise SameDay
        row.due_on = due_on
        # Sealed anew: the version tells two people apart who changed it at once.
        pen.seal(row)
        save(actor, row)
        pen.record(Verb.ACTION_POSTPONED, row)
        add_entry(
            actor, pen, about, kind=ContributionKind.FEEDBACK, text=text, on=today, action=row
        )
    return row


def hand_over_action(
    actor: gate.Actor,
    *,
    action: UUID,
    owner: UUID,
    note: str = "",
    expected_version: int | None = None,
    purpose: Purpose = Purpose.FOLLOW_UP,
) -> AgreedAction:
    """Give an agreed or proposed action to another owner; whoever may note what the group agrees on
    may.

    The action gets a new key: what its former owner held, outside the circle, opens nothing written
    from now on. `note` stands on the timeline. Raises `Refused`, `TransitionRefused`, `SameOwner`,
    `NoSuchOwner`, `OwnerNotForGuests`, `OwnerNotAdmitted`, `OwnerNotInAudience`, `TextTooLong` or
    `StaleVersion`.
    """
    today = happened(None)
    note = texts.clean(note, texts.MEDIUM, "note")
    known = reading.find_action(actor, action, purpose=purpose)
    verb = Verb.ACTION_HANDED_OVER
    with (
        refusals_recorded(
            actor,
            errors.OwnerNotForGuests,
            verb=verb,
            purpose=purpose,
            situation=known.situation_id,
        ),
        gate.writing(
            actor, Act.AGREE_ACTION, verb=verb, purpose=purpose, situation=known.situation_id
        ) as pen,
    ):
        about = locked(actor, known.situation_id)
        row = locked_action(action, expected_version)
        if row.ended_on is not None:
            raise errors.TransitionRefused
        if row.owner_id == owner:
            raise SameOwner
        place = owner_place(actor, owner)
        person = pen.facts.person
        if Role.LIMITED_READER in place.role_set and not may_hold_key(person.roles, person.status):
            raise errors.OwnerNotForGuests
        check_reads(about, place)
        row.owner = place
        gate.take_back_key(pen, row)
        pen.seal(row)
        save(actor, row)
        agreed = row.state in AGREED_ACTION_STATES
        if agreed and not in_circle(place):
            give_key(pen, row, place)
        pen.record(verb, row, subjects=(Subject(SubjectKind.PARTICIPATION, place.id),))
        if agreed:
            tell_owner(pen, about, row)
        if note:
            kind = ContributionKind.INFORMATION
            add_entry(actor, pen, about, kind=kind, text=note, on=today, action=row)
        else:
            tell_holder(pen, about)
            touch(actor, pen, about, today)
    return row
