"""Statements planted in the database: each stops everything, stays in the ledger, tells the DPO."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from audit.enums import Outcome, Verb
from audit.models import Entry
from ethics import gate
from ethics.gate.unlock import live_keys
from ethics.secrecy import chain
from ethics.secrecy.keys import PrivateKeys
from ethics.secrecy.models import ChainStatement, GenerationWrap, MemberKeys
from tests.cast import Circle, Someone, chain_place, number_of
from tests.secrecy.conftest import MakeSituation
from tests.secrecy.renewing import read
from tests.signin import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])
ATTACKER = PrivateKeys.make()


def plant(circle: Circle, kind: str, author: UUID, body: dict[str, Any], by: PrivateKeys) -> None:
    """Write a statement straight into the table, well formed and in its place."""
    state = chain.state(circle.concertation.id)
    statement = chain.statement_bytes(
        state.concertation, state.length, state.head, kind, author, body, timezone.now()
    )
    signature = by.sign(chain.signed_bytes(statement))
    ChainStatement.objects.create(
        concertation=state.concertation,
        number=state.length,
        statement=statement,
        signature=signature,
        hash=chain.statement_hash(statement, signature),
    )


def new_keys(circle: Circle) -> dict[str, Any]:
    return chain.new_keys_body(circle.manager.user.id, uuid4(), ATTACKER.public())


def opened(someone: Someone) -> PrivateKeys:
    keys = someone.actor.keys
    assert keys is not None
    assert keys.opened is not None
    return keys.opened


def restored_by_nobody(circle: Circle) -> None:
    plant(circle, "restored", circle.coordinator.user.id, new_keys(circle), ATTACKER)


def restored_by_a_member(circle: Circle) -> None:
    who = circle.participant
    plant(circle, "restored", who.user.id, new_keys(circle), opened(who))


def rescued_by_another_recovery_key(circle: Circle) -> None:
    body = chain.new_keys_body(circle.coordinator.user.id, uuid4(), ATTACKER.public())
    plant(circle, "rescue", circle.coordinator.user.id, body, ATTACKER)


def recovery_key_of_an_attacker(circle: Circle) -> None:
    body = {"recovery": chain.recovery_body(ATTACKER.public())}
    plant(circle, "recovery", circle.coordinator.user.id, body, ATTACKER)


def role_of_a_limited_reader(circle: Circle) -> None:
    row = circle.manager.participation
    assert row is not None
    body = {"person": str(circle.police.user.id), "place": chain_place(row).body()}
    plant(circle, "role", circle.coordinator.user.id, body, opened(circle.police))


def generation_of_an_attacker(circle: Circle) -> None:
    body = {"generation": chain.generation_body(2, bytes(32), ATTACKER.public().hpke)}
    plant(circle, "generation", circle.police.user.id, body, opened(circle.police))


def forked(circle: Circle) -> None:
    """A coordinator with the database takes the last admission back and says something else."""
    rows = ChainStatement.objects.filter(concertation=circle.concertation.id)
    rows.order_by("-number")[0].delete()
    chain.forget()
    who = circle.coordinator
    body = {"person": str(circle.guest.user.id), "participation": str(number_of(circle.guest))}
    plant(circle, "removal", who.user.id, body, opened(who))


@pytest.mark.parametrize(
    "attack",
    [
        restored_by_nobody,
        restored_by_a_member,
        rescued_by_another_recovery_key,
        recovery_key_of_an_attacker,
        role_of_a_limited_reader,
        generation_of_an_attacker,
        forked,
    ],
)
def test_a_planted_statement_opens_nothing_and_is_noticed(
    circle: Circle, make_situation: MakeSituation, attack: Callable[[Circle], None]
) -> None:
    situation = make_situation("canari")
    read(circle.manager, situation)
    client = signed_in(circle.participant)
    client.get(reverse("members", args=["tilleuls"]))
    attack(circle)
    chain.forget()
    mail.outbox.clear()
    answer = client.get(reverse("members", args=["tilleuls"]))
    assert answer.status_code == 503
    alarm = Entry.objects.filter(verb=Verb.ALARM, outcome=Outcome.FAILED)
    assert alarm.get().reason == "chain_broken"
    assert [message.to for message in mail.outbox] == [[circle.dpo.user.email]]
    with pytest.raises(chain.ChainBroken):
        read(circle.manager, situation)
    assert "canari" not in answer.content.decode()


def test_keys_planted_beside_a_known_number_are_not_taken_at_a_second_place(circle: Circle) -> None:
    """The row keeps its number and shows other public halves: the chain's are sealed to."""
    MemberKeys.objects.filter(person=circle.manager.user).update(
        hpke_public=ATTACKER.public().hpke, sign_public=ATTACKER.public().sign
    )
    row = circle.manager.participation
    assert row is not None
    place = chain.Place(uuid4(), row.organisation_id, row.role_set, chain_place(row).status)
    gate.admit(circle.coordinator.actor, circle.manager.user.id, place, "")
    member = chain.state(circle.concertation.id).members[circle.manager.user.id]
    assert member.public.hpke != ATTACKER.public().hpke
    assert len(member.places) == 2


def test_keys_planted_during_a_reset_do_not_match_the_digits_heard(circle: Circle) -> None:
    gate.make_member_keys(circle.manager.user.id, "un long mot de passe de test")
    someone = Someone(circle.manager.user, circle.manager.participation)
    heard = gate.digits(someone.actor)
    MemberKeys.objects.filter(id=live_keys(someone.user.id).id).update(
        hpke_public=ATTACKER.public().hpke
    )
    with pytest.raises(gate.WrongDigits):
        gate.restore(circle.coordinator.actor, someone.user.id, heard)
    with pytest.raises(gate.WrongDigits):
        gate.vouch(circle.participant.actor, someone.user.id, heard)
    assert not GenerationWrap.objects.filter(holder=live_keys(someone.user.id).id).exists()
