"""The identifier guard in the browser: how long one look takes, and how much is loaded for it."""

import gzip
import os
import shutil
from pathlib import Path
from typing import Final

from django.contrib.staticfiles import finders
from django.template import Context
from django.template.loader import render_to_string
from playwright.sync_api import Route, sync_playwright

from concertation.templatetags.board import browser_guard
from tests.benchmarks.measure import Measure, at_most, not_yet

LENGTH: Final = 2000
LOOKS: Final = 100
ADDRESS: Final = "http://guard.example"
PARTS: Final = ("concertation/js/guard.js", "concertation/js/scan.js", "guard/rules.json")
SENTENCE: Final = (
    "Vit seul·e rue des Quatre-Vents 12, au quatrième étage ; Mme Exemple passe chaque lundi avec"
    " sa fille. Le chauffage s’arrête chaque soir, la facture de 84 euros attend depuis mars. "
)
# A look as after a pause of typing: the text has changed, so marks and list are written anew.
TAKE: Final = """async ([module, text, looks]) => {
    const { look } = await import(module);
    const area = document.querySelector("textarea");
    const times = [];
    for (let number = 0; number < looks + 20; number += 1) {
        area.value = text.slice(0, -4) + (number % 2 ? " M. X" : " nuit");
        const start = performance.now();
        look(area);
        times.push(performance.now() - start);
        await new Promise((done) => setTimeout(done, 1));
    }
    return times.slice(20).sort((a, b) => a - b);
}"""


def chromium() -> str | None:
    """The browser's program, where this machine has one."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def _answer(route: Route) -> None:
    """The page, and the three files as they lie on the disk: nothing leaves the machine."""
    path = route.request.url.removeprefix(ADDRESS)
    if path == "/":
        needed = render_to_string(
            "parts/guard.html", browser_guard(Context({"request": _Guarded()}))
        )
        body = (
            '<!doctype html><p id="say"></p><label for="a">Texte</label><div class="guard"><div'
            ' class="guard__mirror"></div><textarea id="a" data-guard="" rows="9" cols="70">'
            f'</textarea></div><div id="a_found"></div>{needed}'
        )
        route.fulfill(body=body, content_type="text/html; charset=utf-8")
        return
    found = finders.find(path.removeprefix("/static/"))
    route.fulfill(path=str(found)) if found else route.abort()


class _Guarded:
    has_guarded_text = True
    actor = None


def guard_browser_ms() -> Measure:
    """One look at 2,000 characters, the median."""
    bar, unit = 16, "ms"
    program = chromium()
    if program is None:
        return not_yet(bar, unit, "Chromium isn't installed.")
    text = (SENTENCE * LENGTH)[:LENGTH]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.route("**/*", _answer)
        page.goto(f"{ADDRESS}/")
        page.locator("#guard[data-ready]").wait_for(state="attached")
        module = page.locator("script[type=module]").get_attribute("src")
        times = page.evaluate(TAKE, [module, text, LOOKS])
        browser.close()
    how = (
        f"Chromium without a screen, {LENGTH} characters with {text.count('rue')} addresses among"
        f" them: scan, marks and list, median of {LOOKS} looks; 95th percentile"
        f" {times[int(LOOKS * 0.95)]:.1f} ms."
    )
    return at_most(times[LOOKS // 2], bar, unit, LOOKS, how)


def guard_module_kb() -> Measure:
    """What a page with a guarded field loads for it: two modules and the table."""
    contents = [Path(str(finders.find(name))).read_bytes() for name in PARTS]
    plain = sum(map(len, contents)) / 1000
    sent = sum(len(gzip.compress(each, 9)) for each in contents) / 1000
    how = f"guard.js, scan.js and rules.json as sent (gzip); {plain:.1f} kB before compression."
    return at_most(sent, 40, "kB", len(PARTS), how)
