"""Renewing the key: what was kept opens nothing written later, and everything stays readable."""

import os
import signal
import threading
from unittest.mock import patch

import pytest
from django.db import connection, connections
from django.utils import timezone

from audit.enums import Purpose, Verb
from audit.models import Entry
from concertation.accounts.models import Participation
from concertation.situations import tally
from concertation.situations.models import Situation, YearTally
from ethics import gate
from ethics.gate import keyring, rotation
from ethics.policy import Act
from ethics.roles import Role, SecrecyStatus
from ethics.secrecy import chain
from ethics.secrecy.models import GenerationWrap, ScopeWrap
from tests.cast import Circle, chain_place, join, number_of
from tests.secrecy.conftest import MakeSituation
from tests.secrecy.renewing import read, write

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def test_after_a_renewal_all_is_readable_and_the_next_write_takes_a_new_key(
    circle: Circle, make_situation: MakeSituation
) -> None:
    one, two = make_situation("un"), make_situation("deux")
    gate.rotate(circle.coordinator.actor)
    state = chain.state(circle.concertation.id)
    assert state.generation is not None
    assert state.generation.number == 2
    for someone in (circle.coordinator, circle.participant, circle.manager):
        assert read(someone, one) == "un wish"
    before = Situation.objects.get(id=one.id).key_generation
    row = write(circle.coordinator, one, "neuf")
    assert row.key_generation == before + 1
    assert read(circle.manager, one) == "neuf"
    assert read(circle.manager, one, name="question") == "un question"
    # The untouched one keeps its key; a second write does not make a third.
    assert Situation.objects.get(id=two.id).key_generation == before
    assert write(circle.coordinator, one, "encore").key_generation == before + 1
    assert Entry.objects.filter(verb=Verb.GENERATION_MADE).count() == 1


def test_every_copy_lies_under_the_newest_generation(
    circle: Circle, make_situation: MakeSituation
) -> None:
    make_situation("un")
    for _ in range(3):
        gate.rotate(circle.coordinator.actor)
    kinds = {(each.kind, each.generation) for each in ScopeWrap.objects.exclude(kind="member")}
    assert kinds == {("carried", 4)}
    holders = GenerationWrap.objects.filter(concertation=circle.concertation.id)
    assert holders.filter(holder=None).count() == 4
    assert holders.filter(person=circle.manager.user.id).count() == 4


def test_a_newcomer_opens_what_lies_under_older_generations(
    circle: Circle, make_situation: MakeSituation
) -> None:
    situation = make_situation("ancien")
    with gate.writing(
        circle.participant.actor,
        Act.EDIT,
        verb=Verb.SITUATION_EDITED,
        purpose=Purpose.SHEET,
        situation=situation.id,
    ) as pen:
        tally.count(pen, circle.concertation.id, timezone.localdate(), "outcomes", "died")
    gate.rotate(circle.coordinator.actor)
    gate.rotate(circle.participant.actor)
    row = circle.participant.participation
    assert row is not None
    newcomer = join(circle, "nouvelle", row.organisation, [Role.PARTICIPANT])
    assert read(newcomer, situation) == "ancien wish"
    counted = YearTally.objects.get()
    assert counted.key_generation == 1
    seen = gate.reveal_tallies(newcomer.actor, [counted], purpose=Purpose.REPORT)
    assert seen.get(counted, "counts") == {"outcomes": {"died": 1}}


def test_leaving_by_oneself_ends_access_and_leaves_the_renewal_to_another(
    circle: Circle, make_situation: MakeSituation
) -> None:
    situation = make_situation()
    leaver = circle.manager
    assert gate.remove(leaver.actor, leaver.user.id, number_of(leaver)) is True
    with pytest.raises(gate.Refused):
        read(leaver, situation)
    assert not GenerationWrap.objects.filter(person=leaver.user.id).exists()
    assert len(chain.state(circle.concertation.id).generations) == 1


def test_a_role_that_no_longer_holds_the_key_renews_it_and_one_that_does_receives_all(
    circle: Circle, make_situation: MakeSituation
) -> None:
    situation = make_situation("canari")
    row = circle.manager.participation
    assert row is not None
    place = chain.Place(
        row.id, row.organisation_id, frozenset({Role.LIMITED_READER}), SecrecyStatus.DISCRETION
    )
    with pytest.raises(gate.Refused):
        gate.change_role(circle.participant.actor, circle.manager.user.id, place)
    assert gate.change_role(circle.coordinator.actor, circle.manager.user.id, place) is False
    Participation.objects.filter(id=row.id).update(
        roles=["limited_reader"], secrecy_status="discretion"
    )
    assert len(chain.state(circle.concertation.id).generations) == 2
    assert not GenerationWrap.objects.filter(person=circle.manager.user.id).exists()
    with pytest.raises(gate.Refused):
        read(circle.manager, situation)
    assert (
        gate.change_role(circle.coordinator.actor, circle.manager.user.id, chain_place(row))
        is False
    )
    Participation.objects.filter(id=row.id).update(
        roles=["participant"], secrecy_status="professional"
    )
    assert GenerationWrap.objects.filter(person=circle.manager.user.id).count() == 2
    assert read(circle.manager, situation) == "canari wish"


def test_one_damaged_copy_does_not_keep_a_leavers_access(
    circle: Circle, make_situation: MakeSituation
) -> None:
    good, bad = make_situation("bon"), make_situation("abîmé")
    ScopeWrap.objects.filter(key__scope=bad.id, kind="generation").update(
        sealed=b"\x01" + bytes(80)
    )
    gate.remove(circle.coordinator.actor, circle.manager.user.id, number_of(circle.manager))
    assert read(circle.participant, good) == "bon wish"
    assert Entry.objects.filter(verb=Verb.UNOPENABLE).count() == 1
    assert len(chain.state(circle.concertation.id).generations) == 2


def test_a_page_that_read_the_chain_before_a_renewal_is_still_answered(
    circle: Circle, make_situation: MakeSituation
) -> None:
    situation = make_situation("canari")
    actor = circle.participant.actor
    before = keyring.chain_state(actor)
    gate.rotate(circle.coordinator.actor)
    found = keyring.scope_keys(actor, before, [(situation.id, situation.id, 2)])
    assert isinstance(found[(situation.id, 2)], bytes)


@pytest.mark.django_db(databases=["default", "erasure"], transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="two writers need two connections")
def test_two_renewals_at_once_come_one_after_the_other(
    circle: Circle, make_situation: MakeSituation
) -> None:
    situation = make_situation("canari")
    actors = [circle.coordinator.actor, circle.participant.actor]
    failed: list[BaseException] = []
    start = threading.Barrier(2)

    def turn(actor: gate.Actor) -> None:
        try:
            start.wait(10)
            for _ in range(3):
                gate.rotate(actor)
        except BaseException as error:  # noqa: BLE001 - told by the assertion below
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=turn, args=(actor,)) for actor in actors]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert failed == []
    assert len(chain.state(circle.concertation.id).generations) == 7
    assert read(circle.manager, situation) == "canari wish"


@pytest.mark.django_db(databases=["default", "erasure"], transaction=True)
@pytest.mark.parametrize("point", ["_wraps", "_carry", "_record_of", "append"])
def test_a_process_killed_in_the_middle_of_a_renewal_leaves_everything_as_it_was(
    circle: Circle, make_situation: MakeSituation, point: str
) -> None:
    situation = make_situation("canari")
    actor = circle.coordinator.actor
    connections.close_all()  # a child shares no connection with its parent
    child = os.fork()
    if child == 0:
        with patch.object(rotation, point, lambda *_: os.kill(os.getpid(), signal.SIGKILL)):
            gate.rotate(actor)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGKILL
    chain.forget()
    assert len(chain.state(circle.concertation.id).generations) == 1
    assert read(circle.manager, situation) == "canari wish"
    gate.rotate(circle.participant.actor)
    assert len(chain.state(circle.concertation.id).generations) == 2
    assert read(circle.manager, situation) == "canari wish"
