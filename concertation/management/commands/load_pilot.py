"""`manage.py load_pilot --as EMAIL`: the pilot of 2021 as concertation 1000 BXL."""

import getpass
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from concertation.demo import accounts, pilot
from concertation.demo.people import Insider
from concertation.management.progress import progress
from ethics.secrecy.suites import SecrecyError


class Command(BaseCommand):
    """Load the published figures of 2021, carried by invented organisations and situations."""

    help = "Charge le pilote 2021 (concertation 1000 BXL) au nom d’une coordination."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as", dest="email", required=True, metavar="EMAIL")
        parser.add_argument(
            "--password-stdin", action="store_true", help="lit le mot de passe sur l’entrée"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            person = pilot.check(options["email"])
        except pilot.AlreadyLoaded as done:
            self.stdout.write(str(done))
            return
        except pilot.PilotError as error:
            raise CommandError(str(error)) from None
        try:
            coordinator = Insider.of(person, self._password(options))
        except SecrecyError:
            raise CommandError("Ce mot de passe n’ouvre pas les clés de ce compte.") from None
        try:
            with progress(self.stdout, "Pilote 2021", pilot.steps()) as step:  # type: ignore[arg-type]
                table = pilot.load(coordinator, step)
        except pilot.PilotError as error:
            raise CommandError(str(error)) from None
        self.stdout.write("1000 BXL : 19 organisations, 8 réunions, 19 situations (inventées).")
        self.stdout.write(f"Rapport : /{pilot.SLUG}/rapport/{pilot.YEAR}")
        if not settings.DEMO:
            self.stdout.write("Clé de secours de 1000 BXL, affichée cette seule fois :")
            self.stdout.write(table.recovery)

    def _password(self, options: dict[str, Any]) -> str:
        if options["password_stdin"]:
            return sys.stdin.readline().rstrip("\n")
        if settings.DEMO:
            return accounts.PASSWORD
        return getpass.getpass("Mot de passe : ")
