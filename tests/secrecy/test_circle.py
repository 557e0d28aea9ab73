"""Founding, admitting, removing."""

import pytest
from django.utils import timezone

from audit.enums import Purpose, Verb
from audit.models import Entry
from audit.names import PLATFORM
from concertation.accounts.models import Concertation
from ethics import gate
from ethics.gate.recovery import ALPHABET
from ethics.policy import Refusal
from ethics.roles import Role
from ethics.secrecy import chain
from ethics.secrecy.models import GenerationWrap, Session
from tests.cast import Circle, Someone, chain_place, number_of, person, place, sign_charter
from tests.secrecy.conftest import MakeSituation

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def test_a_removed_member_loses_key_and_sessions_and_is_refused(
    circle: Circle, make_situation: MakeSituation
) -> None:
    situation = make_situation()
    gone = circle.manager
    Session.objects.create(id_hash="1" * 64, person=gone.user.id, expires_at=timezone.now())
    gate.remove(circle.coordinator.actor, gone.user.id, number_of(gone))
    assert not GenerationWrap.objects.filter(person=gone.user.id).exists()
    assert not Session.objects.filter(person=gone.user.id).exists()
    with pytest.raises(gate.Refused) as refusal:
        gate.reveal(gone.actor, records=[situation], subjects=[situation.id], purpose=Purpose.SHEET)
    assert refusal.value.reason == Refusal.NOT_IN_CHAIN
    assert Entry.objects.filter(verb=Verb.REMOVED).count() == 1


def test_only_a_coordinator_admits_and_removes(circle: Circle) -> None:
    for who in ("participant", "police", "dpo", "guest"):
        with pytest.raises(gate.Refused):
            gate.remove(circle.people[who].actor, circle.manager.user.id, number_of(circle.manager))
    assert circle.manager.user.id in chain.state(circle.concertation.id).members


def test_several_newcomers_are_told_apart_by_their_digits(circle: Circle) -> None:
    house = circle.coordinator.participation
    assert house is not None
    newcomers = []
    for name in ("une", "deux"):
        user = person(f"{name}@tilleuls.example", name)
        row = place(user, circle.concertation, house.organisation, [Role.PARTICIPANT])
        newcomers.append(Someone(user, row))
        sign_charter(newcomers[-1])
    one, two = newcomers
    assert one.participation is not None
    heard = gate.digits(two.actor)
    with pytest.raises(gate.WrongDigits):
        gate.admit(circle.coordinator.actor, one.user.id, chain_place(one.participation), heard)
    spoken = " ".join(gate.digits(one.actor)[at : at + 4] for at in range(0, 20, 4))
    gate.admit(circle.coordinator.actor, one.user.id, chain_place(one.participation), spoken)
    assert one.user.id in chain.state(circle.concertation.id).members


def test_digits_differ_from_one_concertation_to_the_next(circle: Circle) -> None:
    actor = circle.participant.actor
    other = Concertation.objects.create(name="Autre", slug="autre")
    elsewhere = gate.Actor(person=actor.person, concertation=other.id, keys=actor.keys)
    assert gate.digits(actor) != gate.digits(elsewhere)


def test_a_concertation_is_founded_once(circle: Circle) -> None:
    row = circle.coordinator.participation
    assert row is not None
    with pytest.raises(gate.KeysTaken):
        gate.found(circle.coordinator.actor, chain_place(row), bytes(32))


def test_the_genesis_stands_in_both_ledgers(circle: Circle) -> None:
    names = Entry.objects.filter(verb=Verb.GENESIS).values_list("ledger__name", flat=True)
    assert sorted(names) == sorted([PLATFORM, f"concertation:{circle.concertation.id}"])


def test_who_holds_the_key(circle: Circle) -> None:
    holders = GenerationWrap.objects.filter(concertation=circle.concertation.id)
    people = {row.person for row in holders}
    expected = {circle.people[name].user.id for name in ("coordinator", "participant", "manager")}
    assert people == expected | {None}  # None: the recovery key


def test_the_recovery_key_is_printed_as_thirteen_groups_of_four() -> None:
    groups = gate.recovery_groups(bytes(range(32)))
    assert len(groups) == 13
    assert all(len(group) == 4 and set(group) <= set(ALPHABET) for group in groups)
    assert groups != gate.recovery_groups(bytes(32))
