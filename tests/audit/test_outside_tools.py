"""Proofs are believed by tools that we did not write, and refused with one changed byte.

Go's `sumdb/note` and `sumdb/tlog` (Debian: golang-go, golang-golang-x-mod-dev) check signature,
inclusion and consistency; pymerkle checks inclusion and consistency, and builds the whole tree
anew from the stored leaves. `.ci/run` says OUTSIDE_TOOLS=required: there a missing tool fails.
"""

import base64
import importlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any, Final

import pytest
from django.core.management import call_command

from audit.checkpoint import State, parse_state, sign_checkpoint, signer_for
from audit.leaf import parse_leaf
from audit.merkle import leaf_hash
from audit.models import Entry
from audit.record import record_now
from tests.audit.conftest import NAME, a_read, a_write
from tests.outside_tools import missing

PROGRAM: Final = Path(__file__).parent / "outside" / "check.go"
GOPATH: Final = Path("/usr/share/gocode")
# From one entry to a tree with several perfect subtrees, of odd and even sizes.
SIZE: Final = 11


@pytest.fixture(scope="session")
def go_check(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small program over Go's packages, built once."""
    go = shutil.which("go")
    if go is None or not (GOPATH / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        missing("Go's tlog is not here: apt install golang-go golang-golang-x-mod-dev")
    folder = tmp_path_factory.mktemp("go")
    built = folder / "check"
    environment = os.environ | {
        "GO111MODULE": "off",
        "GOPATH": str(GOPATH),
        "GOFLAGS": "",
        "GOCACHE": str(folder / "cache"),
    }
    done = subprocess.run(
        [go, "build", "-o", str(built), str(PROGRAM)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return built


@pytest.fixture
def pymerkle() -> Any:
    try:
        return importlib.import_module("pymerkle")
    except ModuleNotFoundError:
        missing("pymerkle is not here: make setup")


@pytest.fixture
def filled(ledger: str) -> str:
    """Reads and writes by turns."""
    for number in range(SIZE):
        record_now(ledger, a_write(number) if number % 2 else a_read())
    return ledger


def proof(kind: str, number: int) -> dict[str, Any]:
    """What the command writes to a file."""
    option = "--index" if kind == "inclusion" else "--from"
    out = StringIO()
    call_command("ledger", "prove", kind, "--ledger", NAME, option, str(number), stdout=out)
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


def checkpoints(count: int) -> dict[int, str]:
    """Record this many events and keep the checkpoint of each size, as a copy outside would."""
    kept = {}
    for number in range(count):
        record_now(NAME, a_write(number) if number % 2 else a_read())
        kept[number + 1] = sign_checkpoint(NAME).note
    return kept


def state_of(note: str) -> State:
    """What a checkpoint says, the signatures left to the tools."""
    return parse_state(note.partition("\n\n")[0] + "\n")


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def with_one_byte_changed(text: str) -> Iterator[str]:
    """The same bytes in base64, but for the first, one in the middle, or the last."""
    data = base64.b64decode(text)
    for place in {0, len(data) // 2, len(data) - 1}:
        yield base64.b64encode(flipped(data, place)).decode()


def spoiled(told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The proof with one thing wrong: a byte of leaf, path or note, a step too few or too many."""
    if "leaf" in told:
        for leaf in with_one_byte_changed(told["leaf"]):
            yield told | {"leaf": leaf}
        yield told | {"index": told["index"] ^ 1}
    path = told["path"]
    for place, step in enumerate(path):
        for changed in with_one_byte_changed(step):
            yield told | {"path": [*path[:place], changed, *path[place + 1 :]]}
    if path:
        yield told | {"path": path[:-1]}
    yield told | {"path": [*path, base64.b64encode(bytes(32)).decode()]}


def spoiled_notes(note: str) -> Iterator[str]:
    """One byte changed in the origin, the size, the root, the key's id, the signature."""
    origin, size, root, _, line = note.rstrip("\n").split("\n")
    yield note.replace(origin, "x" + origin[1:], 1)
    yield note.replace(f"\n{size}\n", f"\n{int(size) ^ 1}\n", 1)
    for changed in with_one_byte_changed(root):
        yield note.replace(root, changed, 1)
    blob = line.rpartition(" ")[2]
    for changed in with_one_byte_changed(blob):
        yield note.replace(blob, changed, 1)
    yield note.rstrip("\n")


# --- Go ----------------------------------------------------------------------------------------


class Go:
    """The program with files of its own."""

    def __init__(self, program: Path, folder: Path) -> None:
        self.program, self.folder = program, folder
        self.key = str(signer_for(NAME).verifier)

    def __call__(self, told: dict[str, Any], old: str | None = None, key: str = "") -> bool:
        """Whether Go's packages believe the proof, against a checkpoint kept outside if given."""
        (self.folder / "proof.json").write_text(json.dumps(told))
        files = [str(self.folder / "proof.json")]
        if old is not None:
            (self.folder / "old.txt").write_text(old)
            files.append(str(self.folder / "old.txt"))
        done = subprocess.run(
            [str(self.program), key or self.key, *files],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode in (0, 1), done.stderr
        assert (done.returncode == 1) == done.stderr.startswith("REFUSED: ")
        return done.returncode == 0


@pytest.fixture
def go(go_check: Path, tmp_path: Path) -> Go:
    return Go(go_check, tmp_path)


def test_go_finds_each_entry_under_the_signed_root(filled: str, go: Go) -> None:
    for index in range(SIZE):
        assert go(proof("inclusion", index))


def test_go_refuses_an_entry_with_one_byte_changed(filled: str, go: Go) -> None:
    for index in (0, 6, SIZE - 1):
        told = proof("inclusion", index)
        assert go(told)
        assert not any(go(each) for each in spoiled(told))
        notes = list(spoiled_notes(told["checkpoint"]))
        assert not any(go(told | {"checkpoint": note}) for note in notes)


def test_go_sees_each_older_checkpoint_extended(ledger: str, go: Go) -> None:
    kept = checkpoints(SIZE)
    for size, old in kept.items():
        assert go(proof("consistency", size), old)


def test_go_refuses_a_consistency_with_one_byte_changed(ledger: str, go: Go) -> None:
    kept = checkpoints(SIZE)
    for size in (1, 6, 8):
        told = proof("consistency", size)
        assert go(told, kept[size])
        assert not any(go(each, kept[size]) for each in spoiled(told))
        assert not any(go(told, note) for note in spoiled_notes(kept[size]))
        notes = list(spoiled_notes(told["checkpoint"]))
        assert not any(go(told | {"checkpoint": note}, kept[size]) for note in notes)
        assert not go(told, kept[size + 1])


def test_go_believes_no_other_key(filled: str, go: Go) -> None:
    told = proof("inclusion", 3)
    assert not go(told, key=str(signer_for("platform").verifier))


# --- pymerkle ----------------------------------------------------------------------------------


class Pymerkle:
    """pymerkle's own tree over the stored leaves, and its verdict on our proofs.

    Its proofs say for each step on which side it stands; that part is taken from a proof of its
    own for the same place, the hashes from ours.
    """

    def __init__(self, package: Any) -> None:
        self.package = package
        self.tree = package.InmemoryTree(algorithm="sha256")
        rows = Entry.objects.filter(ledger__name=NAME).order_by("index")
        for leaf in rows.values_list("leaf", flat=True):
            self.tree.append_entry(bytes(leaf or b""))

    def root(self, size: int) -> bytes:
        state: bytes = self.tree.get_root(size)
        return state

    def includes(self, told: dict[str, Any]) -> bool:
        state = state_of(told["checkpoint"])
        place = told["index"] + 1
        if place > state.size:
            return False  # it makes no proof outside the tree
        base = leaf_hash(base64.b64decode(told["leaf"]))
        own = self.tree.prove_inclusion(place, state.size).serialize()
        path = [base.hex(), *_hexadecimal(told["path"])]
        given = self.package.InclusionProof.deserialize(own | {"path": path})
        return self._holds(
            self.package.verify_inclusion, base, state.root, given, index=place, size=state.size
        )

    def extends(self, told: dict[str, Any], old: str) -> bool:
        before, after = state_of(old), state_of(told["checkpoint"])
        own = self.tree.prove_consistency(before.size, after.size).serialize()
        path = _hexadecimal(told["path"])
        # RFC 6962 leaves out what the verifier knows: the old root, where it is one subtree.
        if before.size & (before.size - 1) == 0 or before.size == after.size:
            path.insert(0, before.root.hex())
        # It begins on the right of where the old tree ends, RFC 6962 on the left.
        path[:2] = reversed(path[:2])
        given = self.package.ConsistencyProof.deserialize(own | {"path": path})
        return self._holds(
            self.package.verify_consistency,
            before.root,
            after.root,
            given,
            prior_size=before.size,
            later_size=after.size,
        )

    def _holds(self, verify: Any, *arguments: Any, **sizes: int) -> bool:
        try:
            verify(*arguments, algorithm="sha256", security=True, **sizes)
        except self.package.InvalidProof:
            return False
        return True


def _hexadecimal(path: list[str]) -> list[str]:
    return [base64.b64decode(step).hex() for step in path]


def test_pymerkle_makes_the_same_roots_from_the_stored_leaves(ledger: str, pymerkle: Any) -> None:
    kept = checkpoints(SIZE)
    theirs = Pymerkle(pymerkle)
    for size, note in kept.items():
        assert theirs.root(size) == state_of(note).root
    assert theirs.root(SIZE) != theirs.root(SIZE - 1)


def test_pymerkle_finds_each_entry_and_refuses_a_changed_byte(filled: str, pymerkle: Any) -> None:
    theirs = Pymerkle(pymerkle)
    for index in range(SIZE):
        told = proof("inclusion", index)
        assert theirs.includes(told)
        assert parse_leaf(base64.b64decode(told["leaf"])).index == index
        assert not any(theirs.includes(each) for each in spoiled(told))


def test_pymerkle_sees_each_older_checkpoint_extended_and_refuses_a_changed_byte(
    ledger: str, pymerkle: Any
) -> None:
    kept = checkpoints(SIZE)
    theirs = Pymerkle(pymerkle)
    # Its form cuts what stands right of the old tree's end into single leaves; ours is the same
    # where that is one leaf: after every odd size, and the last but one.
    for size in (*range(1, SIZE, 2), SIZE - 1, SIZE):
        told, old = proof("consistency", size), kept[size]
        assert theirs.extends(told, old)
        assert not any(theirs.extends(each, old) for each in spoiled(told))
        root = state_of(old).root
        forged = old.replace(
            base64.b64encode(root).decode(), base64.b64encode(flipped(root, 5)).decode()
        )
        assert not theirs.extends(told, forged)
