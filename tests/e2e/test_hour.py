"""A whole meeting in two browsers: the coordinator shares the screen, a participant follows."""

import re
from datetime import timedelta

from playwright.sync_api import Page, Position, expect

from tests.e2e.people import DESK, PHONE, House, choose, fits, is_accessible, says, today, write

CODE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}")
POINTS = 6
# Near the upper edge of a point's row, on none of its buttons.
GRIP: Position = {"x": 6, "y": 3}


def plan_for_today(page: Page) -> str:
    """A meeting of today, the next one; gives the address of its page."""
    page.get_by_role("link", name="Prévoir une réunion").click()
    write(page, day=today().isoformat(), at="23:59", place="par vidéo")
    page.get_by_role("button", name="Mettre au calendrier").click()
    says(page, "au calendrier")
    return page.url


def by_keyboard(page: Page, name: str, value: str) -> None:
    """Type into the field that Tab has come to."""
    assert page.evaluate("document.activeElement.name") == name
    page.keyboard.type(value)


def code_on(page: Page) -> str:
    """The code of the situation that the page shows large."""
    return str(CODE.findall(page.locator(".live__sheet .code").first.inner_text())[0])


def test_a_meeting_of_six_situations_in_two_browsers(house: House) -> None:
    screen = house.visit("coordination", "reunions")
    address = plan_for_today(screen)
    points = screen.locator("form[data-agenda] > ol > li")
    proposed = CODE.findall(screen.locator("form[data-agenda]").inner_text())
    mine = house.visit("participant", "tableau")
    others = [
        each for each in CODE.findall(mine.locator("main").inner_text()) if each not in proposed
    ]
    for asked in dict.fromkeys(others):
        # One more than is gone through: what somebody withdrew from stays off the screen.
        if points.count() > POINTS + 1:
            break
        mine.goto(address)
        mine.get_by_text("Demander un point").click()
        write(mine, code=asked)
        mine.get_by_role("button", name="Demander", exact=True).click()
        says(mine, "C’est demandé")
        screen.reload()
        screen.get_by_role("button", name="Mettre à l’ordre du jour").click()
        screen.wait_for_load_state()
    # Whatever other walks brought to this house stands on the agenda too.
    assert points.count() > POINTS
    first = points.nth(2).get_attribute("data-point")
    points.nth(2).get_by_role("button", name="Monter").press("Enter")
    screen.wait_for_load_state()
    assert points.nth(1).get_attribute("data-point") == first
    # The same with the pointer: taken by its row, laid down before another.
    last = points.nth(2).get_attribute("data-point")
    points.nth(2).drag_to(points.nth(1), source_position=GRIP, target_position=GRIP)
    screen.wait_for_load_state()
    expect(points.nth(1)).to_have_attribute("data-point", str(last))
    screen.reload()
    expect(points.nth(1)).to_have_attribute("data-point", str(last))
    house.picture(screen, "hour-agenda")
    is_accessible(screen)
    fits(screen)
    screen.get_by_role("button", name="Publier l’ordre du jour").click()
    says(screen, "est publié")

    mine.goto(address)
    mine.get_by_role("button", name="À distance").click()
    says(mine, "1 personne annoncée")
    is_accessible(mine)

    screen.get_by_role("link", name="Commencer la réunion").click()
    says(screen, "Rappel de confidentialité")
    is_accessible(screen)
    screen.locator("input[name=reminded]").check(force=True)
    screen.get_by_role("button", name="Ouvrir la réunion").click()
    mine.goto(f"{address}/suivre")
    says(mine, "La réunion commence")
    says(mine, "Vous n’êtes pas noté")
    seat = screen.locator(".seat-row", has_text="Noor Exemple")
    seat.get_by_role("button", name="à distance").click()
    expect(
        screen.locator(".seat-row", has_text="Noor Exemple").locator("[aria-pressed=true]")
    ).to_have_text("à distance")

    screen.get_by_role("button", name=re.compile("Commencer")).click()
    says(screen, "Tour des retours")
    is_accessible(screen)
    # The follower's page comes by itself: a number was asked every three seconds.
    expect(mine.locator("main h1")).to_have_text("Tour des retours", timeout=10_000)

    seen: list[str] = []
    while len(seen) < POINTS:
        screen.get_by_role("button", name=re.compile("Point suivant")).click()
        screen.wait_for_load_state()
        if not screen.locator(".live__sheet .code").count():
            # Somebody present withdrew from it in another walk: nothing of it is on the screen.
            continue
        code = code_on(screen)
        assert code not in seen
        seen.append(code)
        expect(mine.locator(".live__sheet .code").first).to_have_text(code, timeout=10_000)
        if len(seen) == 1:
            enter_by_keyboard(screen)
            followed_live(screen, mine)
            away_for_a_while(screen, mine)
            house.picture(screen, "hour-screen")
            house.picture(mine, "hour-following")
            for page in (screen, mine):
                is_accessible(page)
                fits(page)
        choose(screen, "use", "orientation")
    # A reload, a closed laptop: the same point is there again.
    screen.reload()
    assert code_on(screen) == seen[-1]
    # On a telephone the strip of points is longer than the screen: the present one is in it.
    mine.set_viewport_size(PHONE)
    mine.reload()
    expect(mine.locator(".points [aria-current]")).to_be_in_viewport()
    mine.set_viewport_size(DESK)
    finish = screen.get_by_role("button", name="Finir ce point")
    while not finish.count():
        screen.get_by_role("button", name=re.compile("Point suivant")).click()
        screen.wait_for_load_state()
    finish.click()
    screen.get_by_role("link", name="Clore la réunion").last.click()
    is_accessible(screen)
    house.picture(screen, "hour-closing")
    write(screen, minutes="58", preparation_minutes="40", follow_up_minutes="20")
    screen.get_by_role("button", name="Clore et signer").click()
    says(screen, "voici son compte rendu")
    says(screen, "Passer le mercredi")
    says(screen, "La Théière fait le lien")
    house.picture(screen, "hour-minutes")
    is_accessible(screen)
    fits(screen)
    expect(mine.locator("main")).to_contain_text("La réunion est close", timeout=10_000)
    mine.get_by_role("link", name="Lire le compte rendu").click()
    says(mine, "Le lien est gardé")
    answer = mine.request.get(f"{address}/compte-rendu.pdf")
    assert answer.body().startswith(b"%PDF-")


def enter_by_keyboard(page: Page) -> None:
    """A new action and a decision, without a pointer."""
    page.locator("main h1").first.click()
    page.keyboard.press("n")
    by_keyboard(page, "text", "Passer le mercredi, jusqu’aux vacances")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    due = today() + timedelta(days=20)
    page.locator("[name=due_on]").fill(due.isoformat())
    page.locator("[name=due_on]").press("Enter")
    says(page, "Passer le mercredi")
    choose(page, "kind", "decision")
    entry = page.locator("form", has=page.get_by_role("button", name="Noter au fil"))
    write(entry, text="La Théière fait le lien avec le bailleur.")
    page.get_by_role("button", name="Noter au fil").press("Enter")
    says(page, "La Théière fait le lien")


def followed_live(screen: Page, mine: Page) -> None:
    """What is being typed on one device stays while the other changes; both end up on both."""
    write(mine, text="Le lien est gardé")
    seat = screen.locator(".seat-row", has_text="Maëlle Modèle")
    seat.get_by_role("button", name="excusé·e").click()
    expect(mine.locator("[data-part=entries]")).to_contain_text(
        "La Théière fait le lien", timeout=10_000
    )
    expect(mine.locator("textarea[name=text]")).to_have_value("Le lien est gardé")
    mine.get_by_role("button", name="Noter au fil").click()
    says(mine, "C’est noté au fil")
    expect(screen.locator("[data-part=entries]")).to_contain_text(
        "Le lien est gardé", timeout=10_000
    )


def away_for_a_while(screen: Page, mine: Page) -> None:
    """The network goes: what is typed stays, and what the others did comes with the network."""
    mine.context.set_offline(True)
    write(mine, text="Écrit sans réseau")
    entry = screen.locator("form", has=screen.get_by_role("button", name="Noter au fil"))
    choose(screen, "kind", "decision")
    write(entry, text="Le bailleur est prévenu")
    screen.get_by_role("button", name="Noter au fil").click()
    says(screen, "Le bailleur est prévenu")
    # Longer than it takes to ask once.
    mine.wait_for_timeout(4_000)
    expect(mine.locator("[data-ended]")).to_be_hidden()
    expect(mine.locator("[data-part=entries]")).not_to_contain_text("Le bailleur est prévenu")
    mine.context.set_offline(False)
    expect(mine.locator("[data-part=entries]")).to_contain_text(
        "Le bailleur est prévenu", timeout=10_000
    )
    expect(mine.locator("textarea[name=text]")).to_have_value("Écrit sans réseau")
    mine.get_by_role("button", name="Noter au fil").click()
    says(mine, "Écrit sans réseau")
