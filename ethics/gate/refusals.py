"""Refusing, safely: recorded on its own, and told to the caller as one kind of error."""

from uuid import UUID

from audit.enums import Outcome, Purpose, SubjectKind, Verb
from audit.event import Event, Subject
from audit.names import PLATFORM, concertation_ledger
from audit.record import Flooded as FloodedRecord
from audit.record import record_refusal
from ethics.gate.actor import Actor
from ethics.policy import Refusal


class Refused(Exception):
    """The door stays shut. The view answers 404, whatever the reason; the ledger knows it."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(str(reason))
        self.reason = reason


class Flooded(Refused):
    """Refused too often: the view answers 429."""

    def __init__(self, reason: Refusal, retry_after: int) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


def ledger_of(concertation: UUID | None) -> str:
    """The ledger that an event in this concertation goes to; the platform's without one."""
    return concertation_ledger(concertation) if concertation else PLATFORM


def refuse(
    actor: Actor | None,
    reason: Refusal,
    *,
    verb: Verb,
    concertation: UUID | None,
    purpose: Purpose | None = None,
    subjects: tuple[UUID, ...] = (),
    kind: SubjectKind = SubjectKind.SITUATION,
) -> Refused:
    """Record a refusal, committed on its own, and give back what to raise."""
    event = Event(
        verb=verb,
        outcome=Outcome.REFUSED,
        reason=str(reason),
        actor=actor.person if actor else None,
        organisation=actor.organisation if actor else None,
        purpose=purpose,
        subjects=tuple(Subject(kind, number) for number in subjects),
        request_id=actor.request_id if actor else "",
    )
    answer = record_refusal(ledger_of(concertation), event)
    if isinstance(answer, FloodedRecord):
        return Flooded(reason, answer.retry_after)
    return Refused(reason)
