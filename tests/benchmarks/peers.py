"""What a read costs with other packages' encrypted fields, measured in an environment of their own.

They are no part of the board: a throw-away environment under `bench/` gets them, by hash, with the
same Django and `cryptography` as ours. Where no package index answers, the measure says so.
"""

import json
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Final

from tests.benchmarks.measure import Measure, not_yet

ROOT: Final = Path(__file__).resolve().parents[2]
HERE: Final = ROOT / "bench" / "peers"
PEERS: Final = Path(__file__).with_name("peers.txt")
# What the peers need, taken from our own list so that both sides run on the same versions.
SHARED: Final = frozenset({"asgiref", "cffi", "cryptography", "django", "pycparser", "sqlparse"})
BAR: Final = 6.0
LONGEST: Final = 600


def requirements() -> str:
    """The peers' list and our own lines of what they share, hashes included."""
    ours = (ROOT / "requirements" / "runtime.txt").read_text("utf-8")
    blocks = re.split(r"^(?=\S)", ours, flags=re.MULTILINE)
    shared = [each for each in blocks if re.split(r"[=\[ ]", each)[0].lower() in SHARED]
    return PEERS.read_text("utf-8") + "".join(shared)


def python() -> Path:
    """The interpreter of the peers' environment, made anew when its list changed.

    Raises `CalledProcessError` or `TimeoutExpired` when nothing could be installed.
    """
    wanted, done = requirements(), HERE / "installed.txt"
    interpreter = HERE / "bin" / "python"
    if done.exists() and done.read_text("utf-8") == wanted:
        return interpreter
    venv.create(HERE, clear=True, with_pip=True)
    listed = HERE / "requirements.txt"
    listed.write_text(wanted, "utf-8")
    _run(interpreter, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(listed))
    done.write_text(wanted, "utf-8")
    return interpreter


def _run(*command: object) -> str:
    done = subprocess.run(
        [str(each) for each in command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=LONGEST,
    )
    return done.stdout


def sealed_read_peers() -> Measure:
    """The cheaper of the two peers, against plain; the other stands beside it.

    The bar is ours: it holds when even the cheaper peer costs more than our own bar.
    """
    try:
        interpreter = python()
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired, OSError) as error:
        return not_yet(
            BAR, "ratio", f"The peers could not be installed here ({type(error).__name__})."
        )
    with tempfile.TemporaryDirectory() as folder:
        said = _run(interpreter, "-m", "tests.benchmarks.peers_read", Path(folder, "peers.sqlite"))
    times = json.loads(said.splitlines()[-1])
    ratios = {name: theirs / plain for name, (theirs, plain) in times.items()}
    told = "; ".join(
        f"{name} {ratios[name]:.2f} times ({theirs * 1000:.0f} ms against {plain * 1000:.0f} ms)"
        for name, (theirs, plain) in times.items()
    )
    value = min(ratios.values())
    return Measure(
        round(value, 3),
        BAR,
        "ratio",
        value >= BAR,
        25,
        f"1000 rows of 5 texts on sqlite, Python {sys.version_info[0]}.{sys.version_info[1]}, one"
        f" key for the whole table: {told}. Compare with sealed_read_sqlite of the same run, which"
        " opens a key and an erasure key for each row. Holds when even the cheaper one costs more"
        " than our own bar.",
    )
