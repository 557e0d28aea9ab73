"""Events of accounts in the platform's ledger, in one shape."""

from uuid import UUID

from audit.enums import Outcome, Purpose, SubjectKind, Verb
from audit.event import DetailValue, Event, Subject
from audit.names import PLATFORM
from audit.record import Flooded, ensure_ledger, record_now, record_refusal
from concertation.accounts.errors import WrongPassword
from ethics import gate
from ethics.gate.refusals import ledger_of
from ethics.policy import Refusal


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
    """Record a failed sign-in or code; of an unknown account only the number is kept."""
    ensure_ledger(PLATFORM)
    if person is None:
        event = Event(verb=verb, outcome=Outcome.REFUSED, reason=reason, request_id=request_id)
    else:
        event = account_event(verb, person, request_id, reason=reason)
    record_refusal(PLATFORM, event)


def refuse_in(ledger: str, actor: gate.Actor, verb: Verb, reason: str, *subjects: Subject) -> None:
    """Record a refusal that the gate doesn't know (wrong password, wrong digits).

    Raises `gate.Flooded` when it comes too often: a stolen session can't try passwords at leisure.
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

    Raises `WrongPassword`, recorded, or `gate.Flooded`.
    """
    if gate.confirm_password(actor, password):
        return
    person = Subject(SubjectKind.PERSON, actor.person)
    refuse_in(ledger_of(actor.concertation), actor, verb, "wrong_password", person)
    raise WrongPassword
