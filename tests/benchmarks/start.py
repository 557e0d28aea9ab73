"""How long a newcomer waits: from a fresh copy to a demo that is built."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Final

from tests.benchmarks.measure import Measure, at_most, not_yet

ROOT: Final = Path(__file__).resolve().parents[2]
BAR: Final = 180
COPIED: Final = (
    "Makefile", "manage.py", "pyproject.toml", "requirements", "audit", "concertation", "ethics",
    "templates",
)  # fmt: skip
HOW: Final = (
    "A copy of the source in an empty folder: the recipe of make demo without serving (virtual"
    " environment, packages from the index with an empty cache, catalogues, demo built)."
)


def copy_source(folder: Path) -> None:
    """What the demo needs of the source, into an empty folder."""
    for each in COPIED:
        source = ROOT / each
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "*.mo")
            shutil.copytree(source, folder / each, ignore=ignored)
        else:
            shutil.copy(source, folder / each)


def demo_start() -> Measure:
    """Install and build in an empty folder, without any package cache."""
    with tempfile.TemporaryDirectory(prefix="concertation-start-") as name:
        folder = Path(name)
        copy_source(folder)
        kept = ("PATH", "HOME", "LANG", "LC_ALL")
        environment = {key: os.environ[key] for key in kept if key in os.environ} | {
            key: value for key, value in os.environ.items() if key.startswith("PIP_")
        }
        environment |= {"PIP_NO_CACHE_DIR": "1"}
        start = time.perf_counter()
        for command in (
            ["make", "runtime"],
            [".venv/bin/python", "manage.py", "demo", "--no-serve"],
        ):
            done = subprocess.run(
                command, cwd=folder, env=environment, capture_output=True, text=True, check=False
            )
            if done.returncode:
                tail = (done.stdout + done.stderr).strip().splitlines()[-1:]
                return not_yet(BAR, "s", f"{' '.join(command)} failed: {' '.join(tail)}")
        return at_most(time.perf_counter() - start, BAR, "s", 1, HOW)
