"""An older table of 2,000 rows, brought over in a real browser: nothing is lost on the way."""

import io
import re
from typing import Final

from openpyxl import load_workbook
from playwright.sync_api import Download, Page, expect

from concertation.spreadsheets import workbook
from tests.e2e.people import House, choose, fits, is_accessible, says

ROWS: Final = 2000
BAD: Final = 37
FIRST_PAGE: Final = 10
HEADER: Final = ("Réf", "Présenté par", "Titre", "Besoins", "Urgence", "Question", "Situation")
# What rows carry that no other test of the demo does.
MARK: Final = "zzcapucine"
EVERY: Final = ROWS // BAD


def row(number: int, who: str) -> tuple[str, ...]:
    """A row of the table; 37 of them have a need that stands in no list."""
    bad = number % EVERY == 0 and 0 < number // EVERY <= BAD
    headline = '=HYPERLINK("http://x")' if number == EVERY else f"Loyer en retard {MARK}"
    return (
        f"A-{number}", who, headline, "jardinage" if bad else "logement", "bientôt",
        "Qui peut passer chaque semaine ?", "Courrier non ouvert depuis l’hiver.",
    )  # fmt: skip


def saved(download: Download) -> list[tuple[object, ...]]:
    """The rows of a workbook that the browser took; what looks like a formula is words in it."""
    book = load_workbook(io.BytesIO(download.path().read_bytes()))
    assert book.active is not None
    assert all(cell.data_type != "f" for line in book.active.iter_rows() for cell in line)
    return list(book.active.iter_rows(values_only=True))


def worked(page: Page, then: str) -> None:
    """The progress goes on by itself until the page says what comes next."""
    expect(page.locator("h1")).to_have_text(then, timeout=180_000)


def test_two_thousand_rows_are_brought_over_and_37_come_back(apart: House) -> None:
    who = "participant@demo.example"
    file = workbook("Suivi", HEADER, [row(number, who) for number in range(1, ROWS + 1)])
    page = apart.visit("coordination", "importer")
    is_accessible(page)
    page.locator("input[type=file]").set_input_files(
        {
            "name": "suivi.xlsx",
            "mimeType": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "buffer": file,
        }
    )
    page.get_by_role("button", name="Envoyer").click()
    expect(page.locator("h1")).to_have_text("Quelle colonne est quoi ?", timeout=30_000)
    is_accessible(page)
    address = page.url
    # The columns were guessed from their titles.
    page.get_by_role("button", name="Vérifier les lignes").click()
    expect(page.locator("progress")).to_have_attribute("max", str(ROWS))
    worked(page, "Ce qui sera repris")
    facts = page.locator("dl.defs")
    expect(facts).to_contain_text(re.compile(rf"Lignes prêtes\s*{ROWS - BAD}"))
    expect(facts).to_contain_text(re.compile(rf"Lignes à corriger\s*{BAD}"))
    page.get_by_text("Voir les raisons").click()
    reasons = page.locator("details.fold .rows > li")
    expect(reasons).to_have_count(BAD)
    expect(reasons.first).to_contain_text(f"Ligne {EVERY + 1}")
    is_accessible(page)
    apart.picture(page, "import-checked")

    with page.expect_download() as taken:
        page.get_by_role("button", name="Télécharger les lignes").click()
    header, *rows = saved(taken.value)
    assert len(rows) == BAD
    assert {str(each[0]) for each in rows} == {f"A-{n * EVERY}" for n in range(1, BAD + 1)}
    assert len(header) > len(HEADER), "each row comes with its reason"
    assert any("HYPERLINK" in str(each[2]) for each in rows)

    page.goto(address)
    page.get_by_role("button", name="Créer les brouillons").click()
    worked(page, "C’est repris")
    expect(page.locator("dl.defs")).to_contain_text(re.compile(rf"créés\s*{ROWS - BAD}"))
    is_accessible(page)
    page.set_viewport_size({"width": 360, "height": 740})
    fits(page)
    apart.picture(page, "import-done")

    ten_are_shared(apart)


def ten_are_shared(house: House) -> None:
    """Whoever brings the rows finds them, and shares the first ten on one page."""
    page = house.visit("participant", "brouillons/repris")
    drafts = page.locator("article.sheet")
    expect(drafts).to_have_count(FIRST_PAGE)
    is_accessible(page)
    names = drafts.locator("input[name$='-danger']").evaluate_all(
        "found => [...new Set(found.map(each => each.name.replace('-danger', '')))]"
    )
    assert len(names) == FIRST_PAGE
    for name in names:
        choose(page, f"{name}-danger", "no")
        choose(page, f"{name}-identifiable", "no")
        page.locator(f"input[name='{name}-attested']").check(force=True)
    page.get_by_role("button", name="Présenter ceux qui ont une réponse").click()
    says(page, f"{FIRST_PAGE} situations sont au tableau.")
    expect(page.locator("table.table tbody tr")).to_have_count(FIRST_PAGE)
    expect(page.locator("article.sheet")).to_have_count(FIRST_PAGE)
    says(page, f"{ROWS - BAD - FIRST_PAGE} brouillons attendent")
    page.goto(f"{house.demo.url}/les-tilleuls/tableau?view=mine")
    expect(page.locator("table.board")).to_contain_text(MARK)
