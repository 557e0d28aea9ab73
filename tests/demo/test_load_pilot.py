"""`manage.py load_pilot`: one clear sentence whatever happens."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from concertation.accounts.models import Concertation
from concertation.demo import pilot
from concertation.demo.people import Insider
from concertation.demo.telling import Table
from tests.cast import PASSWORD, person
from tests.demo.conftest import COORDINATION, make_coordinator

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


@pytest.fixture
def coordinator(db: None) -> Insider:
    return make_coordinator()


def run(monkeypatch: pytest.MonkeyPatch, typed: str, email: str = COORDINATION) -> str:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{typed}\n"))
    said = io.StringIO()
    call_command("load_pilot", **{"email": email}, password_stdin=True, stdout=said)
    return said.getvalue()


def test_it_loads_and_shows_the_recovery_key_once(
    coordinator: Insider, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = run(monkeypatch, PASSWORD)
    assert "19 organisations, 8 réunions, 19 situations" in said
    assert "/1000-bxl/rapport/2021" in said
    assert len(said.splitlines()[-1].split()) == 13
    assert "n’a été ajouté" in run(monkeypatch, PASSWORD)


def test_a_wrong_password_opens_nothing(
    coordinator: Insider, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CommandError, match="n’ouvre pas les clés"):
        run(monkeypatch, "autre chose que cela")
    assert not Concertation.objects.exists()


def test_an_unknown_address_is_said(coordinator: Insider, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="Aucun compte"):
        run(monkeypatch, PASSWORD, "personne@demo.example")


def test_without_a_charter_nobody_can_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    person(COORDINATION, "Camille Coordination")
    with pytest.raises(CommandError, match="charte"):
        run(monkeypatch, PASSWORD)


def test_an_interrupted_load_is_not_taken_for_a_whole_one(
    coordinator: Insider, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: Any) -> Table:
        raise KeyboardInterrupt

    monkeypatch.setattr(pilot, "_import", stop)
    with pytest.raises(KeyboardInterrupt):
        pilot.load(coordinator, lambda _: None)
    monkeypatch.undo()
    with pytest.raises(CommandError, match="interrompu"):
        run(monkeypatch, PASSWORD)
