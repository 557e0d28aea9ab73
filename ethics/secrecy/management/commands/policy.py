"""`manage.py policy table`: who may see and do what, from the table that decides."""

import json
from argparse import ArgumentParser
from typing import Any, Final

from django.core.management.base import BaseCommand
from rich.console import Console
from rich.table import Table

from ethics.policy_table import PolicyRow, act_rows, as_json, reading_rows
from ethics.roles import Role

# A pipe has no width: wide enough for eight roles, whatever reads it.
_PIPE_WIDTH: Final = 220


class Command(BaseCommand):
    help = "Print who may see and do what."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="subcommand", required=True)
        table = commands.add_parser("table", help="the whole table, as the software decides by it")
        table.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["format"] == "json":
            self.stdout.write(json.dumps(as_json()))
            return
        for title, rows in (("read a situation", reading_rows()), ("act", act_rows())):
            self._print(_table(title, rows))

    def _print(self, table: Table) -> None:
        console = Console(
            file=self.stdout._out,
            width=None if self.stdout.isatty() else _PIPE_WIDTH,
            no_color=True,
            highlight=False,
        )
        console.print(table)


def _table(title: str, rows: list[PolicyRow]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for role in Role:
        table.add_column(str(role))
    for row in rows:
        words = ("–" if when is None else str(when) for when in row.cells)
        table.add_row(str(row.group or row.act), *words)
    return table
