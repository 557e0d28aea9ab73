"""`manage.py guard scan FILE.jsonl`: what the identifier guard finds in texts, one a line."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ethics.guard import scan


class Command(BaseCommand):
    """Needs no database and no keys."""

    help = "Look for identifiers in texts: one JSON object a line, with id, lang and text."
    requires_system_checks: list[str] = []  # noqa: RUF012 - as the base class declares it

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="subcommand", required=True)
        scanning = commands.add_parser("scan", help="write the findings of each line")
        scanning.add_argument("file", metavar="FILE.jsonl", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        bad = 0
        try:
            with file.open("rb") as lines:
                for number, line in enumerate(lines, start=1):
                    if not line.strip():
                        continue
                    try:
                        answer = _answer(line)
                    except _BadLine as why:
                        bad += 1
                        self.stderr.write(f"Line {number}: {why}. It was left out.")
                    else:
                        self.stdout.write(json.dumps(answer, ensure_ascii=False))
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        if bad:
            raise CommandError(f"{bad} lines were left out; all others are above.")


class _BadLine(Exception):
    """A line that holds no text to scan; says why."""


def _answer(line: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise _BadLine("it isn't UTF-8") from None
    except (json.JSONDecodeError, RecursionError):
        raise _BadLine("it isn't JSON") from None
    if not isinstance(asked, dict):
        raise _BadLine("it isn't an object with id, lang and text")
    if not isinstance(asked.get("id"), str | int) or isinstance(asked["id"], bool):
        raise _BadLine("its id is neither text nor a number")
    if not isinstance(asked.get("text"), str):
        raise _BadLine("its text is missing, or is no text")
    findings = [
        {
            "kind": finding.kind,
            "severity": finding.severity,
            "start": finding.start,
            "end": finding.end,
        }
        for finding in scan(asked["text"])
    ]
    return {"id": asked["id"], "findings": findings}
