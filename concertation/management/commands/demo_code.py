"""`manage.py demo_code EMAIL`: the second-factor code of a demo account, now."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from concertation.accounts.models import User
from concertation.demo.accounts import current_code


class Command(BaseCommand):
    """Print the code that the account's application would show; the demo only."""

    help = "Affiche le code actuel d’un compte de démonstration."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Cette commande n’existe que pour la démonstration.")
        person = User.objects.filter(email__iexact=options["email"]).first()
        code = current_code(person) if person else None
        if code is None:
            raise CommandError(f"Aucun compte de démonstration n’a l’adresse {options['email']}.")
        self.stdout.write(code)
