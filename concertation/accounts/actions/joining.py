"""Becoming a member: subscription, charter, and for the first coordinator the founding of keys."""

import hashlib
import hmac
from dataclasses import replace
from datetime import date
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit.enums import Purpose, SubjectKind, Verb
from audit.names import PLATFORM, concertation_ledger
from audit.record import ensure_ledger, record_now
from concertation.accounts.actions.events import account_event, confirm, subjects_of
from concertation.accounts.enums import KeyState, ParticipationState
from concertation.accounts.errors import (
    AlreadyFounded,
    AlreadySigned,
    AlreadySubscribed,
    CharterMissing,
    NoGuestThere,
    NoRecoveryKey,
    NotReady,
    SubscriptionMissing,
    WrongGroups,
)
from concertation.accounts.models import Organisation, Participation
from concertation.accounts.reading import chain_place, wearing
from concertation.accounts.reading.places import (
    guest_meetings,
    is_self_employed,
    represents,
    scope_of,
)
from concertation.accounts.rules import check_together, lock_person
from ethics import gate
from ethics.charter import actions as charter
from ethics.charter.models import Power, Signature, Subscription
from ethics.charter.reading import agreement, has_newest
from ethics.charter.statements import OneMeeting
from ethics.gate.refusals import refuse
from ethics.policy import Act, Refusal
from ethics.roles import Role, SecrecyStatus
from ethics.secrecy import chain
from ethics.secrecy.session import SessionStore

GROUPS: Final = 13


def subscribe(
    actor: gate.Actor,
    *,
    organisation: UUID,
    power: str,
    starts_on: date,
    language: str,
    password: str,
    meeting: UUID | None = None,
) -> Subscription:
    """Subscribe an organisation that the actor represents, signed with the actor's own key: for all
    its people, or for its guests at one `meeting` only.

    Raises `AlreadySubscribed`, `NoGuestThere`, `WrongPassword`, `CharterMissing` or `gate.Refused`.
    """
    row = represented(actor, organisation)
    scope = None
    if meeting is not None:
        scope = next((each for each in guest_meetings(row.id) if each.meeting == meeting), None)
        if scope is None:
            raise NoGuestThere
    confirm(actor, password, Verb.ORGANISATION_SUBSCRIBED)
    return _subscribe(actor, row, power=power, starts_on=starts_on, language=language, scope=scope)


def _subscribe(
    actor: gate.Actor,
    row: Organisation,
    *,
    power: str,
    starts_on: date,
    language: str,
    scope: OneMeeting | None,
) -> Subscription:
    ensure_ledger(PLATFORM)
    try:
        with transaction.atomic():
            # Ending locks the same row: two representatives act one after the other.
            Organisation.objects.select_for_update(no_key=True).get(id=row.id)
            if has_newest(row.id, scope.meeting if scope else None):
                raise AlreadySubscribed
            return charter.subscribe(
                actor,
                organisation=row.id,
                name=row.name,
                enterprise_number=row.enterprise_number,
                power=power,
                # For one meeting it counts from now: its guests sign before they come.
                starts_on=timezone.localdate() if scope else starts_on,
                language=language,
                scope=scope,
            )
    except charter.NoCharter:
        raise CharterMissing from None


def represented(actor: gate.Actor, number: UUID) -> Organisation:
    """An organisation that the actor may bind; any other, known or not, raises `gate.Refused`."""
    verb = Verb.ORGANISATION_SUBSCRIBED
    gate.allow(actor, Act.SUBSCRIBE, purpose=Purpose.ACCOUNT, verb=verb, record=False)
    row = Organisation.objects.filter(id=number).first()
    if row is None or not represents(actor.person, row.id):
        raise refuse(
            actor,
            Refusal.ROLE,
            verb=verb,
            concertation=None,
            purpose=Purpose.ACCOUNT,
            subjects=(row.id,) if row else (),
            kind=SubjectKind.ORGANISATION,
        )
    return row


def sign_charter(
    actor: gate.Actor, *, place: Participation, language: str, password: str
) -> Signature:
    """Sign the charter in force for one's own place, after the organisation subscribed.

    Raises `SubscriptionMissing`, `WrongPassword`, `AlreadySigned` or `CharterMissing`.
    """
    if not agreement(place.id, place.organisation_id, place.for_meeting).subscribed:
        raise SubscriptionMissing
    signer = wearing(actor, place)
    confirm(signer, password, Verb.CHARTER_SIGNED)
    return _sign(signer, place, language)


def subscribe_and_sign(
    actor: gate.Actor, *, place: Participation, language: str, password: str
) -> Signature:
    """A self-employed person binds their practice and themself in one form: two statements, each
    signed and kept as anybody else's.

    Only where the organisation is that person alone. Raises what `subscribe` and `sign_charter`
    raise, and `SubscriptionMissing` in a larger organisation.
    """
    row = represented(actor, place.organisation_id)
    if not is_self_employed(actor.person, row.id):
        raise SubscriptionMissing
    signer = wearing(actor, place)
    confirm(signer, password, Verb.ORGANISATION_SUBSCRIBED)
    if not has_newest(row.id, place.for_meeting):
        _subscribe(
            actor,
            row,
            power=Power.SELF,
            starts_on=timezone.localdate(),
            language=language,
            scope=scope_of(place),
        )
    return _sign(signer, place, language)


def _sign(signer: gate.Actor, place: Participation, language: str) -> Signature:
    try:
        return charter.sign(
            signer,
            organisation=place.organisation_id,
            function=place.function,
            status=place.secrecy_status,
            language=language,
            scope=scope_of(place),
        )
    except charter.NoCharter:
        raise CharterMissing from None
    except charter.AlreadySigned:
        raise AlreadySigned from None


def groups_to_retype(actor: gate.Actor) -> tuple[int, int]:
    """Which two of the thirteen groups this session asks back, in the printed order."""
    session = actor.keys.session if actor.keys else ""
    value = int.from_bytes(hashlib.sha256(f"groups/{session}".encode()).digest()[:8])
    first = value % GROUPS
    second = (first + 1 + (value // GROUPS) % (GROUPS - 1)) % GROUPS
    return (first, second) if first < second else (second, first)


def check_may_found(actor: gate.Actor, place: Participation) -> None:
    """Only a coordinator who signed, of an organisation that subscribed, founds the keys.

    Raises `AlreadyFounded`, `NotReady` or `gate.Refused`, recorded.
    """
    if place.concertation.key_state != KeyState.AWAITING_KEYS:
        raise AlreadyFounded
    if Role.COORDINATOR not in place.role_set:
        raise refuse(
            actor,
            Refusal.ROLE,
            verb=Verb.GENESIS,
            concertation=place.concertation_id,
            purpose=Purpose.ADMINISTRATION,
            subjects=(place.id,),
            kind=SubjectKind.PARTICIPATION,
        )
    agreed = agreement(place.id, place.organisation_id, place.for_meeting)
    if not (agreed.subscribed and agreed.signed):
        raise NotReady


def start_founding(actor: gate.Actor, *, place: Participation, store: SessionStore) -> None:
    """Make the recovery key that will be printed; it waits in this session only.

    Raises what `check_may_found` raises.
    """
    check_may_found(actor, place)
    gate.new_recovery_key(store, place.concertation_id)


def found_concertation(
    actor: gate.Actor, *, place: Participation, store: SessionStore, groups: tuple[str, str]
) -> bytes:
    """Sign the genesis once two groups of the printed key were typed back; gives its hash.

    Raises `NoRecoveryKey`, `WrongGroups`, `AlreadyFounded`, `NotReady`, `RolesClash` or
    `gate.Refused`.
    """
    check_may_found(actor, place)
    recovery = gate.pending_recovery_key(store, place.concertation_id)
    if recovery is None:
        raise NoRecoveryKey
    printed = gate.recovery_groups(recovery)
    for number, typed in zip(groups_to_retype(actor), groups, strict=True):
        if not hmac.compare_digest(printed[number].encode(), tidy_group(typed).encode()):
            raise WrongGroups
    with transaction.atomic():
        check_together(
            lock_person(place.person_id),
            concertation=place.concertation_id,
            roles=place.role_set,
            status=SecrecyStatus(place.secrecy_status),
            but=place.id,
        )
    founder = wearing(actor, place)
    try:
        genesis = gate.found(founder, chain_place(place), recovery).genesis
    except gate.KeysTaken:
        # Founded by this very place, and the rows were left behind: they follow the chain.
        if gate.standing(founder) is not None:
            raise AlreadyFounded from None
        genesis = chain.state(place.concertation_id).genesis
        told = account_event(Verb.ADMITTED, actor.person, actor.request_id, state="repeated")
        record_now(
            concertation_ledger(place.concertation_id), replace(told, subjects=subjects_of(place))
        )
    _open(place)
    gate.forget_recovery_key(store, place.concertation_id)
    return genesis


def _open(place: Participation) -> None:
    # After the gate's own transaction: the chain is what counts, these rows only repeat it.
    place.concertation.key_state = KeyState.OPEN
    place.concertation.save(update_fields=["key_state"])
    place.state = ParticipationState.ADMITTED
    place.admitted_at = timezone.now()
    place.save(update_fields=["state", "admitted_at"])


def tidy_group(typed: str) -> str:
    """Crockford's base32 read forgivingly: O is 0, I and L are 1, spaces and case don't count."""
    plain = "".join(each for each in typed.upper() if each.isalnum())
    return plain.translate(str.maketrans("OIL", "011"))
