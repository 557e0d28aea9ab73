"""`make bench`: take the measures of design 7 and print them as one JSON object, last.

What can't be taken yet says why in `how`, and has no value. The object is also kept under `bench/`.
"""

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import django
from django.db import connections

from tests.benchmarks.measure import Measure, not_yet
from tests.benchmarks.start import demo_start

ROOT: Final = Path(__file__).resolve().parents[2]


def board_price() -> Measure:
    """The board's page, sealed against plain."""
    from tests.benchmarks import pages  # noqa: PLC0415 - its models need Django to be set up

    return pages.board_price()


def sheet_price() -> Measure:
    """A situation's page, sealed against plain."""
    from tests.benchmarks import pages  # noqa: PLC0415 - its models need Django to be set up

    return pages.sheet_price()


def guard() -> Measure:
    """The identifier guard over its labelled sentences."""
    from tests.benchmarks import guard as guarding  # noqa: PLC0415 - only when it is asked for

    return guarding.guard()


def guard_browser_ms() -> Measure:
    """One look of the identifier guard in the browser."""
    from tests.benchmarks import guard_browser  # noqa: PLC0415 - it needs Django to be set up

    return guard_browser.guard_browser_ms()


def guard_module_kb() -> Measure:
    """What the browser loads for it."""
    from tests.benchmarks import guard_browser  # noqa: PLC0415 - it needs Django to be set up

    return guard_browser.guard_module_kb()


def rotation_s() -> Measure:
    """Renewing the key of a concertation with 2,000 open situations."""
    from tests.benchmarks import keys  # noqa: PLC0415 - its models need Django to be set up

    return keys.rotation_s()


def sealed_read_sqlite() -> Measure:
    """A sealed read by itself, on SQLite."""
    from tests.benchmarks import sealed  # noqa: PLC0415 - its models need Django to be set up

    return sealed.sealed_read()


def sign_in() -> Measure:
    """What a password costs."""
    from tests.benchmarks import sealed  # noqa: PLC0415 - its models need Django to be set up

    return sealed.sign_in()


def ledger_append() -> Measure:
    """What the chain costs an action."""
    from tests.benchmarks import ledger  # noqa: PLC0415 - its models need Django to be set up

    return ledger.ledger_append()


def ledger_verify() -> Measure:
    """A whole verification."""
    from tests.benchmarks import ledger  # noqa: PLC0415 - its models need Django to be set up

    return ledger.ledger_verify()


def ledger_search_ms() -> Measure:
    """Who saw one situation among very many events."""
    from tests.benchmarks import ledger  # noqa: PLC0415 - its models need Django to be set up

    return ledger.ledger_search_ms()


def later(bar: float, unit: str, why: str) -> Callable[[], Measure]:
    """A measure whose subject isn't built yet."""
    return lambda: not_yet(bar, unit, f"Not taken yet: {why}")


MEASURES: Final[dict[str, Callable[[], Measure]]] = {
    "board_price": board_price,
    "sheet_price": sheet_price,
    "sealed_read_sqlite": sealed_read_sqlite,
    "sealed_read_postgres": later(6, "ratio", "the same read on PostgreSQL comes later."),
    "sign_in": sign_in,
    "board_growth": later(1.5, "ratio", "the board's search and filters at 2,000 come later."),
    "ledger_append": ledger_append,
    "ledger_verify": ledger_verify,
    "ledger_search_ms": ledger_search_ms,
    "live_p95_ms": later(300, "ms", "the live meeting isn't built yet."),
    "rotation_s": rotation_s,
    "import_s": later(30, "s", "the import of spreadsheets isn't built yet."),
    "page_performance": later(95, "score", "the audit in the browser comes later."),
    "page_accessibility": later(95, "score", "the audit in the browser comes later."),
    "page_best_practices": later(95, "score", "the audit in the browser comes later."),
    "page_weight_kb": later(150, "kB", "the audit in the browser comes later."),
    "guard": guard,
    "guard_browser_ms": guard_browser_ms,
    "guard_module_kb": guard_module_kb,
    "demo_start_s": demo_start,
}


def main(arguments: list[str]) -> int:
    """Take every measure, or one; whether a bar holds stands in the object."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--only", choices=sorted(MEASURES), metavar="KEY", help="one measure")
    only = parser.parse_args(arguments).only
    keys = [only] if only else list(MEASURES)
    results = {}
    with_databases()
    for key in keys:
        print(f"{key} …", file=sys.stderr, flush=True)
        results[key] = MEASURES[key]().as_json()
    text = json.dumps(results, indent=2, ensure_ascii=False)
    folder = ROOT / "bench"
    folder.mkdir(exist_ok=True)
    now = datetime.now(UTC)
    about = {"at": now.isoformat(), "python": platform.python_version(), "cores": os.cpu_count()}
    (folder / f"{now:%Y%m%dT%H%M%S}.json").write_text(
        json.dumps({"about": about, "measures": results}, indent=2, ensure_ascii=False), "utf-8"
    )
    print(text)
    return 0


def with_databases() -> None:
    """Django with the tests' settings, on throw-away SQLite files."""
    os.environ.pop("DATABASE_URL", None)
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.settings"
    django.setup()
    for alias in ("default", "erasure"):
        connections[alias].creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
