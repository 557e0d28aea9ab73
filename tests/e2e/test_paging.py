"""A board of more than fifty situations: fifty a page, filters kept, with a script and without."""

from typing import Final

from playwright.sync_api import Page, expect

from tests.e2e.people import TILLEULS, House, fits, is_accessible

PAGE: Final = 50
MORE: Final = 55
MANY: Final = f"""
from concertation.accounts.models import Participation
from concertation.demo.accounts import PASSWORD
from concertation.demo.people import Insider
from concertation.situations import actions
from concertation.situations.presentation import Presentation
place = Participation.objects.get(
    person__email="participant@demo.example", concertation__slug="les-tilleuls"
)
someone = Insider.of(place.person, PASSWORD)
text = Presentation(
    headline="Une question de logement", needs=("housing",), urgency="soon",
    account="Le bail se termine au printemps", question="Qui connaît un chemin ?",
    informed="yes", agreement="given", agreement_how="de vive voix",
)
for _ in range({MORE}):
    row = actions.save_draft(someone.actor(place), presentation=text)
    actions.bring_situation(
        someone.actor(place), draft=row.id, danger=False, identifiable=False, attested=True
    )
"""


def codes(page: Page) -> list[str]:
    """The codes of the rows on this page."""
    return [str(each) for each in page.locator("table.board a.code").all_inner_texts()]


def walk(page: Page, *, scripts: bool) -> None:
    """To the second page of one's own view in an order, and back."""
    rows = page.locator("table.board tbody tr")
    expect(rows).to_have_count(PAGE)
    if scripts:
        page.evaluate("window.stays = true")
    first = codes(page)
    page.locator("#page-after").click()
    page.wait_for_url("**page=2**")
    expect(page.locator("nav.pages")).to_contain_text("page 2 sur 2")
    for kept in ("view=mine", "need=", "sort=code"):
        assert kept in page.url
    expect(page.locator("#view-mine")).to_have_attribute("aria-current", "true")
    second = codes(page)
    assert 0 < len(second) < PAGE
    assert first + second == sorted({*first, *second}), "in order, and none twice"
    page.locator("#page-before").click()
    expect(page.locator("nav.pages")).to_contain_text("page 1 sur 2")
    expect(rows).to_have_count(PAGE)
    assert codes(page) == first
    if scripts:
        assert page.evaluate("window.stays"), "the page itself was not loaded anew"
        page.go_back()
        expect(page.locator("nav.pages")).to_contain_text("page 2 sur 2")


def test_a_board_of_more_than_fifty_has_pages(apart: House) -> None:
    apart.demo.command("shell", "-c", MANY)
    asked = f"{apart.demo.url}{TILLEULS}/tableau?view=mine&need=1&sort=code"
    page = apart.visit("participant", "tableau")
    need = page.locator("#f-need option", has_text="Logement").get_attribute("value")
    asked = asked.replace("need=1", f"need={need}")
    page.goto(asked)
    walk(page, scripts=True)
    is_accessible(page)
    page.set_viewport_size({"width": 360, "height": 740})
    fits(page)
    apart.picture(page, "board-pages-360")

    context = apart.context(scripts=False)
    plain = context.new_page()
    apart.sign_in(plain, "participant")
    plain.goto(asked)
    walk(plain, scripts=False)
    # A page that isn't there any more shows one that is.
    plain.goto(f"{asked}&page=99")
    expect(plain.locator("table.board tbody tr").first).to_be_visible()
