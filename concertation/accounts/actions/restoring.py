"""Admission and restored access, heard in a call: one by one or several at once."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit.enums import Purpose, Verb
from concertation.accounts.actions.events import confirm, refuse_in, subjects_of
from concertation.accounts.actions.notices import Notice, tell_members
from concertation.accounts.enums import ParticipationState
from concertation.accounts.errors import (
    AccountError,
    NotAwaiting,
    NotReady,
    NotYourself,
    WrongDigitsHeard,
)
from concertation.accounts.errors_circle import SecondMember, WaitForCoordinator
from concertation.accounts.models import Participation
from concertation.accounts.reading import chain_place, place_of
from concertation.accounts.rules import check_together, lock_person
from ethics import gate
from ethics.charter.reading import agreement
from ethics.gate.refusals import ledger_of
from ethics.policy import Act, Refusal
from ethics.roles import SecrecyStatus
from ethics.secrecy import chain


def admit_several(
    actor: gate.Actor, *, password: str, heard: Mapping[UUID, str]
) -> dict[UUID, AccountError | None]:
    """Admit newcomers and restore accesses whose digits were heard in one call, password once.

    Each stands for itself: gives for every participation `None`, or what was refused. Raises
    `WrongPassword`, `gate.Refused`, `gate.Flooded` or `chain.ChainBroken`.
    """
    _decide(actor, Act.ADMIT, Verb.ADMITTED)
    confirm(actor, password, Verb.ADMITTED)
    told: set[Notice] = set()
    results: dict[UUID, AccountError | None] = {}
    for number, digits in heard.items():
        try:
            told.add(_let_in(actor, number, digits))
            results[number] = None
        except AccountError as error:
            results[number] = error
    # One message for the call, not one for each person.
    for notice in sorted(told, key=lambda each: each.name):
        tell_members(_circle(actor), notice)
    return results


def admit(actor: gate.Actor, *, participation: UUID, password: str, digits: str) -> Participation:
    """Admit one newcomer, or restore one access, whose twenty digits were heard in the call.

    The digits typed are compared with the keys on record, those read aloud come from the
    newcomer's own unlocked keys: keys planted in between don't match. Raises `NotAwaiting`,
    `NotReady`, `RolesClash`, `WrongPassword`, `WrongDigitsHeard`, `gate.Refused`, `gate.Flooded` or
    `chain.ChainBroken`.
    """
    _decide(actor, Act.ADMIT, Verb.ADMITTED)
    _ready(actor, participation)
    results = admit_several(actor, password=password, heard={participation: digits})
    if error := results[participation]:
        raise error
    return place_of(actor, participation)


def _let_in(actor: gate.Actor, number: UUID, digits: str) -> Notice:
    row = _ready(actor, number)
    state = chain.state(row.concertation_id)
    restores = bool(gate.await_restoring(state, [row.person_id]))
    verb = Verb.ACCESS_RESTORED if restores else Verb.ADMITTED
    if restores and row.person_id == actor.person:
        raise NotYourself
    try:
        # Its own transaction, with its event: what the chain says comes before what the row says.
        if restores:
            gate.restore(actor, row.person_id, digits)
        if not restores or state.place(row.person_id, row.id) is None:
            gate.admit(actor, row.person_id, chain_place(row), digits)
    except gate.WrongDigits:
        refuse_in(ledger_of(actor.concertation), actor, verb, "wrong_digits", *subjects_of(row))
        raise WrongDigitsHeard from None
    open_places(row)
    return Notice.RESTORED if restores else Notice.ADMITTED


def vouch(actor: gate.Actor, *, participation: UUID, password: str, digits: str) -> bool:
    """One of two members restores an access after a working day without coordinator; gives whether
    it is restored by this second word.

    Raises `NotAwaiting`, `NotReady`, `NotYourself`, `SecondMember`, `WaitForCoordinator`,
    `WrongPassword`, `WrongDigitsHeard`, `gate.Refused` or `chain.ChainBroken`.
    """
    _decide(actor, Act.VOUCH, Verb.ACCESS_RESTORED)
    row = _ready(actor, participation)
    if row.person_id == actor.person:
        raise NotYourself
    confirm(actor, password, Verb.ACCESS_RESTORED)
    try:
        done = gate.vouch(actor, row.person_id, digits)
    except gate.WrongDigits:
        refuse_in(
            ledger_of(actor.concertation),
            actor,
            Verb.ACCESS_RESTORED,
            "wrong_digits",
            *subjects_of(row),
        )
        raise WrongDigitsHeard from None
    except gate.SameMember:
        raise SecondMember from None
    except gate.SecondTooSoon as error:
        raise WaitForCoordinator(error.at) from None
    except gate.NothingToRestore:
        raise NotAwaiting from None
    if done:
        open_places(row)
    tell_members(row.concertation_id, Notice.RESTORED if done else Notice.PROPOSED)
    return done


def _ready(actor: gate.Actor, number: UUID) -> Participation:
    """A place that awaits admission and misses nothing else."""
    row = place_of(actor, number)
    if row.state != ParticipationState.AWAITING:
        raise NotAwaiting
    agreed = agreement(row.id, row.organisation_id, row.for_meeting)
    if not (agreed.subscribed and agreed.signed):
        raise NotReady
    with transaction.atomic():
        # A place given since, or a right to administer, would clash too.
        check_together(
            lock_person(row.person_id),
            concertation=row.concertation_id,
            roles=row.role_set,
            status=SecrecyStatus(row.secrecy_status),
            but=row.id,
        )
    return row


def open_places(row: Participation) -> None:
    """The rows of a person follow the chain: every place it knows them in is open again."""
    state = chain.state(row.concertation_id)
    waiting = Participation.objects.filter(
        person=row.person_id,
        concertation=row.concertation_id,
        state=ParticipationState.AWAITING,
    )
    for each in waiting:
        if state.place(each.person_id, each.id) is not None:
            each.state = ParticipationState.ADMITTED
            each.admitted_at = each.admitted_at or timezone.now()
            each.save(update_fields=["state", "admitted_at"])


def _decide(actor: gate.Actor, act: Act, verb: Verb) -> None:
    gate.allow(actor, act, purpose=Purpose.ADMINISTRATION, verb=verb, record=False)


def _circle(actor: gate.Actor) -> UUID:
    if actor.concertation is None:
        raise gate.Refused(Refusal.NO_PARTICIPATION)
    return actor.concertation
