"""`manage.py secrecy check`: every sealed row against the events of its writes, without a key."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import Progress as ProgressBar

from ethics.secrecy.check import BadRow, CheckResult, Progress, check_all


class Command(BaseCommand):
    help = "Compare sealed rows with the ledger, without any key."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="subcommand", required=True)
        check = commands.add_parser("check", help="live rows and history against write events")
        check.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        plain = options["format"] == "text"
        with _progress(plain and self.stderr.isatty()) as progress:
            result = check_all(progress)
        if not plain:
            self.stdout.write(json.dumps(as_json(result)))
        elif result.ok:
            self.stdout.write(
                f"{result.rows} sealed rows agree with the ledger, {result.writes} writes are all"
                " there."
            )
        if result.first_bad is not None:
            raise CommandError(sentence(result.first_bad))


def as_json(result: CheckResult) -> dict[str, Any]:
    """The machine's answer; its shape is a promise to other programs."""
    bad = result.first_bad
    return {
        "ok": result.ok,
        "rows": result.rows,
        "writes": result.writes,
        "first_bad": None
        if bad is None
        else {
            "kind": bad.kind.value,
            "model": bad.model,
            "object": str(bad.object),
            "version": bad.version,
            "history": bad.history,
            "why": bad.why,
        },
    }


def sentence(bad: BadRow) -> str:
    """Say in one sentence what the first bad row is."""
    where = "in the history, " if bad.history else ""
    return f"{bad.model} {bad.object}, version {bad.version}, {where}{bad.kind}: {bad.why}."


@contextmanager
def _progress(shown: bool) -> Iterator[Progress | None]:
    if not shown:
        yield None
        return
    with ProgressBar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("rows", total=None)
        yield lambda done: bar.update(task, completed=done)
