"""Renewing the concertation's key: one locked transaction, after which nothing old seals anything.

Every holder holds every generation, so nothing is ever stranded under an older one; every copy of
a situation's key is carried over to the newest, so that what someone kept of an older generation
opens no row of today's database. Texts themselves stay under their situation's key, which the next
write renews.
"""

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Final, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Event, Subject
from audit.record import append
from ethics.gate import keyring
from ethics.gate.actor import Actor
from ethics.gate.alarms import chain_watched, unopenable_alarm
from ethics.gate.refusals import Refused, ledger_of
from ethics.policy import Refusal
from ethics.secrecy import chain, sealing, unsealing
from ethics.secrecy.erasure import store
from ethics.secrecy.keys import PrivateKeys
from ethics.secrecy.models import Container, GenerationWrap, Recipient, ScopeKey, ScopeWrap
from ethics.secrecy.suites import SecrecyError, commitment

# SQLite before 3.32 takes no more than 999 parameters in one statement.
_BATCH: Final = 400
T = TypeVar("T")
# Containers with a copy that did not open: left as they were, and told after the transaction.
Unopened = dict[UUID, str]


def rotate(actor: Actor) -> None:
    """Renew the concertation's key on demand; the caller has asked the password and decided.

    Raises `Refused`, `SecrecyError` when the actor doesn't hold the key, or `chain.ChainBroken`.
    """
    with chain_watched(actor):
        keyring.chain_state(actor)
        with transaction.atomic():
            unopened: Unopened = {}
            renew(actor, lock_all(actor), unopened)
    tell_unopened(actor, unopened)


def holds_keys(actor: Actor) -> bool:
    """Whether this person can renew: the chain entitles them to the key, and their copy opens."""
    with chain_watched(actor):
        state = keyring.chain_state(actor)
    member = state.members.get(actor.person)
    if member is None or not member.holds_key or state.generation is None:
        return False
    try:
        keyring.concertation_key(actor, state, state.generation.number)
    except SecrecyError:
        return False
    return True


def lock_all(actor: Actor) -> chain.ChainState:
    """Lock every container of the concertation, then its chain: writers finish or wait.

    In the order of their numbers, and before the chain, as writers take them: no two wait for each
    other in a circle.
    """
    if actor.concertation is None:
        raise Refused(Refusal.NO_PARTICIPATION)
    rows = Container.objects.filter(concertation=actor.concertation).order_by("id")
    list(rows.select_for_update(no_key=True).values_list("id", flat=True))
    return chain.lock(actor.concertation)


def renew(actor: Actor, state: chain.ChainState, unopened: Unopened) -> chain.ChainState:
    """Make the next generation, seal it to every holder and to the recovery key, carry over every
    copy. Inside the caller's transaction, under `lock_all`."""
    before = state.generation
    if before is None:
        raise SecrecyError("awaiting_keys")
    keyring.concertation_key(actor, state, before.number)  # or stop: only a holder may
    number, key = before.number + 1, sealing.new_key()
    own, private = _own(actor)
    body = chain.generation_body(
        number,
        commitment(key, container=state.concertation, scope=state.concertation, generation=number),
        PrivateKeys.derived(key, "inbox").public().hpke,
    )
    row, after = chain.make_statement(
        state, "generation", actor.person, private, {"generation": body}
    )
    row.save()
    GenerationWrap.objects.bulk_create(_wraps(after, number, key, (own, private)))
    gone = GenerationWrap.objects.filter(concertation=state.concertation)
    gone.exclude(holder=None).exclude(holder__in=[each.keys for each in after.holders]).delete()
    if actor.keys is not None:
        actor.keys.concertation_keys[(state.concertation, number)] = key
    copies = _copies(state).filter(generation__lt=number)
    unopened.update(_carry(actor, after, copies, number))
    append(
        ledger_of(state.concertation),
        Event(
            verb=Verb.GENERATION_MADE,
            actor=actor.person,
            organisation=actor.organisation,
            purpose=Purpose.ADMINISTRATION,
            subjects=(Subject(SubjectKind.CONCERTATION, state.concertation),),
            request_id=actor.request_id,
            details={"number": number},
        ),
    )
    return after


def carry_over(
    actor: Actor, state: chain.ChainState, containers: Collection[UUID], unopened: Unopened
) -> None:
    """Let the next write to these containers use a new key, without a new generation: a guest or
    limited reader who held copies of their keys left."""
    current = state.generation
    if containers and current is not None:
        fresh = _copies(state).filter(
            key__container__in=containers, kind__in=[Recipient.GENERATION, Recipient.INBOX]
        )
        unopened.update(_carry(actor, state, fresh, current.number))


def seal_generations(
    actor: Actor,
    state: chain.ChainState,
    *,
    public: bytes,
    holder: UUID | None,
    person: UUID | None,
) -> None:
    """Seal every generation to one more holder, or to a recovery key; those they have stay."""
    known = GenerationWrap.objects.filter(concertation=state.concertation, holder=holder)
    there = set(known.values_list("generation", flat=True))
    GenerationWrap.objects.bulk_create(
        sealing.wrap_generation(
            state.concertation,
            number,
            keyring.concertation_key(actor, state, number),
            public=public,
            holder=holder,
            person=person,
            signer=_own(actor),
        )
        for number in sorted(set(state.generations) - there)
    )


def tell_unopened(actor: Actor, unopened: Unopened) -> None:
    """After the transaction: each container with a copy that did not open is an event."""
    for container, why in unopened.items():
        unopenable_alarm(actor, container, why)


def _own(actor: Actor) -> tuple[UUID, PrivateKeys]:
    private = keyring.private_keys(actor)
    if actor.keys is None:
        raise Refused(Refusal.NOT_SIGNED_IN)
    return actor.keys.keys, private


def _wraps(
    state: chain.ChainState, number: int, key: bytes, signer: tuple[UUID, PrivateKeys]
) -> Iterator[GenerationWrap]:
    to: list[tuple[bytes, UUID | None, UUID | None]] = [
        (each.public.hpke, each.keys, each.person) for each in state.holders
    ]
    if state.recovery is not None:
        to.append((state.recovery.hpke, None, None))
    for public, holder, person in to:
        yield sealing.wrap_generation(
            state.concertation,
            number,
            key,
            public=public,
            holder=holder,
            person=person,
            signer=signer,
        )


def _copies(state: chain.ChainState) -> QuerySet[ScopeWrap]:
    return ScopeWrap.objects.filter(
        key__container__concertation=state.concertation, kind__in=keyring.FOR_HOLDERS
    )


def _carry(
    actor: Actor, state: chain.ChainState, copies: QuerySet[ScopeWrap], number: int
) -> Unopened:
    """Seal the keys of these copies anew under a generation, as carried; the old copies go.

    A copy that doesn't open stays where it is: one damaged row must not keep a leaver's access.
    """
    columns = (
        "id", "key", "key__container", "key__scope", "key__generation", "key__commitment",
        "kind", "recipient", "generation", "sealed", "signed_by", "signature",
    )  # fmt: skip
    found: list[tuple[int, int, sealing.KeyCopy]] = []
    for (
        wrap,
        key,
        container,
        scope,
        made,
        proof,
        kind,
        whose,
        under,
        seal,
        by,
        signature,
    ) in copies.values_list(*columns):
        copy = sealing.KeyCopy(
            container, scope, made, bytes(proof), kind, whose, under,
            bytes(seal), by, bytes(signature),
        )  # fmt: skip
        found.append((wrap, key, copy))
    erasure: dict[UUID, bytes] = {}
    for some in _batches({copy.container for _, _, copy in found}):
        erasure |= store.keys(some)
    newest = keyring.concertation_key(actor, state, number)
    unopened: Unopened = {}
    # One for each key, whatever kinds of copies it had.
    carried: dict[int, ScopeWrap] = {}
    done = []
    for wrap, key, copy in found:
        try:
            if copy.container not in erasure:
                raise store.why_missing(copy.container)
            value = _open(actor, state, copy, erasure[copy.container])
        except store.Erased:
            value = None
        except SecrecyError as error:
            unopened[copy.container] = str(error)
            continue
        done.append(wrap)
        if value is not None:
            empty = ScopeWrap(kind=Recipient.CARRIED, generation=number)
            record = _record_of(key, copy)
            second = erasure[copy.container]
            carried[key] = sealing.wrap_under(record, value, erasure=second, key=newest, wrap=empty)
    for batch in _batches(done):
        ScopeWrap.objects.filter(id__in=batch).delete()
    ScopeWrap.objects.bulk_create(carried.values(), batch_size=_BATCH)
    return unopened


def _record_of(number: int, copy: sealing.KeyCopy) -> ScopeKey:
    return ScopeKey(
        id=number,
        container_id=copy.container,
        scope=copy.scope,
        generation=copy.generation,
        commitment=copy.commitment,
    )


def _open(actor: Actor, state: chain.ChainState, copy: sealing.KeyCopy, erasure: bytes) -> bytes:
    if copy.kind == Recipient.INBOX:
        inbox = keyring.inbox_key(actor, state, copy.under)
        signer = state.signers.get(copy.signed_by) if copy.signed_by else None
        return unsealing.open_scope(copy, erasure=erasure, private=inbox, signer=signer)
    key = keyring.concertation_key(actor, state, copy.under)
    return unsealing.open_scope(copy, erasure=erasure, key=key)


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    walk = iter(items)
    while batch := list(islice(walk, _BATCH)):
        yield batch
