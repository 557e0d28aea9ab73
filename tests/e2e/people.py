"""People of the demo at their browsers: they sign in, look, and leave pictures."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    Request,
    Route,
    ViewportSize,
    expect,
)

from tests.e2e.demo import Demo

DESK: Final = ViewportSize(width=1280, height=900)
TILLEULS: Final = "/les-tilleuls"
PHONE: Final = ViewportSize(width=360, height=740)


def today() -> date:
    """The day in Brussels, whatever the clock of the machine says near midnight."""
    return datetime.now(ZoneInfo("Europe/Brussels")).date()


@dataclass
class House:
    """The demo and everybody in it."""

    demo: Demo
    browser: Browser
    pictures: Path
    complaints: list[str] = field(default_factory=list)
    _at_desk: dict[str, BrowserContext] = field(default_factory=dict)

    @property
    def password(self) -> str:
        """The public password of every demo account."""
        from concertation.demo.accounts import PASSWORD  # noqa: PLC0415 - its models need Django

        return PASSWORD

    def context(self, *, phone: bool = False, scripts: bool = True) -> BrowserContext:
        """A browser nobody has used yet."""
        context = self.browser.new_context(
            locale="fr-BE",
            timezone_id="Europe/Brussels",
            viewport=PHONE if phone else DESK,
            java_script_enabled=scripts,
            # A colour halfway through its transition is no colour of the page.
            reduced_motion="reduce",
        )
        context.set_default_timeout(15_000)
        context.route("**/*", self._only_the_demo)
        context.on("page", self._listen)
        return context

    def _only_the_demo(self, route: Route, request: Request) -> None:
        if urlsplit(request.url).hostname in {"localhost", "127.0.0.1"}:
            route.continue_()
        else:
            self.complaints.append(f"asked for {request.url}")
            route.abort()

    def _listen(self, page: Page) -> None:
        def say(kind: str, text: str) -> None:
            # An answer of 404 that a test asks for is no fault of the page.
            if kind == "error" and "Failed to load resource" not in text:
                self.complaints.append(f"{page.url}: {text}")

        page.on("console", lambda message: say(message.type, message.text))
        page.on("pageerror", lambda error: say("error", str(error)))

    def sign_in(self, page: Page, name: str) -> None:
        """Through both steps, as a person does it."""
        email = name if "@" in name else f"{name}@demo.example"
        page.goto(f"{self.demo.url}/connexion")
        page.locator("input[name=email]").fill(email)
        page.locator("input[name=password]").fill(self.password)
        page.locator("main button[type=submit]").first.click()
        page.wait_for_url(re.compile("/connexion/code"))
        page.locator("input[name=code]").fill(self.demo.code_of(email))
        page.locator("main button[type=submit]").first.click()
        page.wait_for_url(lambda url: "/connexion" not in url)

    def visit(self, name: str, path: str) -> Page:
        """Someone signed in, at a page of Les Tilleuls (or at an address that starts with /)."""
        return self.visit_in("fr", name, path)

    def visit_in(self, language: str, name: str | None, path: str) -> Page:
        """The same in a language, chosen as its cookie does; without a name, nobody signed in."""
        page = self.at_desk(name) if name else self.context().new_page()
        page.context.add_cookies([{"name": "language", "value": language, "url": self.demo.url}])
        # Without a slash at its end: that address would be nobody's.
        inside = f"{TILLEULS}/{path}".rstrip("/")
        page.goto(self.demo.url + (path if path.startswith("/") else inside))
        return page

    def at_desk(self, name: str) -> Page:
        """A page of someone who signed in once, for the whole run."""
        if name not in self._at_desk:
            context = self.context()
            page = context.new_page()
            self.sign_in(page, name)
            page.close()
            self._at_desk[name] = context
        return self._at_desk[name].new_page()

    def forget(self, name: str) -> None:
        """Their session ended elsewhere: the next visit signs in again."""
        if context := self._at_desk.pop(name, None):
            context.close()

    def picture(self, page: Page, name: str) -> None:
        """Keep what the page looks like, whole."""
        page.screenshot(path=self.pictures / f"{name}.png", full_page=True)

    def pictures_of_open_pages(self, name: str) -> None:
        """What every open page shows, for whoever has to find out why a test failed."""
        for context in self.browser.contexts:
            for number, page in enumerate(context.pages):
                self.picture(page, f"{name}-{number}")

    def close_pages(self) -> None:
        """Leave the desks tidy; nobody is signed out."""
        for context in self.browser.contexts:
            for page in context.pages:
                page.close()
            if context not in self._at_desk.values():
                context.close()

    def close(self) -> None:
        """Put the browsers away."""
        for context in self._at_desk.values():
            context.close()


def is_accessible(page: Page) -> None:
    """axe finds nothing on the page as it stands, once it is whole."""
    page.wait_for_load_state()
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"


def fits(page: Page) -> None:
    """Nothing makes the page wider than the screen, once its style is there."""
    page.wait_for_load_state()
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"{page.url} is {wide} pixels too wide"


def says(page: Page, text: str) -> None:
    """The main part of the page shows a text."""
    expect(page.locator("main")).to_contain_text(text)


def send(button: Locator) -> None:
    """Click, and wait for the page that comes: the form's own stays until its answer is there."""
    with button.page.expect_event("load"):
        button.click()


def unfold(page: Page) -> None:
    """Open every fold, so that what it holds can be filled in."""
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")


def choose(page: Page | Locator, name: str, *values: str) -> None:
    """Tick answers; their boxes are drawn by their labels.

    A style sheet that arrives between looking and clicking moves the page under the pointer.
    """
    (page if isinstance(page, Page) else page.page).wait_for_load_state()
    for value in values:
        page.locator(f'input[name="{name}"][value="{value}"]').check(force=True)


def write(page: Page | Locator, **texts: str) -> None:
    """Fill fields by their names."""
    for name, text in texts.items():
        page.locator(f'[name="{name}"]').fill(text)
