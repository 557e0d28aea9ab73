"""Every page of a meeting, in French and in Dutch, wide and narrow: axe finds nothing, all fits."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.e2e.people import DESK, PHONE, House, choose, fits, is_accessible, says, unfold, write
from tests.e2e.test_hour import CODE, enter_by_keyboard, plan_for_today

POINTS = 6
PRESENT = 4


def look(house: House, page: Page, name: str) -> None:
    """The page as it stands in both languages and at both widths; back to French."""
    for language in ("nl", "fr"):
        page.context.add_cookies([{"name": "language", "value": language, "url": house.demo.url}])
        page.reload()
        expect(page.locator("html")).to_have_attribute("lang", language)
        house.picture(page, f"{name}-{language}")
        is_accessible(page)
        page.set_viewport_size(PHONE)
        house.picture(page, f"{name}-{language}-360")
        is_accessible(page)
        unfold(page)
        fits(page)
        page.set_viewport_size(DESK)


def ask_for_points(house: House, screen: Page, mine: Page, address: str) -> None:
    """As many situations asked for as the agenda of the hour holds."""
    points = screen.locator("form[data-agenda] > ol > li")
    mine.goto(f"{house.demo.url}/les-tilleuls/tableau")
    proposed = CODE.findall(screen.locator("form[data-agenda]").inner_text())
    known = CODE.findall(mine.locator("main").inner_text())
    for asked in dict.fromkeys(each for each in known if each not in proposed):
        if points.count() > POINTS:
            break
        mine.goto(address)
        mine.get_by_text("Demander un point").click()
        write(mine, code=asked)
        mine.get_by_role("button", name="Demander", exact=True).click()
        says(mine, "C’est demandé")
        screen.reload()
        screen.get_by_role("button", name="Mettre à l’ordre du jour").click()
        screen.wait_for_load_state()
    assert points.count() >= POINTS


def test_every_page_of_a_meeting_in_both_languages_and_widths(apart: House) -> None:
    house = apart
    screen = house.visit("coordination", "reunions")
    look(house, screen, "m-01-list")
    screen.goto(f"{house.demo.url}/les-tilleuls/reunions/calendrier")
    look(house, screen, "m-02-calendar")
    screen.goto(f"{house.demo.url}/les-tilleuls/reunions/prevoir")
    look(house, screen, "m-03-plan")
    screen.goto(f"{house.demo.url}/les-tilleuls/reunions")
    address = plan_for_today(screen)
    mine = house.visit("participant", urlsplit(address).path)
    ask_for_points(house, screen, mine, address)
    look(house, screen, "m-04-agenda-editing")
    for each, name in (("modifier", "m-05-change"), ("inviter", "m-06-invite")):
        answer = screen.goto(f"{address}/{each}")
        assert answer is not None
        assert answer.ok, f"{each}: {answer.status}"
        look(house, screen, name)
    screen.goto(address)
    screen.get_by_role("button", name="Publier l’ordre du jour").click()
    says(screen, "est publié")
    screen.goto(address)
    look(house, screen, "m-07-published")
    mine.goto(address)
    look(house, mine, "m-08-meeting-participant")


def test_the_hour_and_its_end_in_both_languages_and_widths(apart: House) -> None:
    house = apart
    screen = house.visit("coordination", "reunions")
    address = plan_for_today(screen)
    mine = house.visit("participant", urlsplit(address).path)
    screen.get_by_role("link", name="Commencer la réunion").click()
    look(house, screen, "m-09-opening")
    screen.locator("input[name=reminded]").check(force=True)
    screen.get_by_role("button", name="Ouvrir la réunion").click()
    for _ in range(PRESENT):
        free = screen.locator(".seat-row:not(:has([aria-pressed=true]))").first
        free.get_by_role("button", name="présent").first.click()
        screen.wait_for_load_state()
    look(house, screen, "m-10-seats")
    screen.get_by_role("button", name=re.compile("Commencer")).click()
    says(screen, "Tour des retours")
    look(house, screen, "m-11-round")
    # A point that somebody present may not read stays off the screen: past it.
    while not screen.locator("form.add").count():
        screen.get_by_role("button", name=re.compile("Point suivant")).click()
        screen.wait_for_load_state()
    enter_by_keyboard(screen)
    choose(screen, "use", "orientation")
    look(house, screen, "m-12-live")
    screen.set_viewport_size(PHONE)
    for control in screen.locator("form.add").locator("textarea, select, button").all():
        box = control.bounding_box()
        assert box is not None
        assert box["width"] > PHONE["width"] / 4, "a field of the new action is squeezed"
        assert box["x"] >= 0
    screen.set_viewport_size(DESK)
    mine.goto(f"{address}/suivre")
    look(house, mine, "m-13-following")
    screen.goto(f"{address}/seance/clore")
    look(house, screen, "m-14-closing")
    write(screen, minutes="58", preparation_minutes="40", follow_up_minutes="20")
    screen.get_by_role("button", name="Clore et signer").click()
    says(screen, "voici son compte rendu")
    look(house, screen, "m-15-minutes")
    screen.goto(f"{house.demo.url}/les-tilleuls/reunions")
    look(house, screen, "m-16-list-after")
