"""`manage.py guard scan`: what other programs rely on."""

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

ROOT = Path(__file__).resolve().parents[2]


def run(path: Path) -> tuple[list[dict[str, Any]], str, str]:
    """The answers, what was said about bad lines, and the last sentence."""
    out, err, last = StringIO(), StringIO(), ""
    try:
        call_command("guard", "scan", str(path), stdout=out, stderr=err)
    except CommandError as error:
        last = str(error)
    return [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue(), last


def test_each_line_gets_its_findings_by_character_of_the_original(tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    texts = [
        {"id": "a", "lang": "fr", "text": "née à Liège 🙂, gsm 0470\u200b/12 34 56"},
        {"id": 2, "lang": "nl", "text": "Niets bijzonders."},
    ]
    path.write_text("\n".join(json.dumps(each) for each in texts), encoding="utf-8")
    answers, said, last = run(path)
    assert answers == [
        {
            "id": "a",
            "findings": [{"kind": "phone", "severity": "hard", "start": 19, "end": 33}],
        },
        {"id": 2, "findings": []},
    ]
    assert (said, last) == ("", "")


BAD = [
    (b"nonsense", "it isn't JSON"),
    (b"[1]", "it isn't an object"),
    (b'{"id": "x", "lang": "fr"}', "its text is missing"),
    (b'{"id": "x", "text": 4}', "its text is missing"),
    (b'{"text": "x"}', "its id is neither"),
    (b'{"id": true, "text": "x"}', "its id is neither"),
    (b'{"id": "x", "text": "\xff"}', "it isn't UTF-8"),
    (b"[" * 100_000, "it isn't JSON"),
]


@pytest.mark.parametrize(("line", "why"), BAD, ids=[why for _line, why in BAD])
def test_a_bad_line_is_named_and_the_rest_is_kept(tmp_path: Path, line: bytes, why: str) -> None:
    path = tmp_path / "texts.jsonl"
    good = b'{"id": "g", "lang": "fr", "text": "gsm 0470 12 34 56"}'
    path.write_bytes(good + b"\n\n" + line + b"\n" + good)
    answers, said, last = run(path)
    assert [each["id"] for each in answers] == ["g", "g"]
    assert said.startswith(f"Line 3: {why}")
    assert last


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    answers, _said, last = run(tmp_path / "none.jsonl")
    assert not answers
    assert "cannot be read" in last


def test_it_runs_as_a_program_and_says_failure_by_its_exit_code(tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    path.write_text('{"id": "g", "text": "gsm 0470 12 34 56"}\nnonsense\n', encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "manage.py", "guard", "scan", str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode != 0
    assert json.loads(done.stdout)["findings"][0]["kind"] == "phone"
    assert "Line 2" in done.stderr
