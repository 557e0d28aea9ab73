"""The house keeps its own rules (design 4): each is read off the files themselves."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from concertation.door import Door

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("audit", "concertation", "ethics")
LONGEST = 400
# The only routes that answer somebody who hasn't signed in.
OPEN_ROUTES = {
    "charter-acceptance",
    "calendar",
    "set_language",
    "sign-in",
    "forgotten",
    "password-reset",
    "factor-reset",
    "invitation",
    "privacy",
    "accessibility",
}
WITH_HISTORY = {"Situation", "AgreedAction", "Contribution"}
# How other models reach rows that have a history.
REACHED_BY = {"situations", "actions", "contributions", "feedback", "brought", "holds"}


def files(*endings: str, within: tuple[str, ...] = (*PACKAGES, "templates", "tests")) -> list[Path]:
    """The project's files with these endings."""
    found = [path for name in within for path in sorted((ROOT / name).rglob("*"))]
    return [path for path in found if path.is_file() and path.suffix in endings]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def written_by_hand() -> list[Path]:
    """Migrations aside: they are generated, and as long as their models."""
    found = files(".py", ".html", ".css", ".js")
    return [path for path in found if "migrations" not in path.parts]


@pytest.mark.parametrize("path", written_by_hand(), ids=named)
def test_no_file_is_longer_than_four_hundred_lines(path: Path) -> None:
    length = len(read(path).splitlines())
    assert length <= LONGEST


def imported(source: str) -> Iterator[str]:
    """The dotted names of everything a module imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{each.name}" for each in node.names)


def test_only_the_operator_log_uses_standard_logging() -> None:
    users = {
        named(path)
        for path in files(".py", within=PACKAGES)
        if any(name == "logging" or name.startswith("logging.") for name in imported(read(path)))
    }
    assert users == {"concertation/operator_log.py"}


def test_the_operator_log_is_in_force_from_the_start_and_drops_addresses() -> None:
    program = (
        "import django, structlog; django.setup();"
        "structlog.get_logger().info('request_started', request='GET /x/situations/K7QF-3MMH',"
        " request_id='7')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "concertation.settings.test"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    said = json.loads(done.stdout + done.stderr)
    assert said["event"] == "request_started"
    assert said["request_id"] == "7"
    assert "K7QF" not in str(said)


def reaches_for_the_keys(source: str) -> bool:
    """Whether a module imports `unsealing`, or spells its name in a string to import it later."""
    tree = ast.parse(source)
    if any("unsealing" in name.split(".") for name in imported(source)):
        return True
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return any(
        (isinstance(node, ast.Attribute) and node.attr == "unsealing")
        or (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and "unseal" in node.value
            and id(node) not in documentation
        )
        for node in ast.walk(tree)
    )


@pytest.mark.parametrize(
    "cheat",
    [
        "import ethics.secrecy.unsealing",
        "from ethics.secrecy import unsealing as innocent",
        "from ethics.secrecy.unsealing import open_key",
        "import importlib\nimportlib.import_module('ethics.secrecy.unsealing')",
        "__import__('ethics.secrecy.' + 'unsealing')",
        "import sys\nsys.modules['ethics.secrecy.unsealing']",
        "from ethics import secrecy\nsecrecy.unsealing",
        "from ethics import secrecy\ngetattr(secrecy, 'unse' 'aling')",
    ],
)
def test_a_module_that_reaches_for_the_keys_is_seen(cheat: str) -> None:
    assert reaches_for_the_keys(cheat)


def test_a_module_that_only_speaks_of_unsealing_is_left_alone() -> None:
    assert not reaches_for_the_keys(
        '"""The gate alone imports unsealing."""\nfrom ethics import gate'
    )


def test_only_the_gate_imports_unsealing() -> None:
    users = {
        named(path)
        for path in files(".py", within=PACKAGES)
        if path.name != "unsealing.py" and reaches_for_the_keys(read(path))
    }
    assert users
    assert all(name.startswith("ethics/gate") for name in users), users


@pytest.fixture
def copy_of_the_house(tmp_path: Path) -> Path:
    """The three packages in a folder of their own, where a test may break a rule."""
    for name in PACKAGES:
        shutil.copytree(
            ROOT / name,
            tmp_path / name,
            ignore=lambda folder, names: [
                each for each in names if not each.endswith(".py") and "." in each
            ],
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def contracts(folder: Path) -> subprocess.CompletedProcess[str]:
    """The answer of the import contracts about the packages in a folder."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--no-logo"]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )


def test_the_import_contracts_hold(copy_of_the_house: Path) -> None:
    answer = contracts(copy_of_the_house)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize(
    ("place", "line", "broken"),
    [
        ("concertation/reports/cheat.py", "from ethics.secrecy import unsealing", "unsealing"),
        ("ethics/cheat.py", "from ethics.secrecy import unsealing", "unsealing"),
        ("ethics/cheat.py", "from concertation import door", "never up"),
        ("audit/cheat.py", "from ethics import policy", "never up"),
        ("concertation/accounts/cheat.py", "from concertation.situations import models", "board"),
        ("concertation/situations/cheat.py", "from concertation.meetings import models", "board"),
    ],
)
def test_a_forbidden_import_breaks_its_contract(
    copy_of_the_house: Path, place: str, line: str, broken: str
) -> None:
    (copy_of_the_house / place).write_text(f"{line}\n", encoding="utf-8")
    answer = contracts(copy_of_the_house)
    assert answer.returncode != 0
    assert re.search(rf"{broken}.*BROKEN", answer.stdout), answer.stdout


INLINE = re.compile(
    r"<script(?![^>]*\ssrc=)[^>]*>|<style[\s>]|\sstyle\s*=|\son[a-z]+\s*=|javascript:",
    re.IGNORECASE,
)


@pytest.mark.parametrize("path", files(".html"), ids=named)
def test_a_template_holds_no_inline_script_or_style(path: Path) -> None:
    found = INLINE.search(read(path))
    assert found is None, found


def bulk_changes(source: str) -> Iterator[int]:
    """The lines that change or delete rows with a history many at a time, past their history."""
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr not in {"update", "delete", "bulk_update", "bulk_create"}:
            continue
        names, at = set(), node.func.value
        while isinstance(at, ast.Attribute | ast.Call):
            if isinstance(at, ast.Call):
                at = at.func
            else:
                names.add(at.attr)
                at = at.value
        root = at.id if isinstance(at, ast.Name) else ""
        if (root in WITH_HISTORY and "objects" in names) or names & REACHED_BY:
            yield node.lineno


@pytest.mark.parametrize(
    "cheat",
    [
        "Situation.objects.filter(state='draft').update(state='closed')",
        "Contribution.objects.all().delete()",
        "situation.actions.all().delete()",
        "AgreedAction.objects.bulk_create(rows)",
    ],
)
def test_a_bulk_change_past_the_history_is_seen(cheat: str) -> None:
    assert list(bulk_changes(cheat)) == [1]


def test_nothing_changes_rows_with_a_history_in_bulk() -> None:
    found = [
        f"{named(path)}:{line}"
        for path in files(".py", within=PACKAGES)
        if "migrations" not in path.parts
        for line in bulk_changes(read(path))
    ]
    assert found == []


# Shown when a translation could break as well: it says its sentence in each language.
SAYS_EVERY_LANGUAGE = {"500.html"}
NOT_TEXT = re.compile(
    r"\{#.*?#\}|\{%\s*comment.*?endcomment\s*%\}"
    r"|\{%\s*block \w*(?:class|attributes) %\}.*?endblock\s*%\}"
    r"|\{%\s*blocktrans.*?endblocktrans(?:late)?\s*%\}"
    r"|\{%.*?%\}|\{\{.*?\}\}|<!--.*?-->|<kbd.*?</kbd>|&[#\w]+;",
    re.DOTALL,
)
SPOKEN = re.compile(r"""\s(?:alt|title|placeholder|aria-label|value)\s*=\s*["']([^"'<>]*)["']""")


# The same in every language.
NAMES = re.compile(r"\b(?:concertation|JSON|CSV|PDF)\b")


def untranslated(source: str) -> list[str]:
    """Words of a template that no catalogue can translate."""
    bare = NOT_TEXT.sub("", source)
    texts = [*SPOKEN.findall(re.sub(r'value="[\w-]*"', "", bare))]
    texts += re.sub(r"<[^>]*>", "\n", bare, flags=re.DOTALL).splitlines()
    return [text.strip() for text in texts if re.search(r"[^\W\d_]{2}", NAMES.sub("", text))]


def test_words_outside_a_translation_are_seen() -> None:
    assert untranslated("<p>Bonjour</p>") == ["Bonjour"]
    assert untranslated('<p aria-label="Bonjour">{{ name }}</p>') == ["Bonjour"]
    assert untranslated('<p class="soft">{% translate "Bonjour" %}</p>') == []


@pytest.mark.parametrize("path", files(".html"), ids=named)
def test_every_word_of_a_template_can_be_translated(path: Path) -> None:
    if path.name not in SAYS_EVERY_LANGUAGE:
        assert untranslated(read(path)) == []


def routes(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns)
        else:
            yield pattern


def test_every_route_says_how_far_it_is_open_and_few_are() -> None:
    doors = {
        route.name or str(route.pattern): getattr(route.callback, "door", None)
        for route in routes(get_resolver().url_patterns)
    }
    assert [name for name, door in doors.items() if door is None] == []
    assert {name for name, door in doors.items() if door == Door.OPEN} <= OPEN_ROUTES


@pytest.mark.parametrize(
    "name",
    ["Makefile", ".ci/run", "pyproject.toml", "requirements/runtime.txt", "requirements/dev.txt"],
)
def test_no_package_index_is_named(name: str) -> None:
    text = read(ROOT / name)
    assert "index-url" not in text
    assert re.findall(r"https?://(?!localhost|127\.0\.0\.1)\S+", text) == []


def test_every_package_is_pinned_by_hash() -> None:
    for name in ("runtime", "dev"):
        blocks = re.split(r"\n(?=\S)", read(ROOT / "requirements" / f"{name}.txt"))
        assert blocks
        assert all("==" in block and "--hash=sha256:" in block for block in blocks)


def documents() -> list[Path]:
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("path", documents(), ids=named)
def test_a_document_s_links_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", read(path))
    lost = [link for link in links if "://" not in link and not (path.parent / link).exists()]
    assert lost == []


def test_the_readme_names_every_command_of_the_makefile() -> None:
    commands = re.findall(r"^([a-z0-9-]+):.*## ", read(ROOT / "Makefile"), re.MULTILINE)
    assert {"demo", "demo-reset", "test", "e2e", "check", "bench", "setup", "help"} <= set(commands)
    readme = read(ROOT / "README.md")
    assert [name for name in commands if f"make {name}" not in readme] == []


def test_the_operations_page_explains_every_setting() -> None:
    source = read(ROOT / "concertation" / "settings" / "production.py")
    names = re.findall(r"(?:required|env(?:\.\w+)?)\(\s*\"([A-Z_]+)\"", source)
    assert len(names) > 10
    page = read(ROOT / "docs" / "operations.md")
    assert [name for name in names if f"`{name}`" not in page] == []
