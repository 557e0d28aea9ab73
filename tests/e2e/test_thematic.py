"""A thematic concertation: findings, a need, an action, answered from its owner’s home."""

from datetime import timedelta

from playwright.sync_api import Page

from concertation.meetings.models import MeetingNote
from tests.e2e.people import DESK, PHONE, House, choose, fits, is_accessible, says, today, write
from tests.e2e.test_canary import files_with

FINDING = "Les lits de crise manquent le week-end"
NEED = "Un lieu où passer la journée"
ACTION = "Écrire une note commune aux hôpitaux"
ANSWER = "Envoyée aux trois directions"


def looked_at(house: House, page: Page, name: str) -> None:
    """At a desk and on a telephone: it fits, and axe finds nothing."""
    for size, width in ((PHONE, "360"), (DESK, "1280")):
        page.set_viewport_size(size)
        house.picture(page, f"thematic-{name}-{width}")
        fits(page)
        is_accessible(page)


def opened(house: House) -> tuple[Page, str]:
    """The coordinator plans one for today and opens it; gives the address of its page."""
    page = house.visit("coordination", "reunions")
    page.get_by_role("link", name="Prévoir une réunion").click()
    write(page, day=today().isoformat(), at="23:59", place="par vidéo")
    choose(page, "kind", "thematic")
    page.get_by_role("button", name="Mettre au calendrier").click()
    says(page, "au calendrier")
    address = page.url
    page.goto(f"{address}/seance")
    page.locator("input[name=reminded]").check(force=True)
    page.get_by_role("button", name="Ouvrir la réunion").click()
    page.wait_for_load_state()
    return page, address


def note(page: Page, kind: str, text: str) -> None:
    """Note one thing, as anybody does."""
    form = page.locator("form[action$='/notes']")
    choose(form, "kind", kind)
    write(form, text=text)
    form.get_by_role("button", name="Noter", exact=True).click()
    says(page, text)


def test_a_thematic_concertation_notes_and_its_action_is_answered(apart: House) -> None:
    screen, address = opened(apart)
    note(screen, "finding", FINDING)
    note(screen, "need", NEED)
    form = screen.locator("form[action$='/actions']")
    owner = form.locator("[name=owner]")
    owner.select_option(label=str(owner.locator("option", has_text="Noor Exemple").inner_text()))
    in_a_week = today() + timedelta(days=7)
    write(form, text=ACTION, due_on=in_a_week.isoformat())
    form.get_by_role("button", name="Ajouter l’action collective").click()
    says(screen, ACTION)
    looked_at(apart, screen, "live")

    mine = apart.visit("participant", "")
    mine.goto(f"{address}/suivre")
    says(mine, FINDING)
    says(mine, NEED)
    looked_at(apart, mine, "follow")
    mine.goto(f"{apart.demo.url}/les-tilleuls")
    says(mine, ACTION)
    looked_at(apart, mine, "home")
    line = mine.locator("section", has=mine.locator("#t-collective")).locator("li", has_text=ACTION)
    line.get_by_role("link").click()
    says(mine, ACTION)
    looked_at(apart, mine, "action")
    choose(mine, "state", "done")
    write(mine, text=ANSWER)
    mine.get_by_role("button", name="Noter", exact=True).click()
    says(mine, "C’est noté.")
    assert mine.locator("#t-collective").count() == 0
    screen.reload()
    says(screen, ANSWER)

    # Each sealed field of a note held one of these texts; none lies anywhere in clear.
    assert {field.name for field in MeetingNote.sealed_fields()} == {"text", "result"}
    for text in (FINDING, NEED, ACTION, ANSWER):
        assert files_with(text, apart.demo.folder, apart.demo.said) == []
    assert files_with("Les Tilleuls", apart.demo.folder) != []
