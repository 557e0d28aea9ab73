"""Who reads a single situation, in a real browser: a limited reader, a conflict, a guest."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.people import TILLEULS, House, choose, says, today, write
from tests.e2e.test_sharing import looks_right
from tests.e2e.test_walks import CODE, bring


def answers_404(page: Page, house: House, code: str) -> bool:
    """Whether a sheet is not found, as one that never existed."""
    answer = page.goto(f"{house.demo.url}{TILLEULS}/situations/{code}")
    return answer is not None and answer.status == 404


def note(house: House, who: str, code: str, text: str) -> None:
    """Somebody of the circle adds to the timeline."""
    page = house.visit(who, f"situations/{code}")
    form = page.locator("form[action$='/fil']")
    write(form, text=text)
    form.get_by_role("button", name="Ajouter au fil").click()
    says(page, text)


def test_the_police_bring_a_situation_and_read_their_own_words_alone(house: House) -> None:
    page = house.visit("police", "presenter")
    code = bring(page, "Disputes répétées dans un immeuble")
    note(house, "participant", code, "La médiation connaît déjà l’immeuble.")

    page = house.visit("police", "tableau")
    row = page.get_by_role("listitem").filter(has_text=code)
    expect(row).to_contain_text("présentée par vous")
    looks_right(house, page, "50-police-own")
    page.goto(f"{house.demo.url}{TILLEULS}/situations/{code}")
    says(page, "Le chauffage s’arrête chaque soir depuis l’automne.")
    assert page.get_by_text("La médiation connaît déjà").count() == 0
    assert page.locator("form[action$='/fil']").count() == 0
    looks_right(house, page, "51-police-sheet")

    circle = CODE.findall(house.visit("participant", "tableau").locator("main").inner_text())
    mine = CODE.findall(house.visit("police", "tableau").locator("main").inner_text())
    assert code in mine
    others = sorted(set(circle) - set(mine))
    assert others
    assert answers_404(page, house, others[0])


def test_whoever_withdraws_for_a_conflict_finds_it_nowhere_any_more(house: House) -> None:
    code = bring(house.visit("gestionnaire", "presenter"), "Un voisin de palier, peut-être")
    page = house.visit("participant", f"situations/{code}")
    page.get_by_role("link", name="Me retirer de cette situation").click()
    looks_right(house, page, "52-withdraw")
    page.get_by_role("button", name="Retirer pour de bon").click()
    expect(page.locator(".field__error, [role=alert]").first).to_be_visible()
    choose(page, "reason", "neighbour")
    page.locator("input[name=understood]").check(force=True)
    page.get_by_role("button", name="Retirer pour de bon").click()
    page.wait_for_url("**/tableau")
    assert code not in page.locator("main").inner_text()
    assert answers_404(page, house, code)
    agenda = house.visit("participant", "reunions")
    agenda.locator("main a[href*='/reunions/']:not([href*=calendrier])").first.click()
    agenda.wait_for_url("**/reunions/*")
    assert code not in agenda.content()
    address = agenda.url.removeprefix(house.demo.url)
    holder = house.visit("gestionnaire", f"situations/{code}")
    says(holder, "restreinte")
    assert code in house.visit("gestionnaire", address).content()


def test_a_guest_reads_the_situation_ticked_for_them_until_it_is_taken_back(house: House) -> None:
    code = bring(house.visit("gestionnaire", "presenter"), "Un avis médical serait utile")
    guest = house.visit("invite", "tableau")
    assert code not in guest.locator("main").inner_text()
    assert answers_404(guest, house, code)

    desk = house.visit("coordination", "membres")
    desk.get_by_role("link", name="Ouvrir des situations Solène Invitée").click()
    desk.get_by_label(re.compile(code)).check(force=True)
    write(desk, until=(today() + timedelta(days=7)).isoformat())
    desk.get_by_role("button", name="Ouvrir ce qui est coché").click()
    expect(desk.locator("section[aria-labelledby=t-open]")).to_contain_text(code)
    looks_right(house, desk, "53-guest-desk")

    guest = house.visit("invite", "tableau")
    guest.get_by_role("link", name=code).click()
    says(guest, "Le chauffage s’arrête chaque soir depuis l’automne.")
    assert guest.get_by_role("link", name="Me retirer de cette situation").count() == 0
    looks_right(house, guest, "54-guest-sheet")
    for path in ("reunions", "rapport/2026"):
        answer = guest.goto(f"{house.demo.url}{TILLEULS}/{path}")
        assert answer is not None
        assert answer.status == 404

    desk.get_by_role("button", name=re.compile(f"Reprendre {code}")).click()
    expect(desk.locator("section[aria-labelledby=t-open]")).not_to_contain_text(code)
    assert answers_404(guest, house, code)


@pytest.mark.parametrize("language", ["fr", "nl"])
@pytest.mark.parametrize("who", ["police", "coordination", "dpo"])
def test_who_may_see_what_is_read_role_by_role(house: House, who: str, language: str) -> None:
    page = house.visit_in(language, who, "qui-peut-voir-quoi")
    looks_right(house, page, f"55-policy-{who}-{language}")
    page.locator("main nav a[href='#role-guest']").click()
    expect(page.locator("#role-guest h2")).to_be_in_viewport()


def test_every_rule_is_read_without_scripts(house: House) -> None:
    page = house.context(scripts=False).new_page()
    house.sign_in(page, "police")
    page.goto(f"{house.demo.url}{TILLEULS}/qui-peut-voir-quoi")
    says(page, "La police doit dénoncer les infractions")
    fold = page.locator("#role-dpo details").first
    expect(fold.locator("dd").first).not_to_be_visible()
    fold.locator("summary").click()
    expect(fold.locator("dd").first).to_be_visible()


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_the_notice_comes_on_paper_in_the_persons_language(house: House, language: str) -> None:
    page = house.visit("participant", "notice")
    page.locator(f"main nav a[lang={language}]").click()
    expect(page.locator("article.notice")).to_have_attribute("lang", language)
    looks_right(house, page, f"56-notice-{language}")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="PDF").click()
    assert waiting.value.suggested_filename == f"notice-les-tilleuls-{language}.pdf"
