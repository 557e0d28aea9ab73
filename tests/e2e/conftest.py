"""A browser, the demo it visits, and people who sit in front of it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.demo import ROOT, Demo
from tests.e2e.people import House

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# The browser speaks to the demo alone: nothing it asks for by itself may leave the machine.
SWITCHES: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


def chromium() -> str:
    """The browser of this machine; without one, no test here means anything."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found or not shutil.which(found):
        pytest.exit(
            "The browser tests need Chromium. Install it (Debian: apt install chromium), or name"
            " its program: make e2e CHROMIUM=/path/to/chromium",
            returncode=1,
        )
    return found


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A freshly built demo that serves until the last test."""
    chromium()
    folder = tmp_path_factory.mktemp("e2e") / "demo"
    if built := os.environ.get("E2E_DEMO"):
        # A demo built before saves minutes while writing a test; it is copied, never changed.
        shutil.copytree(built, folder)
    demo = Demo(folder)
    try:
        demo.start()
        yield demo
    finally:
        demo.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(SWITCHES))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def house(demo: Demo, browser: Browser) -> Iterator[House]:
    """The demo's people, each signed in once, with a browser of their own."""
    pictures = Path(ROOT / "var" / "e2e")
    pictures.mkdir(parents=True, exist_ok=True)
    house = House(demo, browser, pictures)
    yield house
    house.close()


@pytest.fixture
def apart(
    demo: Demo, browser: Browser, house: House, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """The same people in a world of their own, for what would change everybody's."""
    copy = demo.apart(tmp_path_factory.mktemp("apart") / "demo")
    try:
        copy.start()
        other = House(copy, browser, house.pictures, house.complaints)
        yield other
        other.close()
    finally:
        copy.stop()


@pytest.fixture(autouse=True)
def _nothing_wrong_in_the_console(house: House, request: pytest.FixtureRequest) -> Iterator[None]:
    """A script error, a refused style or a missing file fails the test that saw it.

    Pages are closed afterwards; those of a failed test leave a picture first.
    """
    house.complaints.clear()
    failed = request.session.testsfailed
    yield
    if request.session.testsfailed > failed:
        house.pictures_of_open_pages(f"failed-{request.node.name}")
    house.close_pages()
    assert house.complaints == []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs a browser: `make test` leaves it out."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.e2e)
