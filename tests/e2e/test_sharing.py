"""“Puis-je partager ?” in a real browser: question by question, an emergency, a withdrawal."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.people import PHONE, House, choose, fits, is_accessible, says, today, write


def draft(page: Page, headline: str) -> None:
    """A draft, brought as far as the one screen of the sharing decision."""
    choose(page, "needs", "housing")
    choose(page, "urgency", "soon")
    write(page, headline=headline, question="Qui connaît un chemin vers le bailleur ?")
    page.get_by_role("button", name="Passer à la décision de partage").click()
    page.wait_for_url("**/partager")


def answer(page: Page, value: str) -> None:
    """One answer of the long sequence, and on to the next question."""
    choose(page, "answer", value)
    page.get_by_role("button", name="Continuer").click()


def looks_right(house: House, page: Page, name: str) -> None:
    """Accessible, and nothing wider than a telephone; both pictures are kept."""
    is_accessible(page)
    house.picture(page, name)
    wide = page.viewport_size
    assert wide is not None
    page.set_viewport_size(PHONE)
    fits(page)
    house.picture(page, f"{name}-phone")
    page.set_viewport_size(wide)


def test_a_secret_is_shared_with_named_people_question_by_question(house: House) -> None:
    page = house.visit("participant", "presenter")
    draft(page, "Une coupure d’eau annoncée")
    choose(page, "danger", "no")
    choose(page, "identifiable", "yes")
    looks_right(house, page, "share-short")
    page.get_by_role("button", name="Présenter au groupe").click()
    says(page, "Le but est-il atteint")
    address = page.url
    looks_right(house, page, "share-q5")
    answer(page, "no")
    says(page, "La personne est-elle informée")
    answer(page, "yes")
    says(page, "accord précis et libre")
    choose(page, "answer", "yes")
    write(page, agreed_on=today().isoformat(), agreed_how="de vive voix")
    looks_right(house, page, "share-q8")
    page.get_by_role("button", name="Continuer").click()
    says(page, "tenu au secret, et signataire")
    page.get_by_label(re.compile("police ou justice")).first.check(force=True)
    page.get_by_label(re.compile("secret professionnel, charte signée")).first.check(force=True)
    answer(page, "yes")
    says(page, "À retirer du choix")
    looks_right(house, page, "share-q9-refused")
    page.get_by_label(re.compile("police ou justice")).first.uncheck(force=True)
    page.get_by_role("button", name="Continuer").click()
    says(page, "même mission d’aide")
    # Back and forth: what was answered is still ticked.
    page.get_by_role("button", name="Question précédente").click()
    says(page, "tenu au secret, et signataire")
    assert page.locator("input[name=answer]:checked").get_attribute("value") == "yes"
    page.get_by_role("button", name="Continuer").click()
    answer(page, "yes")
    answer(page, "yes")
    answer(page, "yes")
    says(page, "Je peux, je n’y suis pas obligé·e.")
    assert page.url == address
    looks_right(house, page, "share-summary")
    page.get_by_role("button", name="Confirmer et consigner").click()
    page.wait_for_url("**/partager/decision")
    says(page, "Secret partagé, avec des personnes nommées")
    looks_right(house, page, "share-outcome")
    page.get_by_role("link", name="Supprimer le brouillon").click()
    page.locator("main").get_by_role("button").first.click()


def test_in_an_emergency_the_numbers_come_first(house: House) -> None:
    page = house.visit("participant", "presenter")
    draft(page, "Un danger, inventé")
    choose(page, "danger", "yes")
    choose(page, "identifiable", "no")
    page.get_by_role("button", name="Présenter au groupe").click()
    first = page.locator("main h2").first
    expect(first).to_have_text("D’abord, appeler.")
    expect(page.get_by_role("link", name="112").first).to_be_visible()
    looks_right(house, page, "share-q2-danger")
    for value in ("no", "no", "yes"):
        answer(page, value)
    expect(page.locator("main h2").first).to_have_text("D’abord, appeler.")
    looks_right(house, page, "share-emergency")
    page.get_by_role("button", name="Confirmer et consigner").click()
    says(page, "D’abord, appeler.")


def test_the_person_takes_the_agreement_back(house: House) -> None:
    page = house.visit("coordination", "presenter")
    draft(page, "Le bail arrive à sa fin")
    choose(page, "danger", "no")
    choose(page, "identifiable", "no")
    page.locator("input[name=attested]").check(force=True)
    page.get_by_role("button", name="Présenter au groupe").click()
    page.wait_for_url("**/code")
    sheet = page.url.removesuffix("/code")
    other = house.at_desk("participant")
    other.goto(sheet)
    other.get_by_role("link", name="La personne retire son accord").click()
    looks_right(house, other, "withdraw")
    other.get_by_role("button", name="Masquer la situation").click()
    says(other, "masquée, ses lecteurs sont avertis")
    answered = other.goto(sheet)
    assert answered is not None
    assert answered.status == 404
    page.goto(sheet)
    says(page, "La personne a retiré son accord")
    house.picture(page, "withdrawn-sheet")
    page.get_by_role("link", name="Reprendre la décision de partage").click()
    says(page, "accord précis et libre")
    home = house.visit("coordination", "/les-tilleuls")
    says(home, "La personne a retiré son accord")
    looks_right(house, home, "withdrawn-home")


@pytest.mark.parametrize("language", ["fr", "nl"])
@pytest.mark.parametrize("path", ["notice", "cadre-legal"])
def test_the_notice_and_the_framework_are_read_in_both_languages(
    house: House, path: str, language: str
) -> None:
    page = house.visit_in(language, "coordination", path)
    assert page.locator("html").get_attribute("lang") == language
    looks_right(house, page, f"{path}-{language}")
