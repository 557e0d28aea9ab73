"""The whole demo, built once: charter, accounts, the pilot, Les Tilleuls; a marker comes last."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from audit.checkpoint import sign_all
from audit.names import PLATFORM
from audit.record import ensure_ledger
from concertation.accounts.actions import administration
from concertation.accounts.enums import Domain, Place
from concertation.accounts.models import Organisation, User
from concertation.demo import colleagues, people, pilot, tilleuls
from concertation.demo.accounts import ACCOUNTS, PASSWORD, account, enrol
from concertation.demo.people import Insider, Newcomer
from concertation.demo.stories import pilot as pilot_stories
from concertation.demo.telling import Step, Table
from ethics.charter.actions import publish
from ethics.charter.reading import in_force
from ethics.roles import SecrecyStatus

# Before the pilot's first meeting: its people sign under the version in force.
EFFECTIVE: Final = date(2021, 1, 1)
# Accounts that take part in the pilot through one of its invented organisations.
IN_THE_PILOT: Final = {
    "theiere": "participant",
    "coup": "gestionnaire",
    "police": "police",
}
# An organisation whose representative has yet to subscribe: there is something to try.
TO_SUBSCRIBE: Final = "La Boîte à Outils"
OUTSIDE_SERIAL: Final = 500
HOUSE_OF_THE_NEWCOMER: Final = "cerises"


class BuildError(Exception):
    """The demo was not built; the message is the sentence to print."""


def marker() -> Path:
    """Written last: without it a build was interrupted."""
    return _folder() / "complete"


def _folder() -> Path:
    # Only the demo's settings have one, so the types don't know it.
    return Path(getattr(settings, "DEMO_FOLDER"))  # noqa: B009


def is_complete() -> bool:
    """Whether the demo stands, whole."""
    return marker().exists()


def forget_interrupted() -> bool:
    """Throw away what an interrupted build left; says whether there was something.

    Only the demo's own SQLite files: another database is never touched. Raises `BuildError`.
    """
    files = list(_database_files())
    left = [each for each in files if each.exists()]
    if not left:
        return False
    connections.close_all()
    for each in left:
        each.unlink()
    return True


def _database_files() -> Iterable[Path]:
    folder = _folder().resolve()
    for alias in ("default", "erasure"):
        found = settings.DATABASES[alias]
        path = Path(str(found["NAME"])).resolve()
        if not found["ENGINE"].endswith("sqlite3") or not path.is_relative_to(folder):
            raise BuildError(
                "La démonstration a été interrompue dans une base qui n’est pas la sienne :"
                " videz-la vous-même, puis relancez."
            )
        for suffix in ("", "-wal", "-shm", "-journal"):
            yield path.with_name(path.name + suffix)


def migrate() -> None:
    """Both databases, up to date; nothing is said of it."""
    for alias in ("default", "erasure"):
        call_command("migrate", database=alias, verbosity=0, interactive=False)


def steps() -> int:
    """How many steps `build` reports."""
    return len(ACCOUNTS) + pilot.steps() + tilleuls.steps()


def build(step: Step) -> None:
    """Everything, on empty databases; the marker is written last. Raises what its parts raise."""
    ensure_ledger(PLATFORM)
    if in_force() is None:
        publish(1, effective_on=EFFECTIVE)
    houses = {house.key: house for house in pilot_stories().houses}
    today = timezone.localdate()
    with people.without_mail():
        technique = account("technique")
        admin = people.first_administrator(technique.email, technique.person, PASSWORD)
        people.representative(admin, _to_subscribe(admin), _newcomer("representant"))
        coordinator = people.representative(
            admin, pilot.organisation(admin, houses["preau"], 0), _newcomer("coordination")
        )
        people_of = {house: _newcomer(name) for house, name in IN_THE_PILOT.items()}
        first = pilot.load(coordinator, step, admin=admin, people_of=people_of, password=PASSWORD)
        second = tilleuls.build(admin, first, houses, step, today=today, guest=_newcomer("invite"))
        _dpo(first, second, today)
        waiting = first.seats[HOUSE_OF_THE_NEWCOMER].place.organisation
        to = people.new_place(waiting, "psychologue", today)
        # Signed, and waiting: the coordinator hears her digits and admits her.
        tilleuls.add(second, _newcomer("nouvelle"), to, admit=False)
        colleagues.join(
            second, relay=_newcomer("relais"), intern=_newcomer("stagiaire"), today=today
        )
    for each in ACCOUNTS:
        enrol(User.objects.get(email=each.email))
        step(each.name)
    sign_all()
    marker().write_text(timezone.now().isoformat() + "\n", encoding="ascii")


def _newcomer(name: str) -> Newcomer:
    each = account(name)
    return Newcomer(each.email, each.person, PASSWORD)


def _to_subscribe(admin: Insider) -> Organisation:
    return administration.create_organisation(
        admin.actor(),
        name=TO_SUBSCRIBE,
        domain=Domain.STREET_WORK,
        enterprise_number=people.enterprise_number(OUTSIDE_SERIAL),
    )


def _dpo(first: Table, second: Table, today: date) -> None:
    """The DPO of both circles; the role excludes every role that reads situations."""
    who: Newcomer | Insider = _newcomer("dpo")
    for table, start in ((first, pilot.START), (second, today - tilleuls.YEAR)):
        to = people.new_place(
            table.coordinator.place.organisation,
            "délégué·e à la protection des données",
            start,
            role=Place.DPO,
            status=SecrecyStatus.DISCRETION,
        )
        who = tilleuls.add(table, who, to).someone
