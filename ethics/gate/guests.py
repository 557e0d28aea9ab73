"""Taking back from a guest what was opened to them: their copies go, and a new key follows."""

from uuid import UUID

from ethics.gate import keyring
from ethics.gate.write import Pen
from ethics.secrecy.erasure import store
from ethics.secrecy.models import Recipient, ScopeKey, ScopeWrap


def take_scope_back(pen: Pen, container: UUID, person: UUID) -> None:
    """Delete a guest's copies of a situation's keys, and go on under a new one.

    What they read can't be taken back; what they kept opens nothing written from now on. A
    restricted situation keeps its key: its audience is renewed by `seal_to_readers`.
    """
    members = {each.keys: each for each in pen._state.members.values()}
    member = pen._state.members.get(person)
    copies = ScopeWrap.objects.filter(key__container=container, key__scope=container)
    named = copies.filter(kind=Recipient.MEMBER)
    named.filter(recipient=member.keys if member else None).delete()
    newest = pen._latest(container)
    if not copies.filter(kind__in=keyring.FOR_HOLDERS, key__generation=newest).exists():
        return
    pen._new_key(container, newest + 1)
    key = ScopeKey.objects.get(scope=container, generation=newest + 1)
    value, erasure = pen._keys[(container, newest + 1)], store.key(container)
    for whose, until in named.filter(key__generation=newest).values_list("recipient", "until"):
        if whose in members:
            pen._wrap_to_member(key, value, erasure, (whose, members[whose].public.hpke), until)
