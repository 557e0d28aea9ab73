"""An intern's draft: handed to their supervisor under a key that both hold, and taken back.

Each handing over and each taking back makes a new key: what the intern typed before, or types
afterwards, stays theirs alone.
"""

from collections.abc import Iterable
from uuid import UUID

from ethics.gate.write import Pen
from ethics.secrecy import sealing
from ethics.secrecy.erasure import store
from ethics.secrecy.fields import SealedRecord
from ethics.secrecy.models import Recipient, ScopeWrap


def hand_over(pen: Pen, record: SealedRecord, person: UUID) -> None:
    """Seal a draft anew under a key that its author and one person of the circle hold; the caller
    saves it. Raises `ValueError` for someone who is not of the circle by the chain."""
    member = pen._state.members.get(person)
    if member is None or not member.holds_key:
        raise ValueError("not of the circle")
    _go_on(pen, record, [(member.keys, member.public.hpke)])
    pen.seal(record)


def take_back(pen: Pen, record: SealedRecord) -> None:
    """Let the next text of a draft be its author's alone, where somebody else holds its key."""
    copies = ScopeWrap.objects.filter(
        kind=Recipient.MEMBER,
        key__scope=record.scope,
        key__generation=pen._latest(record.scope),
    )
    if copies.exclude(recipient=pen._own()[0]).exists():
        _go_on(pen, record, [])


def _go_on(pen: Pen, record: SealedRecord, others: Iterable[tuple[UUID, bytes]]) -> None:
    container = record.container
    erasure = store.key(container)
    generation = pen._latest(container) + 1
    value, key = sealing.new_scope_key(container, container, generation)
    key.save()
    for holder in (pen._own(), *others):
        pen._wrap_to_member(key, value, erasure, holder, None)
    pen._keys[(container, generation)] = value
    pen._writes[container] = generation
