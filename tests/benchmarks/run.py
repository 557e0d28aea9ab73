"""`make bench`: take the measures of design 7 and print them as one JSON object, last.

What can't be taken yet says why in `how`, and has no value. The object is also kept under `bench/`.
"""

import argparse
import gc
import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Final

import django
from django.conf import settings
from django.db import connections

from tests.benchmarks.measure import Measure, not_yet
from tests.benchmarks.start import demo_start

ROOT: Final = Path(__file__).resolve().parents[2]
POSTGRES: Final = os.environ.get(
    "DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/concertation"
)


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


def sealed_read_postgres() -> Measure:
    """The same read on PostgreSQL, in a process of its own."""
    return on_postgres("sealed_read_sqlite", 6, "ratio")


def on_postgres(key: str, bar: float, unit: str) -> Measure:
    """A measure on PostgreSQL: one process has one set of databases."""
    command = (sys.executable, "-m", "tests.benchmarks.run", "--only", key, "--database", POSTGRES)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        why = done.stderr.strip().rpartition("\n")[2]
        return not_yet(bar, unit, f"Not taken: no PostgreSQL answered at DATABASE_URL ({why}).")
    return Measure(**json.loads(done.stdout[done.stdout.index("{\n") :])[key])


def page_scores(category: str) -> Measure:
    """Lighthouse's score of the pages in one category."""
    from tests.benchmarks import lighthouse  # noqa: PLC0415 - only when it is asked for

    return lighthouse.lowest(category)


def page_weight() -> Measure:
    """The heaviest page."""
    from tests.benchmarks import lighthouse  # noqa: PLC0415 - only when it is asked for

    return lighthouse.weight()


def import_s() -> Measure:
    """An older table of 2,000 rows."""
    from tests.benchmarks import imports  # noqa: PLC0415 - its models need Django to be set up

    return imports.import_s()


def sealed_read_peers() -> Measure:
    """The same read with other packages' encrypted fields."""
    from tests.benchmarks import peers  # noqa: PLC0415 - only when it is asked for

    return peers.sealed_read_peers()


def live() -> Measure:
    """One meeting's load, on the databases this process was given."""
    from tests.benchmarks import live as meeting  # noqa: PLC0415 - its models need Django

    return meeting.live_p95_ms()


def live_p95_ms() -> Measure:
    """The same on PostgreSQL, in a process of its own."""
    return on_postgres("live", 300, "ms")


def sign_in() -> Measure:
    """What a password costs."""
    from tests.benchmarks import sealed  # noqa: PLC0415 - its models need Django to be set up

    return sealed.sign_in()


def board_growth() -> Measure:
    """The board's page as its concertation grows."""
    from tests.benchmarks import growth  # noqa: PLC0415 - its models need Django to be set up

    return growth.board_growth()


def board_filter_ms() -> Measure:
    """A filter by need, over 2,000 situations."""
    from tests.benchmarks import growth  # noqa: PLC0415 - its models need Django to be set up

    return growth.board_filter_ms()


def board_search_ms() -> Measure:
    """A search in opened texts, over 2,000 situations."""
    from tests.benchmarks import growth  # noqa: PLC0415 - its models need Django to be set up

    return growth.board_search_ms()


def ledger_append() -> Measure:
    """What the chain costs an action."""
    from tests.benchmarks import ledger  # noqa: PLC0415 - its models need Django to be set up

    return ledger.ledger_append()


def ledger_verify() -> Measure:
    """A whole verification."""
    from tests.benchmarks import ledger  # noqa: PLC0415 - its models need Django to be set up

    return ledger.ledger_verify()


def ledger_hashing_s() -> Measure:
    """Hashing alone, of what a verification hashes."""
    from tests.benchmarks import ledger  # noqa: PLC0415 - its models need Django to be set up

    return ledger.ledger_hashing_s()


def writers() -> Measure:
    """Writers side by side, on the databases this process was given."""
    from tests.benchmarks import writers as many  # noqa: PLC0415 - its models need Django

    return many.ledger_writers()


def ledger_writers() -> Measure:
    """The same on PostgreSQL, in a process of its own: SQLite has one writer at a time."""
    return on_postgres("writers", 0.75, "ratio")


def ledger_search_ms() -> Measure:
    """Who saw one situation among very many events."""
    from tests.benchmarks import ledger  # noqa: PLC0415 - its models need Django to be set up

    return ledger.ledger_search_ms()


MEASURES: Final[dict[str, Callable[[], Measure]]] = {
    "board_price": board_price,
    "sheet_price": sheet_price,
    "sealed_read_sqlite": sealed_read_sqlite,
    "sealed_read_postgres": sealed_read_postgres,
    "sealed_read_peers": sealed_read_peers,
    "sign_in": sign_in,
    "board_growth": board_growth,
    "board_filter_ms": board_filter_ms,
    "board_search_ms": board_search_ms,
    "ledger_append": ledger_append,
    "ledger_verify": ledger_verify,
    "ledger_hashing_s": ledger_hashing_s,
    "ledger_search_ms": ledger_search_ms,
    "ledger_writers": ledger_writers,
    "live_p95_ms": live_p95_ms,
    "rotation_s": rotation_s,
    "import_s": import_s,
    "page_performance": lambda: page_scores("performance"),
    "page_accessibility": lambda: page_scores("accessibility"),
    "page_best_practices": lambda: page_scores("best-practices"),
    "page_weight_kb": page_weight,
    "guard": guard,
    "guard_browser_ms": guard_browser_ms,
    "guard_module_kb": guard_module_kb,
    "demo_start_s": demo_start,
}

# Taken by another measure, in a process of its own.
ASIDE: Final[dict[str, Callable[[], Measure]]] = {
    "live": live,
    "writers": writers,
}


def main(arguments: list[str]) -> int:
    """Take every measure, or one; whether a bar holds stands in the object."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument(
        "--only", choices=sorted(MEASURES | ASIDE), metavar="KEY", help="one measure"
    )
    parser.add_argument("--database", metavar="URL", help="PostgreSQL instead of SQLite files")
    asked = parser.parse_args(arguments)
    keys = [asked.only] if asked.only else list(MEASURES)
    results = {}
    with_databases(asked.database)
    for key in keys:
        print(f"{key} …", file=sys.stderr, flush=True)
        results[key] = (MEASURES | ASIDE)[key]().as_json()
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


def with_databases(url: str | None = None) -> None:
    """Django with the tests' settings, on throw-away SQLite files, or a test database at `url`."""
    os.environ.pop("DATABASE_URL", None)
    if url:
        os.environ["DATABASE_URL"] = url
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.settings"
    django.setup()
    for alias in ("default", "erasure"):
        connections[alias].creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    # As the server does before its first request (`concertation.wsgi`).
    import_module(settings.ROOT_URLCONF)
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
