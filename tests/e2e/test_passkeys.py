"""A passkey in a real browser, with Chromium's virtual authenticator: added, used, removed."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.people import House

NAME = "Clé USB bleue"


def plug_in(page: Page) -> None:
    """A security key that answers by itself (Chrome DevTools Protocol, domain WebAuthn)."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "usb",
                "hasResidentKey": False,
                "hasUserVerification": False,
                "automaticPresenceSimulation": True,
            }
        },
    )


def give_password(page: Page, house: House, name: str) -> None:
    page.goto(f"{house.demo.url}/connexion")
    page.locator("input[name=email]").fill(f"{name}@demo.example")
    page.locator("input[name=password]").fill(house.password)
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url(re.compile("/connexion/code"))


def test_a_passkey_is_added_used_and_removed(house: House) -> None:
    page = house.context().new_page()
    plug_in(page)
    house.sign_in(page, "participant")

    page.goto(f"{house.demo.url}/compte/cles-d-acces")
    page.locator("input[name=name]").fill(NAME)
    page.locator("input[name=password]").fill(house.password)
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("button", name="Créer la clé d’accès").click()
    page.wait_for_url(f"{house.demo.url}/compte")
    expect(page.get_by_text("Votre clé d’accès est en service.")).to_be_visible()
    expect(page.get_by_text(NAME).first).to_be_visible()

    # The same key again is refused by the browser, and the page says why.
    page.goto(f"{house.demo.url}/compte/cles-d-acces")
    page.locator("input[name=name]").fill("Encore elle")
    page.locator("input[name=password]").fill(house.password)
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("button", name="Créer la clé d’accès").click()
    expect(page.get_by_role("alert")).to_contain_text("a déjà une clé d’accès")

    page.goto(f"{house.demo.url}/compte")
    page.evaluate("document.querySelector('form[action=\"/deconnexion\"]').submit()")
    page.wait_for_url(re.compile("/connexion"))
    give_password(page, house, "participant")
    house.picture(page, "second-factor-passkey")
    page.get_by_role("button", name="Utiliser ma clé d’accès").click()
    page.wait_for_url(lambda url: "/connexion" not in url)

    page.goto(f"{house.demo.url}/compte")
    page.get_by_role("link", name=f"Retirer {NAME}").click()
    page.locator("input[name=password]").fill(house.password)
    page.get_by_role("button", name="Retirer cette clé").click()
    page.wait_for_url(f"{house.demo.url}/compte")
    expect(page.get_by_text("est retirée")).to_be_visible()


def test_without_scripts_a_code_is_asked(house: House) -> None:
    page = house.context(scripts=False).new_page()
    give_password(page, house, "participant")
    expect(page.locator("input[name=code]")).to_be_visible()
    expect(page.get_by_role("button", name="Utiliser ma clé d’accès")).to_have_count(0)
