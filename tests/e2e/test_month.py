"""The DPO's month (design 5, path 5): the queue, a question that comes back, the report signed."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.demo import Demo
from tests.e2e.people import House, fits, is_accessible, says, today, unfold, write

LANGUAGES = ["fr", "nl"]
PHONE = {"width": 360, "height": 740}


def is_fine(house: House, page: Page, name: str) -> None:
    """In both languages, at a desk and on a phone: axe finds nothing and nothing is too wide."""
    desk = page.viewport_size
    for language in LANGUAGES:
        cookie = {"name": "language", "value": language, "url": house.demo.url}
        page.context.add_cookies([cookie])  # type: ignore[list-item]  # a cookie's three parts
        page.reload()
        unfold(page)
        fits(page)
        is_accessible(page)
        house.picture(page, f"{name}-{language}")
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        fits(page)
        is_accessible(page)
        house.picture(page, f"{name}-{language}-phone")
        page.set_viewport_size(desk)  # type: ignore[arg-type]
    page.context.add_cookies([cookie | {"value": "fr"}])  # type: ignore[list-item]
    page.reload()


@pytest.fixture
def own(demo: Demo, browser: Browser, house: House, tmp_path: Path) -> Iterator[House]:
    """A house of its own: this path ends a month, which others may still need."""
    apart = demo.apart(tmp_path / "month")
    apart.start()
    visited = House(apart, browser, house.pictures)
    try:
        yield visited
    finally:
        visited.close()
        apart.stop()
    assert visited.complaints == []


def end_the_month(house: House) -> None:
    """As if the month were over: what `daily` does once it is."""
    house.demo.command(
        "shell",
        "-c",
        "from audit.review.models import ReviewMonth; ReviewMonth.objects.update(complete=True)",
    )


def look_at_the_rest(page: Page) -> None:
    """Every item that is left is closed with a note; each time the next one comes by itself."""
    while page.get_by_role("button", name="Clore sans suite").count():
        address = page.url
        write(page, text="Vu avec la coordination.")
        page.get_by_role("button", name="Clore sans suite").click()
        expect(page).not_to_have_url(address)


def test_a_month_is_reviewed_asked_about_verified_and_signed(own: House) -> None:
    # The coordinator takes a file away: that is looked at every month.
    page = own.visit("coordination", f"rapport/{today().year}")
    assert page.request.get(f"{page.url}?format=json").ok

    page = own.visit("dpo", "revue")
    page.get_by_role("button", name="Préparer la revue").click()
    says(page, "Exportation")
    is_fine(own, page, "month-1-queue")
    page.get_by_role("link", name="Règles publiées").click()
    page.wait_for_url("**/regles")
    is_fine(own, page, "month-2-rules")

    # One is explained; the next comes by itself.
    page = own.visit("dpo", "revue")
    page.get_by_role("link", name="Commencer la revue").click()
    page.wait_for_url(re.compile("/revue/[0-9a-f-]{36}$"))
    says(page, "Ce que dit le journal")
    is_fine(own, page, "month-3-item")
    first = page.url
    write(page, text="Prévu : la concertation vient d’être ouverte.")
    page.get_by_role("button", name="Expliquée").click()
    expect(page).not_to_have_url(first)

    # One is asked about; the answer comes back.
    page = own.visit("dpo", "revue")
    page.locator("a.case__row", has_text="Exportation").click()
    write(page, text="À quoi a servi ce fichier ?")
    page.get_by_role("button", name="Poser cette question").click()
    says(page, "C’est noté.")
    page = own.visit("coordination", "")
    page.locator("main a[href*='/revue/question/']").click()
    page.wait_for_url("**/revue/question/*")
    is_fine(own, page, "month-4-answer")
    write(page, text="À préparer la réunion du comité de pilotage.")
    page.get_by_role("button", name="Envoyer ma réponse").click()
    says(page, "lira votre réponse")
    page = own.visit("coordination", "mon-journal")
    says(page, "À quoi a servi ce fichier ?")
    is_fine(own, page, "month-5-own-log")
    page = own.visit("dpo", "revue")
    row = page.locator("a.case__row", has_text="Exportation")
    expect(row).to_contain_text("réponse reçue")
    row.click()
    says(page, "À préparer la réunion")
    page.get_by_role("button", name="Clore sans suite").click()
    says(page, "À préparer la réunion")  # without a note it does not end
    write(page, text="Expliqué par la coordination.")
    page.get_by_role("button", name="Clore sans suite").click()
    page.wait_for_url(lambda url: "/revue" in url)
    look_at_the_rest(page)

    # The month is over: the log is verified, the report signed.
    page = own.visit("dpo", "revue")
    says(page, "une fois le mois terminé")
    end_the_month(own)
    page.reload()
    page.get_by_role("link", name="Vérifiez le journal").click()
    page.get_by_role("button", name="Vérifier").first.click()
    says(page, "recalculée")
    page = own.visit("dpo", "revue")
    says(page, "rien n’a été modifié ni retiré")
    is_fine(own, page, "month-6-signing")
    write(page, password="ce n’est pas celui-là")
    page.get_by_role("button", name="Signer le rapport").click()
    says(page, "Ce mot de passe n’est pas le bon.")
    write(page, password=own.password)
    page.get_by_role("button", name="Signer le rapport").click()
    says(page, "Le rapport est signé.")
    is_fine(own, page, "month-7-signed")
    with page.expect_download() as taken:
        page.get_by_role("link", name="Rapport en PDF").click()
    kept = own.pictures / "month-report.pdf"
    taken.value.save_as(kept)
    assert kept.read_bytes().startswith(b"%PDF-")


def test_the_log_is_searched_kept_counted_taken_away_and_says_who_saw(house: House) -> None:
    page = house.visit("participant", "tableau")
    link = page.locator("table.board tbody a").first
    code = link.inner_text().strip()
    link.click()
    page.wait_for_url("**/situations/*")

    page = house.visit("dpo", "journal")
    is_fine(house, page, "log-1")
    write(page, code=code.replace("-", "").lower())
    page.get_by_role("button", name="Chercher").click()
    says(page, "Qui a eu cette situation sous les yeux")
    expect(page.locator("table.log tbody tr").first).to_contain_text(code)
    shown = page.locator(".log-count").inner_text()
    assert re.match(r"\d+ entrées", shown), shown
    unfold(page)
    write(page, name="Ce que je suis de près")
    page.get_by_role("button", name="Garder", exact=True).click()
    says(page, "La recherche est gardée.")
    page = house.visit("dpo", "journal")
    page.get_by_role("link", name="Ce que je suis de près").click()
    says(page, "Qui a eu cette situation sous les yeux")
    is_fine(house, page, "log-2-who-saw")
    page.set_viewport_size({"width": 360, "height": 740})
    seen = page.locator(".scroll:has(table.seen)")
    assert seen.evaluate("each => each.scrollWidth - each.clientWidth") <= 0, "cards, not a table"
    page.set_viewport_size({"width": 1280, "height": 900})
    for name, suffix in (("CSV", "csv"), ("JSON", "jsonl")):
        with page.expect_download() as taken:
            page.get_by_role("link", name=re.compile(name)).click()
        assert taken.value.suggested_filename == f"journal.{suffix}"
        assert code.replace("-", "") not in page.title()
    with page.expect_download() as taken:
        page.get_by_role("link", name=re.compile("Relevé pour la personne")).click()
    kept = house.pictures / "consultations.pdf"
    taken.value.save_as(kept)
    assert kept.read_bytes().startswith(b"%PDF-")


def test_a_search_over_an_empty_time_teaches_what_to_do(house: House) -> None:
    tomorrow = (today() + timedelta(days=1)).isoformat()
    page = house.visit("dpo", f"journal?since={tomorrow}")
    says(page, "Aucune entrée ne correspond.")
    is_fine(house, page, "log-3-empty")


def test_the_log_is_kept_longer_by_question_opinion_and_decision(own: House) -> None:
    where = "journal/conservation"
    page = own.visit("coordination", where)
    is_fine(own, page, "log-4-rule")
    page.get_by_role("button", name="Demander l’avis").click()
    says(page, "Cette réponse manque encore.")
    page.get_by_label("Une plainte est en cours").check()
    page.get_by_label("Trois ans").check()
    page.get_by_role("button", name="Demander l’avis").click()
    says(page, "le ou la DPO est averti·e")
    page = own.visit("dpo", "journal")
    page.get_by_role("main").get_by_role("link", name="Conservation du journal").click()
    page.get_by_label("Favorable, mais pour moins longtemps").check()
    is_fine(own, page, "log-5-opinion")
    page.get_by_label("Favorable, mais pour moins longtemps").check()
    page.get_by_role("button", name="Rendre cet avis").click()
    says(page, "Votre avis est consigné.")
    page = own.visit("coordination", where)
    is_fine(own, page, "log-6-decision")
    page.get_by_role("button", name="Garder plus longtemps").click()
    says(page, "3 ans")
    is_fine(own, page, "log-7-decided")
    page.get_by_role("button", name="Revenir à douze mois").click()
    page.get_by_role("dialog").get_by_role("button", name="Revenir à douze mois").click()
    says(page, "le journal est encore gardé 3 ans")
    is_fine(own, page, "log-8-taken-back")
