"""Who can open a situation: its key goes to the circle, or to named persons and the recovery key.

Each change of audience makes a new key for the situation, and for everything in it that has a key
of its own, and seals the present texts anew: the copies someone kept open nothing that stands there
now or is written later. The keys before it are sealed to the new audience only, so that the history
stays readable to those who may read.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias
from uuid import UUID

from django.db.models import Exists, OuterRef

from ethics.gate import keyring, renewal
from ethics.gate.write import Pen
from ethics.roles import Role
from ethics.secrecy import chain, sealing
from ethics.secrecy.erasure import store
from ethics.secrecy.fields import SealedRecord
from ethics.secrecy.models import Recipient, ScopeKey, ScopeWrap
from ethics.secrecy.suites import SecrecyError

# Design 3, “Restricted situation”: at least two named readers, and the recovery key.
LEAST_READERS: Final = 2

Readers: TypeAlias = Mapping[UUID, date | None]


def holders(pen: Pen) -> frozenset[UUID]:
    """The persons who hold the concertation's key, as the chain says."""
    return frozenset(person for person, each in pen._state.members.items() if each.holds_key)


def members(pen: Pen) -> frozenset[UUID]:
    """Everybody the chain knows as a member, holder of the key or not."""
    return frozenset(pen._state.members)


def seal_to_readers(
    pen: Pen, container: UUID, readers: Readers, records: Sequence[SealedRecord]
) -> None:
    """Make named persons, each until a day or for good, and the recovery key the only ones who open
    a situation; `records`, all its live rows, are sealed anew and left to the caller to save.

    Raises `ValueError` for an audience that must not be: fewer than two readers for good, or
    someone who is neither of the circle nor a guest by the chain.
    """
    known = holders(pen)
    lasting = {person for person, until in readers.items() if until is None}
    if len(lasting) < LEAST_READERS or not lasting <= known:
        raise ValueError("a restricted situation needs two readers of the circle")
    named = {}
    for person in readers:
        member = pen._state.members.get(person)
        if member is None or (person not in known and Role.GUEST not in member.roles):
            raise ValueError("neither of the circle nor a guest")
        named[member.keys] = member
    _renew(pen, container, _Audience(named, readers), records)


def seal_to_circle(pen: Pen, container: UUID, records: Sequence[SealedRecord]) -> None:
    """The same for the whole circle: the keys are sealed under the concertation's."""
    _renew(pen, container, None, records)


def let_in(pen: Pen, container: UUID, person: UUID, until: date) -> None:
    """Seal a restricted situation's keys to one more person of the circle, until a day.

    Every key since the sharing decision, so that history opens too. Raises `ValueError` for someone
    who is not of the circle.
    """
    if person not in holders(pen):
        raise ValueError("not of the circle")
    member = pen._state.members[person]
    erasure = store.key(container)
    for key in _shared_keys(container):
        value = pen._key(container, container, key.generation)
        key.wraps.filter(kind=Recipient.MEMBER, recipient=member.keys).delete()
        pen._wrap_to_member(key, value, erasure, (member.keys, member.public.hpke), until)


def take_back_key(pen: Pen, record: SealedRecord) -> None:
    """Give an agreed action that changes hands its next key, under its situation's, and take from
    those who were named the copies of every key before; the caller seals it anew, and saves."""
    container, scope = record.container, record.scope
    under = pen._for_writing(container, container)
    pen._key(container, container, under)
    pen._writes[scope] = _renew_inner(pen, container, scope, store.key(container), under)
    ScopeWrap.objects.filter(key__scope=scope, kind=Recipient.MEMBER).delete()


@dataclass(frozen=True, slots=True)
class _Audience:
    members: Mapping[UUID, chain.Member]
    until: Readers


def _renew(
    pen: Pen, container: UUID, audience: _Audience | None, records: Sequence[SealedRecord]
) -> None:
    erasure = store.key(container)
    shared = _shared_keys(container)
    # Opened before any copy goes: the writer's own may be among those that do.
    _open(pen, records, shared)
    generation = pen._latest(container) + 1
    value, newest = sealing.new_scope_key(container, container, generation)
    newest.save()
    pen._keys[(container, generation)] = value
    for key in (*shared, newest):
        key.wraps.all().delete()
        _seal(pen, key, erasure, audience)
    made = {container: generation}
    for scope in _inner_scopes(container):
        made[scope] = _renew_inner(pen, container, scope, erasure, generation)
    # Whoever owns an action and isn't of the audience loses the copies of its keys too.
    kept = audience.members if audience else {}
    ScopeWrap.objects.filter(key__container=container, kind=Recipient.MEMBER).exclude(
        key__scope=container
    ).exclude(recipient__in=kept).delete()
    for record in records:
        pen.seal(record, generation=made[record.scope])


def _open(pen: Pen, records: Iterable[SealedRecord], keys: Iterable[ScopeKey]) -> None:
    wanted = {(each.container, each.scope, each.key_generation) for each in records}
    wanted |= {(key.container_id, key.scope, key.generation) for key in keys}
    for name, value in keyring.scope_keys(pen.actor, pen._state, wanted).items():
        if isinstance(value, SecrecyError):
            raise value
        pen._keys[name] = value


def _renew_inner(pen: Pen, container: UUID, scope: UUID, erasure: bytes, under: int) -> int:
    generation = pen._latest(scope) + 1
    value, key = sealing.new_scope_key(container, scope, generation)
    key.save()
    sealing.wrap_under(
        key,
        value,
        erasure=erasure,
        key=pen._keys[(container, under)],
        wrap=ScopeWrap(kind=Recipient.SCOPE, recipient=container, generation=under),
    ).save()
    pen._keys[(scope, generation)] = value
    return generation


def _seal(pen: Pen, key: ScopeKey, erasure: bytes, audience: _Audience | None) -> None:
    current, recovery = pen._state.generation, pen._state.recovery
    if current is None or recovery is None:
        raise SecrecyError("awaiting_keys")
    value = pen._keys[(key.scope, key.generation)]
    if audience is None:
        sealing.wrap_under(
            key,
            value,
            erasure=erasure,
            key=keyring.concertation_key(pen.actor, pen._state, current.number),
            wrap=sealing.recipient_generation(current.number),
        ).save()
        return
    for keys, member in audience.members.items():
        until = audience.until[member.person]
        pen._wrap_to_member(key, value, erasure, (keys, member.public.hpke), until)
    wrap = ScopeWrap(kind=Recipient.RECOVERY)
    sealing.wrap_to(key, value, erasure=erasure, public=recovery.hpke, wrap=wrap).save()


def shared_records(container: UUID, records: Iterable[SealedRecord]) -> list[SealedRecord]:
    """Those of a container's rows that an audience reads; the others were sealed while it was a
    draft, and stay with who holds the draft's keys."""
    numbers = {key.generation for key in _shared_keys(container)}
    return [each for each in records if each.scope != container or each.key_generation in numbers]


def _shared_keys(container: UUID) -> list[ScopeKey]:
    """Not a draft's own keys: what was typed before the sharing decision stays its author's, and
    their supervisor's, whatever the audience becomes."""
    given = ScopeWrap.objects.filter(key=OuterRef("pk"), kind__in=renewal.SHARED)
    rows = ScopeKey.objects.filter(Exists(given), container=container, scope=container)
    return list(rows.order_by("generation"))


def _inner_scopes(container: UUID) -> list[UUID]:
    rows = ScopeKey.objects.filter(container=container).exclude(scope=container)
    return list(rows.order_by("scope").values_list("scope", flat=True).distinct())
