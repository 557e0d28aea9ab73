"""`manage.py policy table`: who may see and do what, and why, from the table that decides."""

import json
from argparse import ArgumentParser
from io import StringIO
from shutil import get_terminal_size
from typing import Any, Final

from django.core.management.base import BaseCommand
from django.utils.translation import override
from rich.console import Console
from rich.table import Table

from ethics.policy_table import PolicyRow, act_rows, as_json, reading_rows, reasons
from ethics.roles import Role

# A pipe has no width: wide enough for eight roles, whatever reads it.
_PIPE_WIDTH: Final = 220


class Command(BaseCommand):
    help = "Print who may see and do what, and why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="subcommand", required=True)
        table = commands.add_parser("table", help="the whole table, as the software decides by it")
        table.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        # Commands speak English, whatever the language of the pages.
        with override("en"):
            if options["format"] == "json":
                self.stdout.write(json.dumps(as_json()))
            else:
                self._print()

    def _print(self) -> None:
        width = get_terminal_size().columns if self.stdout.isatty() else _PIPE_WIDTH
        console = Console(file=StringIO(), width=width, no_color=True, highlight=False)
        for title, rows in (("read a situation", reading_rows()), ("act", act_rows())):
            with console.capture() as shown:
                console.print(_table(title, rows))
            self.stdout.write(shown.get())
        self.stdout.write("A case manager is a participant too: both columns count.")
        for title, lines in reasons():
            self.stdout.write(f"\nWhy: {title}")
            for name, reason in lines:
                self.stdout.write(f"  {name}: {reason}")


def _table(title: str, rows: list[PolicyRow]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for role in Role:
        table.add_column(str(role))
    for row in rows:
        words = ("–" if when is None else str(when) for when in row.cells)
        table.add_row(str(row.group or row.act), *words)
    return table
