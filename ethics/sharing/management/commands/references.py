"""`manage.py references`: what the sharing decision quotes, and who verified which number."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ethics.sharing.models import Verification
from ethics.sharing.numbers import NUMBERS
from ethics.sharing.references import LABELS, UnknownReference, verify


class Command(BaseCommand):
    help = "List legal references and telephone numbers, or record that one was verified."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="subcommand", required=True)
        commands.add_parser("list", help="what there is to verify, and what was")
        verifying = commands.add_parser("verify", help="record that one was verified")
        verifying.add_argument("key", metavar="KEY", help="as `list` spells it")
        verifying.add_argument("--by", required=True, help="who verified it")
        verifying.add_argument("--on", type=_day, metavar="YYYY-MM-DD", help="today if left out")
        verifying.add_argument("--old", default="", help="article of the former Penal Code")
        verifying.add_argument("--new", default="", help="article of the Penal Code of 2024")

    def handle(self, *args: Any, subcommand: str, **options: Any) -> None:
        if subcommand == "list":
            self._list()
        else:
            self._verify(**{name: options[name] for name in ("key", "by", "on", "old", "new")})

    def _list(self) -> None:
        checked = Verification.objects.in_bulk()
        meant = {key: str(label) for key, (label, _) in LABELS.items()}
        meant |= {each.number: str(each.purpose) for each in NUMBERS}
        for key, label in meant.items():
            row = checked.get(key)
            state = "not verified"
            if row is not None:
                articles = f", former {row.old or '-'}, new {row.new or '-'}" if row.old else ""
                state = f"verified on {row.verified_on} by {row.verified_by}{articles}"
            self.stdout.write(f"{key}: {label}; {state}.")

    def _verify(self, *, key: str, by: str, on: date | None, old: str, new: str) -> None:
        if on is not None and on > timezone.localdate():
            raise CommandError(f"{on} is still to come; a verification has taken place.")
        try:
            row = verify(key, by=by, on=on or timezone.localdate(), old=old, new=new)
        except UnknownReference:
            raise CommandError(
                f"There is no “{key}”; `references list` says what there is."
            ) from None
        self.stdout.write(f"{row.key}: verified on {row.verified_on} by {row.verified_by}.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError("a date is written YYYY-MM-DD") from error
