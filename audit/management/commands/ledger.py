"""``manage.py ledger``: verify what was recorded, sign checkpoints, make the signing key."""

import json
import os
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import Progress as ProgressBar

from audit.checkpoint import InvalidCheckpointError, new_seed_text, sign_all
from audit.models import Ledger
from audit.names import InvalidLedgerNameError, check_name
from audit.verify import FirstBad, LedgerResult, Progress, Result, verify_all


class Command(BaseCommand):
    help = "Verify the ledgers, sign their state, or make the signing key."

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
        key = commands.add_parser("key", help="make a signing key")
        key.add_argument("--new", metavar="FILE", required=True)

    def handle(self, *args: Any, subcommand: str, **options: Any) -> None:
        if subcommand == "verify":
            self._verify(options["format"], options["ledger"], options["checkpoint"])
        elif subcommand == "checkpoint":
            self._checkpoint()
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

    def _checkpoint(self) -> None:
        try:
            for checkpoint in sign_all():
                self.stdout.write(checkpoint.note)
        except ImproperlyConfigured as error:
            raise CommandError(f"No checkpoint was signed: {error}.") from error

    def _new_key(self, path: Path) -> None:
        # O_EXCL: overwriting a key would make every checkpoint signed with it look forged.
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            raise CommandError(f"{path} exists already; it was left as it is.") from error
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(new_seed_text())
        self.stdout.write(f"{path} holds a new signing key. Keep a copy apart from the backups.")


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
