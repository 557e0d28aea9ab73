"""The circle's keys in a real browser: an access restored, a recovery key made anew and tried."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.people import PHONE, House, fits, is_accessible, says

WHO = "participant"
LOST = f"{WHO}@demo.example"

# What a reset of the password leaves behind: new keys, and the place awaits again.
RESET = """
from concertation.accounts.models import Participation, User
from concertation.demo.accounts import PASSWORD
from ethics import gate
from ethics.secrecy.session import end_sessions
user = User.objects.get(email={email!r})
gate.make_member_keys(user.id, PASSWORD)
end_sessions(user.id)
places = Participation.objects.filter(person=user, concertation__slug="les-tilleuls")
places.update(state="awaiting")
"""


def looked_at(house: House, page: Page, name: str) -> None:
    """Fits, is accessible, and leaves a picture at the width of a desk and of a telephone."""
    is_accessible(page)
    house.picture(page, name)
    desk = page.viewport_size
    page.set_viewport_size(PHONE)
    fits(page)
    house.picture(page, f"{name}-phone")
    if desk:
        page.set_viewport_size(desk)


def test_a_member_who_lost_their_access_is_restored_by_the_coordinator(house: House) -> None:
    house.demo.command("shell", "--no-imports", "-c", RESET.format(email=LOST))
    house.forget(WHO)
    context = house.context()
    lost = context.new_page()
    house.sign_in(lost, LOST)
    lost.goto(f"{house.demo.url}/les-tilleuls/tableau")
    says(lost, "votre accès doit être rétabli")
    looked_at(house, lost, "40-lost")
    heard = re.sub(r"\D", "", lost.locator("main .half").inner_text())

    coordinator = house.visit("coordination", "membres")
    waiting = coordinator.get_by_role("form", name="En attente d’admission")
    expect(waiting).to_contain_text("a perdu son accès")
    looked_at(house, coordinator, "41-members")
    card = waiting.get_by_role("listitem").filter(has_text="a perdu son accès")
    card.get_by_label("Les vingt chiffres").fill(heard)
    waiting.get_by_label("Votre mot de passe").fill(house.password)
    waiting.get_by_role("button", name="Admettre").click()
    says(coordinator, "a rétabli l’accès de")
    house.picture(coordinator, "42-members-after")

    lost.goto(f"{house.demo.url}/les-tilleuls/tableau")
    says(lost, "situations ouvertes")
    lost.goto(f"{house.demo.url}/compte")
    says(lost, "Qui a rétabli votre accès")
    looked_at(house, lost, "43-account")


def test_a_coordinator_makes_a_new_recovery_key_and_tries_it(house: House) -> None:
    page = house.visit("coordination", "membres/cles")
    looked_at(house, page, "44-keys")
    page.get_by_role("link", name="Faire une nouvelle clé de secours").click()
    looked_at(house, page, "45-reissue")
    page.get_by_role("button", name="Créer la clé de secours").click()
    groups = [re.sub(r"\s", "", each) for each in page.locator(".recovery li").all_inner_texts()]
    assert len(groups) == 13
    looked_at(house, page, "46-sheet")
    page.get_by_role("link", name="C’est imprimé ou recopié, continuer").click()
    for field in ("first", "second"):
        label = page.locator(f"label[for=id_{field}]").inner_text()
        number = int(re.findall(r"\d+", label)[0])
        page.locator(f"[name={field}]").fill(groups[number - 1])
    looked_at(house, page, "47-retype")
    page.get_by_label("Votre mot de passe").fill(house.password)
    page.get_by_role("button", name="Mettre en vigueur").click()
    expect(page.locator("body")).to_contain_text("La nouvelle clé de secours est en vigueur")

    page.get_by_label("Les treize groupes").fill(" ".join(groups).lower())
    page.get_by_role("button", name="Vérifier", exact=True).click()
    expect(page.locator("body")).to_contain_text("C’est la bonne feuille")


def test_the_other_pages_of_the_circle_fit_and_are_accessible(house: House) -> None:
    page = house.visit("coordination", "membres")
    page.get_by_role("link", name=re.compile("^Rôle")).first.click()
    looked_at(house, page, "48-role")
    page.goto(f"{house.demo.url}/compte")
    page.get_by_role("link", name=re.compile("^Quitter")).first.click()
    looked_at(house, page, "49-leave")
    dutch = house.visit_in("nl", "coordination", "membres/cles")
    looked_at(house, dutch, "50-keys-nl")
