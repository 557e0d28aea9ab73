"""Pepper, cost and suites change while people sign in; records follow, old ones keep opening."""

import base64
import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from django.apps import apps
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from audit.enums import Purpose
from concertation.accounts.models import StaticCodes, TotpDevice, User
from concertation.accounts.reading.peppers import pepper_use
from concertation.situations.models import Situation
from ethics import gate
from ethics.gate.unlock import live_keys
from ethics.secrecy import passwords, pepper, sealing, suites, unsealing
from ethics.secrecy.keys import PrivateKeys
from ethics.secrecy.models import MemberKeys, PepperCheck
from ethics.secrecy.suites import SecrecyError
from tests.cast import PASSWORD, Circle
from tests.secrecy.conftest import MakeSituation
from tests.signin import code_for, give_code, give_password, signed_in
from tests.situations import story

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

NEXT: Final = hashlib.sha256(b"the next pepper for tests").digest()


def cost_of(user: User) -> tuple[passwords.Cost, passwords.Cost]:
    row = live_keys(user.id)
    unlocking = passwords.Cost(row.argon2_memory, row.argon2_iterations, row.argon2_lanes)
    return passwords.PepperedArgon2Hasher().decode(user.password)["cost"], unlocking


def peppers_of(user: User) -> set[str]:
    user.refresh_from_db()
    seed = TotpDevice.objects.get(user=user).sealed_seed
    login = passwords.PepperedArgon2Hasher().decode(user.password)["pepper"]
    return {login, live_keys(user.id).pepper, pepper.name_in(bytes(seed))}


def change_pepper(settings: Any) -> None:
    settings.PEPPERS = {**settings.PEPPERS, "next": NEXT}
    settings.PEPPER_ID = "next"


# --- Pepper -------------------------------------------------------------------------------------


def test_everything_follows_the_pepper_at_the_next_sign_in(circle: Circle, settings: Any) -> None:
    user = circle.participant.user
    signed_in(circle.participant)
    assert peppers_of(user) == {"test"}
    before = bytes(live_keys(user.id).sealed_private)
    change_pepper(settings)
    client = signed_in(circle.participant)
    assert peppers_of(user) == {"next"}
    assert bytes(live_keys(user.id).sealed_private) != before
    assert client.get(reverse("members", args=["tilleuls"])).status_code == 200
    # From here on the old pepper is needed for nothing of this person's.
    settings.PEPPERS = {"next": NEXT}
    again = signed_in(circle.participant)
    assert again.get(reverse("members", args=["tilleuls"])).status_code == 200
    assert live_keys(user.id).serial == 1


def test_whoever_has_not_signed_in_keeps_the_old_pepper(circle: Circle, settings: Any) -> None:
    change_pepper(settings)
    signed_in(circle.participant)
    assert peppers_of(circle.participant.user) == {"next"}
    assert live_keys(circle.manager.user.id).pepper == "test"
    signed_in(circle.manager)
    assert live_keys(circle.manager.user.id).pepper == "next"


def test_a_wrong_password_renews_nothing(circle: Circle, settings: Any) -> None:
    change_pepper(settings)
    before = bytes(live_keys(circle.participant.user.id).sealed_private)
    assert give_password(Client(), circle.participant.user, "pas le bon").status_code == 200
    assert bytes(live_keys(circle.participant.user.id).sealed_private) == before


def test_codes_on_paper_stay_good_under_their_own_pepper(circle: Circle, settings: Any) -> None:
    user = circle.participant.user
    signed_in(circle.participant)
    paper = StaticCodes.objects.create(user=user, name="codes")
    codes = paper.renew()
    change_pepper(settings)
    client = Client()
    give_password(client, user)
    assert give_code(client, codes[0]).status_code == 302
    assert set(paper.codes.values_list("pepper", flat=True)) == {"test"}
    paper.renew()
    assert set(paper.codes.values_list("pepper", flat=True)) == {"next"}


def test_the_command_counts_and_forgets_only_what_nobody_needs(
    circle: Circle, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    change_pepper(settings)
    signed_in(circle.participant)
    old = next(each for each in pepper_use() if each.name == "test")
    assert not old.current
    assert old.keys == MemberKeys.objects.filter(pepper="test").count() > 0
    call_command("pepper", "status")
    said = capsys.readouterr().out
    assert "next (in use): 1 passwords, 1 keys, 1 authenticator seeds" in said
    assert "test (still needed)" in said
    with pytest.raises(CommandError, match="still need"):
        call_command("pepper", "forget", "test")
    with pytest.raises(CommandError, match="in use"):
        call_command("pepper", "forget", "next")
    with pytest.raises(CommandError, match="names"):
        call_command("pepper", "forget", "nobody")
    assert PepperCheck.objects.filter(pepper="test").exists()
    for each in list(circle.people.values()):
        signed_in(each)
    for user in User.objects.filter(password__contains="$test$"):
        user.set_password(PASSWORD)
        user.save()
        gate.make_member_keys(user.id, PASSWORD)
    call_command("pepper", "forget", "test")
    assert not pepper.check_values()
    settings.PEPPERS = {"next": NEXT}
    assert not pepper.check_values()


def test_a_stolen_database_tells_a_right_guess_from_no_wrong_one(
    circle: Circle, settings: Any
) -> None:
    """Every value of the database is tried as the pepper, with the right password and a wrong one.

    Neither the login hash nor the commitment of the unlocking key answers to either.
    """
    user = circle.participant.user
    signed_in(circle.participant)
    known = passwords.PepperedArgon2Hasher().decode(user.password)
    row = live_keys(user.id)
    secrets = {None, *_bytes_of_the_database()}
    assert len(secrets) > 50
    cost = passwords.Cost.current()

    def matches(guess: str) -> int:
        found = 0
        for secret in secrets:
            for salt, purpose in (
                (base64.b64decode(known["salt"]), "login"),
                (bytes(row.salt), "unlock"),
            ):
                derived = suites.derive(secret, f"pepper:{purpose}") if secret else None
                for key in (secret, derived):
                    value = Argon2id(
                        salt=salt,
                        length=32,
                        iterations=cost.iterations,
                        lanes=cost.lanes,
                        memory_cost=cost.memory,
                        secret=key,
                    ).derive(guess.encode())
                    made = suites.commitment(
                        value, container=user.id, scope=row.id, generation=row.serial
                    )
                    found += made == bytes(row.commitment) or value == base64.b64decode(
                        known["hash"]
                    )
        return found

    assert matches(PASSWORD) == matches("pas le bon mot de passe") == 0
    # The same attack with the pepper finds both: it can fail.
    secrets = {settings.PEPPERS["test"]}
    assert matches(PASSWORD) == 2
    assert matches("pas le bon mot de passe") == 0


def _bytes_of_the_database() -> set[bytes]:
    found = set()
    for model in apps.get_models():
        if model._meta.app_label == "erasure" or not model._meta.managed:
            continue
        for values in model._default_manager.values_list():
            for each in values:
                if isinstance(each, bytes | memoryview) and 16 <= len(bytes(each)) <= 64:
                    found.add(bytes(each))
                elif isinstance(each, str) and 16 <= len(each) <= 64:
                    found.add(each.encode())
    return found


# --- Cost ---------------------------------------------------------------------------------------


def test_a_raised_cost_reaches_hash_and_keys_at_the_next_sign_in(
    circle: Circle, settings: Any
) -> None:
    user = circle.participant.user
    low = passwords.Cost.current()
    settings.ARGON2_ITERATIONS, settings.ARGON2_MEMORY = 2, 128
    high = passwords.Cost.current()
    assert cost_of(user) == (low, low)
    client = signed_in(circle.participant)
    user.refresh_from_db()
    assert cost_of(user) == (high, high)
    assert client.get(reverse("members", args=["tilleuls"])).status_code == 200
    assert cost_of(circle.manager.user) == (low, low)
    # Once is enough: nothing is sealed anew when nothing changed.
    sealed = bytes(live_keys(user.id).sealed_private)
    signed_in(circle.participant)
    assert bytes(live_keys(user.id).sealed_private) == sealed


_HOLD = """
import django, sys, time
django.setup()
from ethics.secrecy import passwords
with passwords._slot():
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Processes of this host that hold a slot each."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", _HOLD],
            env=os.environ | {"TMPDIR": str(tmp_path)},
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        return process

    yield start
    for each in started:
        each.kill()
        each.communicate()


def test_slots_are_shared_by_the_processes_of_a_host(
    circle: Circle, settings: Any, holders: Any
) -> None:
    settings.ARGON2_WAIT_SECONDS = 0.2
    first = holders()
    # One of two is taken: there is room.
    assert give_password(Client(), circle.participant.user).status_code == 302
    holders()
    begun = time.monotonic()
    answer = give_password(Client(), circle.participant.user)
    assert answer.status_code == 200
    assert "Attendez quelques instants" in answer.content.decode()
    assert time.monotonic() - begun < 5
    # A process that dies leaves no slot behind.
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert give_password(Client(), circle.participant.user).status_code == 302


# --- Suites -------------------------------------------------------------------------------------

TOMORROW: Final = 0x7E


@pytest.fixture
def tomorrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A later version of the house, with another cipher as the newest."""
    monkeypatch.setitem(suites.AEADS, TOMORROW, (AESGCM, 12))
    monkeypatch.setattr(suites, "NEWEST_AEAD", TOMORROW)
    monkeypatch.setitem(suites.SEALS, TOMORROW, suites.HPKE_SUITE)
    monkeypatch.setattr(suites, "NEWEST_SEAL", TOMORROW)


def test_an_old_suite_opens_and_the_next_write_uses_the_new(
    circle: Circle, make_situation: MakeSituation, request: pytest.FixtureRequest
) -> None:
    situation = make_situation("avant")
    old = situation.wish
    assert old.blob[0] == suites.AEAD_SUITE
    request.getfixturevalue("tomorrow")
    shown = gate.reveal(
        circle.manager.actor, records=[situation], subjects=[situation.id], purpose=Purpose.SHEET
    )
    assert shown.get(situation, "wish") == "avant wish"
    story.draft(circle.participant)
    draft = Situation.objects.exclude(id=situation.id).get()
    assert draft.headline.blob[0] == TOMORROW
    client = signed_in(circle.participant)
    assert story.presentation().headline in client.get(
        reverse("situation-drafts", args=["tilleuls"])
    ).content.decode().replace("&#x27;", "'")


def test_seals_to_people_and_seeds_follow_too(
    circle: Circle, request: pytest.FixtureRequest
) -> None:
    keys = PrivateKeys.make()
    key = sealing.new_key()
    before = sealing.seal_to(keys.public().hpke, b"avant", b"x"), sealing.seal(key, b"avant", b"x")
    signed_in(circle.participant)
    request.getfixturevalue("tomorrow")
    after = sealing.seal_to(keys.public().hpke, b"avant", b"x"), sealing.seal(key, b"avant", b"x")
    assert [each[0] for each in before] == [suites.SEAL_SUITE, suites.AEAD_SUITE]
    assert [each[0] for each in after] == [TOMORROW, TOMORROW]
    for sealed, blob in (before, after):
        assert unsealing.unseal_with(keys, sealed, b"x") == b"avant"
        assert unsealing.unseal(key, blob, b"x") == b"avant"
    assert code_for(circle.participant.user)


@pytest.mark.parametrize("blob", [b"", b"\x00", b"\x7d" + bytes(40), b"\x03" + bytes(40)])
def test_a_suite_nobody_knows_opens_nothing(blob: bytes) -> None:
    with pytest.raises(SecrecyError, match="unknown_suite"):
        unsealing.unseal(bytes(32), blob, b"")
    with pytest.raises(SecrecyError, match="unknown_suite"):
        unsealing.unseal_with(PrivateKeys.make(), blob, b"")


def test_texts_of_one_size_class_are_equally_long_in_the_table(
    circle: Circle, make_situation: MakeSituation
) -> None:
    short, long = make_situation("a"), make_situation("a" * 20)
    assert len(short.wish.blob) == len(long.wish.blob)
    assert len(make_situation("a" * 200).wish.blob) > len(long.wish.blob)
