"""The browser's engine by itself, without a page: the module and the table as they are served."""

import base64
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from concertation.demo.stories import pilot, tilleuls
from concertation.rules_file import FOLDER, RULES

SCRIPTS: Final = Path(__file__).resolve().parents[2] / "concertation/static/concertation/js"
TABLE: Final = FOLDER / RULES
LABELLED: Final = Path(__file__).resolve().parents[1] / "guard"

Found = list[tuple[str, str, int, int, str]]


def module_address() -> str:
    """The engine as an address that any page may import."""
    code = base64.b64encode((SCRIPTS / "scan.js").read_bytes()).decode()
    return f"data:text/javascript;base64,{code}"


def table() -> Any:
    """The table, read anew."""
    return json.loads(TABLE.read_text(encoding="utf-8"))


def corpus() -> list[str]:
    """The labelled sentences of the guard's own tests, and every text of the demo."""
    files = [path.read_text(encoding="utf-8") for path in sorted(LABELLED.glob("*.jsonl"))]
    lines = [line for file in files for line in file.split("\n") if line]
    told = [
        text
        for story in (*pilot().stories, *tilleuls())
        for text in (story.headline, story.account, story.tried, story.question, story.wish)
    ]
    return [json.loads(line)["text"] for line in lines] + told


def in_code_points(text: str, findings: Iterable[dict[str, Any]]) -> Found:
    """JavaScript counts UTF-16 units, Python code points: findings with Python's offsets."""
    units: list[int] = []
    for place, character in enumerate(text):
        units += [place] * (2 if ord(character) > 0xFFFF else 1)
    units.append(len(text))
    return [
        (each["kind"], each["severity"], units[each["start"]], units[each["end"]], each["advice"])
        for each in findings
    ]
