"""`manage.py erasure`: the erasure store's state, its copies, and erasing by order or again."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from concertation.situations.actions import erase
from concertation.situations.codes import parse_code
from concertation.situations.enums import ErasureCause
from concertation.situations.models import Erasure, Situation
from ethics.rights.retention import complete_on
from ethics.secrecy.erasure import copies, store
from ethics.secrecy.erasure.models import ErasureKey, Tombstone


class Command(BaseCommand):
    help = "Show the erasure store, copy it, erase by order, or erase again after a restore."

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="subcommand", required=True)
        status = commands.add_parser("status", help="keys, tombstones, what waits, what alarms")
        status.add_argument("--format", choices=["text", "json"], default="text")
        destroy = commands.add_parser("destroy", help="erase one situation for good, by order")
        destroy.add_argument("situation", metavar="NUMBER|CODE")
        destroy.add_argument("--yes", action="store_true", help="don't ask")
        commands.add_parser("reapply", help="after a restore: delete again what was erased")
        backup = commands.add_parser("backup", help="copy the store, and delete old copies")
        backup.add_argument("--folder", type=Path, default=copies.own_folder())

    def handle(self, *args: Any, subcommand: str, **options: Any) -> None:
        if subcommand == "status":
            self._status(options["format"])
        elif subcommand == "destroy":
            self._destroy(options["situation"], asked=not options["yes"])
        elif subcommand == "reapply":
            keys, done = len(erase.keys_back()), erase.reapply()
            self.stdout.write(f"{len(done)} erasures applied again or finished, {keys} keys.")
        else:
            self._backup(options["folder"])

    def _status(self, output: str) -> None:
        found = status()
        if output == "json":
            self.stdout.write(json.dumps(found))
        else:
            for name, value in found.items():
                self.stdout.write(f"{name.replace('_', ' ')}: {'none' if value is None else value}")
        if not found["ok"]:
            raise CommandError(
                f"{found['missing_keys']} keys are gone without a tombstone,"
                f" {found['came_back']} erased containers have rows,"
                f" {found['keys_back']} their key,"
                f" {found['unfinished']} erasures are unfinished."
            )

    def _destroy(self, given: str, *, asked: bool) -> None:
        row = _situation(given)
        self.stdout.write(f"Situation {row.id}, {row.state}: its key and its rows go for good.")
        if asked and input("Type the number above to go on: ").strip() != str(row.id):
            raise CommandError("Nothing was erased.")
        made = erase.erase_without_keys(row, ErasureCause.ORDER)
        self.stdout.write(
            f"Erased: {made.rows} texts. Complete on {complete_on(_day(made.destroyed_at))},"
            " when the last copy of the erasure store from before is gone."
        )

    def _backup(self, folder: Path | None) -> None:
        if folder is None:
            raise CommandError("Say where: set ERASURE_BACKUP_FOLDER, or give --folder.")
        try:
            made = copies.make_copy(folder)
        except copies.NoCopies as error:
            raise CommandError(str(error)) from error
        old = copies.expire(folder)
        self.stdout.write(f"Copied to {made}. {len(old)} copies older than 7 days deleted.")


def status() -> dict[str, Any]:
    """What there is to know of the store; its shape is a promise to other programs."""
    last = Tombstone.objects.order_by("-destroyed_at").first()
    folder = copies.own_folder()
    kept = copies.copies(folder) if folder else []
    again = len(erase.keys_back())
    missing, back = len(erase.without_key()), sum(1 for _ in erase.came_back())
    waiting = Erasure.objects.filter(certified_at=None).count()
    return {
        "ok": not (missing or back or again or waiting),
        "keys": ErasureKey.objects.count(),
        "tombstones": Tombstone.objects.count(),
        "missing_keys": missing,
        "came_back": back,
        "keys_back": again,
        "unfinished": waiting,
        "log_cut": store.cut_log(),
        "copies": len(kept),
        "newest_copy": kept[-1][0].isoformat() if kept else None,
        "complete_on": complete_on(_day(last.destroyed_at)).isoformat() if last else None,
    }


def _day(moment: Any) -> Any:
    return timezone.localdate(moment)


def _situation(given: str) -> Situation:
    try:
        found = Situation.objects.filter(id=UUID(given))
    except ValueError:
        found = Situation.objects.filter(code=parse_code(given) or "-")
    row = found.first()
    if row is None:
        raise CommandError("No situation has this number or code.")
    return row
