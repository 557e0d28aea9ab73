"""What did not open, and a chain that doesn't hold: an event that stays, and a word to the DPO."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from django.utils import timezone

from audit.enums import Outcome, SubjectKind, Verb
from audit.event import Event, Subject
from audit.models import EntrySubject
from audit.record import record_now
from ethics.gate.actor import Actor
from ethics.gate.facts import provider
from ethics.gate.refusals import ledger_of
from ethics.secrecy import chain

log = structlog.get_logger()

# Every failure is an event; the DPO is written to once a day for the same situation.
_TELL_AGAIN: Final = timedelta(days=1)


def unopenable_alarm(actor: Actor, container: UUID, why: str) -> None:
    """A ciphertext did not open: an event that stays, and a word to the DPO, without content."""
    log.warning("sealed_text_does_not_open", object=str(container), reason=why)
    told = told_within_a_day(container, Verb.UNOPENABLE)
    record_now(
        ledger_of(actor.concertation),
        Event(
            verb=Verb.UNOPENABLE,
            outcome=Outcome.FAILED,
            reason=why.replace(" ", "_")[:64],
            actor=actor.person,
            organisation=actor.organisation,
            subjects=(Subject(SubjectKind.SITUATION, container),),
            request_id=actor.request_id,
        ),
    )
    if actor.concertation and not told:
        provider().alert(actor.concertation, "unopenable")


def missing_key_alarm(container: UUID, concertation: UUID | None) -> None:
    """An erasure key is gone without a tombstone, found by the server itself: nobody erased it."""
    log.error("erasure_key_missing", object=str(container))
    told = told_within_a_day(container, Verb.UNOPENABLE)
    record_now(
        ledger_of(concertation),
        Event(
            verb=Verb.UNOPENABLE,
            outcome=Outcome.FAILED,
            reason="erasure_key_missing",
            subjects=(Subject(SubjectKind.SITUATION, container),),
        ),
    )
    if concertation and not told:
        provider().alert(concertation, "unopenable")


def chain_alarm(actor: Actor, error: chain.ChainBroken) -> chain.ChainBroken:
    """The membership chain doesn't hold: recorded, the DPO told, and everything stays shut.

    One fault is one event, however many doors it passes on its way out.
    """
    if error.recorded:
        return error
    error.recorded = True
    log.error("membership_chain_broken", number=error.number, reason=error.why)
    told = actor.concertation is None or told_within_a_day(actor.concertation, Verb.ALARM)
    record_now(
        ledger_of(actor.concertation),
        Event(
            verb=Verb.ALARM,
            outcome=Outcome.FAILED,
            reason="chain_broken",
            actor=actor.person,
            subjects=(
                (Subject(SubjectKind.CONCERTATION, actor.concertation),)
                if actor.concertation
                else ()
            ),
            request_id=actor.request_id,
            details={"number": error.number},
        ),
    )
    if actor.concertation and not told:
        provider().alert(actor.concertation, "chain_broken")
    return error


@contextmanager
def chain_watched(actor: Actor) -> Iterator[None]:
    """Whatever finds the chain broken in here raises the alarm; around transactions, not inside."""
    try:
        yield
    except chain.ChainBroken as error:
        raise chain_alarm(actor, error) from None


def told_within_a_day(number: UUID, verb: Verb) -> bool:
    """Whether the DPO was written to about this number within a day."""
    since = timezone.now() - _TELL_AGAIN
    return EntrySubject.objects.filter(number=number, verb=verb, time__gt=since).exists()
