"""What a person's former keys held: sealed to them alone, it can't be opened any more."""

from collections.abc import Iterable
from uuid import UUID

from ethics.gate.actor import Actor
from ethics.secrecy.models import MemberKeys, Recipient, ScopeWrap


def lost_with_keys(actor: Actor, containers: Iterable[UUID]) -> frozenset[UUID]:
    """The containers of this person that nothing but keys from before a reset opened for them.

    Nothing is opened and nothing recorded: it is no fault and no alarm, it was announced.
    """
    if actor.keys is None:
        return frozenset()
    former = MemberKeys.objects.filter(person=actor.person, retired_at__isnull=False)
    numbers = set(former.values_list("id", flat=True))
    if not numbers:
        return frozenset()
    found: dict[UUID, bool] = {}
    rows = ScopeWrap.objects.filter(key__container__in=list(containers))
    for container, kind, recipient in rows.values_list("key__container", "kind", "recipient"):
        # A supervisor may hold another copy: it opens nothing for this person.
        theirs = kind == Recipient.MEMBER and recipient != actor.keys.keys
        found[container] = found.get(container, True) and theirs
    return frozenset(container for container, only in found.items() if only)
