"""The identifier guard in Chromium: marks while typing, lists, speaks; sends and keeps nothing."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.people import PHONE, House, fits, is_accessible, says, unfold, write
from tests.e2e.test_canary import KEPT_BY_THE_BROWSER, files_with
from tests.e2e.test_walks import bring
from tests.guarding.browser import corpus, in_code_points, module_address, table
from tests.guarding.test_engines import HOSTILE, server

TEXT = "Vit seul·e rue des Quatre-Vents 12, au quatrième étage. Le jardin partagé l’attire."
SOFT = "Mme Zzcanari passe chaque lundi."
SCAN = """async ([module, rules, texts]) => {
    const { scanner } = await import(module);
    const scan = scanner(rules, {});
    return texts.map(scan);
}"""


def ready(page: Page) -> None:
    """The browser's half has its table."""
    page.locator("#guard[data-ready]").wait_for(state="attached")


def marks(page: Page, field: str) -> list[str]:
    """The passages marked in place."""
    mirror = page.locator(f".guard:has([name={field}]) .guard__mirror")
    return mirror.locator("mark").all_inner_texts()


def test_chromium_and_the_server_find_the_same_over_the_whole_corpus(house: House) -> None:
    texts = corpus() + HOSTILE
    page = house.context().new_page()
    found: list[Any] = page.evaluate(SCAN, [module_address(), table(), texts])
    different = {
        text: (there, here)
        for text, each in zip(texts, found, strict=True)
        if (there := in_code_points(text, each)) != (here := server(text))
    }
    assert different == {}


def test_an_address_is_marked_while_typing_and_refused_when_sent(house: House) -> None:
    page = house.visit("participant", "presenter")
    ready(page)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    field = page.locator("[name=account]")
    field.press_sequentially(TEXT)
    item = page.locator("#id_account_found li.is-hard")
    expect(item).to_contain_text("rue des Quatre-Vents 12")
    expect(item).to_contain_text("à retirer")
    assert marks(page, "account")[0] == "rue des Quatre-Vents 12"
    expect(page.locator("#say")).to_contain_text("À retirer dans « Ce qui se passe »")
    assert requests == [], "typing asks for nothing"
    assert "Quatre-Vents" not in page.evaluate(KEPT_BY_THE_BROWSER)
    assert "Quatre-Vents" not in str(page.context.storage_state(indexed_db=True))
    house.picture(page, "guard-typing-1280")

    write(page, headline="Chauffage coupé", question="Qui connaît un chemin ?")
    page.get_by_role("button", name="Garder en brouillon").click()
    says(page, "Adresse avec numéro à retirer, ligne 1")
    expect(page.locator("[name=account]")).to_have_value(TEXT)
    assert "Quatre-Vents" not in page.url
    house.picture(page, "guard-refused-1280")
    is_accessible(page)


def test_marks_lie_under_their_words_also_when_the_text_scrolls(house: House) -> None:
    page = house.visit("participant", "presenter")
    page.set_viewport_size(PHONE)
    ready(page)
    field = page.locator("[name=account]")
    field.fill("\n".join(["Une ligne de plus, sans rien qui identifie."] * 60 + [TEXT]))
    expect(page.locator("#id_account_found li.is-hard")).to_be_visible()
    field.evaluate("(area) => { area.scrollTop = area.scrollHeight }")
    page.wait_for_timeout(100)
    same = field.evaluate(
        """(area) => {
            const mirror = area.parentElement.querySelector(".guard__mirror");
            const style = (each) => { const s = getComputedStyle(each);
                return [s.font, s.paddingTop, s.paddingLeft].join() };
            return { scroll: mirror.scrollTop === area.scrollTop && area.scrollTop > 0,
                     height: Math.abs(mirror.scrollHeight - area.scrollHeight) < 40,
                     style: style(mirror) === style(area),
                     width: mirror.clientWidth === area.clientWidth };
        }"""
    )
    assert same == {"scroll": True, "height": True, "style": True, "width": True}
    fits(page)
    house.picture(page, "guard-long-360")


def test_a_soft_passage_is_answered_with_the_keyboard_and_saved(house: House) -> None:
    page = house.visit("participant", "presenter")
    ready(page)
    page.locator("[name=wish]").fill(SOFT)
    box = page.locator("#id_wish_found [name=guard_kept]")
    expect(box).not_to_be_checked()
    page.locator("[name=wish]").focus()
    page.keyboard.press("Tab")
    expect(page.locator("#id_wish_found [data-select]")).to_be_focused()
    page.keyboard.press("Enter")
    chosen = page.evaluate(
        "() => { const a = document.activeElement;"
        " return a.value.slice(a.selectionStart, a.selectionEnd) }"
    )
    assert chosen == "Mme Zzcanari"
    box.focus()
    page.keyboard.press("Space")
    # The answer stays while the text around the passage goes on.
    page.locator("[name=wish]").press_sequentially("")
    page.locator("[name=wish]").fill(f"{SOFT} Elle aime le jardin.")
    page.wait_for_timeout(600)
    expect(box).to_be_checked()
    page.locator("[name=wish]").fill(f"{SOFT} Puis Mme Zzpinson.")
    expect(page.locator("#id_wish_found li")).to_have_count(2)
    expect(box.first).to_be_checked()
    expect(box.last).not_to_be_checked()
    page.locator("[name=wish]").fill(SOFT)
    expect(page.locator("#id_wish_found li")).to_have_count(1)
    write(page, headline="Voudrait voir du monde", question="Qui connaît un jardin ?")
    page.get_by_role("button", name="Garder en brouillon").click()
    page.wait_for_url("**/brouillons**")
    assert files_with("Zzcanari", house.demo.folder, house.demo.said) == []


def test_without_scripts_the_server_lists_the_same_and_asks(house: House) -> None:
    context = house.context(scripts=False)
    page = context.new_page()
    house.sign_in(page, "gestionnaire")
    page.goto(f"{house.demo.url}/les-tilleuls/presenter")
    page.locator("[name=headline]").fill("Voudrait voir du monde")
    page.locator("[name=account]").fill(f"{TEXT} {SOFT}")
    page.get_by_role("button", name="Garder en brouillon").click()
    expect(page.locator("#id_account_found li.is-hard")).to_contain_text("rue des Quatre-Vents 12")
    expect(page.locator("[name=account]")).to_have_value(f"{TEXT} {SOFT}")
    page.locator("[name=account]").fill(SOFT)
    page.get_by_role("button", name="Garder en brouillon").click()
    page.locator("#id_account_found [name=guard_kept]").check()
    page.get_by_role("button", name="Garder en brouillon").click()
    page.wait_for_url("**/brouillons**")


def test_the_veil_covers_what_was_found(house: House) -> None:
    page = house.visit("participant", "presenter")
    ready(page)
    page.locator("[name=account]").fill(TEXT)
    words = page.locator("#id_account_found q").first
    expect(words).to_be_visible()
    page.locator("main h1").click()
    page.keyboard.press("v")
    assert words.evaluate("(each) => getComputedStyle(each).visibility") == "hidden"
    mark = page.locator(".guard__mirror mark").first
    assert mark.evaluate("(each) => getComputedStyle(each).visibility") == "hidden"


@pytest.mark.parametrize("language", ["fr", "nl"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_guard_is_accessible_and_fits(house: House, language: str, scheme: Any) -> None:
    for path, field in (("presenter", "[name=account]"), ("garde-fou", "#id_try")):
        page = house.visit_in(language, "participant", path)
        page.emulate_media(color_scheme=scheme)
        unfold(page)
        ready(page)
        page.locator(field).fill(f"{TEXT} {SOFT}")
        expect(page.locator(".found li").first).to_be_visible()
        is_accessible(page)
        house.picture(page, f"guard-{path}-1280-{language}-{scheme}")
        page.set_viewport_size(PHONE)
        fits(page)
        house.picture(page, f"guard-{path}-360-{language}-{scheme}")
        page.close()


def test_a_meeting_s_place_may_be_an_address(house: House) -> None:
    page = house.visit("coordination", "reunions/prevoir")
    ready(page)
    page.locator("[name=place]").fill("Maison de quartier, rue des Quatre-Vents 12")
    page.wait_for_timeout(600)
    expect(page.locator("#id_place_found li")).to_have_count(0)


def test_a_situation_is_brought_after_its_address_was_taken_out(house: House) -> None:
    page = house.visit("participant", "presenter")
    ready(page)
    page.locator("[name=account]").fill(TEXT)
    expect(page.locator("#id_account_found li.is-hard")).to_be_visible()
    code = bring(page, "Aimerait un jardin, ose peu sortir")
    assert json.dumps(code)
