"""Which key the next write uses: pure questions about the copies of a scope's keys.

A key is fresh while it has a copy made for the generation of the concertation's key in use. A
renewal carries every older copy over under a kind of its own (`carried`), which opens and seals
nothing new. The kind is bound into the copy: nobody can turn a carried copy into a fresh one
without holding the new generation's key.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from ethics.gate.keyring import FOR_HOLDERS
from ethics.secrecy import chain
from ethics.secrecy.models import Recipient, ScopeWrap
from ethics.secrecy.suites import SecrecyError

_MADE_FOR_IT = frozenset({Recipient.GENERATION, Recipient.INBOX})
_SHARED = frozenset({*FOR_HOLDERS, Recipient.SCOPE})


@dataclass(frozen=True, slots=True)
class Copy:
    """Of one scope's key: which kind of copy there is, under which generation of what."""

    scope: UUID
    generation: int
    kind: str
    under: int


def copies_of(scopes: Iterable[UUID]) -> list[Copy]:
    """Every copy of these scopes' keys, in one query."""
    rows = ScopeWrap.objects.filter(key__scope__in=list(scopes))
    columns = ("key__scope", "key__generation", "kind", "generation")
    return [Copy(*row) for row in rows.values_list(*columns)]


def newest(copies: list[Copy], scope: UUID) -> int:
    """The number of a scope's newest key; raises `SecrecyError` when it has none."""
    numbers = [each.generation for each in copies if each.scope == scope]
    if not numbers:
        raise SecrecyError("no_key")
    return max(numbers)


def is_fresh(
    copies: list[Copy], container: UUID, scope: UUID, current: chain.Generation | None
) -> bool:
    """Whether the newest key of a scope may seal what is written now.

    A key that only named persons hold (a draft's) is theirs to renew, and counts as fresh. An
    action's key is fresh when it lies under the container's newest, and that one is fresh.
    """
    number = newest(copies, scope)
    mine = {
        (each.kind, each.under)
        for each in copies
        if each.scope == scope and each.generation == number and each.kind in _SHARED
    }
    if not mine or current is None:
        return True
    if any((kind, current.number) in mine for kind in _MADE_FOR_IT):
        return True
    if scope == container:
        return False
    outer = newest(copies, container)
    return (Recipient.SCOPE, outer) in mine and is_fresh(copies, container, container, current)
