"""``manage.py seed_scale``: a ledger of many events, to try searches and checks on. Demo only."""

from argparse import ArgumentParser
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from audit.names import concertation_ledger
from audit.seeding import seed

# Its own ledger: the demo's stays as it is told.
LEDGER: Final = concertation_ledger(UUID(int=8, version=4))


class Command(BaseCommand):
    help = "Fill a ledger of its own with ordinary events, to measure on; only in a demo."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--events", metavar="N", type=int, default=200_000)

    def handle(self, *args: Any, events: int, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Only in a demo: a real log holds nothing invented.")
        if events < 1:
            raise CommandError("Say how many events, from 1.")
        seed(LEDGER, events)
        self.stdout.write(f"{LEDGER}: {events} events more.")
