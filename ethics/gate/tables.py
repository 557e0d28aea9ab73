"""Tables from a spreadsheet, sealed to one person until their rows are drafts.

What was uploaded stands in no file and in no row in the clear. Each table is a container of its
own: deleting it destroys its erasure key, and no backup opens it any more. It isn't yet part of the
board: the identifier guard looks at each row when it becomes a draft.
"""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Subject
from ethics.gate import keyring
from ethics.gate.actor import Actor
from ethics.gate.alarms import unopenable_alarm
from ethics.gate.read import allow, refuse_unknown
from ethics.gate.refusals import Refused
from ethics.gate.write import Pen
from ethics.policy import Act, Refusal
from ethics.secrecy import sealing, unsealing
from ethics.secrecy.erasure import store
from ethics.secrecy.models import Container, ContainerKind, KeptTable
from ethics.secrecy.suites import SecrecyError, bind

ROWS: Final = "rows"
REFERENCES: Final = "references"
# Whose act opens which: rows are the coordinator's, references go to who brings the situations.
_ACTS: Final = {ROWS: Act.IMPORT, REFERENCES: Act.BRING}
KEPT_FOR: Final = {ROWS: timedelta(days=7), REFERENCES: timedelta(days=90)}


def keep_table(pen: Pen, kind: str, value: Any, *, person: UUID | None = None) -> UUID:
    """Seal a new table inside the action that makes it, to its actor or to a member `person`."""
    number = pen.open_container(ContainerKind.IMPORT, author=person)
    KeptTable.objects.create(
        container_id=number,
        kind=kind,
        concertation=_here(pen.actor),
        person=person or pen.actor.person,
        sealed=_sealed(pen._keys[(number, 1)], number, 1, value),
        expires_on=timezone.localdate() + KEPT_FOR[kind],
    )
    pen.record(
        Verb.IMPORTED,
        subjects=(Subject(SubjectKind.IMPORT, number),),
        details={"kind": kind, "state": "kept"},
    )
    return number


def own_tables(actor: Actor, kind: str) -> tuple[KeptTable, ...]:
    """The tables that wait for this person here, newest first; nothing is opened."""
    return tuple(_of(actor, kind).order_by("-made_at"))


def open_table(actor: Actor, number: UUID, kind: str) -> tuple[Any, int]:
    """A table of one's own with its version: recorded first, opened second.

    Raises `Refused` for any other number, and `SecrecyError` when it doesn't open.
    """
    row = _theirs(actor, number, kind)
    _tell(actor, number, kind, Verb.READ)
    opened = unsealing.unseal(_key(actor, number), bytes(row.sealed), _binding(number, row.version))
    return unsealing.decode(opened), row.version


def write_table(actor: Actor, number: UUID, kind: str, value: Any, *, version: int) -> bool:
    """Seal a table anew over the version that was read; `False` when another page came first."""
    _theirs(actor, number, kind)
    sealed = _sealed(_key(actor, number), number, version + 1, value)
    rows = KeptTable.objects.filter(container=number, version=version)
    return bool(rows.update(sealed=sealed, version=version + 1))


def forget_table(actor: Actor, number: UUID, kind: str) -> None:
    """Destroy a table of one's own for good, key first; recorded before. Raises `Refused`."""
    _theirs(actor, number, kind)
    _tell(actor, number, kind, Verb.DRAFT_DISCARDED)
    _destroy(number)


def forget_old_tables() -> int:
    """Destroy the tables whose time is over; the daily command calls it, no key is needed."""
    over = KeptTable.objects.filter(expires_on__lt=timezone.localdate())
    numbers = list(over.values_list("container", flat=True))
    for number in numbers:
        _destroy(number)
    return len(numbers)


def _tell(actor: Actor, number: UUID, kind: str, verb: Verb) -> None:
    about = (Subject(SubjectKind.IMPORT, number),)
    allow(actor, _ACTS[kind], purpose=Purpose.IMPORT, verb=verb, subjects=about)


def _destroy(number: UUID) -> None:
    store.destroy(number)
    with transaction.atomic():
        Container.objects.filter(id=number).delete()


def _of(actor: Actor, kind: str) -> QuerySet[KeptTable]:
    return KeptTable.objects.filter(
        person=actor.person,
        concertation=_here(actor),
        kind=kind,
        expires_on__gte=timezone.localdate(),
    )


def _here(actor: Actor) -> UUID:
    """The concertation it is done in."""
    if actor.concertation is None:
        raise Refused(Refusal.NO_PARTICIPATION)
    return actor.concertation


def _theirs(actor: Actor, number: UUID, kind: str) -> KeptTable:
    row = _of(actor, kind).filter(container=number).first()
    if row is None:
        raise refuse_unknown(actor, purpose=Purpose.IMPORT, foreign=None)
    return row


def _key(actor: Actor, number: UUID) -> bytes:
    state = keyring.chain_state(actor)
    key = keyring.scope_keys(actor, state, [(number, number, 1)], by_name=True)[(number, 1)]
    if isinstance(key, SecrecyError):
        unopenable_alarm(actor, number, str(key))
        raise key
    return key


def _sealed(key: bytes, number: UUID, version: int, value: Any) -> bytes:
    return sealing.seal(key, sealing.encode(value, coded=True), _binding(number, version))


def _binding(number: UUID, version: int) -> bytes:
    return bind("concertation/table/1", number, version)
