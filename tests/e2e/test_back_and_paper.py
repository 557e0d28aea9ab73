"""Back after saving, and a sheet on paper."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.people import House, says, write


def sheet(house: House, headline: str) -> Page:
    """The sheet of a situation that Noor holds."""
    page = house.visit("participant", "tableau?view=all")
    page.get_by_role("row", name=re.compile(headline)).get_by_role("link").first.click()
    page.wait_for_url("**/situations/*")
    return page


def test_going_back_after_saving_writes_nothing_twice_and_over_nothing(apart: House) -> None:
    page = sheet(apart, "Sort peu")
    page.get_by_role("link", name="Modifier").click()
    write(page, question="Qui chante le mardi, zzretour ?")
    page.get_by_role("button", name="Enregistrer").click()
    says(page, "Le texte est modifié")
    page.go_back()
    page.wait_for_url("**/modifier")
    # The page is as it stands now: sent again, it is no conflict with oneself.
    expect(page.locator("[name=question]")).to_have_value("Qui chante le mardi, zzretour ?")
    write(page, question="Qui chante le jeudi, zzretour ?")
    page.get_by_role("button", name="Enregistrer").click()
    says(page, "Qui chante le jeudi, zzretour ?")

    compose = page.locator("form.compose")
    for text in ("Une première entrée, zzretour.", "Une seconde entrée, zzretour."):
        write(compose, text=text)
        compose.get_by_role("button", name="Ajouter au fil").click()
        says(page, text)
        page.get_by_role("link", name="Tableau").first.click()
        page.wait_for_url("**/tableau")
        page.go_back()
        page.wait_for_url("**/situations/*")
        # What was sent is gone from the form; what is sent next is new.
        expect(compose.locator("[name=text]")).to_have_value("")
    for text in ("Une première entrée, zzretour.", "Une seconde entrée, zzretour."):
        expect(page.locator("ol.time").get_by_text(text)).to_have_count(1)


def test_a_printed_sheet_shows_what_is_folded_on_the_screen(house: House) -> None:
    page = sheet(house, "Sort peu")
    folded = page.get_by_text("Une affiche, gardée sur le frigo.")
    expect(folded).to_be_hidden()
    page.emulate_media(media="print")
    expect(folded).to_be_visible()
    expect(page.get_by_role("button", name="Modifier")).to_be_hidden()
    expect(page.locator("form.compose button")).to_be_hidden()
    house.picture(page, "printed-sheet")
    page.emulate_media(media="screen")
