"""axe finds nothing on the pages people use, in French and in Dutch."""

from datetime import timedelta
from typing import Literal

import pytest
from playwright.sync_api import expect

from tests.e2e.people import House, fits, is_accessible, today, unfold, write

PAGES = [
    ("participant", "/"),
    ("participant", ""),
    ("participant", "tableau"),
    ("participant", "presenter"),
    ("participant", "brouillons"),
    ("participant", "brouillons/repris"),
    ("participant", "/mes-actions"),
    ("participant", "avis"),
    ("participant", "suivies"),
    ("participant", "tableau?view=overdue&sort=code"),
    ("coordination", "importer"),
    ("participant", "reunions"),
    ("participant", "membres"),
    ("participant", "/1000-bxl/rapport/2021"),
    ("participant", "qui-peut-voir-quoi"),
    ("participant", "/compte"),
    ("participant", "nulle-part"),
    ("coordination", "membres"),
    ("coordination", "membres/inviter"),
    ("coordination", "reunions/prevoir"),
    ("police", ""),
    ("stagiaire", "brouillons"),
    ("stagiaire", "presenter"),
    ("dpo", "journal"),
    ("nouvelle", "/"),
    ("technique", "/administration"),
    ("representant", "/"),
]


@pytest.mark.parametrize("language", ["fr", "nl"])
@pytest.mark.parametrize(("who", "path"), PAGES)
def test_a_page_is_accessible(house: House, who: str, path: str, language: str) -> None:
    page = house.visit_in(language, who, path)
    unfold(page)
    assert page.locator("html").get_attribute("lang") == language
    is_accessible(page)


@pytest.mark.parametrize("language", ["fr", "nl"])
@pytest.mark.parametrize("path", ["/connexion", "/confidentialite", "/accessibilite"])
def test_an_open_page_is_accessible(house: House, path: str, language: str) -> None:
    page = house.visit_in(language, None, path)
    is_accessible(page)


@pytest.mark.parametrize("language", ["fr", "nl"])
def test_a_situation_is_accessible_in_light_and_dark(house: House, language: str) -> None:
    page = house.visit_in(language, "participant", "tableau")
    page.locator("table.board tbody a").first.click()
    page.wait_for_url("**/situations/*")
    unfold(page)
    is_accessible(page)
    page.emulate_media(color_scheme="dark")
    is_accessible(page)
    house.picture(page, f"dark-situation-{language}")


@pytest.mark.parametrize("language", ["fr", "nl"])
def test_an_intern_s_draft_is_accessible_on_both_sides(house: House, language: str) -> None:
    page = house.visit_in(language, "gestionnaire", "")
    page.locator("a[href*='/confirmer']").click()
    page.wait_for_url("**/confirmer")
    is_accessible(page)
    fits(page)
    number = page.url.split("/brouillons/")[1].split("/")[0]
    page = house.visit_in(language, "stagiaire", f"brouillons/{number}/soumettre")
    is_accessible(page)
    page.set_viewport_size({"width": 360, "height": 740})
    fits(page)


@pytest.mark.parametrize("language", ["fr", "nl"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_action_changed_by_two_at_once_is_accessible(
    house: House, language: str, scheme: Literal["light", "dark"]
) -> None:
    page = house.visit_in(language, "participant", "")
    page.locator(".acts--home a.code").first.click()
    page.wait_for_url("**/situations/*")
    address = page.locator("a[href*='/changer']").first.get_attribute("href")
    page.goto(house.demo.url + str(address))
    page.emulate_media(color_scheme=scheme)
    is_accessible(page)
    other = house.visit_in(language, "participant", str(address))
    days = {"fr": 3, "nl": 4}[language] + {"light": 0, "dark": 2}[scheme]
    for each, ahead in ((other, days), (page, 20)):
        form = each.locator("form:has(input[value=postpone])")
        day = today() + timedelta(days=ahead)
        write(form, due_on=day.isoformat(), text=f"Le bailleur rappelle, {ahead}")
        form.locator("button[type=submit]").click()
        each.wait_for_load_state()
    expect(page.locator("#conflict")).to_be_visible()
    expect(page.locator("#id_text")).to_have_value("Le bailleur rappelle, 20")
    is_accessible(page)
    house.picture(page, f"merge-{language}-{scheme}")
    page.set_viewport_size({"width": 360, "height": 740})
    fits(page)
    house.picture(page, f"merge-{language}-{scheme}-360")
