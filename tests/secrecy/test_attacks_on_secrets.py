"""Attackers after the server's own secrets: erasure store, pepper, sessions."""

import base64
from dataclasses import replace
from typing import Any

import pytest
from django.core.checks import run_checks
from django.utils import timezone

from audit.enums import Purpose, Verb
from audit.models import Entry
from concertation.situations.models import Situation
from ethics import gate
from ethics.gate.unlock import live_keys
from ethics.secrecy import passwords
from ethics.secrecy.erasure.models import ErasureKey
from ethics.secrecy.erasure.store import destroy
from ethics.secrecy.keys import HeldKeys
from ethics.secrecy.models import (
    Session,
)
from ethics.secrecy.session import SessionStore
from ethics.secrecy.suites import SecrecyError
from tests.cast import (
    PASSWORD,
    Circle,
    Someone,
)
from tests.secrecy.conftest import MakeSituation

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def read(someone: Someone, situation: Situation) -> gate.Revelation:
    return gate.reveal(
        someone.actor, records=[situation], subjects=[situation.id], purpose=Purpose.SHEET
    )


def test_a_missing_erasure_key_without_tombstone_is_an_alarm(
    circle: Circle, make_situation: MakeSituation
) -> None:
    situation = make_situation()
    ErasureKey.objects.filter(container=situation.id).delete()
    assert read(circle.manager, situation).get(situation, "wish") is gate.UNOPENABLE
    assert Entry.objects.filter(verb=Verb.UNOPENABLE, reason="erasure_key_missing").exists()


def test_a_destroyed_erasure_key_leaves_nothing_to_open(
    circle: Circle, make_situation: MakeSituation
) -> None:
    gone, kept = make_situation("parti"), make_situation("resté")
    destroy(gone.id)
    assert read(circle.manager, gone).get(gone, "wish") is gate.UNOPENABLE
    assert Entry.objects.filter(verb=Verb.UNOPENABLE, reason="erased").exists()
    assert read(circle.manager, kept).get(kept, "wish") == "resté wish"


def test_a_stolen_session_table_opens_nothing(circle: Circle) -> None:
    actor = circle.participant.actor
    assert actor.keys is not None
    row = Session.objects.create(
        id_hash="0" * 64,
        person=actor.person,
        keys=actor.keys.keys,
        sealed_keys=actor.keys.sealed,
        second_factor=True,
        expires_at=timezone.now(),
    )
    for guess in (bytes(32), base64.b64encode(row.id_hash.encode())[:32]):
        held = HeldKeys(row.id_hash, actor.person, actor.keys.keys, actor.keys.sealed, guess, True)
        thief = gate.Actor(
            person=actor.person,
            participation=actor.participation,
            concertation=actor.concertation,
            keys=held,
        )
        with pytest.raises(SecrecyError, match="does_not_open"):
            gate.digits(thief)


def test_without_the_pepper_neither_hash_nor_keys_can_be_tested(
    circle: Circle, settings: Any
) -> None:
    user = circle.participant.user
    row = live_keys(user.id)
    settings.PEPPERS = {"test": bytes(32)}
    assert not user.check_password(PASSWORD)
    with pytest.raises(SecrecyError):
        gate.held_for_command(user.id, PASSWORD)
    settings.PEPPERS = {}
    assert not user.check_password(PASSWORD)
    with pytest.raises(SecrecyError, match="unknown_pepper"):
        passwords.stretch(
            PASSWORD,
            salt=bytes(row.salt),
            cost=passwords.Cost.current(),
            pepper_id="test",
            purpose="unlock",
        )


def test_login_and_unlocking_cost_the_same(circle: Circle) -> None:
    user = circle.participant.user
    known = passwords.PepperedArgon2Hasher().decode(user.password)
    row = live_keys(user.id)
    assert known["cost"] == passwords.Cost(
        row.argon2_memory, row.argon2_iterations, row.argon2_lanes
    )


def test_a_wrong_pepper_stops_the_start(circle: Circle, settings: Any) -> None:
    assert not [
        each for each in run_checks(databases=["default"]) if (each.id or "").startswith("conc")
    ]
    settings.PEPPERS = {"test": bytes(32)}
    found = [each.id for each in run_checks(databases=["default"])]
    assert "concertation.E010" in found
    settings.PEPPERS = {}
    assert "concertation.E001" in [each.id for each in run_checks()]


def test_an_empty_erasure_store_stops_the_start(
    circle: Circle, make_situation: MakeSituation
) -> None:
    make_situation()
    before = [each.id for each in run_checks(databases=["default", "erasure"])]
    assert "concertation.E011" not in before
    ErasureKey.objects.all().delete()
    found = [each.id for each in run_checks(databases=["default", "erasure"])]
    assert "concertation.E011" in found


def test_a_second_factor_flag_turned_in_the_table_opens_nothing(circle: Circle) -> None:
    store = SessionStore()
    actor = circle.participant.actor
    assert actor.keys is not None
    assert actor.keys.opened is not None
    store.hold(actor.keys.opened, person=actor.person, keys=actor.keys.keys, second_factor=False)
    Session.objects.update(second_factor=True)
    again = SessionStore(store.session_key)
    again.secret = store.secret
    held = again.held_keys()
    assert held is not None
    assert held.second_factor
    with pytest.raises(SecrecyError, match="does_not_open"):
        gate.digits(replace(actor, keys=held))
