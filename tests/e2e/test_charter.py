"""The charter's life in a browser: an organisation subscribes, a person signs, the board opens.

A new version comes, is waited for, stops access, and is signed.
"""

import base64
import re
import time

from django_otp.oath import TOTP
from playwright.sync_api import Page, expect

from tests.e2e.people import TILLEULS, House, choose, says, write
from tests.e2e.test_sharing import looks_right

HOUSE = "La Boîte à Outils"
ODA = "oda@demo.example"
GRACE_IS_OVER = """
from datetime import timedelta
from django.utils import timezone
from ethics.charter.models import CharterVersion
row = CharterVersion.objects.first()
row.grace_until = timezone.localdate() - timedelta(days=1)
row.save()
"""


def invited(house: House, email: str) -> str:
    """Invite somebody of the organisation; gives the address that their letter carries."""
    page = house.visit("coordination", "membres/inviter")
    write(page, email=email, name="Oda Outil", function="travail de rue")
    page.locator("select[name=organisation]").select_option(label=HOUSE)
    page.locator("select[name=secrecy_status]").select_option("professional")
    choose(page, "role", "participant")
    page.get_by_role("button", name="Envoyer l’invitation").click()
    page.wait_for_url("**/membres")
    return str(re.findall(r"/invitation/[\w-]+", house.demo.said.read_text("utf-8"))[-1])


def join(house: House, page: Page, address: str, email: str, name: str = "Oda Outil") -> None:
    """A password, a device, ten codes on paper."""
    page.goto(house.demo.url + address)
    write(page, name=name, password=house.password, again=house.password)
    page.get_by_role("button", name="Créer mon compte").click()
    says(page, "Connectez-vous avec lui")
    write(page, email=email, password=house.password)
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url("**/connexion/appareil**")
    seed = base64.b32decode(re.sub(r"\W", "", page.locator(".half .digits").inner_text()))
    clock = TOTP(seed)
    clock.time = time.time()
    write(page, code=f"{clock.token():06d}")
    page.get_by_role("button", name="Confirmer cet appareil").click()
    page.get_by_role("link", name="C’est noté, continuer").click()


def sign(house: House, page: Page, button: str) -> None:
    """The sentence, the password, and the signature."""
    page.locator("input[name=agree]").check(force=True)
    write(page, password=house.password)
    page.get_by_role("button", name=button).click()


def test_an_organisation_subscribes_a_person_signs_and_the_board_opens(house: House) -> None:
    address = invited(house, ODA)
    page = house.context().new_page()
    join(house, page, address, ODA)
    page.goto(f"{house.demo.url}{TILLEULS}/tableau")
    says(page, f"{HOUSE} n’a pas encore adhéré")
    looks_right(house, page, "60-not-subscribed")
    threshold = page.url

    binds = house.visit("representant", "/")
    binds.get_by_role("link", name=f"Faire adhérer {HOUSE}").click()
    looks_right(house, binds, "61-subscription")
    choose(binds, "power", "management")
    sign(house, binds, "Signer l’adhésion")
    says(binds, "L’adhésion est en vigueur")

    page.goto(threshold)
    page.get_by_role("link", name="Lire la charte").click()
    looks_right(house, page, "62-charter")
    sign(house, page, "Signer la charte")
    page.goto(threshold)
    heard = re.sub(r"\D", "", page.locator("main .half").inner_text())

    desk = house.visit("coordination", "membres")
    waiting = desk.get_by_role("form", name="En attente d’admission")
    card = waiting.get_by_role("listitem").filter(has_text="Oda Outil")
    card.get_by_label("Les vingt chiffres").fill(heard)
    waiting.get_by_label("Votre mot de passe").fill(house.password)
    waiting.get_by_role("button", name="Admettre").click()
    says(desk, "a admis Oda Outil")
    page.goto(f"{house.demo.url}{TILLEULS}/tableau")
    says(page, "situations ouvertes")


def published(house: House) -> None:
    """One more sentence in both languages, in force today."""
    page = house.visit("technique", "/administration/charte/projet")
    for language, more in (("fr", "Une phrase de plus."), ("nl", "Een zin meer.")):
        field = page.locator(f"[name=text_{language}]")
        field.fill(f"{field.input_value()}\n\n{more}\n")
    page.get_by_role("button", name="Enregistrer et relire").click()
    expect(page.locator("ins").first).to_be_visible()
    looks_right(house, page, "63-publish")
    write(page, password=house.password)
    page.get_by_role("button", name="Publier cette version").click()
    says(page, "2")


def test_a_new_version_waits_then_stops_access_until_it_is_signed(apart: House) -> None:
    board = apart.visit("participant", "tableau")
    published(apart)
    board.reload()
    says(board, "Une nouvelle version de la charte attend votre signature")
    says(board, "situations ouvertes")
    looks_right(apart, board, "64-grace")

    apart.demo.command("shell", "--no-imports", "-c", GRACE_IS_OVER)
    board.reload()
    assert "/acces/" in board.url
    assert "situations ouvertes" not in board.locator("main").inner_text()
    looks_right(apart, board, "65-stopped")
    threshold = board.url

    binds = apart.visit("participant", "/?choisir=1")
    binds.locator("main a[href*='/organisations/']").last.click()
    choose(binds, "power", "management")
    sign(apart, binds, "Signer l’adhésion")
    board.goto(threshold)
    board.get_by_role("link", name="Lire la charte").click()
    sign(apart, board, "Signer la charte")
    board.goto(f"{apart.demo.url}{TILLEULS}/tableau")
    says(board, "situations ouvertes")
    assert board.get_by_text("attend votre signature").count() == 0
