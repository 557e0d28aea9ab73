"""Make an installation's administrator: prints the link with which they choose their password."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.urls import reverse

from concertation.accounts.actions import first_administrator
from concertation.accounts.errors import NotAnAddress, RolesClash


class Command(BaseCommand):
    """Whoever may run this command on the server decides who administers the board."""

    help = "Make someone administrator and print their invitation's link."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("name")
        parser.add_argument("--language", choices=dict(settings.LANGUAGES), default="fr")
        parser.add_argument(
            "--site", required=True, help="the board's address, for example https://board.example"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"].strip().lower()
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"{email} is not an e-mail address.") from None
        try:
            token = first_administrator(
                email=email, name=options["name"], language=options["language"]
            )
        except (NotAnAddress, RolesClash) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{email} administers the board from now on.")
        if token:
            path = reverse("invitation", args=[token])
            self.stdout.write("This link works once, for fourteen days; give it to them only:")
            self.stdout.write(f"{options['site'].rstrip('/')}{path}")
        else:
            self.stdout.write("They already have their password: no link is needed.")
