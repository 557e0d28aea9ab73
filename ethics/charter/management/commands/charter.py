"""`manage.py charter`: publish a version whose texts lie in `charter/texts`, list versions."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ethics.charter.actions import publish
from ethics.charter.models import CharterVersion
from ethics.charter.reading import in_force


class Command(BaseCommand):
    help = "Publish a version of the charter, or list the versions."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="subcommand", required=True)
        publishing = commands.add_parser("publish", help="publish the texts of one version")
        publishing.add_argument("number", type=_number, metavar="N")
        publishing.add_argument("--effective", type=_day, required=True, metavar="YYYY-MM-DD")
        commands.add_parser("list", help="the versions, the newest first")

    def handle(self, *args: Any, subcommand: str, **options: Any) -> None:
        if subcommand == "publish":
            self._publish(options["number"], options["effective"])
        else:
            self._list()

    def _publish(self, number: int, effective: date) -> None:
        if CharterVersion.objects.filter(number=number).exists():
            raise CommandError(
                f"Version {number} is published already; a published text never changes."
            )
        try:
            version = publish(number, effective_on=effective)
        except FileNotFoundError as error:
            name = Path(error.filename).name
            raise CommandError(
                f"Version {number} was not published: the text {name} is missing;"
                " a version needs French and Dutch."
            ) from error
        self.stdout.write(f"Version {number} is published, effective on {effective}.")
        self._hashes(version)

    def _list(self) -> None:
        current = in_force()
        versions = CharterVersion.objects.all()
        for version in versions:
            state = "in force" if version == current else "not in force"
            self.stdout.write(
                f"Version {version.number}, effective on {version.effective_on}, {state}."
            )
            self._hashes(version)
        if not versions:
            self.stdout.write("No version is published.")

    def _hashes(self, version: CharterVersion) -> None:
        for language in ("fr", "nl", "en"):
            if digest := getattr(version, f"sha256_{language}"):
                self.stdout.write(f"  {language} SHA-256 {digest}")


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError("a version is a whole number from 1")
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError("a date is written YYYY-MM-DD") from error
