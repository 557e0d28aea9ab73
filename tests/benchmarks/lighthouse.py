"""Pages as a browser's own auditor sees them: Lighthouse, over a demo of its own.

Lighthouse comes from npm into a folder under `bench/`; nothing of it is part of the project. The
demo is a copy in a folder that goes away: nobody's `var/demo` is touched.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import sync_playwright

from tests.benchmarks.guard_browser import chromium
from tests.benchmarks.measure import Measure, not_yet
from tests.benchmarks.start import ROOT, copy_source

PASSWORD: Final = "un tilleul pour tout le monde"  # the demo's, and public
WHO: Final = "participant@demo.example"
SCORES: Final = ("performance", "accessibility", "best-practices")
SCORE_BAR: Final = 95
WEIGHT_BAR: Final = 150


class NotTaken(Exception):
    """Why Lighthouse can't run here."""


@dataclass(frozen=True, slots=True)
class Audit:
    """The scores and the weight of one page."""

    page: str
    scores: Mapping[str, float]
    kilobytes: float


def lowest(category: str) -> Measure:
    """The lowest score of the pages."""
    return _measured(
        SCORE_BAR, "score", lambda each: each.scores[category], min, lambda v: v >= SCORE_BAR
    )


def weight() -> Measure:
    """The heaviest page, as sent."""
    return _measured(WEIGHT_BAR, "kB", lambda each: each.kilobytes, max, lambda v: v <= WEIGHT_BAR)


def _measured(bar: float, unit: str, value: Any, worst: Any, holds: Any) -> Measure:
    try:
        found = audits()
    except NotTaken as why:
        return not_yet(bar, unit, str(why))
    figures = {each.page: round(value(each), 1) for each in found}
    least = worst(figures.values())
    told = ", ".join(f"{page} {figure:g}" for page, figure in figures.items())
    how = f"Lighthouse on Chromium, as a slow telephone (its default), signed in: {told} {unit}."
    return Measure(least, bar, unit, holds(least), len(figures), how)


@cache
def audits() -> tuple[Audit, ...]:
    """Each page once. Raises `NotTaken`."""
    program = chromium()
    if program is None:
        raise NotTaken("Chromium isn't installed.")
    lighthouse = _installed()
    with _demo() as base:
        cookies, pages = _signed_in(base, program)
        return tuple(
            _audit(lighthouse, program, name, base + path, cookies) for name, path in pages
        )


def _installed() -> Path:
    folder = ROOT / "bench" / "lighthouse"
    program = folder / "node_modules" / ".bin" / "lighthouse"
    if not program.exists():
        if shutil.which("npm") is None:
            raise NotTaken("npm isn't installed.")
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            ["npm", "install", "--no-fund", "--no-audit", "--prefix", str(folder), "lighthouse@13"],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise NotTaken("npm could not install Lighthouse.")
    return program


@contextmanager
def _demo() -> Iterator[str]:
    """A demo of its own, served until the block ends."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="concertation-pages-") as name:
        folder = Path(name)
        copy_source(folder)
        kept = _own_environment()
        run = [sys.executable, "manage.py", "demo", "--port", str(port)]
        subprocess.run(
            [sys.executable, "-m", "concertation.translations"], cwd=folder, env=kept, check=True
        )
        served = subprocess.Popen(
            run, cwd=folder, env=kept, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            base = f"http://localhost:{port}"
            _wait(f"{base}/connexion", served)
            _FOLDERS[base] = folder
            yield base
        finally:
            served.terminate()
            served.wait(timeout=20)


_FOLDERS: Final[dict[str, Path]] = {}


def _own_environment() -> dict[str, str]:
    """Without the benchmarks' own settings."""
    return {key: value for key, value in os.environ.items() if not key.startswith("DJANGO")}


def _wait(address: str, served: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and served.poll() is None:
        try:
            urlopen(address, timeout=5).close()  # noqa: S310 - our own demo
        except URLError:
            time.sleep(0.5)
        else:
            return
    raise NotTaken("the demo did not start.")


def _signed_in(base: str, program: str) -> tuple[str, list[tuple[str, str]]]:
    """The cookies of a signed-in participant, and the pages to look at."""
    command = [sys.executable, "manage.py", "demo_code", WHO]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"{base}/connexion")
        page.fill("[name=email]", WHO)
        page.fill("[name=password]", PASSWORD)
        page.click("main button[type=submit]")
        done = subprocess.run(
            command,
            cwd=_FOLDERS[base],
            env=_own_environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        page.fill("[name=code]", done.stdout.split()[-1])
        page.click("main button[type=submit]")
        page.wait_for_url(lambda url: "connexion" not in url)
        page.goto(f"{base}/les-tilleuls/tableau")
        sheet = page.locator("main a[href*='/situations/']").first.get_attribute("href") or ""
        cookies = "; ".join(f"{each['name']}={each['value']}" for each in page.context.cookies())
        browser.close()
    return cookies, [
        ("sign-in", "/connexion"),
        ("home", "/les-tilleuls"),
        ("board", "/les-tilleuls/tableau"),
        ("sheet", sheet),
        ("form", "/les-tilleuls/presenter"),
    ]


def _audit(lighthouse: Path, program: str, name: str, address: str, cookies: str) -> Audit:
    headers = {} if name == "sign-in" else {"Cookie": cookies}
    done = subprocess.run(
        [
            str(lighthouse),
            address,
            "--quiet",
            "--output=json",
            f"--only-categories={','.join(SCORES)}",
            "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
            f"--extra-headers={json.dumps(headers)}",
        ],
        env=os.environ | {"CHROME_PATH": program},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        tail = done.stderr.strip().splitlines()[-1:]
        raise NotTaken(f"Lighthouse failed on {name}: {' '.join(tail)}")
    report = json.loads(done.stdout)
    if report["finalDisplayedUrl"].split("?")[0] != address:
        raise NotTaken(f"{name} led to {report['finalDisplayedUrl']}.")
    scores = {each: 100 * (report["categories"][each]["score"] or 0) for each in SCORES}
    return Audit(name, scores, report["audits"]["total-byte-weight"]["numericValue"] / 1000)
