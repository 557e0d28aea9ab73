"""Restored access: new keys for a member who lost password or second factor, heard by others.

By a coordinator at once, or by two members who hold the key when no coordinator acted for a working
day. Each compares the twenty digits that the person reads aloud from their own unlocked keys.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from audit.enums import Verb
from audit.names import concertation_ledger
from audit.record import append
from ethics.gate import keyring, rotation
from ethics.gate.actor import Actor
from ethics.gate.alarms import chain_watched
from ethics.gate.circle import check_heard, event, needed, state_for
from ethics.gate.refusals import Refused
from ethics.gate.unlock import live_keys, public_keys
from ethics.policy import Act, Refusal
from ethics.secrecy import chain, sealing, unsealing
from ethics.secrecy.chain_rules import a_working_day_after
from ethics.secrecy.erasure import store
from ethics.secrecy.keys import PrivateKeys
from ethics.secrecy.models import GenerationWrap, MemberKeys, Recipient, ScopeWrap
from ethics.secrecy.suites import SecrecyError


class NothingToRestore(Exception):
    """The chain doesn't know this person, or knows the very keys they use."""


class SecondTooSoon(Exception):
    """A coordinator still has time to act; `at` says from when a second member may confirm."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at.isoformat())
        self.at = at


class SameMember(Exception):
    """Who proposed can't confirm: it takes two."""


def await_restoring(state: chain.ChainState, persons: Iterable[UUID]) -> frozenset[UUID]:
    """Those whom the chain knows under other keys than they use now; one query."""
    known = [person for person in persons if person in state.members]
    live = MemberKeys.objects.filter(person_id__in=known, retired_at=None)
    pairs = live.values_list("person_id", "id")
    return frozenset(person for person, keys in pairs if state.members[person].keys != keys)


def proposal(state: chain.ChainState, person: UUID) -> tuple[UUID, datetime] | None:
    """Who vouched first for the keys this person uses now, and from when a second one may."""
    made = state.proposals.get(person)
    if made is None or made.keys != live_keys(person).id:
        return None
    return made.author, a_working_day_after(made.at)


def restore(actor: Actor, person: UUID, heard: str) -> None:
    """A coordinator restores a member whose digits were heard.

    Raises `WrongDigits`, `NothingToRestore`, `Refused` or `chain.ChainBroken`.
    """
    state_for(actor, Act.RESTORE, Verb.ACCESS_RESTORED)
    with chain_watched(actor), transaction.atomic():
        before = rotation.lock_all(actor)
        _restore(actor, before, person, heard, "restored")


def vouch(actor: Actor, person: UUID, heard: str) -> bool:
    """One of two members vouches for new keys; gives whether the access is restored by it.

    Raises `SameMember`, `SecondTooSoon`, `WrongDigits`, `NothingToRestore`, `Refused` or
    `chain.ChainBroken`.
    """
    state_for(actor, Act.VOUCH, Verb.ACCESS_RESTORED)
    with chain_watched(actor), transaction.atomic():
        before = rotation.lock_all(actor)
        first = proposal(before, person)
        # Whoever proposed may have left since: then somebody proposes anew.
        if first is None or not _still_holds(before, first[0]):
            _propose(actor, before, person, heard)
            return False
        if first[0] == actor.person:
            raise SameMember
        made = before.proposals[person]
        if chain.now() < a_working_day_after(made.at):
            raise SecondTooSoon(first[1])
        _restore(actor, before, person, heard, "restore_seconded")
        return True


def _still_holds(state: chain.ChainState, person: UUID) -> bool:
    member = state.members.get(person)
    return member is not None and member.holds_key


def _body(state: chain.ChainState, person: UUID, heard: str) -> dict[str, str]:
    row = live_keys(person)
    known = state.members.get(person)
    if known is None or known.keys == row.id:
        raise NothingToRestore
    public = public_keys(row)
    check_heard(heard, public, person, state.concertation)
    return chain.new_keys_body(person, row.id, public)


def _propose(actor: Actor, before: chain.ChainState, person: UUID, heard: str) -> None:
    private = keyring.private_keys(actor)
    body = _body(before, person, heard)
    row, _ = chain.make_statement(before, "restore_proposed", actor.person, private, body)
    row.save()
    append(
        concertation_ledger(needed(actor)),
        event(actor, Verb.RESTORE_PROPOSED, None, person=person),
    )


def _restore(actor: Actor, before: chain.ChainState, person: UUID, heard: str, kind: str) -> None:
    private = keyring.private_keys(actor)
    body = _body(before, person, heard)
    row, after = chain.make_statement(before, kind, actor.person, private, body)
    row.save()
    hand_over(actor, before.members[person], after)
    append(
        concertation_ledger(needed(actor)),
        event(actor, Verb.ACCESS_RESTORED, None, person=person, kind=kind),
    )


def hand_over(
    actor: Actor, was: chain.Member, after: chain.ChainState, rescue: PrivateKeys | None = None
) -> None:
    """Seal to a member's new keys what their old ones were given, in the caller's transaction.

    Every generation of the concertation's key when their places entitle them to it, and each key
    they had a copy of by name. What only they could open (drafts) stays shut.
    """
    now = after.members[was.person]
    known = GenerationWrap.objects.filter(concertation=after.concertation, person=was.person)
    known.exclude(holder=now.keys).delete()
    if now.holds_key:
        rotation.seal_generations(
            actor, after, public=now.public.hpke, holder=now.keys, person=now.person
        )
    copies = ScopeWrap.objects.filter(
        kind=Recipient.MEMBER,
        recipient=was.keys,
        key__container__concertation=after.concertation,
    )
    reseal_named(actor, after, copies, public=now.public.hpke, recipient=now.keys, rescue=rescue)


def reseal_named(
    actor: Actor,
    state: chain.ChainState,
    copies: QuerySet[ScopeWrap],
    *,
    public: bytes,
    recipient: UUID | None,
    rescue: PrivateKeys | None = None,
) -> None:
    """Put copies to a new public half in the place of these, as far as the actor opens their keys;
    with a recovery key, also those that lie under it alone."""
    found = list(copies.select_related("key"))
    wanted = [(each.key.container_id, each.key.scope, each.key.generation) for each in found]
    values = keyring.scope_keys(actor, state, wanted)
    if actor.keys is None:
        raise Refused(Refusal.NOT_SIGNED_IN)
    signer = (actor.keys.keys, keyring.private_keys(actor))
    for old in found:
        key = old.key
        value = values.get((key.scope, key.generation))
        if rescue is not None and not isinstance(value, bytes):
            value = _from_recovery(old, rescue)
        if not isinstance(value, bytes):
            continue
        old.delete()
        sealing.wrap_to(
            key,
            value,
            erasure=store.key(key.container_id),
            public=public,
            wrap=ScopeWrap(kind=old.kind, recipient=recipient, until=old.until),
            signer=signer,
        ).save()


def _from_recovery(old: ScopeWrap, rescue: PrivateKeys) -> bytes | None:
    wrap = ScopeWrap.objects.filter(key=old.key, kind=Recipient.RECOVERY).first()
    if wrap is None:
        return None
    copy = sealing.key_copy(old.key, wrap)
    try:
        return unsealing.open_scope(copy, erasure=store.key(copy.container), private=rescue)
    except SecrecyError:
        return None
