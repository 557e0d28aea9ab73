"""The demo's commands: refused elsewhere, one clear sentence, and codes that are accepted."""

import io
import socket
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as live
from django.core.management import CommandError, call_command
from django.db import connections

from concertation.accounts.models import TotpDevice, User
from concertation.accounts.second_factor import STEP_SECONDS
from concertation.demo import build
from concertation.demo.accounts import current_code, enrol
from concertation.demo.people import enterprise_number
from tests.cast import person

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


@pytest.fixture
def someone(db: None) -> User:
    user = person("participant@demo.example", "Noor Exemple")
    enrol(user)
    return user


def device(user: User) -> TotpDevice:
    found: TotpDevice = TotpDevice.objects.get(user=user)
    return found


@pytest.mark.parametrize("command", [("demo",), ("demo_code", "participant@demo.example")])
def test_demo_commands_are_refused_outside_the_demo(command: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match="que pour la démonstration"):
        call_command(*command)


def test_demo_code_prints_a_code_that_is_accepted(someone: User, settings: Any) -> None:
    settings.DEMO = True
    said = io.StringIO()
    call_command("demo_code", "PARTICIPANT@demo.example", stdout=said)
    assert device(someone).verify_token(said.getvalue().strip())


def test_a_second_code_within_the_same_half_minute_is_accepted_too(someone: User) -> None:
    for _ in range(2):
        assert device(someone).verify_token(current_code(someone))


def test_a_third_code_waits_for_its_time(someone: User) -> None:
    row = device(someone)
    now = time.time()
    row.last_step = int(now) // STEP_SECONDS + 1
    row.save()
    waited: list[float] = []
    code = current_code(someone, wait=waited.append)
    assert 0 < waited[0] <= STEP_SECONDS
    later = row.generator(now + 2 * STEP_SECONDS)
    assert code == f"{later.token():06d}"


def test_demo_code_of_an_unknown_address_is_a_clear_sentence(settings: Any) -> None:
    settings.DEMO = True
    with pytest.raises(CommandError, match="Aucun compte de démonstration"):
        call_command("demo_code", "personne@demo.example")


def test_a_busy_port_is_said_before_anything_is_built(settings: Any, tmp_path: Path) -> None:
    settings.DEMO, settings.DEMO_FOLDER = True, tmp_path
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match="déjà pris") as caught:
            call_command("demo", port=str(port))
    assert caught.value.returncode == 2
    assert not User.objects.exists()


@pytest.mark.parametrize("port", ["huit mille", "0", "70000", "-1", ""])
def test_a_port_is_a_number(settings: Any, port: str) -> None:
    settings.DEMO = True
    with pytest.raises(CommandError, match="n’est pas un port"):
        call_command("demo", port=port)


def test_an_interrupted_build_is_thrown_away_and_the_keys_of_the_server_stay(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEMO_FOLDER = tmp_path
    for alias, name in (("default", "board.sqlite3"), ("erasure", "erasure.sqlite3")):
        monkeypatch.setitem(live.DATABASES[alias], "ENGINE", "django.db.backends.sqlite3")
        monkeypatch.setitem(live.DATABASES[alias], "NAME", str(tmp_path / name))
    monkeypatch.setattr(connections, "close_all", lambda: None)
    for name in ("board.sqlite3", "board.sqlite3-wal", "erasure.sqlite3", "pepper"):
        (tmp_path / name).touch()
    assert not build.is_complete()
    assert build.forget_interrupted()
    assert [each.name for each in tmp_path.iterdir()] == ["pepper"]
    assert not build.forget_interrupted()


def test_a_database_of_somebody_else_is_never_thrown_away(settings: Any, tmp_path: Path) -> None:
    settings.DEMO_FOLDER = tmp_path
    with pytest.raises(build.BuildError, match="n’est pas la sienne"):
        build.forget_interrupted()


def test_an_invented_number_has_the_right_check() -> None:
    assert enterprise_number(0) == "0999000030"
