"""`manage.py recovery restore`: the printed recovery key, for a coordinator nobody can restore."""

import getpass
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from concertation.accounts.actions import recovery
from concertation.accounts.errors import AccountError
from concertation.accounts.models import Participation
from concertation.accounts.tidy import tidy_address
from ethics import gate
from ethics.secrecy.suites import SecrecyError


class Command(BaseCommand):
    """The same act as the page's, where the page can't be reached. Nothing secret is an argument:
    arguments stand in the shell's history and in the list of processes."""

    help = "Restore a coordinator who has new keys, with the printed recovery key."

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="subcommand", required=True)
        restoring = commands.add_parser("restore", help="asks for password and recovery key")
        restoring.add_argument("email", metavar="EMAIL")
        restoring.add_argument("concertation", metavar="SLUG")

    def handle(self, *args: Any, email: str, concertation: str, **options: Any) -> None:
        place = (
            Participation.objects.filter(
                person__email=tidy_address(email), concertation__slug=concertation
            )
            .exclude(state="ended")
            .select_related("concertation", "organisation", "person")
            .first()
        )
        if place is None:
            raise CommandError("Nobody with this address has a place in this concertation.")
        password = _ask("Password of this account: ")
        try:
            held = gate.held_for_command(place.person_id, password)
        except SecrecyError:
            raise CommandError("This password does not open the keys of this account.") from None
        actor = gate.Actor(person=place.person_id, keys=held)
        typed = _ask("The thirteen groups of the recovery key: ")
        try:
            recovery.use(actor, place=place, typed=typed, password=password)
        except AccountError as error:
            raise CommandError(str(error)) from None
        except gate.Refused as refused:
            raise CommandError(
                f"Refused ({refused.reason}): only a coordinator of the signed list, with new keys,"
                " a signed charter and a subscribed organisation."
            ) from None
        except SecrecyError as error:
            raise CommandError(f"Something sealed does not open: {error}.") from None
        self.stdout.write(
            "The access is restored, and every member is told, the DPO too. Make a new key:"
            " Membres, Les clés."
        )


def _ask(question: str) -> str:
    """Typed and not shown; from a pipe in tests and where there is no terminal."""
    if sys.stdin.isatty():
        return getpass.getpass(question)
    return sys.stdin.readline().rstrip("\n")
