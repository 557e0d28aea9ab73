"""Text posted on a session that had just ended: sealed to its author, and given back once.

Design 3: “An interrupted text of an expired session is sealed to its author's public key.” The
public half comes from the signed chain, never from a row. Who may leave such a text: whoever shows
both cookies of a session that came to its end by time within a day, nobody else.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.db.models import QuerySet
from django.utils import timezone

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Event, Subject
from audit.names import PLATFORM
from audit.record import ensure_ledger, record_now
from ethics.gate.actor import Actor
from ethics.gate.keyring import private_keys
from ethics.gate.refusals import refuse
from ethics.policy import Refusal
from ethics.secrecy import chain, pepper, sealing, unsealing
from ethics.secrecy.models import InterruptedText
from ethics.secrecy.suites import SecrecyError, bind

KEPT_FOR: Final = timedelta(hours=24)
# A long presentation is some 20 kB; more is no text that somebody typed.
LONGEST: Final = 100_000
MOST: Final = 5

Fields = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class KeptText:
    """A text that waits for its author; nothing of it is opened yet."""

    number: UUID
    kept_at: datetime


@dataclass(frozen=True, slots=True)
class Returned:
    """The form as it was posted: where to, and what stood in it."""

    number: UUID
    kept_at: datetime
    path: str
    fields: Fields


def keep_text(
    person: UUID, keys: UUID, concertation: UUID, path: str, fields: Fields, request_id: str
) -> bool:
    """Seal a form to its author; says whether it is kept.

    Not for whoever the chain doesn't know by these very keys, nor for more than one could type.
    """
    data = sealing.encode({"path": path, "fields": dict(fields)}, coded=True)
    member = chain.state(concertation).members.get(person)
    if len(data) > LONGEST or member is None or member.keys != keys:
        return False
    if _of(person).count() >= MOST:
        return False
    number = uuid4()
    sealed = sealing.seal_to(member.public.hpke, data, _binding(number, person, keys))
    ensure_ledger(PLATFORM)
    # Whoever posts it isn't signed in: the person is the subject, not the actor.
    record_now(PLATFORM, _event(Verb.TEXT_KEPT, None, person, request_id))
    InterruptedText.objects.create(
        id=number,
        person=person,
        keys=keys,
        sealed=sealed,
        pepper=pepper.current(),
        mark=_mark(number, sealed, pepper.current()),
        expires_at=timezone.now() + KEPT_FOR,
    )
    return True


def kept_texts(person: UUID) -> tuple[KeptText, ...]:
    """What waits for this person, the newest first; nothing is opened."""
    return tuple(KeptText(row.id, row.made_at) for row in _of(person).order_by("-made_at"))


def return_text(actor: Actor, number: UUID) -> Returned:
    """Open a kept text for its author: recorded first, opened second.

    Raises `Refused` for one that isn't theirs, is gone or too old, and `SecrecyError` for one that
    this server didn't seal.
    """
    row = _theirs(actor, number)
    record_now(PLATFORM, _event(Verb.TEXT_RETURNED, actor.person, actor.person, actor.request_id))
    sealed = bytes(row.sealed)
    if not hmac.compare_digest(bytes(row.mark), _mark(row.id, sealed, row.pepper)):
        # HPKE's sender is anonymous: without the mark, the database could speak for the author.
        raise SecrecyError("unsigned_seal")
    binding = _binding(row.id, row.person, row.keys)
    value: Any = unsealing.decode(unsealing.unseal_with(private_keys(actor), sealed, binding))
    return Returned(row.id, row.made_at, value["path"], value["fields"])


def forget_text(actor: Actor, number: UUID) -> None:
    """Throw a kept text away: its form came back, or its author doesn't want it."""
    _theirs(actor, number).delete()


def _theirs(actor: Actor, number: UUID) -> InterruptedText:
    row = _of(actor.person).filter(id=number).first()
    if row is None:
        raise refuse(
            actor,
            Refusal.ROLE,
            verb=Verb.TEXT_RETURNED,
            concertation=None,
            purpose=Purpose.ACCOUNT,
            subjects=(actor.person,),
            kind=SubjectKind.PERSON,
        )
    return row


def _of(person: UUID) -> QuerySet[InterruptedText]:
    return InterruptedText.objects.filter(person=person, expires_at__gt=timezone.now())


def _binding(number: UUID, person: UUID, keys: UUID) -> bytes:
    return bind("concertation/interrupted/1", number, person, keys)


def _mark(number: UUID, sealed: bytes, name: str) -> bytes:
    return pepper.keyed_hash("interrupted", "interrupted-text", number, sealed, pepper=name)


def _event(verb: Verb, actor: UUID | None, person: UUID, request_id: str) -> Event:
    return Event(
        verb=verb,
        actor=actor,
        purpose=Purpose.ACCOUNT,
        subjects=(Subject(SubjectKind.PERSON, person),),
        request_id=request_id,
    )
