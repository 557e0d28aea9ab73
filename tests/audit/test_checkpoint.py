"""Checkpoints follow C2SP signed-note and tlog-checkpoint; vectors of Go's note package."""

import base64
import stat
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from audit.checkpoint import (
    ForgedSignatureError,
    InvalidCheckpointError,
    Signer,
    State,
    ledger_of,
    open_checkpoint,
    open_note,
    parse_state,
    sign_all,
    sign_checkpoint,
    sign_note,
    signer_for,
)
from audit.leaf import parse_leaf
from audit.models import Checkpoint, Entry, Ledger
from audit.names import PLATFORM
from audit.record import ensure_ledger, record_now
from audit.verify import verify_all
from tests.audit.conftest import NAME, OTHER, a_read

# Published in golang.org/x/mod/sumdb/note, documentation and tests.
GO_VERIFIER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
GO_TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
GO_NOTE = (
    GO_TEXT + "\n\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSN"
    "XgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
PETER = Signer("PeterNeumann", Ed25519PrivateKey.from_private_bytes(GO_SEED))
EMMA = Signer("EmmaGoldman", Ed25519PrivateKey.from_private_bytes(bytes(32)))


def test_the_verifier_key_is_spelled_as_go_spells_it() -> None:
    assert str(PETER.verifier) == GO_VERIFIER


def test_a_note_is_signed_as_go_signs_it() -> None:
    assert sign_note(GO_TEXT, PETER) == GO_NOTE


def test_a_note_signed_by_go_opens() -> None:
    assert open_note(GO_NOTE, PETER.verifier) == GO_TEXT


def test_a_cosignature_is_passed_over() -> None:
    cosigned = GO_NOTE + sign_note(GO_TEXT, EMMA).rpartition("\n\n")[2]
    assert open_note(cosigned, PETER.verifier) == GO_TEXT
    assert open_note(cosigned, EMMA.verifier) == GO_TEXT


def test_another_key_under_the_same_name_is_not_believed() -> None:
    impostor = Signer("PeterNeumann", EMMA.key)
    with pytest.raises(ForgedSignatureError):
        open_note(sign_note(GO_TEXT, impostor), PETER.verifier)


@given(st.integers(0, len(GO_NOTE) - 1), st.characters(codec="utf-8"))
def test_no_note_with_another_text_opens(place: int, character: str) -> None:
    changed = GO_NOTE[:place] + character + GO_NOTE[place + 1 :]
    try:
        assert open_note(changed, PETER.verifier) == GO_TEXT
    except InvalidCheckpointError:
        assert changed != GO_NOTE


@pytest.mark.parametrize(
    "note",
    [
        "",
        GO_TEXT,
        GO_NOTE[:-1],
        GO_NOTE + "\n",
        GO_NOTE.replace("\u2014 ", "- "),
        GO_NOTE.replace("answer", "ans\twer"),
        GO_NOTE.replace("=\n", "\n"),
        GO_NOTE + "\u2014 Peter+Neumann x08go/ZJ\n",
        GO_NOTE + "\u2014 PeterNeumann x08g\n",
        GO_NOTE + "\u2014 EmmaGoldman x08go/ZJ\n" * 100,
    ],
)
def test_a_malformed_note_is_refused(note: str) -> None:
    with pytest.raises(InvalidCheckpointError):
        open_note(note, PETER.verifier)


@pytest.mark.parametrize("name", ["", "two words", "a+b"])
def test_a_name_with_blanks_or_plus_signs_signs_nothing(name: str) -> None:
    with pytest.raises(ValueError, match="plain name"):
        sign_note(GO_TEXT, Signer(name, EMMA.key))


ROOT = base64.b64encode(bytes(32)).decode()


def test_a_checkpoint_is_three_lines() -> None:
    state = State("example.com/log", 20852163, bytes(32))
    assert state.text == f"example.com/log\n20852163\n{ROOT}\n"
    assert parse_state(state.text) == state
    assert parse_state(state.text + "an extension\n") == state


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"\n1\n{ROOT}\n",
        f"origin\n01\n{ROOT}\n",
        f"origin\n-1\n{ROOT}\n",
        f"origin\n\u0661\n{ROOT}\n",
        "origin\n1\nAAAA\n",
        f"origin\n1\n{ROOT}",
        f"origin\n1\n{ROOT}\n\nextension\n",
    ],
)
def test_a_malformed_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(InvalidCheckpointError):
        parse_state(text)


def test_signing_keeps_the_note_and_tells_the_platform(ledger: str) -> None:
    record_now(ledger, a_read())
    checkpoint = sign_checkpoint(ledger)
    head = Ledger.objects.get(name=ledger)
    state = open_checkpoint(checkpoint.note, ledger)
    assert state.origin == f"test.example/concertation/{ledger.removeprefix('concertation:')}"
    assert (state.size, state.root) == (1, bytes(head.root))
    entry = Entry.objects.get(ledger__name=PLATFORM)
    ref = parse_leaf(bytes(entry.leaf or b"")).event.checkpoint
    assert ref is not None
    assert (ref.ledger, ref.size, ref.root) == (ledger, 1, bytes(head.root).hex())
    assert Entry.objects.filter(ledger=head).count() == 1


def test_an_unchanged_ledger_is_not_signed_twice(ledger: str) -> None:
    assert sign_checkpoint(ledger).pk == sign_checkpoint(ledger).pk
    assert Entry.objects.count() == 1


def test_the_platform_is_signed_last_and_covers_the_others(ledger: str) -> None:
    ensure_ledger(OTHER)
    record_now(ledger, a_read())
    signed = sign_all()
    assert signed[-1].ledger.name == PLATFORM
    assert signed[-1].size == 3, "two taken in, and what it says of itself"
    assert verify_all().ok


@pytest.mark.django_db(transaction=True)
def test_checkpoints_are_signed_outside_tests_too() -> None:
    ensure_ledger(PLATFORM)
    ensure_ledger(NAME)
    assert len(sign_all()) == 2


def test_a_checkpoint_belongs_to_its_ledger_and_installation(
    ledger: str, settings: Settings
) -> None:
    note = sign_checkpoint(ledger).note
    assert ledger_of(note) == ledger
    with pytest.raises(InvalidCheckpointError):
        open_checkpoint(note, OTHER)
    settings.LEDGER_ORIGIN = "elsewhere.example/concertation"
    with pytest.raises(InvalidCheckpointError, match="another installation"):
        ledger_of(note)
    with pytest.raises(ForgedSignatureError):
        open_checkpoint(note, ledger)


def test_the_key_comes_from_a_file_that_only_the_server_reads(
    tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "checkpoint.key"
    call_command("ledger", "key", "--new", str(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    settings.LEDGER_CHECKPOINT_SEED = None
    settings.LEDGER_CHECKPOINT_KEY_FILE = str(path)
    seed = signer_for(PLATFORM).key.private_bytes_raw()
    assert seed == base64.b64decode(path.read_text())
    assert path.read_text().strip() not in capsys.readouterr().out
    with pytest.raises(CommandError, match="exists already"):
        call_command("ledger", "key", "--new", str(path))


@pytest.mark.parametrize("content", ["", "not base64!", "AAAA"])
def test_a_key_file_that_holds_no_key_is_refused(
    tmp_path: Path, settings: Settings, content: str
) -> None:
    path = tmp_path / "checkpoint.key"
    path.write_text(content)
    settings.LEDGER_CHECKPOINT_SEED = None
    settings.LEDGER_CHECKPOINT_KEY_FILE = str(path)
    with pytest.raises(ImproperlyConfigured):
        signer_for(PLATFORM)


def test_without_key_or_origin_nothing_is_signed(ledger: str, settings: Settings) -> None:
    settings.LEDGER_CHECKPOINT_SEED = None
    settings.LEDGER_CHECKPOINT_KEY_FILE = ""
    with pytest.raises(ImproperlyConfigured):
        sign_checkpoint(ledger)
    settings.LEDGER_ORIGIN = "two words"
    with pytest.raises(ImproperlyConfigured):
        signer_for(ledger)
    assert not Checkpoint.objects.exists()


def test_a_note_of_no_ledger_is_refused() -> None:
    for identifier in ("", "somewhere", str(UUID(int=1)).upper() + "x"):
        with pytest.raises(InvalidCheckpointError):
            ledger_of(f"test.example/concertation/{identifier}\n1\n")
