"""`manage.py demo`: build the demo once, then serve it on this machine."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.table import Table

from concertation.demo import build
from concertation.demo.accounts import ACCOUNTS, PASSWORD
from concertation.demo.serve import PortTaken, check_port, serve
from concertation.management.progress import progress

DEFAULT_PORT = 8000
HIGHEST_PORT = 65535
BUSY = 2


class Command(BaseCommand):
    """Build, print the accounts, serve. Running it again keeps what is there."""

    help = "Construit la démonstration (données inventées) et la sert sur cette machine."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="construit, puis s’arrête")
        parser.add_argument("--port", default=os.environ.get("PORT", str(DEFAULT_PORT)))

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Cette commande n’existe que pour la démonstration.")
        serving = not options["no_serve"]
        port = _port(options["port"]) if serving else 0
        if serving:
            self._check(port)
        self._build()
        if not serving:
            return
        call_command("collectstatic", verbosity=0, interactive=False)
        self._tell(port)
        serve(port)

    def _check(self, port: int) -> None:
        try:
            check_port(port)
        except PortTaken:
            raise CommandError(
                f"Le port {port} est déjà pris : arrêtez ce qui l’occupe, ou choisissez-en un"
                f" autre (PORT={port + 1} make demo).",
                returncode=BUSY,
            ) from None

    def _build(self) -> None:
        if build.is_complete():
            build.migrate()
            self.stdout.write("La démonstration est déjà construite : ses données sont gardées.")
            return
        try:
            if build.forget_interrupted():
                self.stdout.write("Une construction interrompue est recommencée.")
            build.migrate()
            with progress(self.stdout, "Démonstration", build.steps()) as step:  # type: ignore[arg-type]
                build.build(step)
            self.stdout.write("La démonstration est construite.")
        except build.BuildError as error:
            raise CommandError(str(error)) from None

    def _tell(self, port: int) -> None:
        table = Table(title=None)
        table.add_column("Compte")
        table.add_column("Qui")
        for each in ACCOUNTS:
            table.add_row(each.email, each.tells)
        console = Console(file=sys.stdout, highlight=False)
        console.print(table)
        console.print(f"Mot de passe de tous les comptes : [bold]{PASSWORD}[/bold]")
        console.print("Code du moment : .venv/bin/python manage.py demo_code ADRESSE")
        console.print("Arrêter : Ctrl+C")
        console.print(f"\nhttp://localhost:{port}")


def _port(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= HIGHEST_PORT:
        raise CommandError(f"« {text} » n’est pas un port : donnez un nombre de 1 à 65535.")
    return int(text)
