"""The recovery key: printed once, checked, made anew, and used on the day no coordinator has keys.

It derives an HPKE pair, to which every generation of the concertation's key is sealed, and an
Ed25519 pair that the chain lets say one thing only: new keys for someone who is a coordinator.
"""

import secrets
from dataclasses import replace
from typing import Final
from uuid import UUID

from django.db import transaction

from audit.enums import Verb
from audit.names import PLATFORM, concertation_ledger
from audit.record import append, ensure_ledger, record_now
from ethics.gate import keyring, rotation
from ethics.gate.actor import Actor
from ethics.gate.alarms import chain_watched
from ethics.gate.circle import event, needed, state_for
from ethics.gate.read import fetch_standing
from ethics.gate.refusals import Refused, refuse
from ethics.gate.restoring import hand_over, reseal_named
from ethics.policy import Act, Refusal, who_is
from ethics.roles import Role
from ethics.secrecy import chain, sealing, unsealing
from ethics.secrecy.keys import PrivateKeys
from ethics.secrecy.models import GenerationWrap, Recipient, ScopeWrap
from ethics.secrecy.session import SessionStore
from ethics.secrecy.suites import KEY_BYTES, SecrecyError, bind

# Crockford's base32: no I, L, O, U, so that a printed key is read back without doubt.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUP: Final = 4
_GROUPS: Final = 13


_CHECK: Final = 13
_NAME: Final = "recovery:{}"


class BadRecoveryKey(Exception):
    """The groups don't belong together: a typing mistake, or not a recovery key at all."""


class OtherRecoveryKey(Exception):
    """A well-formed recovery key, of another concertation or one that was replaced."""


def new_recovery_key(store: SessionStore, concertation: UUID) -> bytes:
    """Make a recovery key and keep it, sealed under the coordinator's own session, until it was
    copied down and its groups retyped."""
    key = secrets.token_bytes(KEY_BYTES)
    held = store.held_keys()
    if held is None or not held.second_factor:
        raise Refused(Refusal.NO_SECOND_FACTOR)
    private = unsealing.open_held(held)
    binding = _pending(held.person, concertation)
    store[_NAME.format(concertation)] = sealing.seal(private.pins_key(), key, binding).hex()
    return key


def pending_recovery_key(store: SessionStore, concertation: UUID) -> bytes | None:
    """The recovery key that waits to be retyped in this session."""
    held, value = store.held_keys(), store.get(_NAME.format(concertation))
    if held is None or not held.second_factor or not value:
        return None
    private = unsealing.open_held(held)
    binding = _pending(held.person, concertation)
    return unsealing.unseal(private.pins_key(), bytes.fromhex(value), binding)


def forget_recovery_key(store: SessionStore, concertation: UUID) -> None:
    """Once the key is on paper, the session no longer carries it."""
    store.pop(_NAME.format(concertation), None)


def _pending(person: UUID, concertation: UUID) -> bytes:
    return bind("concertation/pending-recovery/2", person, concertation)


def recovery_groups(key: bytes) -> list[str]:
    """A recovery key as thirteen printed groups of four; the last digits are a check."""
    number = int.from_bytes(key) << 4
    number |= number % 13
    text = ""
    for _ in range(_GROUPS * GROUP):
        number, digit = divmod(number, 32)
        text = ALPHABET[digit] + text
    return [text[at : at + GROUP] for at in range(0, len(text), GROUP)]


def recovery_key(typed: str) -> bytes:
    """The key behind thirteen groups typed back; raises `BadRecoveryKey` for a slip of the hand.

    Crockford's base32 read forgivingly: O is 0, I and L are 1, case, spaces and dashes don't count.
    """
    plain = "".join(each for each in typed.upper() if each.isalnum())
    plain = plain.translate(str.maketrans("OIL", "011"))
    if len(plain) != _GROUPS * GROUP or set(plain) - set(ALPHABET):
        raise BadRecoveryKey
    number = 0
    for each in plain:
        number = number * 32 + ALPHABET.index(each)
    if number % 16 != (number - number % 16) % _CHECK:
        raise BadRecoveryKey
    return (number >> 4).to_bytes(KEY_BYTES)


def check_recovery_key(actor: Actor, key: bytes) -> None:
    """Rehearse: is this the printed key of this concertation? Nothing is opened with it.

    Raises `OtherRecoveryKey`, recorded, or `Refused`.
    """
    state = state_for(actor, Act.RENEW_KEYS, Verb.RECOVERY_CHECKED)
    _check_is_ours(actor, state, key, Verb.RECOVERY_CHECKED)
    ledger = concertation_ledger(needed(actor))
    record_now(ledger, event(actor, Verb.RECOVERY_CHECKED, None))


def reissue(actor: Actor, key: bytes) -> None:
    """Put a new recovery key in place of the printed one, and renew the concertation's key with it:
    the old sheet opens nothing made from now on.

    Raises `Refused`, `SecrecyError` for whoever holds no key, or `chain.ChainBroken`.
    """
    concertation = needed(actor)
    state_for(actor, Act.RENEW_KEYS, Verb.RECOVERY_REISSUED)
    private = keyring.private_keys(actor)
    made = PrivateKeys.derived(key, "recovery").public()
    unopened: rotation.Unopened = {}
    with chain_watched(actor), transaction.atomic():
        state = rotation.lock_all(actor)
        body = {"recovery": chain.recovery_body(made)}
        row, after = chain.make_statement(state, "recovery", actor.person, private, body)
        row.save()
        GenerationWrap.objects.filter(concertation=concertation, holder=None).delete()
        rotation.seal_generations(actor, after, public=made.hpke, holder=None, person=None)
        old = ScopeWrap.objects.filter(
            kind=Recipient.RECOVERY, key__container__concertation=concertation
        )
        reseal_named(actor, after, old, public=made.hpke, recipient=None)
        append(concertation_ledger(concertation), event(actor, Verb.RECOVERY_REISSUED, None))
        rotation.renew(actor, after, unopened)
    rotation.tell_unopened(actor, unopened)


def rescue(actor: Actor, key: bytes) -> None:
    """Restore a coordinator who has new keys, with the printed key alone. Loud: events in both
    ledgers; the caller writes to every member and to the DPO.

    Raises `OtherRecoveryKey`, `Refused`, `SecrecyError` or `chain.ChainBroken`.
    """
    concertation = needed(actor)
    with chain_watched(actor):
        state = keyring.chain_state(actor)
    member = _rescuable(actor, state)
    _check_is_ours(actor, state, key, Verb.RECOVERY_USED)
    printed = PrivateKeys.derived(key, "recovery")
    own = keyring.private_keys(actor).public()
    if actor.keys is None:
        raise Refused(Refusal.NOT_SIGNED_IN)
    with chain_watched(actor), transaction.atomic():
        before = rotation.lock_all(actor)
        body = chain.new_keys_body(actor.person, actor.keys.keys, own)
        row, after = chain.make_statement(before, "rescue", actor.person, printed, body)
        row.save()
        _open_all(actor, after, printed)
        hand_over(actor, member, after, rescue=printed)
        append(concertation_ledger(concertation), event(actor, Verb.RECOVERY_USED, None))
    # The platform's ledger is never nested in another's lock.
    ensure_ledger(PLATFORM)
    record_now(PLATFORM, event(actor, Verb.RECOVERY_USED, None))


def _rescuable(actor: Actor, state: chain.ChainState) -> chain.Member:
    """A coordinator of the chain whose keys are new, and who misses nothing else."""
    facts = replace(fetch_standing(actor, fresh=True).person, in_chain=True)
    member = state.members.get(actor.person)
    refusal = who_is(facts)
    if refusal is None and (
        member is None or actor.keys is None or Role.COORDINATOR not in member.roles
    ):
        refusal = Refusal.ROLE
    if refusal is not None or member is None:
        raise refuse(
            actor,
            refusal or Refusal.ROLE,
            verb=Verb.RECOVERY_USED,
            concertation=actor.concertation,
        )
    return member


def _check_is_ours(actor: Actor, state: chain.ChainState, key: bytes, verb: Verb) -> None:
    if PrivateKeys.derived(key, "recovery").public() != state.recovery:
        refuse(actor, Refusal.UNKNOWN_SUBJECT, verb=verb, concertation=actor.concertation)
        raise OtherRecoveryKey


def _open_all(actor: Actor, state: chain.ChainState, printed: PrivateKeys) -> None:
    """Open every generation with the printed key, into the actor's memory of this request."""
    if actor.keys is None:
        raise Refused(Refusal.NOT_SIGNED_IN)
    wraps = GenerationWrap.objects.filter(concertation=state.concertation, holder=None)
    for wrap in wraps:
        made = state.generations.get(wrap.generation)
        if made is None:
            raise SecrecyError("planted_generation")
        name = (state.concertation, wrap.generation)
        actor.keys.concertation_keys[name] = unsealing.open_generation(
            printed, wrap, signer=state.signers.get(wrap.signed_by), expected=made.commitment
        )
