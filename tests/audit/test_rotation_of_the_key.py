"""Replacing the signing key: both sign once, old signatures hold, a stolen one gains nothing."""

import stat
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from audit import keyfile
from audit.checkpoint import (
    Signer,
    open_note,
    origin_of,
    rotate,
    sign_checkpoint,
    sign_note,
    signer_for,
    verifiers_for,
)
from audit.models import Checkpoint, Entry, Ledger
from audit.names import PLATFORM
from audit.record import record_now
from audit.verify import BadKind, verify_all
from tests.audit.conftest import a_read


@pytest.fixture
def key(tmp_path: Path, settings: Settings) -> Path:
    """A key file, as a server has it."""
    path = tmp_path / "checkpoint.key"
    keyfile.create(path)
    settings.LEDGER_CHECKPOINT_SEED = None
    settings.LEDGER_CHECKPOINT_KEY_FILE = str(path)
    return path


def test_both_keys_sign_the_state_at_which_they_change(ledger: str, key: Path) -> None:
    record_now(ledger, a_read())
    (old,) = verifiers_for(ledger)
    kept = sign_checkpoint(ledger).note
    signed = {each.ledger.name: each.note for each in rotate()}
    assert set(signed) == {ledger, PLATFORM}
    new, before = verifiers_for(ledger)
    assert str(before) == str(old)
    assert str(new) != str(old)
    for verifier in (old, new):
        assert open_note(signed[ledger], verifier)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    event = Entry.objects.get(verb="checkpoint_key_changed")
    assert event.ledger.name == PLATFORM
    assert verify_all(outside=[kept]).ok
    record_now(ledger, a_read())
    assert open_note(sign_checkpoint(ledger).note, new)
    assert verify_all(outside=[kept]).ok


def test_the_file_keeps_only_public_halves_of_old_keys(ledger: str, key: Path) -> None:
    seeds = []
    for _ in range(3):
        seeds.append(key.read_text().split("\n")[0])
        rotate()
    text = key.read_text()
    assert len(keyfile.load().retired) == 3
    assert not any(seed in text for seed in seeds)
    assert verify_all().ok


def test_what_a_replaced_key_signs_later_is_forged(ledger: str, key: Path) -> None:
    record_now(ledger, a_read())
    stolen = Signer(origin_of(ledger), signer_for(ledger).key)
    rotate()
    record_now(ledger, a_read())
    head = Ledger.objects.get(name=ledger)
    state = f"{stolen.name}\n{head.size}\n{_root(head)}\n"
    forged = sign_note(state, stolen)
    bad = next(each.first_bad for each in verify_all(outside=[forged]).ledgers if each.first_bad)
    assert (bad.kind, bad.index) == (BadKind.FORGED_SIGNATURE, 1)
    Checkpoint.objects.create(
        ledger=head, size=head.size, root=head.root, note=forged, signed_at=timezone.now()
    )
    assert not verify_all().ok


def test_a_file_that_cannot_be_replaced_leaves_the_old_key_and_signs_nothing(
    ledger: str, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = key.read_text()

    def full(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(keyfile, "replace", full)
    with pytest.raises(CommandError, match="No space left"):
        call_command("ledger", "key", "--rotate")
    assert key.read_text() == before
    assert not Entry.objects.filter(verb="checkpoint_key_changed").exists()
    assert not Checkpoint.objects.exists()


def test_the_command_shows_public_keys_and_which_was_replaced(ledger: str, key: Path) -> None:
    call_command("ledger", "key", "--rotate", stdout=StringIO())
    out = StringIO()
    call_command("ledger", "key", "--show", stdout=out)
    lines = out.getvalue().splitlines()
    assert len(lines) == 4
    assert sum("(replaced)" in line for line in lines) == 2
    assert keyfile.load().current.private_bytes_raw().hex() not in out.getvalue()


@pytest.mark.parametrize("content", ["AAAA\nretired x", "\nretired AAAA"])
def test_a_broken_key_file_is_refused(key: Path, content: str) -> None:
    key.write_text(content)
    with pytest.raises(Exception, match="key file"):
        keyfile.load()


def _root(head: Ledger) -> str:
    return keyfile._encode(bytes(head.root))
