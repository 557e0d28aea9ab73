"""`manage.py pepper status|forget`: which records still need an old pepper, and its end."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from concertation.accounts.reading.peppers import PepperUse, pepper_use
from ethics.secrecy.models import PepperCheck


class Command(BaseCommand):
    help = "Say how many records still need an old pepper; forget one that none needs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="subcommand", required=True)
        commands.add_parser("status", help="how many records name each pepper")
        forget = commands.add_parser("forget", help="let the server start without this pepper")
        forget.add_argument("name", help="its id, as in OLD_PEPPER_ID")
        forget.add_argument(
            "--even-so",
            action="store_true",
            help="although records need it: their people get new keys with a forgotten password",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        use = pepper_use()
        if options["subcommand"] == "status":
            for each in use:
                self.stdout.write(_line(each))
            return
        found = next((each for each in use if each.name == options["name"]), None)
        if found is None:
            raise CommandError(f"No record and no check value names “{options['name']}”.")
        if found.current:
            raise CommandError(f"“{found.name}” is the pepper in use.")
        if found.total and not options["even_so"]:
            raise CommandError(f"{found.total} records still need “{found.name}”. {_line(found)}")
        PepperCheck.objects.filter(pepper=found.name).delete()
        self.stdout.write(
            f"Forgotten. Take OLD_PEPPER_ID and OLD_PEPPER_FILE out, restart, destroy the file of"
            f" “{found.name}”."
        )


def _line(each: PepperUse) -> str:
    state = "in use" if each.current else "may go" if not each.total else "still needed"
    return (
        f"{each.name} ({state}): {each.passwords} passwords, {each.keys} keys, {each.seeds}"
        f" authenticator seeds, {each.codes} codes on paper, {each.texts} kept texts."
    )
