"""`manage.py charter`: publish the starting version, list versions, verify a receipt."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from audit.checkpoint import InvalidCheckpointError, Verifier, ledger_of, open_note, verifiers_for
from ethics.charter import receipts
from ethics.charter.actions import publish
from ethics.charter.models import CharterVersion
from ethics.charter.reading import in_force


class Command(BaseCommand):
    help = "Publish a version of the charter, list the versions, or verify a receipt."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="subcommand", required=True)
        publishing = commands.add_parser("publish", help="publish the texts of one version")
        publishing.add_argument("number", type=_number, metavar="N")
        publishing.add_argument("--effective", type=_day, required=True, metavar="YYYY-MM-DD")
        commands.add_parser("list", help="the versions, the newest first")
        verifying = commands.add_parser("verify", help="check a receipt, trusting nothing stored")
        verifying.add_argument("receipt", type=Path, metavar="RECEIPT.json")
        verifying.add_argument(
            "--key",
            metavar="NAME+ID+KEY",
            help="the ledger's public key as it was given to you; without it, this server's own",
        )

    def handle(self, *args: Any, subcommand: str, **options: Any) -> None:
        if subcommand == "publish":
            self._publish(options["number"], options["effective"])
        elif subcommand == "verify":
            self._verify(options["receipt"], options["key"])
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

    def _verify(self, path: Path, key: str | None) -> None:
        try:
            receipt = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise CommandError(f"The receipt cannot be read: {error}.") from error
        try:
            checked = receipts.verify(receipt, _verifier(receipt, key))
        except (receipts.BadReceipt, InvalidCheckpointError) as error:
            raise CommandError(f"The receipt does not hold: {error}.") from error
        except ImproperlyConfigured as error:
            raise CommandError(f"No key to check by: {error}. Name one with --key.") from error
        said = checked.statement
        self.stdout.write(
            f"The receipt holds: version {said['charter']} of the charter, signed {said['at']},"
            f" entry {checked.index} of {checked.ledger}."
        )
        if checked.text_matches is False:
            raise CommandError("But the charter's text kept here is not the one that was signed.")
        if checked.text_matches is None:
            self.stdout.write("The charter's text is not kept here: compare its SHA-256 yourself.")

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


def _verifier(receipt: Any, key: str | None) -> Verifier:
    if key:
        return Verifier.parse(key)
    try:
        note = str(receipt["ledger"]["checkpoint"])
    except (KeyError, TypeError) as error:
        raise receipts.BadReceipt("the receipt is not complete") from error
    # The newest of our keys that signed it: a receipt outlives the key of its day.
    known = verifiers_for(ledger_of(note))
    return next((each for each in known if _opens(note, each)), known[0])


def _opens(note: str, verifier: Verifier) -> bool:
    try:
        open_note(note, verifier)
    except InvalidCheckpointError:
        return False
    return True


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError("a version is a whole number from 1")
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError("a date is written YYYY-MM-DD") from error
