"""The recovery key on paper: checked, made anew, and used on the day no coordinator has keys."""

import hmac
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Event, Subject
from audit.models import Entry
from audit.names import concertation_ledger
from audit.record import record_now
from concertation.accounts.actions.events import confirm
from concertation.accounts.actions.joining import groups_to_retype, tidy_group
from concertation.accounts.actions.notices import Notice, remind_coordinators, tell_members
from concertation.accounts.actions.restoring import open_places
from concertation.accounts.enums import KeyState
from concertation.accounts.errors import NoRecoveryKey, WrongGroups
from concertation.accounts.errors_circle import HoldsNoKeys, NotThisRecoveryKey, WrongRecoveryKey
from concertation.accounts.models import Concertation, Participation
from concertation.accounts.reading import wearing
from concertation.accounts.reading.changes import check_due
from ethics import gate
from ethics.policy import Act, Refusal
from ethics.secrecy.session import SessionStore

# A reminder that was not heard is said again after a month.
_AGAIN: Final = timedelta(days=30)


def start_reissue(actor: gate.Actor, *, store: SessionStore) -> None:
    """Make a new recovery key to print; it waits in this session, and replaces nothing yet."""
    _decide(actor, Verb.RECOVERY_REISSUED)
    gate.new_recovery_key(store, _circle(actor))


def reissue(
    actor: gate.Actor, *, store: SessionStore, groups: tuple[str, str], password: str
) -> bool:
    """Put the printed key in force once two of its groups were typed back; true when done.

    Raises `NoRecoveryKey`, `WrongGroups`, `WrongPassword`, `HoldsNoKeys`, `gate.Refused` or
    `chain.ChainBroken`.
    """
    _decide(actor, Verb.RECOVERY_REISSUED)
    key = gate.pending_recovery_key(store, _circle(actor))
    if key is None:
        raise NoRecoveryKey
    printed = gate.recovery_groups(key)
    for number, typed in zip(groups_to_retype(actor), groups, strict=True):
        if not hmac.compare_digest(printed[number].encode(), tidy_group(typed).encode()):
            raise WrongGroups
    confirm(actor, password, Verb.RECOVERY_REISSUED)
    if not gate.holds_keys(actor):
        raise HoldsNoKeys
    gate.reissue(actor, key)
    gate.forget_recovery_key(store, _circle(actor))
    tell_members(_circle(actor), Notice.REISSUED)
    return True


def check(actor: gate.Actor, *, typed: str) -> bool:
    """Rehearse with the printed sheet: typed back whole, it opens nothing; true when it is right.

    Raises `WrongRecoveryKey`, `NotThisRecoveryKey` or `gate.Refused`.
    """
    _decide(actor, Verb.RECOVERY_CHECKED)
    try:
        gate.check_recovery_key(actor, _key(typed))
    except gate.OtherRecoveryKey:
        raise NotThisRecoveryKey from None
    return True


def use(actor: gate.Actor, *, place: Participation, typed: str, password: str) -> bool:
    """Restore the access of a coordinator who has new keys, with the printed key; true when done.

    Every member is told, and the ledgers of the concertation and of the platform both say so.
    Raises `WrongRecoveryKey`, `NotThisRecoveryKey`, `WrongPassword`, `gate.Refused` or
    `chain.ChainBroken`.
    """
    worn = wearing(actor, place)
    key = _key(typed)
    confirm(worn, password, Verb.RECOVERY_USED)
    try:
        gate.rescue(worn, key)
    except gate.OtherRecoveryKey:
        raise NotThisRecoveryKey from None
    open_places(place)
    tell_members(place.concertation_id, Notice.RESCUED)
    return True


def remind_to_check() -> int:
    """Write to the coordinators of every concertation whose printed key was not tried for a year;
    again each month until it was. Says how many concertations were reminded."""
    count = 0
    open_ones = Concertation.objects.filter(key_state=KeyState.OPEN)
    for number in open_ones.values_list("id", flat=True):
        if not check_due(number) or _reminded_lately(number):
            continue
        remind_coordinators(number)
        subject = Subject(SubjectKind.CONCERTATION, number)
        record_now(
            concertation_ledger(number), Event(verb=Verb.RECOVERY_REMINDED, subjects=(subject,))
        )
        count += 1
    return count


def _reminded_lately(concertation: UUID) -> bool:
    rows = Entry.objects.filter(
        ledger__name=concertation_ledger(concertation),
        verb=Verb.RECOVERY_REMINDED,
        time__gt=timezone.now() - _AGAIN,
    )
    return rows.exists()


def _key(typed: str) -> bytes:
    try:
        return gate.recovery_key(typed)
    except gate.BadRecoveryKey:
        raise WrongRecoveryKey from None


def _decide(actor: gate.Actor, verb: Verb) -> None:
    gate.allow(actor, Act.RENEW_KEYS, purpose=Purpose.ADMINISTRATION, verb=verb, record=False)


def _circle(actor: gate.Actor) -> UUID:
    if actor.concertation is None:
        raise gate.Refused(Refusal.NO_PARTICIPATION)
    return actor.concertation
