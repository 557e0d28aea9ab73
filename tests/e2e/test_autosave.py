"""A draft that keeps itself in Chromium: sealed on the server, and never an identifier sent."""

from playwright.sync_api import expect

from tests.e2e.people import House, write
from tests.e2e.test_canary import KEPT_BY_THE_BROWSER
from tests.e2e.test_guard import ready


def test_what_is_typed_is_kept_without_a_click(house: House) -> None:
    page = house.visit("participant", "presenter")
    ready(page)
    page.locator("[name=headline]").press_sequentially("Chauffage zzgarde en panne")
    line = page.locator("[data-autosave-line]")
    expect(line).to_contain_text("Brouillon gardé à", timeout=15_000)
    assert "zzgarde" not in page.evaluate(KEPT_BY_THE_BROWSER)
    drafts = house.visit("participant", "brouillons")
    expect(drafts.get_by_role("link", name="Chauffage zzgarde en panne")).to_have_count(1)


def test_an_identifier_is_not_sent_by_itself(house: House) -> None:
    page = house.visit("participant", "presenter")
    ready(page)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    write(page, account="Habite rue des Quatre-Vents 12.")
    expect(page.locator("#id_account_found li.is-hard")).to_be_visible()
    line = page.locator("[data-autosave-line]")
    expect(line).to_contain_text("un passage est à retirer", timeout=15_000)
    assert "POST" not in sent
