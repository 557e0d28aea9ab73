"""Which key the next write uses, and a new one where the newest may not seal any more.

A key is fresh while it has a copy made for the generation of the concertation's key in use. A
renewal carries every older copy over under a kind of its own (`carried`), which opens and seals
nothing new. The kind is bound into the copy: nobody can turn a carried copy into a fresh one
without holding the new generation's key. The key of a restricted situation has copies to named
persons and to the recovery key only; it is fresh when it was made after the last departure.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from ethics.gate import keyring
from ethics.gate.keyring import FOR_HOLDERS
from ethics.secrecy import chain, sealing
from ethics.secrecy.erasure import store
from ethics.secrecy.models import Recipient, ScopeKey, ScopeWrap
from ethics.secrecy.suites import SecrecyError

if TYPE_CHECKING:
    from ethics.gate.write import Pen

_MADE_FOR_IT = frozenset({Recipient.GENERATION, Recipient.INBOX})
_SHARED = frozenset({*FOR_HOLDERS, Recipient.SCOPE})
# Keys that were given to others than their author: a draft's own is not among them.
SHARED: Final = (*_SHARED, Recipient.RECOVERY)


@dataclass(frozen=True, slots=True)
class Copy:
    """Of one scope's key: which kind of copy there is, under which generation of what."""

    scope: UUID
    generation: int
    kind: str
    under: int
    made_at: datetime


def copies_of(scopes: Iterable[UUID]) -> list[Copy]:
    """Every copy of these scopes' keys, in one query."""
    rows = ScopeWrap.objects.filter(key__scope__in=list(scopes))
    columns = ("key__scope", "key__generation", "kind", "generation", "key__made_at")
    return [Copy(*row) for row in rows.values_list(*columns)]


def newest(copies: list[Copy], scope: UUID) -> int:
    """The number of a scope's newest key; raises `SecrecyError` when it has none."""
    numbers = [each.generation for each in copies if each.scope == scope]
    if not numbers:
        raise SecrecyError("no_key")
    return max(numbers)


def is_fresh(copies: list[Copy], container: UUID, scope: UUID, state: chain.ChainState) -> bool:
    """Whether the newest key of a scope may seal what is written now.

    A draft's key, which its author alone holds, counts as fresh. An action's key is fresh when it
    lies under the container's newest, and that one is fresh.
    """
    number, current = newest(copies, scope), state.generation
    those = [each for each in copies if each.scope == scope and each.generation == number]
    mine = {(each.kind, each.under) for each in those if each.kind in _SHARED}
    if current is None:
        return True
    if not mine:
        restricted = any(each.kind == Recipient.RECOVERY for each in those)
        left = state.departed
        return not restricted or left is None or those[0].made_at > left
    if any((kind, current.number) in mine for kind in _MADE_FOR_IT):
        return True
    if scope == container:
        return False
    outer = newest(copies, container)
    return (Recipient.SCOPE, outer) in mine and is_fresh(copies, container, container, state)


def renew(pen: "Pen", container: UUID, scope: UUID, before: int) -> int:
    """A new key in place of one that may seal no more, for the same people as far as they still
    belong; the container's own comes before an action's. Gives its number."""
    number = before + 1
    value, key = sealing.new_scope_key(container, scope, number)
    key.save()
    erasure = store.key(container)
    copies = ScopeWrap.objects.filter(key__scope=scope, key__generation=before)
    if copies.filter(kind=Recipient.RECOVERY).exists() and pen._state.recovery:
        # Restricted: its named readers below, and the recovery key instead of the circle.
        recovery, wrap = pen._state.recovery.hpke, ScopeWrap(kind=Recipient.RECOVERY)
        sealing.wrap_to(key, value, erasure=erasure, public=recovery, wrap=wrap).save()
    else:
        seal_to_circle(pen, key, value, erasure)
    there = {member.keys: member for member in pen._state.members.values()}
    lasting = Q(until=None) | Q(until__gte=timezone.localdate())
    named = copies.filter(lasting, kind=Recipient.MEMBER)
    for whose, until in named.values_list("recipient", "until"):
        if member := there.get(whose) if whose else None:
            pen._wrap_to_member(key, value, erasure, (member.keys, member.public.hpke), until)
    pen._keys[(scope, number)] = value
    return number


def seal_to_circle(pen: "Pen", key: ScopeKey, value: bytes, erasure: bytes) -> None:
    """Seal a new key to the circle; whoever doesn't hold the concertation's key seals to its inbox
    half, which the chain names."""
    current = pen._state.generation
    member = pen._state.members.get(pen.actor.person)
    if current is None or member is None:
        raise SecrecyError("awaiting_keys")
    if not member.holds_key:
        sealing.wrap_to(
            key,
            value,
            erasure=erasure,
            public=current.inbox,
            wrap=ScopeWrap(kind=Recipient.INBOX, generation=current.number),
            signer=(pen._own()[0], keyring.private_keys(pen.actor)),
        ).save()
        return
    if key.scope == key.container_id:
        wrap = sealing.recipient_generation(current.number)
        under = keyring.concertation_key(pen.actor, pen._state, current.number)
    else:
        number = pen._for_writing(key.container_id, key.container_id)
        wrap = ScopeWrap(kind=Recipient.SCOPE, recipient=key.container_id, generation=number)
        under = pen._key(key.container_id, key.container_id, number)
    sealing.wrap_under(key, value, erasure=erasure, key=under, wrap=wrap).save()
