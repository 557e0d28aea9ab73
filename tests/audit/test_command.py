"""``manage.py ledger``: one sentence for people, one object for machines, an exit code for both."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from audit.checkpoint import sign_checkpoint
from audit.immutability import lifted
from audit.models import Checkpoint, Entry, Ledger
from audit.record import record_now
from tests.audit.conftest import NAME, OTHER, a_read


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("ledger", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def filled(ledger: str) -> str:
    """Three entries."""
    for _ in range(3):
        record_now(ledger, a_read())
    return ledger


def tamper() -> None:
    with lifted("default"):
        Entry.objects.filter(ledger__name=NAME, index=1).update(role="coordinator")


def test_verify_says_ok_for_people(filled: str) -> None:
    assert run("verify") == f"platform: 0 entries, ok\n{filled}: 3 entries, ok\n"


def test_verify_gives_machines_exactly_this_object(filled: str) -> None:
    root = bytes(Ledger.objects.get(name=filled).root).hex()
    empty = bytes(Ledger.objects.get(name="platform").root).hex()
    assert json.loads(run("verify", "--format", "json")) == {
        "ok": True,
        "entries": 3,
        "ledgers": [
            {"name": "platform", "entries": 0, "root": empty, "ok": True, "first_bad": None},
            {"name": filled, "entries": 3, "root": root, "ok": True, "first_bad": None},
        ],
    }


def test_verify_names_the_first_bad_entry_and_fails(filled: str) -> None:
    tamper()
    out = StringIO()
    with pytest.raises(CommandError) as error:
        call_command("ledger", "verify", "--format", "json", stdout=out)
    assert error.value.returncode == 1
    assert str(error.value) == (
        f"Ledger {filled}, entry 1, derived_column: the search column role differs from what was"
        " recorded."
    )
    answer = json.loads(out.getvalue())
    assert answer["ok"] is False
    assert answer["ledgers"][1]["first_bad"] == {
        "index": 1,
        "kind": "derived_column",
        "why": "the search column role differs from what was recorded",
    }


def test_verify_may_look_at_one_ledger(filled: str) -> None:
    assert run("verify", "--ledger", filled) == f"{filled}: 3 entries, ok\n"
    for name, sentence in ((OTHER, "no ledger named"), ("x", "not the name of a ledger")):
        with pytest.raises(CommandError, match=sentence):
            run("verify", "--ledger", name)


def test_verify_takes_a_checkpoint_kept_outside(filled: str, tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.txt"
    path.write_text(sign_checkpoint(filled).note, encoding="utf-8")
    assert "3 entries, ok" in run("verify", "--checkpoint", str(path))
    path.write_text("not a note", encoding="utf-8")
    with pytest.raises(CommandError, match="cannot be used"):
        run("verify", "--checkpoint", str(path))
    with pytest.raises(CommandError, match="cannot be read"):
        run("verify", "--checkpoint", str(tmp_path / "absent"))


def test_checkpoint_signs_every_ledger(filled: str) -> None:
    assert run("checkpoint").count("\u2014 test.example/concertation/") == 2
    assert Checkpoint.objects.count() == 2


def test_checkpoint_without_key_says_so(filled: str, settings: Settings) -> None:
    settings.LEDGER_CHECKPOINT_SEED = None
    settings.LEDGER_CHECKPOINT_KEY_FILE = ""
    with pytest.raises(CommandError, match="No checkpoint was signed"):
        run("checkpoint")


def test_a_key_in_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be written"):
        run("key", "--new", str(tmp_path / "absent" / "key"))
