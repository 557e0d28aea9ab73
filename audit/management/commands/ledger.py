"""``manage.py ledger``: verify what was recorded, sign it, prove it, and witness it elsewhere."""

import json
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError
from django.utils import timezone
from rich.console import Console
from rich.progress import Progress as ProgressBar

from audit import keyfile
from audit.checkpoint import (
    InvalidCheckpointError,
    Verifier,
    rotate,
    sign_all,
    verifiers_for,
)
from audit.models import Checkpoint, Entry, Ledger
from audit.names import InvalidLedgerNameError, check_name
from audit.proofs import Consistency, Inclusion, NoEntryError, prove, prove_consistency
from audit.prune import PRUNABLE, ClockError, carry_out, plan, silent_months
from audit.verify import FirstBad, LedgerResult, Progress, Result, verify_all
from audit.witness import ForkError, MemoryFileError, Witness, cosign


class Command(BaseCommand):
    help = "Verify the ledgers, sign their state, prove an entry, witness another machine's."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="subcommand", required=True)
        verify = commands.add_parser("verify", help="recompute everything from the stored leaves")
        verify.add_argument("--format", choices=["text", "json"], default="text")
        verify.add_argument("--ledger", metavar="NAME", help="only this ledger")
        verify.add_argument(
            "--checkpoint",
            metavar="FILE",
            action="append",
            default=[],
            help="a checkpoint kept outside: nothing older than it was changed",
        )
        commands.add_parser("checkpoint", help="sign the present state of every ledger")
        key = commands.add_parser("key", help="make, replace or show the signing key")
        which = key.add_mutually_exclusive_group(required=True)
        which.add_argument("--new", metavar="FILE", help="make the first key")
        which.add_argument("--rotate", action="store_true", help="replace it, signed by both")
        which.add_argument("--show", action="store_true", help="public keys, for whoever checks")
        prune = commands.add_parser("prune", help="remove what retention no longer keeps")
        prune.add_argument("--dry-run", action="store_true", help="say what would go")
        prune.add_argument(
            "--silence-was-real", action="store_true", help="a month without entries is no clock"
        )
        _add_prove(commands.add_parser("prove", help="write a proof that other tools check"))
        _add_witness(commands.add_parser("witness", help="cosign, on another machine"))

    def handle(self, *args: Any, subcommand: str, **options: Any) -> None:
        if subcommand == "verify":
            self._verify(options["format"], options["ledger"], options["checkpoint"])
        elif subcommand == "checkpoint":
            self._signed(sign_all)
        elif subcommand == "prune":
            self._prune(dry_run=options["dry_run"], silence=options["silence_was_real"])
        elif subcommand == "prove":
            self._prove(options)
        elif subcommand == "witness":
            self._witness(options)
        elif options["rotate"]:
            self._signed(rotate)
        elif options["show"]:
            self._show_keys()
        else:
            self._new_key(Path(options["new"]))

    def _verify(self, output: str, ledger: str | None, files: list[str]) -> None:
        try:
            notes = [Path(file).read_text(encoding="utf-8") for file in files]
            if ledger is not None and not Ledger.objects.filter(name=check_name(ledger)).exists():
                raise CommandError(f"There is no ledger named {ledger}.")
            with _progress(self.stderr.isatty() and output == "text") as progress:
                result = verify_all(outside=notes, only=ledger, progress=progress)
        except InvalidLedgerNameError as error:
            raise CommandError(f"{error} is not the name of a ledger.") from error
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"The checkpoint file cannot be read: {error}.") from error
        except InvalidCheckpointError as error:
            raise CommandError(f"The checkpoint file cannot be used: {error}.") from error
        if output == "json":
            self.stdout.write(json.dumps(as_json(result)))
        else:
            for found in result.ledgers:
                state = "ok" if found.ok else "NOT OK"
                self.stdout.write(f"{found.name}: {found.entries} entries, {state}")
        for found in result.ledgers:
            if found.first_bad is not None:
                raise CommandError(sentence(found, found.first_bad))

    def _signed(self, sign: Callable[[], list[Checkpoint]]) -> None:
        try:
            for checkpoint in sign():
                self.stdout.write(checkpoint.note)
        except (ImproperlyConfigured, OSError) as error:
            raise CommandError(f"No checkpoint was signed: {error}.") from error

    def _prune(self, *, dry_run: bool, silence: bool) -> None:
        silent = silent_months()
        if silent and not silence and not dry_run:
            raise CommandError(
                f"Nothing was recorded in {silent[-1]:%Y-%m} ({len(silent)} such months of the last"
                " 12): is the clock right? Nothing was removed. If nobody used the server then, run"
                " again with --silence-was-real."
            )
        for name in Ledger.objects.order_by("name").values_list("name", flat=True):
            planned = plan(name)
            counts = ", ".join(f"{planned.count(klass)} {klass}" for klass in PRUNABLE)
            if dry_run:
                self.stdout.write(f"{name}: {counts} entries would go; nothing was done.")
                continue
            try:
                removed = carry_out(planned)
            except ProgrammingError as error:
                why = "Only the owner of the tables may prune: set DATABASE_OWNER_URL."
                raise CommandError(why) from error
            except ClockError as error:
                raise CommandError(f"{name}: {error}; nothing was removed.") from error
            self.stdout.write(f"{name}: {removed} entries removed ({counts} due).")

    def _show_keys(self) -> None:
        try:
            for name in Ledger.objects.order_by("name").values_list("name", flat=True):
                current, *before = verifiers_for(name)
                self.stdout.write(f"{current}")
                for each in before:
                    self.stdout.write(f"{each} (replaced)")
        except ImproperlyConfigured as error:
            raise CommandError(f"There is no key: {error}.") from error

    def _new_key(self, path: Path) -> None:
        try:
            keyfile.create(path)
        except FileExistsError as error:
            raise CommandError(f"{path} exists already; it was left as it is.") from error
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
        self.stdout.write(f"{path} holds a new signing key. Keep a copy apart from the backups.")

    def _prove(self, options: dict[str, Any]) -> None:
        name, kind = options["ledger"], options["kind"]
        wanted = options["index"] if kind == "inclusion" else options["since"]
        if wanted is None:
            option = "--index" if kind == "inclusion" else "--from"
            raise CommandError(f"Say {option}: which entry, or from which size.")
        try:
            if not Ledger.objects.filter(name=check_name(name)).exists():
                raise CommandError(f"There is no ledger named {name}.")
            proof = _proof(name, kind, wanted)
        except InvalidLedgerNameError as error:
            raise CommandError(f"{error} is not the name of a ledger.") from error
        except NoEntryError as error:
            raise CommandError(f"There is nothing to prove: {error}.") from error
        except ImproperlyConfigured as error:
            raise CommandError(f"No checkpoint was signed: {error}.") from error
        self.stdout.write(json.dumps(proof.as_json(), indent=1))

    def _witness(self, options: dict[str, Any]) -> None:
        try:
            witness = Witness(options["name"], keyfile.read(Path(options["key"])).current)
            proof = Consistency.from_json(json.loads(Path(options["proof"]).read_text("utf-8")))
            note = cosign(
                proof,
                log=Verifier.parse(options["log"]),
                witness=witness,
                memory=Path(options["memory"]),
                now=timezone.now(),
            )
        except ForkError as error:
            raise CommandError(f"REFUSED, a fork: {error}. Tell the DPO.") from error
        except MemoryFileError as error:
            why = f"{error} is not this witness's memory; nothing was cosigned."
            raise CommandError(why) from error
        except (OSError, ValueError, ImproperlyConfigured) as error:
            raise CommandError(f"Nothing was cosigned: {error}.") from error
        self.stdout.write(note)


def _add_prove(parser: ArgumentParser) -> None:
    parser.add_argument("kind", choices=["inclusion", "consistency"])
    parser.add_argument("--ledger", metavar="NAME", required=True)
    parser.add_argument("--index", metavar="N", type=int, help="inclusion: the entry")
    parser.add_argument(
        "--from", metavar="SIZE", dest="since", type=int, help="consistency: the size kept outside"
    )


def _add_witness(parser: ArgumentParser) -> None:
    parser.add_argument("proof", metavar="PROOF", help="what `ledger prove consistency` wrote")
    parser.add_argument("--log", metavar="KEY", required=True, help="from `ledger key --show`")
    parser.add_argument("--name", required=True, help="the witness's own name")
    parser.add_argument("--key", metavar="FILE", required=True, help="the witness's own key")
    parser.add_argument("--memory", metavar="FILE", required=True, help="what it saw last")


def _proof(name: str, kind: str, wanted: int) -> Inclusion | Consistency:
    if kind == "consistency":
        return prove_consistency(name, wanted)
    entry = Entry.objects.filter(ledger__name=name, index=wanted).first()
    if entry is None:
        raise NoEntryError(f"entry {wanted} is not there")
    return prove(name, entry)


def as_json(result: Result) -> dict[str, Any]:
    """Return the machine's answer; its shape is a promise to other programs (issue 2)."""
    return {
        "ok": result.ok,
        "entries": result.entries,
        "ledgers": [_ledger_json(ledger) for ledger in result.ledgers],
    }


def sentence(ledger: LedgerResult, bad: FirstBad) -> str:
    """Say in one sentence what the first bad entry is."""
    return f"Ledger {ledger.name}, entry {bad.index}, {bad.kind}: {bad.why}."


def _ledger_json(ledger: LedgerResult) -> dict[str, Any]:
    bad = ledger.first_bad
    return {
        "name": ledger.name,
        "entries": ledger.entries,
        "root": ledger.root.hex(),
        "ok": ledger.ok,
        "first_bad": None
        if bad is None
        else {"index": bad.index, "kind": bad.kind.value, "why": bad.why},
    }


@contextmanager
def _progress(shown: bool) -> Iterator[Progress | None]:
    if not shown:
        yield None
        return
    with ProgressBar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("entries", total=None)
        yield lambda size: bar.update(task, completed=size)
