"""A guest of one meeting, in a browser: invited, signs for it, is admitted, sees it and no more."""

import re

from tests.e2e.people import TILLEULS, House, says, write
from tests.e2e.test_charter import join, sign
from tests.e2e.test_sharing import looks_right

GUEST = "gaston@demo.example"
NAME = "Gaston Passage"


def test_a_guest_of_one_meeting_signs_for_it_and_sees_it_alone(house: House) -> None:
    desk = house.visit("coordination", "reunions")
    desk.get_by_role("link", name="Préparer la réunion").first.click()
    meeting = desk.url.split("?")[0]
    desk.goto(f"{meeting}/inviter")
    looks_right(house, desk, "70-guest-of-a-meeting")
    write(desk, email=GUEST, name=NAME, function="assistant social")
    desk.locator("select[name=organisation]").select_option(label="La Théière")
    desk.locator("select[name=secrecy_status]").select_option("professional")
    desk.get_by_role("button", name="Envoyer l’invitation").click()
    address = re.findall(r"/invitation/[\w-]+", house.demo.said.read_text("utf-8"))[-1]

    page = house.context().new_page()
    join(house, page, address, GUEST, NAME)
    page.goto(meeting)
    page.get_by_role("link", name="Lire la charte").click()
    says(page, "réunion du")
    sign(house, page, "Signer la charte")
    page.goto(meeting)
    heard = re.sub(r"\D", "", page.locator("main .half").inner_text())

    desk.goto(f"{house.demo.url}{TILLEULS}/membres")
    waiting = desk.get_by_role("form", name="En attente d’admission")
    card = waiting.get_by_role("listitem").filter(has_text=NAME)
    card.get_by_label("Les vingt chiffres").fill(heard)
    waiting.get_by_label("Votre mot de passe").fill(house.password)
    waiting.get_by_role("button", name="Admettre").click()
    says(desk, f"a admis {NAME}")

    page.goto(meeting)
    says(page, "Vous y êtes invité·e, et votre signature vaut pour elle seule.")
    looks_right(house, page, "71-visit")
    # The board holds nothing for them, and nobody's code opens by its address.
    board = house.visit("participant", "tableau")
    sheet = board.locator("main a[href*='/situations/']").first.get_attribute("href")
    answer = page.goto(f"{house.demo.url}{sheet}")
    assert answer is not None
    assert answer.status == 404
    page.goto(f"{house.demo.url}{TILLEULS}/membres")
    says(page, "n’existe pas, ou elle ne vous est pas ouverte")
