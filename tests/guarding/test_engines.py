"""The browser's engine and the server's find the same, run by Node where it is installed.

The board needs no Node; where there is none, `make e2e` makes the same comparison in Chromium
(`tests/e2e/test_guard.py`).
"""

import json
import shutil
import subprocess
from typing import Any

import pytest

from concertation.rules_file import RulesFinder
from ethics.guard import scan
from tests.guarding.browser import SCRIPTS, TABLE, corpus, in_code_points, module_address, table

NODE = shutil.which("node")
KNOWN = ("La Théière", "Coup-de-Pouce", "Les Tilleuls")

# What breaks offsets and engines: beyond the basic plane, invisible marks, folds that lengthen.
HOSTILE = [
    "😀😀 rue des Quatre-Vents 12 😀 et Mme Zzcanari 👩‍👩‍👧",
    "𝟎𝟒𝟕𝟎 𝟏𝟐 𝟑𝟒 𝟓𝟔",
    "٠٤٧٠١٢٣٤٥٦ et 85.07.30\u200b-033.28",
    "ﬁlle de Mme Dubois, né le\n30/07/1985",
    "BE32\n1234\n5678\n9002",
    "a.a.a.a" * 300,
    "0 " * 1000,
    " " * 2000,
    "",
]


def server(text: str, known: tuple[str, ...] = ()) -> list[tuple[Any, ...]]:
    """What the server finds, as the comparison writes it."""
    return [
        (str(each.kind), str(each.severity), each.start, each.end, str(each.advice))
        for each in scan(text, known=known)
    ]


def node(texts: list[str], known: tuple[str, ...] = ()) -> list[Any]:
    """What the browser's engine finds."""
    assert NODE is not None
    program = f"""
        const {{ scanner }} = await import({json.dumps(module_address())});
        let given = "";
        for await (const part of process.stdin) given += part;
        const {{ rules, texts, known }} = JSON.parse(given);
        const scan = scanner(rules, {{ known }});
        console.log(JSON.stringify(texts.map(scan)));
    """
    given = json.dumps({"rules": table(), "texts": texts, "known": known})
    done = subprocess.run(
        [NODE, "--input-type=module", "-e", program],
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return [
        in_code_points(text, found)
        for text, found in zip(texts, json.loads(done.stdout), strict=True)
    ]


@pytest.mark.skipif(NODE is None, reason="Node isn't installed: make e2e compares in Chromium")
@pytest.mark.parametrize("known", [(), KNOWN], ids=["nobody known", "the circle known"])
def test_both_engines_find_the_same_over_the_whole_corpus(known: tuple[str, ...]) -> None:
    texts = corpus() + HOSTILE
    assert len(texts) > 150
    different = {
        text: (there, here)
        for text, there in zip(texts, node(texts, known), strict=True)
        if there != (here := server(text, known))
    }
    assert different == {}


def test_the_served_table_is_the_server_s_own_file() -> None:
    finder = RulesFinder()
    assert finder.find("guard/rules.json") == str(TABLE)
    assert finder.find("guard/checks.py") is None
    assert finder.find("guard/../gate/write.py") is None
    assert [name for name, _ in finder.list(None)] == ["rules.json"]
    ((name, storage),) = finder.list(None)
    with storage.open(name) as file:
        assert file.read() == TABLE.read_bytes()


def test_the_browser_s_half_keeps_nothing_and_sends_nothing() -> None:
    code = "".join((SCRIPTS / name).read_text("utf-8") for name in ("guard.js", "scan.js"))
    for word in ("localStorage", "sessionStorage", "indexedDB", "cookie", "XMLHttpRequest",
                 "sendBeacon", "eval(", "new Function", "innerHTML", "caches"):  # fmt: skip
        assert word not in code, word
    assert code.count("fetch(") == 1, "the table, once"
