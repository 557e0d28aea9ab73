"""The board in a real browser: filter, search, keys; on a phone, in the dark, without scripts."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.people import House, fits, is_accessible, says, unfold

SEALED_WORD = "chauffage"


def focused(page: Page) -> str:
    """The id of what has the focus."""
    return str(page.evaluate("document.activeElement.id"))


def test_a_filter_replaces_the_list_in_place_and_stays_in_the_address(house: House) -> None:
    page = house.visit("participant", "tableau")
    page.evaluate("window.stays = true")
    page.get_by_role("link", name="Les miennes").click()
    page.wait_for_url("**/tableau?view=mine")
    expect(page.locator("#view-mine")).to_have_attribute("aria-current", "true")
    expect(page.locator("#say")).to_contain_text("dans cette vue")
    assert page.evaluate("window.stays"), "the page itself was not loaded anew"
    assert focused(page) == "view-mine", "reading goes on where it was"
    page.locator("#f-need").select_option(label="Santé mentale")
    page.locator("#f-view, #f-filter").first.click()
    page.wait_for_url("**need=4**")
    assert "sant" not in page.url, "a need goes by its number"
    saved = page.url
    page.goto(saved)
    expect(page.locator("#f-need")).to_have_value("4")
    page.locator("#f-clear").click()
    page.wait_for_url(re.compile(r"/tableau$"))
    page.go_back()
    expect(page.locator("#f-need")).to_have_value("4")


def test_words_are_found_and_leave_no_trace_in_the_browser(house: House) -> None:
    page = house.visit("participant", "tableau?view=all")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("window.stays = true")
    page.locator("#f-searched").fill(SEALED_WORD)
    page.locator("#f-searched").press("Enter")
    expect(page.locator("#say")).to_contain_text("contient ces mots")
    expect(page.locator("table.board tbody tr")).to_have_count(1)
    assert page.evaluate("window.stays")
    assert page.url.endswith("/tableau?view=all"), "the address stays that of the board"
    assert not any(SEALED_WORD in each for each in asked)
    assert SEALED_WORD not in page.title()
    stored = page.evaluate("JSON.stringify([localStorage, sessionStorage, history.state])")
    assert SEALED_WORD not in stored
    is_accessible(page)
    page.locator("#f-searched").fill("zzmyosotis")
    page.locator("#f-search").click()
    says(page, "Aucune situation ne contient ces mots.")
    page.locator("#f-end").click()
    expect(page.locator("table.board tbody tr").nth(2)).to_be_visible()


def test_a_code_leads_to_its_sheet(house: House) -> None:
    page = house.visit("participant", "tableau")
    code = page.locator("table.board a.code").nth(1).inner_text()
    page.locator("#f-searched").fill(code.lower().replace("-", " "))
    page.locator("#f-searched").press("Enter")
    page.wait_for_url(f"**/situations/{code}")


def test_columns_are_sorted_by_their_heads(house: House) -> None:
    page = house.visit("participant", "tableau")
    for direction in ("ascending", "descending"):
        page.locator("#sort-code").click()
        head = page.locator("th", has=page.locator("#sort-code"))
        expect(head).to_have_attribute("aria-sort", direction)
        shown = page.locator("table.board a.code").all_inner_texts()
        assert shown == sorted(shown, reverse=direction == "descending")
        assert focused(page) == "sort-code"


def test_the_board_is_walked_by_keys_until_they_are_turned_off(house: House) -> None:
    page = house.visit("gestionnaire", "tableau")
    codes = page.locator("table.board a.code")
    for _ in range(3):
        page.keyboard.press("j")
    page.keyboard.press("k")
    expect(codes.nth(1)).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_have_attribute("open", "")
    page.keyboard.press("/")
    assert focused(page) == "f-searched"
    page.keyboard.type("j/k?")
    expect(page.locator("#f-searched")).to_have_value("j/k?")
    page.keyboard.press("Escape")
    page.goto(page.url)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/situations/*")

    page = house.visit("gestionnaire", "tableau")
    unfold(page)
    page.get_by_role("button", name="Couper les raccourcis").click()
    expect(page.get_by_role("button", name="Remettre les raccourcis")).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator("table.board a.code").first).not_to_be_focused()
    page.get_by_role("button", name="Remettre les raccourcis").click()
    expect(page.locator("#keys")).to_be_visible()


def test_rows_stand_closer_for_who_wants_it(house: House) -> None:
    page = house.visit("gestionnaire", "tableau")
    row = page.locator("table.board tbody tr").last
    before = row.bounding_box()
    page.get_by_role("button", name="Serrer les lignes").click()
    expect(page.locator("table.board")).to_have_class(re.compile("board--compact"))
    after = row.bounding_box()
    assert before
    assert after
    assert after["height"] < before["height"]
    is_accessible(page)
    page.get_by_role("button", name="Espacer les lignes").click()
    expect(page.locator("table.board")).not_to_have_class(re.compile("board--compact"))


def test_a_session_that_ended_asks_to_sign_in_and_keeps_no_words(house: House) -> None:
    context = house.context()
    page = context.new_page()
    house.sign_in(page, "gestionnaire")
    page.goto(f"{house.demo.url}/les-tilleuls/tableau")
    context.clear_cookies(name="keys")
    page.locator("#f-searched").fill("des mots jamais gardés")
    page.locator("#f-searched").press("Enter")
    page.wait_for_url("**/connexion**")
    assert "mots" not in page.url
    house.forget("gestionnaire")


def test_the_board_works_without_scripts(house: House) -> None:
    context = house.context(scripts=False)
    page = context.new_page()
    house.sign_in(page, "coordination")
    page.goto(f"{house.demo.url}/les-tilleuls/tableau")
    page.locator("#f-state").select_option("dormant")
    page.locator("#f-filter").click()
    page.wait_for_url("**state=dormant**")
    page.locator("#f-clear").click()
    page.locator("#f-searched").fill(SEALED_WORD)
    page.locator("#f-search").click()
    says(page, "contient ces mots")
    assert SEALED_WORD not in page.url
    page.locator("#sort-code").click()
    says(page, "contient ces mots")
    house.forget("coordination")


@pytest.mark.parametrize("language", ["fr", "nl"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_board_is_accessible_and_fits(
    house: House, language: str, scheme: str, width: int
) -> None:
    page = house.visit_in(language, "participant", "tableau?need=1")
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    unfold(page)
    fits(page)
    is_accessible(page)
    house.picture(page, f"board-{language}-{scheme}-{width}")
