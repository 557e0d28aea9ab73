"""The server is killed in the middle of a meeting and started again: everybody goes on."""

import re
import time
from typing import Final

from playwright.sync_api import Locator, Page, expect

from tests.e2e.people import House, choose, is_accessible, says, write
from tests.e2e.test_hour import code_on, plan_for_today

DECISION: Final = "Le service social appelle le bailleur lundi"
FEEDBACK: Final = "Le lien est gardé, deux visites depuis"
LATE: Final = "Écrit pendant que rien ne répondait"
# What a clock may differ by: the seconds between two looks, and its rounding.
BLINK: Final = 5


def seconds_left(page: Page) -> int:
    """What the clock of the point on the screen shows, as a number; below zero beyond its time."""
    text = page.locator(".live__head [data-clock]").inner_text()
    minutes, seconds = map(int, text.strip("+").split(":"))
    return (-1 if text.startswith("+") else 1) * (60 * minutes + seconds)


def noting(page: Page) -> Locator:
    """The form of a text about the situation on the screen."""
    return page.locator("form", has=page.get_by_role("button", name="Noter au fil"))


def opened(house: House) -> tuple[Page, Page]:
    """A meeting of today with a situation on the screen, and somebody present who follows."""
    screen = house.visit("coordination", "reunions")
    address = plan_for_today(screen)
    screen.goto(f"{address}/seance")
    screen.locator("input[name=reminded]").check(force=True)
    screen.get_by_role("button", name="Ouvrir la réunion").click()
    seat = screen.locator(".seat-row", has_text="Noor Exemple")
    seat.get_by_role("button", name="à distance").click()
    screen.get_by_role("button", name=re.compile("Commencer")).click()
    says(screen, "Tour des retours")
    while not noting(screen).count():
        screen.get_by_role("button", name=re.compile("Point suivant")).click()
        screen.wait_for_load_state()
    mine = house.visit("participant", "reunions")
    mine.goto(f"{address}/suivre")
    expect(mine.locator(".live__sheet .code").first).to_have_text(code_on(screen))
    return screen, mine


def answered_by_something_else(page: Page) -> None:
    """What stands before the server answers for it while it restarts: following goes on after."""
    page.route("**/version", lambda route: route.fulfill(status=502, body="Bad gateway"))
    expect(page.locator("[data-away]")).to_be_visible(timeout=10_000)
    page.unroute("**/version")
    expect(page.locator("[data-away]")).to_be_hidden(timeout=10_000)
    expect(page.locator("[data-ended]")).to_be_hidden()


def test_a_server_killed_in_the_middle_of_a_meeting(apart: House) -> None:
    screen, mine = opened(apart)
    code = code_on(screen)
    choose(screen, "kind", "decision")
    write(noting(screen), text=DECISION)
    write(mine, text=FEEDBACK)
    # A page that is loaded anew forgets this.
    mine.evaluate("window.never_left = true")
    screen.evaluate("window.never_left = true")
    left, at = seconds_left(mine), time.monotonic()
    answered_by_something_else(mine)

    apart.demo.crash()
    for page in (screen, mine):
        expect(page.locator("[data-away]")).to_be_hidden()
    # Sent to nobody: the page stays, with what was typed, and says so.
    noting(screen).get_by_role("button", name="Noter au fil").click()
    says(screen, "ne répond pas pour l’instant")
    expect(screen.locator("[data-away]")).to_be_in_viewport()
    expect(noting(screen).locator("[name=text]")).to_have_value(DECISION)
    # Whoever only reads is told after a second poll that failed.
    expect(mine.locator("[data-away]")).to_be_visible(timeout=10_000)
    write(mine, text=f"{FEEDBACK}. {LATE}")
    apart.picture(mine, "restart-away")
    is_accessible(mine)

    apart.demo.start()
    for page in (screen, mine):
        expect(page.locator("[data-away]")).to_be_hidden(timeout=15_000)
        expect(page.locator("[data-ended]")).to_be_hidden()
    # Still signed in: the same form goes out, and both have what the other wrote.
    noting(screen).get_by_role("button", name="Noter au fil").click()
    says(screen, DECISION)
    expect(mine.locator("[data-part=entries]")).to_contain_text(DECISION, timeout=10_000)
    assert mine.evaluate("window.never_left")
    expect(mine.locator("textarea[name=text]")).to_have_value(f"{FEEDBACK}. {LATE}")
    mine.get_by_role("button", name="Noter au fil").click()
    says(mine, "C’est noté au fil")
    expect(screen.locator("[data-part=entries]")).to_contain_text(LATE, timeout=10_000)

    # The same point, its clock gone on meanwhile, the same people in the room.
    screen.reload()
    assert code_on(screen) == code
    passed = time.monotonic() - at
    assert abs(left - seconds_left(screen) - passed) <= BLINK
    pressed = screen.locator(".seat-row", has_text="Noor Exemple").locator("[aria-pressed=true]")
    expect(pressed).to_have_text("à distance")
    screen.get_by_role("link", name="Clore la réunion").click()
    screen.get_by_role("button", name="Clore et signer").click()
    says(screen, "voici son compte rendu")
    says(screen, DECISION)
    expect(mine.locator("main")).to_contain_text("La réunion est close", timeout=10_000)
    apart.demo.command("ledger", "verify")
