"""A slow line and a cut one: it shows that something is under way, nothing doubles, nothing typed
is lost, and no late answer takes the place of a newer one."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, Request, Route, expect

from tests.e2e.people import House, choose, is_accessible, says, write
from tests.e2e.test_guard import ready

# Each page brings its styles and scripts again: a test's browser keeps nothing.
PATIENT = 60_000
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
BUSY = re.compile("true")


# htmx writes in the console that a request was overtaken or lost: here it is meant to be.
MEANT = re.compile(r": (htmx:\w+|Response Status Error Code 502)")


@pytest.fixture(autouse=True)
def _patient(house: House) -> Iterator[None]:
    expect.set_options(timeout=20_000)
    yield
    expect.set_options(timeout=5_000)
    house.complaints[:] = [said for said in house.complaints if not MEANT.search(said)]


def slow(page: Page) -> None:
    """From here on the line is that of a bad mobile connection."""
    page.set_default_timeout(PATIENT)
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW)


def sent(page: Page) -> list[str]:
    """What the page posts, from here on."""
    found: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            found.append(request.url)

    page.on("request", note)
    return found


def cut(page: Page) -> None:
    """Every request that posts is lost on its way."""
    page.route("**/*", lambda route: lose(route))


def lose(route: Route) -> None:
    if route.request.method == "POST":
        route.abort("connectionreset")
    else:
        route.fallback()


def breaks(page: Page) -> None:
    """The server answers every post with an error."""

    def answer(route: Route) -> None:
        if route.request.method == "POST":
            route.fulfill(status=502, content_type="text/html", body="<h1>Bad gateway</h1>")
        else:
            route.fallback()

    page.route("**/*", answer)


FAULTS = [(cut, "La connexion manque"), (breaks, "Le serveur n’a pas pu répondre")]


def twice(button: Locator) -> None:
    """Click twice; what is clicked shows that something is under way, and is disabled meanwhile.

    Looked at from inside the page: from outside, one waits for the next page to be there.
    """
    seen: list[str] = []
    button.page.expose_function("note", lambda said: seen.append(said))
    button.evaluate(
        "button => new MutationObserver(() => note(`${button.ariaBusy} ${button.disabled}"
        " ${document.getElementById('say').textContent}`)).observe(button, {attributes: true})"
    )
    button.dblclick()
    button.page.wait_for_timeout(300)
    assert "true true Envoi en cours." in seen


def sheet(house: House, name: str, headline: str) -> Page:
    """The sheet of one of the demo's situations."""
    page = house.visit(name, "tableau?view=all")
    page.get_by_role("row", name=re.compile(headline)).get_by_role("link").first.click()
    page.wait_for_url("**/situations/*")
    page.wait_for_load_state()
    return page


# --- The board -----------------------------------------------------------------------------------


def test_the_last_of_two_searches_wins_and_what_is_typed_meanwhile_stays(house: House) -> None:
    page = house.visit("participant", "tableau")
    page.wait_for_load_state()
    slow(page)
    asked = sent(page)
    late: list[Route] = []
    # The first answer is held back until the second one stands.
    page.route("**/tableau/**", lambda route: route.fallback() if late else late.append(route))
    searched = page.locator("#f-searched")
    searched.fill("zzmyosotis")
    searched.press("Enter")
    expect(page.locator("#board")).to_have_attribute("aria-busy", "true")
    expect(page.locator(".busy-line")).to_be_visible()
    searched.fill("chauffage")
    searched.press("Enter")
    says(page, "1 situation contient ces mots.")
    expect(page.locator("#board")).not_to_have_attribute("aria-busy", BUSY)
    late[0].fallback()
    page.wait_for_timeout(2_000)
    says(page, "1 situation contient ces mots.")
    expect(searched).to_have_value("chauffage")
    assert len(asked) == 2

    # A filter is on its way while the next words are typed.
    page.locator("#f-end").click()
    searched.fill("dettes")
    expect(page.locator("#board-said")).to_contain_text("dans cette vue")
    expect(page.locator("#board")).not_to_have_attribute("aria-busy", BUSY)
    expect(searched).to_have_value("dettes")
    is_accessible(page)


def test_a_filter_overtaken_by_another_is_not_shown(house: House) -> None:
    page = house.visit("participant", "tableau")
    page.wait_for_load_state()
    slow(page)
    page.locator("#view-mine").click()
    page.locator("#view-overdue").click()
    page.wait_for_url("**/tableau?view=overdue")
    page.wait_for_timeout(2_000)
    assert page.url.endswith("view=overdue")
    expect(page.locator("#view-overdue")).to_have_attribute("aria-current", "true")


@pytest.mark.parametrize(("fault", "sentence"), FAULTS)
def test_a_search_that_fails_says_so_and_keeps_its_words(
    house: House, fault: Callable[[Page], None], sentence: str
) -> None:
    page = house.visit("participant", "tableau")
    page.wait_for_load_state()
    rows = page.locator("table.board tbody tr").count()
    fault(page)
    page.locator("#f-searched").fill("chauffage")
    page.locator("#f-search").click()
    expect(page.locator("#board-cut")).to_be_visible()
    expect(page.locator("#board-cut")).to_contain_text(sentence)
    expect(page.locator("#f-searched")).to_have_value("chauffage")
    expect(page.locator("table.board tbody tr")).to_have_count(rows)
    expect(page.locator("#board")).not_to_have_attribute("aria-busy", BUSY)
    is_accessible(page)
    house.picture(page, f"cut-board-{len(sentence)}")
    page.unroute_all()
    page.locator("#f-search").click()
    says(page, "1 situation contient ces mots.")
    expect(page.locator("#board-cut")).to_be_hidden()


# --- The sheet and my actions --------------------------------------------------------------------

WORD = "Passage fait, zzlenteur, lien gardé."


def test_the_state_of_an_action_is_sent_once_on_a_slow_line(apart: House) -> None:
    page = apart.visit("participant", "")
    action = page.locator("ul.acts--home > li").first
    form = action.locator("form.answer")
    choose(form, "state", "under_way")
    write(form, text=WORD)
    slow(page)
    posted = sent(page)
    button = form.get_by_role("button", name="Noter")
    twice(button)
    says(page, "Le retour est noté")
    assert len(posted) == 1


@pytest.mark.parametrize(("fault", "sentence"), FAULTS)
def test_an_answer_that_is_lost_stays_in_its_form(
    apart: House, fault: Callable[[Page], None], sentence: str
) -> None:
    page = sheet(apart, "gestionnaire", "Chauffage")
    compose = page.locator("form.compose")
    choose(compose, "kind", "question")
    write(compose, text=WORD)
    fault(page)
    button = compose.get_by_role("button", name="Ajouter au fil")
    button.click()
    expect(compose.get_by_role("alert").filter(has_text=sentence)).to_be_visible()
    expect(compose.locator("[name=text]")).to_have_value(WORD)
    expect(button).to_be_enabled()
    is_accessible(page)
    apart.picture(page, f"cut-sheet-{len(sentence)}")
    page.unroute_all()
    button.click()
    says(page, "C’est noté au fil.")
    expect(page.locator("main").get_by_text(WORD)).to_have_count(1)


def test_an_answer_that_arrived_and_was_not_heard_of_is_noted_once(apart: House) -> None:
    page = sheet(apart, "gestionnaire", "Chauffage")

    def deaf(route: Route) -> None:
        if route.request.method == "POST":
            route.fetch(max_redirects=0)
            route.abort("connectionreset")
        else:
            route.fallback()

    compose = page.locator("form.compose")
    write(compose, text=WORD)
    choose(compose, "kind", "information")
    page.route("**/*", deaf)
    button = compose.get_by_role("button", name="Ajouter au fil")
    button.click()
    expect(compose.get_by_role("alert").filter(has_text="La connexion manque")).to_be_visible()
    page.unroute_all()
    button.click()
    says(page, "C’est noté au fil.")
    expect(page.locator("main").get_by_text(WORD)).to_have_count(1)


def test_a_refused_answer_comes_back_as_it_was_typed_and_is_guarded(apart: House) -> None:
    page = sheet(apart, "gestionnaire", "Chauffage")
    compose = page.locator("form.compose")
    choose(compose, "kind", "information")
    write(compose, text="Habite rue des Quatre-Vents 12, zzlenteur.")
    slow(page)
    compose.get_by_role("button", name="Ajouter au fil").click()
    expect(page.locator("main [role=alert]").first).to_be_visible()
    area = page.locator("form.compose [name=text]")
    expect(area).to_have_value("Habite rue des Quatre-Vents 12, zzlenteur.")
    # The page was put in place: its texts are still looked at as on any page.
    expect(page.locator("form.compose .guard__mirror mark").first).to_be_attached()
    area.fill("Au 0470 12 34 56, zzlenteur.")
    expect(page.locator("form.compose li.is-hard")).to_contain_text("0470")
    area.fill(WORD)
    page.locator("form.compose").get_by_role("button", name="Ajouter au fil").click()
    says(page, "C’est noté au fil.")


# --- Bringing a situation ------------------------------------------------------------------------


def filled(page: Page, headline: str) -> None:
    choose(page, "needs", "housing")
    choose(page, "urgency", "soon")
    write(
        page,
        headline=headline,
        account="Le chauffage s’arrête chaque soir.",
        question="Qui connaît un chemin ?",
        wish="Rester chez moi.",
    )


def test_a_situation_sent_twice_while_it_keeps_itself_is_one_thing(apart: House) -> None:
    page = apart.visit("participant", "presenter")
    ready(page)
    filled(page, "Chauffage zzlenteur")
    page.get_by_role("button", name="Garder en brouillon").click()
    page.get_by_role("link", name="Chauffage zzlenteur").click()
    page.wait_for_url("**/brouillons/*")
    ready(page)
    slow(page)
    posted = sent(page)
    with page.expect_request(lambda request: request.method == "POST"):
        write(page, headline="Chauffage zzlenteur coupé")
    # The draft is keeping itself at this very moment.
    button = page.get_by_role("button", name="Passer à la décision de partage")
    twice(button)
    page.wait_for_url("**/partager", timeout=PATIENT)
    assert len(posted) == 2, "what kept itself, and what was sent"
    choose(page, "danger", "no")
    choose(page, "identifiable", "no")
    page.locator("input[name=attested]").check(force=True)
    button = page.get_by_role("button", name="Présenter au groupe")
    button.dblclick()
    page.wait_for_url("**/code", timeout=PATIENT)
    board = apart.visit("participant", "tableau?view=all")
    expect(board.get_by_role("row", name="Chauffage zzlenteur coupé")).to_have_count(1)
    drafts = apart.visit("participant", "brouillons")
    expect(drafts.get_by_text("zzlenteur")).to_have_count(0)


def test_a_situation_that_could_not_be_sent_is_still_there(apart: House) -> None:
    page = apart.visit("participant", "presenter")
    ready(page)
    filled(page, "Chauffage zzcoupure le soir")
    cut(page)
    page.get_by_role("button", name="Passer à la décision de partage").click()
    expect(page.get_by_role("alert").filter(has_text="La connexion manque")).to_be_visible()
    expect(page.locator("[name=headline]")).to_have_value("Chauffage zzcoupure le soir")
    expect(page.locator("[name=account]")).to_have_value("Le chauffage s’arrête chaque soir.")
    apart.picture(page, "cut-bring")
    page.unroute_all()
    page.get_by_role("button", name="Passer à la décision de partage").click()
    page.wait_for_url("**/partager")
