"""Nobody switches the log off: no setting, no role, no silence of the operator's own log."""

import ast
import logging  # noqa: TID251 - it is silenced here, nothing is written with it
from pathlib import Path

import pytest
from django.conf import settings

from audit.enums import Purpose, Verb
from audit.models import Entry
from ethics import gate
from tests.cast import Circle
from tests.ethics.sealed_rows import bring

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

# What an event goes through from the gate to the table.
WRITERS = ["record.py", "insert.py", "columns.py", "event.py", "leaf.py", "enums.py"]


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("name", WRITERS)
def test_what_writes_the_log_asks_no_setting_and_no_environment(name: str) -> None:
    path = Path(settings.BASE_DIR) / "audit" / name
    assert imported(path), "an empty list would pass whatever stands there"
    assert not imported(path) & {"django.conf", "os", "environ"}


@pytest.mark.parametrize("name", ["coordinator", "manager", "participant"])
def test_each_reading_is_an_event_whoever_reads_and_however_quiet_the_server_is(
    circle: Circle, name: str
) -> None:
    row = bring(circle)
    who = circle.people[name]
    mine = Entry.objects.filter(verb=Verb.READ, actor=who.user.id)
    before = mine.count()
    logging.disable(logging.CRITICAL)
    try:
        for _ in range(3):
            gate.reveal(who.actor, records=[row], subjects=[row.id], purpose=Purpose.SHEET)
    finally:
        logging.disable(logging.NOTSET)
    assert mine.count() == before + 3
