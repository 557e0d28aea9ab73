"""Events of accounts in the platform's ledger, in one shape."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone

from audit.enums import Outcome, Purpose, SubjectKind, Verb
from audit.event import DetailValue, Event, Subject
from audit.models import Entry
from audit.names import PLATFORM
from audit.record import AT_THE_DOOR, Flooded, ensure_ledger, record_now, record_refusal
from concertation.accounts.errors import WrongPassword
from concertation.accounts.models import Participation
from ethics import gate
from ethics.gate.refusals import ledger_of
from ethics.policy import Refusal
from ethics.secrecy.session import end_sessions

# A person who asks their own password again is wrong once or twice; a stolen session guesses.
WRONG_LIMIT: Final = 5
WRONG_WINDOW: Final = timedelta(minutes=15)
_WRONG: Final = "wrong_password"


def account_event(
    verb: Verb,
    person: UUID,
    request_id: str,
    *,
    reason: str = "",
    **details: DetailValue,
) -> Event:
    """What someone did with their own account; with a reason, what was refused to them."""
    return Event(
        verb=verb,
        outcome=Outcome.REFUSED if reason else Outcome.GRANTED,
        reason=reason,
        actor=person,
        purpose=Purpose.ACCOUNT,
        subjects=(Subject(SubjectKind.PERSON, person),),
        request_id=request_id,
        details=details,
    )


def record_account(verb: Verb, person: UUID, request_id: str, **details: DetailValue) -> None:
    """Record it on its own in the platform's ledger."""
    ensure_ledger(PLATFORM)
    record_now(PLATFORM, account_event(verb, person, request_id, reason="", **details))


def record_failure(verb: Verb, person: UUID | None, request_id: str, reason: str) -> None:
    """Record a failed sign-in or code; of an unknown account only the number is kept.

    The account is the subject, never the actor: whoever stood at the door didn't show who they are,
    and their tries must not count as refusals of the account's person.
    """
    ensure_ledger(PLATFORM)
    if person is None:
        event = Event(verb=verb, outcome=Outcome.REFUSED, reason=reason, request_id=request_id)
    else:
        event = replace(account_event(verb, person, request_id, reason=reason), actor=None)
    record_refusal(PLATFORM, event)


def subjects_of(row: Participation) -> tuple[Subject, ...]:
    """Whom an event about a place is about."""
    return (
        Subject(SubjectKind.PERSON, row.person_id),
        Subject(SubjectKind.PARTICIPATION, row.id),
    )


def refuse_in(ledger: str, actor: gate.Actor, verb: Verb, reason: str, *subjects: Subject) -> None:
    """Record a refusal that the gate doesn't know (wrong digits).

    Raises `gate.Flooded` when it comes too often.
    """
    answer = record_refusal(
        ledger,
        Event(
            verb=verb,
            outcome=Outcome.REFUSED,
            reason=reason,
            actor=actor.person,
            organisation=actor.organisation,
            purpose=Purpose.ADMINISTRATION,
            subjects=subjects,
            request_id=actor.request_id,
        ),
    )
    if isinstance(answer, Flooded):
        raise gate.Flooded(Refusal.ROLE, answer.retry_after)


def confirm(actor: gate.Actor, password: str, verb: Verb) -> None:
    """Ask the password again before `verb` (design 3, “Sessions”).

    After five wrong ones within fifteen minutes the person is signed out everywhere; until those
    minutes have passed, a right password gets the same answer as a wrong one. Raises
    `WrongPassword`, recorded, or `gate.Flooded`.
    """
    _check_not_limited(actor.person)
    if gate.confirm_password(actor, password):
        # Asked again: tries sent all at once don't learn more than tries in a row.
        _check_not_limited(actor.person)
        return
    # One by one, never only counted: the limit is read from these entries.
    record_now(
        ledger_of(actor.concertation),
        Event(
            verb=verb,
            outcome=Outcome.REFUSED,
            reason=_WRONG,
            actor=actor.person,
            organisation=actor.organisation,
            purpose=Purpose.ADMINISTRATION,
            subjects=(Subject(SubjectKind.PERSON, actor.person),),
            request_id=actor.request_id,
        ),
    )
    if len(_recent_wrong(actor.person)) >= WRONG_LIMIT:
        ended = end_sessions(actor.person)
        record_account(Verb.SESSION_ENDED, actor.person, actor.request_id, count=ended)
        _check_not_limited(actor.person)
    raise WrongPassword


def _recent_wrong(person: UUID) -> list[datetime]:
    """When the person's last wrong confirmations were, newest first, over all ledgers."""
    rows = Entry.objects.filter(
        actor=person,
        outcome=Outcome.REFUSED,
        reason=_WRONG,
        time__gt=timezone.now() - WRONG_WINDOW,
    ).exclude(verb__in=AT_THE_DOOR)
    return [each for each in rows.order_by("-time").values_list("time", flat=True) if each]


def _check_not_limited(person: UUID) -> None:
    wrong = _recent_wrong(person)
    if len(wrong) >= WRONG_LIMIT:
        wait = wrong[WRONG_LIMIT - 1] + WRONG_WINDOW - timezone.now()
        raise gate.Flooded(Refusal.ROLE, max(1, int(wait.total_seconds()) + 1))
