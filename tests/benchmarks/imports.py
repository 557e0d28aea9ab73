"""How long a coordinator waits for an older table of 2,000 rows, 37 of them bad."""

import time
from typing import Any, Final

from concertation.situations.actions import imports as importing
from concertation.situations.models import Situation
from concertation.situations.reading import imports as importation
from concertation.spreadsheets import workbook
from tests.benchmarks.measure import Measure, at_most
from tests.cast import make_circle

ROWS: Final = 2000
BAD: Final = 37
HEADER: Final = ("Réf", "Présenté par", "Titre", "Besoins", "Urgence", "Question", "Situation")


def import_s() -> Measure:
    """Upload, check and drafts, in the steps that the page takes."""
    circle = make_circle("reprise", "Reprise")
    people = (circle.participant.user.email, circle.manager.user.email, "")
    file = workbook("Suivi", HEADER, [_row(number, people[number % 3]) for number in range(ROWS)])
    start = time.perf_counter()
    number = importing.upload_table(circle.coordinator.actor, file=file)
    page = importation.import_page(circle.coordinator.actor, number)
    importing.choose_columns(
        circle.coordinator.actor,
        number,
        chosen=dict(page.columns),
        owner=page.owner,
        version=page.version,
    )
    page, steps = _work(circle.coordinator, number)
    importing.start_import(circle.coordinator.actor, number, soft_too=False, version=page.version)
    page, more = _work(circle.coordinator, number)
    taken = time.perf_counter() - start
    assert (page.made, page.bad, page.soft) == (ROWS - BAD, BAD, 0), page
    _header, rows = importation.rows_to_repair(circle.coordinator.actor, number)
    assert len(rows) == BAD
    assert Situation.objects.filter(concertation=circle.concertation).count() == ROWS - BAD
    return at_most(
        taken,
        30.0,
        "s",
        1,
        f"{ROWS} rows, {BAD} of them bad and listed, drafts sealed to three people, on SQLite;"
        f" progress shown after each of {steps + more} steps.",
    )


def _row(number: int, who: str) -> tuple[str, ...]:
    need = "jardinage" if number and number % 54 == 0 and number // 54 <= BAD else "logement"
    return (
        f"A-{number}", who, f"Loyer en retard {number}", need, "bientôt",
        "Qui peut passer chaque semaine ?", "Courrier non ouvert depuis l'hiver. " * 8,
    )  # fmt: skip


def _work(coordinator: Any, number: Any) -> tuple[importation.ImportPage, int]:
    steps = 0
    while (page := importation.import_page(coordinator.actor, number)).at_work:
        importing.go_on(coordinator.actor, number, version=page.version)
        steps += 1
    return page, steps
