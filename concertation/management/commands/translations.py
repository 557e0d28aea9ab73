"""`manage.py translations`: compile, check or gather the texts in other languages."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from concertation import translations


class Command(BaseCommand):
    """Compile what changed; with an option, check that nothing is missing, or gather new texts."""

    help = "Compile the catalogues; --check finds missing texts, --gather collects new ones."
    # It must run before anything else is in order.
    requires_system_checks: list[str] = []  # noqa: RUF012

    def add_arguments(self, parser: ArgumentParser) -> None:
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument("--check", action="store_true", help="fail if a text is missing")
        choice.add_argument(
            "--gather", action="store_true", help="collect texts into the .po files"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        if options["check"]:
            self._check()
        elif options["gather"]:
            for language, count in translations.gather().items():
                self.stdout.write(f"{language}: {count} texts to translate")
        else:
            for path in translations.compile_catalogues():
                self.stdout.write(f"compiled {path.relative_to(translations.ROOT)}")

    def _check(self) -> None:
        problems = translations.incomplete()
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            raise CommandError(f"{len(problems)} texts are missing or doubtful.")
        self.stdout.write("Every text is there in every language.")
