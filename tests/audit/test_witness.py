"""Proofs as files, and the witness that remembers: a fork is refused, whatever is signed."""

import base64
import json
from datetime import UTC, datetime
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command

from audit import keyfile
from audit.checkpoint import Verifier, open_note, parse_state, signer_for
from audit.immutability import lifted
from audit.merkle import EMPTY_ROOT, InvalidProofError, leaf_hash, root_of, verify_inclusion
from audit.models import Checkpoint, Entry, EntrySubject, Ledger
from audit.proofs import Consistency, Inclusion
from audit.record import record_now
from audit.witness import Witness
from tests.audit.conftest import NAME, a_read

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
WITNESS = Witness("witness.example", KEY)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("ledger", *arguments, stdout=out)
    return out.getvalue()


def fill(ledger: str, count: int) -> None:
    for _ in range(count):
        record_now(ledger, a_read())


def consistency(since: int) -> str:
    return run("prove", "consistency", "--ledger", NAME, "--from", str(since))


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """The witness's machine: its key, and no memory yet."""
    (tmp_path / "witness.key").write_text(keyfile.text_of(keyfile.Keys(KEY)))
    return tmp_path


def witness(desk: Path, proof: str, **other: str) -> str:
    (desk / "proof.json").write_text(proof)
    options = {
        "log": str(signer_for(NAME).verifier),
        "name": WITNESS.name,
        "key": str(desk / "witness.key"),
        "memory": str(desk / "memory.json"),
        **other,
    }
    named = [part for name, value in options.items() for part in (f"--{name}", value)]
    return run("witness", str(desk / "proof.json"), *named)


def forget_and_rewrite(count: int) -> None:
    """Rewrite the past as its owner could: other entries, other head, other checkpoints."""
    with lifted("default"):
        for model in (EntrySubject, Entry, Checkpoint):
            model.objects.filter(ledger__name=NAME).delete()
        Ledger.objects.filter(name=NAME).update(
            size=0, root=EMPTY_ROOT, frontier=b"", last_time=None
        )
    fill(NAME, count)


# --- Proofs as files ---------------------------------------------------------------------------


def test_an_inclusion_proof_leads_from_the_stored_bytes_to_the_signed_root(ledger: str) -> None:
    fill(ledger, 5)
    told = json.loads(run("prove", "inclusion", "--ledger", NAME, "--index", "3"))
    proof = Inclusion.from_json(told)
    assert proof.verify(signer_for(NAME).verifier).index == 3
    state = parse_state(open_note(told["checkpoint"], signer_for(NAME).verifier))
    path = [base64.b64decode(step) for step in told["path"]]
    leaf = leaf_hash(base64.b64decode(told["leaf"]))
    verify_inclusion(leaf, 3, 5, path, state.root)


@pytest.mark.parametrize("since", range(6))
def test_a_consistency_proof_extends_each_earlier_state(ledger: str, since: int) -> None:
    fill(ledger, 5)
    proof = Consistency.from_json(json.loads(consistency(since)))
    hashes = [
        bytes(each.leaf_hash)
        for each in Entry.objects.filter(ledger__name=NAME).order_by("index")[:since]
    ]
    verifier = signer_for(NAME).verifier
    assert proof.verify(root_of(hashes), verifier) == 5
    if since:
        with pytest.raises(InvalidProofError):
            proof.verify(bytes(32), verifier)


@pytest.mark.parametrize(
    "arguments",
    [
        ("inclusion", "--ledger", NAME, "--index", "9"),
        ("inclusion", "--ledger", NAME, "--index", "-1"),
        ("inclusion", "--ledger", NAME),
        ("consistency", "--ledger", NAME, "--from", "9"),
        ("consistency", "--ledger", "somewhere", "--from", "0"),
        ("consistency", "--ledger", f"{NAME[:-1]}2", "--from", "0"),
    ],
)
def test_what_cannot_be_proved_is_said_in_one_sentence(
    ledger: str, arguments: tuple[str, ...]
) -> None:
    fill(ledger, 2)
    with pytest.raises(CommandError):
        run("prove", *arguments)


def test_a_cut_proof_proves_nothing(ledger: str) -> None:
    fill(ledger, 5)
    told = json.loads(consistency(3))
    verifier = signer_for(NAME).verifier
    old = root_of(
        [
            bytes(each.leaf_hash)
            for each in Entry.objects.filter(ledger__name=NAME).order_by("index")[:3]
        ]
    )
    assert len(told["path"]) > 1
    for cut in range(len(told["path"])):
        with pytest.raises(InvalidProofError):
            Consistency.from_json(told | {"path": told["path"][:cut]}).verify(old, verifier)


@pytest.mark.parametrize(
    "told",
    [
        {},
        [],
        {"old_size": "1", "path": [], "checkpoint": ""},
        {"old_size": -1, "path": [], "checkpoint": ""},
        {"old_size": True, "path": [], "checkpoint": ""},
        {"old_size": 1, "path": ["AAAA"], "checkpoint": ""},
        {"old_size": 1, "path": ["é"], "checkpoint": ""},
        {"old_size": 1, "path": 7, "checkpoint": ""},
        {"old_size": 1, "path": []},
    ],
)
def test_a_file_that_is_no_proof_is_refused(told: Any) -> None:
    with pytest.raises(InvalidProofError):
        Consistency.from_json(told)


# --- The witness -------------------------------------------------------------------------------


def test_the_witness_cosigns_what_extends_what_it_saw(ledger: str, desk: Path) -> None:
    fill(ledger, 3)
    witness(desk, consistency(0))
    fill(ledger, 4)
    note = witness(desk, consistency(3))
    text = open_note(note.rstrip("\n") + "\n", signer_for(NAME).verifier)
    *_, line = note.strip().split("\n")
    name, blob = line.removeprefix("\u2014 ").split(" ")
    raw = base64.b64decode(blob)
    public = b"\x04" + KEY.public_key().public_bytes_raw()
    assert raw[:4] == sha256(f"{name}\n".encode() + public).digest()[:4]
    seconds = int.from_bytes(raw[4:12], "big")
    assert abs(seconds - datetime.now(UTC).timestamp()) < 60
    signed = f"cosignature/v1\ntime {seconds}\n{text}".encode()
    KEY.public_key().verify(raw[12:], signed)


def test_the_same_state_twice_is_cosigned_again(ledger: str, desk: Path) -> None:
    fill(ledger, 3)
    witness(desk, consistency(0))
    assert "witness.example" in witness(desk, consistency(3))


@pytest.mark.parametrize("count", [2, 3, 7])
def test_a_rewritten_past_is_refused_as_a_fork(ledger: str, desk: Path, count: int) -> None:
    fill(ledger, 3)
    witness(desk, consistency(0))
    before = (desk / "memory.json").read_text()
    forget_and_rewrite(count)
    with pytest.raises(CommandError, match="fork"):
        witness(desk, consistency(min(3, count)))
    assert (desk / "memory.json").read_text() == before


def test_a_proof_from_another_size_is_asked_anew(ledger: str, desk: Path) -> None:
    fill(ledger, 3)
    witness(desk, consistency(0))
    fill(ledger, 1)
    with pytest.raises(CommandError, match="starts from 3"):
        witness(desk, consistency(2))


def test_another_logs_state_and_another_key_are_refused(ledger: str, desk: Path) -> None:
    fill(ledger, 1)
    stranger = Verifier("elsewhere.example/x", KEY.public_key())
    with pytest.raises(CommandError, match="Nothing was cosigned"):
        witness(desk, consistency(0), log=str(stranger))
    with pytest.raises(CommandError, match="Nothing was cosigned"):
        witness(desk, "not json")
    with pytest.raises(CommandError, match="Nothing was cosigned"):
        witness(desk, consistency(0), key=str(desk / "nowhere"))
    assert not (desk / "memory.json").exists()


@pytest.mark.parametrize("content", ["", "[]", "{"])
def test_a_broken_memory_cosigns_nothing(ledger: str, desk: Path, content: str) -> None:
    fill(ledger, 1)
    (desk / "memory.json").write_text(content)
    with pytest.raises(CommandError, match="not this witness's memory"):
        witness(desk, consistency(0))


def test_a_witness_key_has_its_own_kind(ledger: str) -> None:
    name, _, rest = WITNESS.verifier_text.partition("+")
    key_id, _, blob = rest.partition("+")
    assert name == "witness.example"
    assert base64.b64decode(blob)[:1] == b"\x04"
    assert key_id == WITNESS.key_id.hex()
