"""The keys an actor can open, from the chain downwards: never from a row alone."""

from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from ethics.gate.actor import Actor
from ethics.gate.refusals import Refused
from ethics.policy import Refusal
from ethics.secrecy import chain, sealing, unsealing
from ethics.secrecy.erasure import store
from ethics.secrecy.keys import HeldKeys, PrivateKeys
from ethics.secrecy.models import GenerationWrap, MemberKeys, Recipient, ScopeWrap
from ethics.secrecy.suites import SecrecyError, bind, derive

TALLY: Final = "tally"
# Copies that whoever holds the concertation's key opens.
FOR_HOLDERS: Final = (Recipient.GENERATION, Recipient.CARRIED, Recipient.INBOX)
ScopeAt = tuple[UUID, int]


def private_keys(actor: Actor) -> PrivateKeys:
    """The actor's private keys; refused before the second factor (design 3, “Sessions”)."""
    if actor.keys is None:
        raise Refused(Refusal.NOT_SIGNED_IN)
    if not actor.keys.second_factor:
        raise Refused(Refusal.NO_SECOND_FACTOR)
    return unsealing.open_held(actor.keys)


def chain_state(actor: Actor) -> chain.ChainState:
    """The verified chain of the actor's concertation; it must extend what this member remembers.

    Raises `chain.ChainBroken`: a shortened or rewritten chain stops every sealing (design 3).
    """
    if actor.concertation is None:
        raise Refused(Refusal.NO_PARTICIPATION)
    held = actor.keys
    state: chain.ChainState | None = None
    if held is not None and actor.request_id:
        state = held.chains.get(actor.concertation)
    if state is None:
        state = chain.state(actor.concertation)
    if held is not None and held.second_factor:
        _check_pin(actor, held, state)
    return state


def _check_pin(actor: Actor, held: HeldKeys, state: chain.ChainState) -> None:
    if held.pinned.get(state.concertation) == state.head:
        return
    row = MemberKeys.objects.only("person_id", "sealed_pins", "pins_version", "id").get(
        id=held.keys
    )
    private = private_keys(actor)
    pins = unsealing.open_pins(private, row)
    name = str(state.concertation)
    pin = pins.get(name)
    if pin is not None:
        known = pin["length"]
        extends = (
            state.length >= known
            and state.genesis.hex() == pin["genesis"]
            and state.hashes[known - 1].hex() == pin["head"]
        )
        if not extends:
            raise chain.ChainBroken(known, "does_not_extend_what_was_seen")
    if state.length and (pin is None or pin["length"] < state.length):
        pins[name] = {
            "genesis": state.genesis.hex(),
            "length": state.length,
            "head": state.head.hex(),
        }
        save_pins(row, private, pins)
    held.pinned[state.concertation] = state.head


def save_pins(row: MemberKeys, private: PrivateKeys, pins: dict[str, object]) -> None:
    """Seal a member's record of chain heads anew, under its next version."""
    version = row.pins_version + 1
    binding = bind("concertation/pins/1", row.person_id, version)
    sealed = sealing.seal(private.pins_key(), sealing.encode(pins, coded=True), binding)
    # A request that came first keeps its newer record; this one is only a memory.
    MemberKeys.objects.filter(id=row.id, pins_version=row.pins_version).update(
        sealed_pins=sealed, pins_version=version
    )


def concertation_key(actor: Actor, state: chain.ChainState, generation: int) -> bytes:
    """The concertation's key of one generation; an error for whoever doesn't hold it."""
    held = actor.keys
    if held is None:
        raise Refused(Refusal.NOT_SIGNED_IN)
    name = (state.concertation, generation)
    if name not in held.concertation_keys:
        if name in held.without:
            raise SecrecyError("no_key")
        made = state.generations.get(generation)
        if made is None:
            # Renewed since this request read the chain, or planted: the chain says which.
            state = chain.state(state.concertation)
            made = state.generations.get(generation)
        if made is None:
            raise SecrecyError("planted_generation")
        wrap = GenerationWrap.objects.filter(
            concertation=state.concertation, generation=generation, holder=held.keys
        ).first()
        if wrap is None:
            held.without.add(name)
            raise SecrecyError("no_key")
        held.concertation_keys[name] = unsealing.open_generation(
            private_keys(actor),
            wrap,
            signer=state.signers.get(wrap.signed_by),
            expected=made.commitment,
        )
    return held.concertation_keys[name]


def tally_key(actor: Actor, state: chain.ChainState, generation: int) -> bytes:
    """The key of the year tallies of one generation."""
    return derive(concertation_key(actor, state, generation), TALLY)


def inbox_key(actor: Actor, state: chain.ChainState, generation: int) -> PrivateKeys:
    """The pair behind the inbox half that the chain names for one generation."""
    return PrivateKeys.derived(concertation_key(actor, state, generation), "inbox")


def scope_keys(
    actor: Actor,
    state: chain.ChainState,
    wanted: Iterable[tuple[UUID, UUID, int]],
    *,
    by_name: bool = False,
) -> Mapping[ScopeAt, bytes | SecrecyError]:
    """Keys by (scope, generation), for wanted (container, scope, generation).

    A key that can't be opened stands as its error, so that the rest of a page is still shown.
    `by_name` leaves out every copy but those sealed to the actor themself.
    """
    pairs = {(scope, generation): container for container, scope, generation in wanted}
    containers = set(pairs.values())
    erasure = store.keys(containers)
    copies: dict[ScopeAt, list[sealing.KeyCopy]] = {}
    for copy in _copies_for(actor, {scope for scope, _ in pairs} | containers, by_name=by_name):
        copies.setdefault((copy.scope, copy.generation), []).append(copy)
    found: dict[ScopeAt, bytes | SecrecyError] = {}
    openers: dict[int, unsealing.Opener] = {}

    def under(generation: int) -> unsealing.Opener:
        if generation not in openers:
            key = concertation_key(actor, state, generation)
            openers[generation] = unsealing.copies_under(key)
        return openers[generation]

    def key_of(name: ScopeAt, container: UUID) -> bytes:
        if name not in found:
            try:
                found[name] = _open_one(name, container)
            except SecrecyError as error:
                found[name] = error
        value = found[name]
        if isinstance(value, SecrecyError):
            raise value
        return value

    def _open_one(name: ScopeAt, container: UUID) -> bytes:
        second = erasure.get(container)
        if second is None:
            raise store.why_missing(container)
        problem = SecrecyError("no_key")
        for copy in copies.get(name, ()):
            if copy.container != container:
                raise SecrecyError("moved_to_another_container")
            try:
                return _open_copy(copy, second)
            except SecrecyError as error:
                problem = error
        raise problem

    def _open_copy(copy: sealing.KeyCopy, second: bytes) -> bytes:
        if copy.kind in {Recipient.GENERATION, Recipient.CARRIED}:
            return unsealing.open_scope(copy, erasure=second, key=under(copy.under))
        if copy.kind == Recipient.SCOPE:
            key = key_of((copy.container, copy.under), copy.container)
            return unsealing.open_scope(copy, erasure=second, key=key)
        if copy.kind == Recipient.INBOX:
            inbox = inbox_key(actor, state, copy.under)
            by = state.signers.get(copy.signed_by) if copy.signed_by else None
            return unsealing.open_scope(copy, erasure=second, private=inbox, signer=by)
        signer = state.signers.get(copy.signed_by) if copy.signed_by else None
        private = private_keys(actor)
        if signer is None and actor.keys and copy.signed_by == actor.keys.keys:
            signer = private.public()  # one's own draft, before one is in the chain
        return unsealing.open_scope(copy, erasure=second, private=private, signer=signer)

    for name, container in pairs.items():
        try:
            key_of(name, container)
        except SecrecyError:
            continue
    return found


def _copies_for(
    actor: Actor, scopes: Iterable[UUID], *, by_name: bool = False
) -> Iterable[sealing.KeyCopy]:
    mine = Q(kind__in=[*FOR_HOLDERS, Recipient.SCOPE]) if not by_name else Q(pk__in=[])
    if actor.keys is not None:
        mine |= Q(kind=Recipient.MEMBER, recipient=actor.keys.keys)
    # A guest's copy ends by its date, whatever else is forgotten.
    lasting = Q(until=None) | Q(until__gte=timezone.localdate())
    # A person's own seal comes first: it opens without the concertation's key.
    rows = (
        ScopeWrap.objects.filter(mine, lasting, key__scope__among=list(scopes))
        .order_by("-kind", "-generation")
        .values_list(
            "key__container", "key__scope", "key__generation", "key__commitment",
            "kind", "recipient", "generation", "sealed", "signed_by", "signature",
        )
    )  # fmt: skip
    for container, scope, number, made, kind, whose, under, sealed, by, signature in rows:
        yield sealing.KeyCopy(
            container, scope, number, bytes(made), kind, whose, under,
            bytes(sealed), by, bytes(signature),
        )  # fmt: skip
