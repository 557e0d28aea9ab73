"""People's paths through the demo, in a real browser, from the sign-in to the log of accesses."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.people import House, choose, fits, says, today, unfold, write

CODE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}")


def in_a_month() -> str:
    """A date that can be planned."""
    return (today() + timedelta(days=30)).isoformat()


def bring(page: Page, headline: str) -> str:
    """Bring a situation by the short path; gives its code."""
    choose(page, "needs", "housing", "isolation")
    choose(page, "urgency", "soon")
    write(
        page,
        headline=headline,
        account="Le chauffage s’arrête chaque soir depuis l’automne.",
        question="Qui connaît un chemin vers le bailleur ?",
        wish="Rester chez moi et avoir chaud.",
    )
    page.get_by_role("button", name="Passer à la décision de partage").click()
    page.wait_for_url("**/partager")
    choose(page, "danger", "no")
    choose(page, "identifiable", "no")
    page.locator("input[name=attested]").check(force=True)
    page.get_by_role("button", name="Présenter au groupe").click()
    page.wait_for_url("**/code")
    return str(CODE.findall(page.locator("#the-code").inner_text())[0])


def test_a_participant_signs_in_reads_agrees_and_gives_feedback(house: House) -> None:
    context = house.context()
    page = context.new_page()
    page.goto(f"{house.demo.url}/les-tilleuls")
    assert "/connexion" in page.url
    house.picture(page, "01-sign-in")
    house.sign_in(page, "participant")

    page.goto(f"{house.demo.url}/les-tilleuls")
    says(page, "Mes actions à échéance")
    house.picture(page, "02-home")
    action = page.locator("ul.acts--home > li").first
    choose(action, "state", "under_way")
    write(action, text="Le rendez-vous est pris, je passe lundi.")
    action.get_by_role("button", name="Noter").click()
    says(page, "Le retour est noté")

    page.get_by_role("navigation").get_by_role("link", name="Tableau").click()
    says(page, "situations ouvertes")
    house.picture(page, "03-board")
    row = page.get_by_role("row", name=re.compile("Chauffage en panne"))
    row.get_by_role("link").first.click()
    page.wait_for_url("**/situations/*")
    says(page, "Actions convenues")
    assert "Chauffage" not in page.title()
    house.picture(page, "04-situation")

    page.get_by_text("Proposer une action").click()
    form = page.locator("form[action$='/actions']")
    write(form, text="Accompagner la visite du technicien.", due_on=in_a_month())
    form.locator("[name=owner]").select_option(index=1)
    form.get_by_role("button", name="Proposer au groupe").click()
    says(page, "Accompagner la visite du technicien.")
    unfold(page)
    page.get_by_role("button", name="Convenir de cette action").last.click()
    says(page, "L’action est convenue")

    form = page.locator("form[action$='/fil']")
    choose(form, "kind", "feedback")
    write(form, text="Lien gardé, la personne a chaud pour l’instant.")
    form.get_by_role("button", name="Ajouter au fil").click()
    says(page, "Lien gardé, la personne a chaud pour l’instant.")
    house.picture(page, "05-after-feedback")

    page.locator("header").get_by_role("button", name="La Théière").click()
    page.get_by_role("button", name="Se déconnecter").click()
    page.goto(f"{house.demo.url}/les-tilleuls/tableau")
    assert "/connexion" in page.url


def test_a_situation_is_brought_through_the_sharing_decision(house: House) -> None:
    page = house.visit("participant", "presenter")
    code = bring(page, "Chauffage coupé le soir, isolement")
    house.picture(page, "06-code")
    page.get_by_role("link", name="Ouvrir la fiche").click()
    says(page, "Chauffage coupé le soir, isolement")
    says(page, code)


def test_what_was_typed_survives_a_missing_answer(house: House) -> None:
    page = house.visit("participant", "presenter")
    write(page, headline="Une ligne déjà écrite")
    page.get_by_role("button", name="Passer à la décision de partage").click()
    expect(page.locator("[name=headline]")).to_have_value("Une ligne déjà écrite")
    expect(page.locator(".field__error, [role=alert]").first).to_be_visible()


def test_a_case_manager_follows_and_closes_the_situation_they_hold(house: House) -> None:
    page = house.visit("gestionnaire", "presenter")
    bring(page, "Démarches en attente, un relais suffirait")
    page.get_by_role("link", name="Ouvrir la fiche").click()
    form = page.locator("form[action$='/suivi']")
    holder = form.locator("[name=case_manager]")
    holder.select_option(label=str(holder.locator("option", has_text="Maëlle").inner_text()))
    write(form, next_review_on=in_a_month())
    form.get_by_role("button", name="Noter le suivi").click()
    says(page, "Le suivi est noté")
    expect(page.locator("dl.facts")).to_contain_text("vous")
    house.picture(page, "07-case-manager")

    page.get_by_role("link", name="Clôturer").click()
    choose(page, "outcome", "referred")
    write(page, comment="Le relais est pris.")
    page.get_by_role("button", name="Clôturer la situation").click()
    says(page, "La situation est clôturée")
    says(page, "Orientée, et le relais est pris")
    assert page.locator("form[action$='/fil']").count() == 0


def test_a_coordinator_admits_a_newcomer_by_the_digits_they_hear(house: House) -> None:
    newcomer = house.visit("nouvelle", "tableau")
    assert "/acces/" in newcomer.url
    says(newcomer, "Vos vingt chiffres")
    house.picture(newcomer, "08-newcomer")
    heard = re.sub(r"\D", "", newcomer.locator("main .half").inner_text())
    assert len(heard) == 20

    coordinator = house.visit("coordination", "membres")
    house.picture(coordinator, "09-members")
    waiting = coordinator.get_by_role("form", name="En attente d’admission")
    wrong = heard[:-1] + str((int(heard[-1]) + 1) % 10)
    waiting.get_by_label("Les vingt chiffres").fill(wrong)
    waiting.get_by_label("Votre mot de passe").fill(house.password)
    waiting.get_by_role("button", name="Admettre").click()
    expect(coordinator.locator("main")).to_contain_text("chiffres")
    newcomer.reload()
    says(newcomer, "Vos vingt chiffres")

    coordinator.goto(f"{house.demo.url}/les-tilleuls/membres")
    waiting = coordinator.get_by_role("form", name="En attente d’admission")
    waiting.get_by_label("Les vingt chiffres").fill(heard)
    waiting.get_by_label("Votre mot de passe").fill(house.password)
    waiting.get_by_role("button", name="Admettre").click()
    expect(coordinator.get_by_role("form", name="En attente d’admission")).to_have_count(0)
    says(coordinator, "a admis Nina Nouvelle")

    newcomer.goto(f"{house.demo.url}/les-tilleuls/tableau")
    says(newcomer, "situations ouvertes")
    house.picture(newcomer, "10-newcomer-inside")


def test_the_dpo_sees_who_opened_what_and_verifies_without_reading_it(house: House) -> None:
    reader = house.visit("participant", "tableau")
    row = reader.get_by_role("row", name=re.compile("Chauffage en panne"))
    code = CODE.findall(row.inner_text())[0]
    row.get_by_role("link").first.click()
    says(reader, "Chauffage en panne")

    page = house.visit("dpo", "journal")
    write(page, code=code)
    page.get_by_role("button", name="Chercher").click()
    says(page, "Qui a eu cette situation sous les yeux")
    says(page, "Noor Exemple")
    house.picture(page, "11-dpo")
    assert "Chauffage" not in page.content()
    page.get_by_role("button", name="Vérifier", exact=True).first.click()
    says(page, "Journal vérifié")
    house.picture(page, "12-dpo-verified")

    page.goto(f"{house.demo.url}/les-tilleuls/situations/{code}")
    says(page, "Cette page n’existe pas, ou elle ne vous est pas ouverte.")
    page.goto(f"{house.demo.url}/les-tilleuls/journal")
    says(page, "refus")


def test_the_police_see_what_is_addressed_to_them_and_nothing_else(house: House) -> None:
    codes = CODE.findall(house.visit("participant", "tableau").locator("main").inner_text())
    page = house.visit("police", "tableau")
    house.picture(page, "13-police")
    theirs = CODE.findall(page.locator("main").inner_text())
    assert set(theirs) < set(codes)
    foreign = next(code for code in codes if code not in theirs)
    answer = page.goto(f"{house.demo.url}/les-tilleuls/situations/{foreign}")
    assert answer is not None
    assert answer.status == 404
    for code in theirs:
        page.goto(f"{house.demo.url}/les-tilleuls/situations/{code}")
        if page.get_by_text("Vous avez présenté cette situation").count():
            continue
        says(page, "Ce qui vous est adressé")
        assert page.get_by_text("Ce que la personne souhaite").count() == 0


def test_the_published_year_is_shown_as_it_was_published(house: House) -> None:
    page = house.visit("gestionnaire", "/1000-bxl/rapport/2021")
    house.picture(page, "14-report")
    for figure in ("8", "19"):
        says(page, figure)


@pytest.mark.parametrize(
    "path", ["", "tableau", "presenter", "reunions", "membres", "rapport/2021", "/compte"]
)
def test_pages_fit_a_small_phone(house: House, path: str) -> None:
    page = house.visit("participant", path)
    page.set_viewport_size({"width": 360, "height": 740})
    fits(page)
    house.picture(page, f"phone-{path.strip('/').replace('/', '-') or 'home'}")


def test_the_sheet_fits_a_small_phone(house: House) -> None:
    page = house.visit("participant", "tableau")
    page.locator("table.board tbody a").first.click()
    page.wait_for_url("**/situations/*")
    page.set_viewport_size({"width": 360, "height": 740})
    fits(page)
    house.picture(page, "phone-situation")


def test_everything_needed_works_without_scripts(house: House) -> None:
    context = house.context(scripts=False)
    page = context.new_page()
    house.sign_in(page, "gestionnaire")
    page.goto(f"{house.demo.url}/les-tilleuls/tableau")
    page.locator("table.board tbody a").first.click()
    form = page.locator("form[action$='/fil']")
    write(form, text="Écrit sans script.")
    form.get_by_role("button", name="Ajouter au fil").click()
    says(page, "Écrit sans script.")


def test_the_veil_hides_opened_text_at_a_key(house: House) -> None:
    page = house.visit("participant", "tableau")
    cell = page.locator("td[data-sealed]").first
    shown = cell.evaluate("cell => getComputedStyle(cell).filter + getComputedStyle(cell).color")
    page.keyboard.press("v")
    veiled = cell.evaluate("cell => getComputedStyle(cell).filter + getComputedStyle(cell).color")
    assert veiled != shown or not cell.is_visible()
    house.picture(page, "15-veiled")
    page.keyboard.press("v")


def test_a_wrong_password_and_an_unknown_code_get_a_sentence(house: House) -> None:
    page = house.context().new_page()
    page.goto(f"{house.demo.url}/connexion")
    write(page, email="participant@demo.example", password="ce n’est pas le bon mot")
    page.locator("main button[type=submit]").first.click()
    expect(page.locator(".field__error, [role=alert]").first).to_be_visible()
    signed_in = house.visit("participant", "situations/0000-0000")
    says(signed_in, "Cette page n’existe pas, ou elle ne vous est pas ouverte.")
