"""The texts in other languages: gathered, checked, compiled. French is the language of the code.

All in Python, so that an installation needs no gettext tools. `make setup` compiles; so do the
tests. `python -m concertation.translations` needs no settings, because a first start has none.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polib
from django.utils.translation.template import templatize

ROOT: Final = Path(__file__).resolve().parent.parent
LOCALE: Final = ROOT / "concertation" / "locale"
# Every text is complete in these; French has a catalogue for its plural forms, and for the spaces
# that must not break: the code writes plain ones.
COMPLETE: Final = ("nl", "en")
PLURALS: Final = {"fr": "(n > 1)", "nl": "(n != 1)", "en": "(n != 1)"}
PACKAGES: Final = ("audit", "concertation", "ethics")

# Position of context, singular and plural among the arguments of each function.
_CALLS: Final[dict[str, tuple[int | None, int, int | None]]] = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
# A call that `templatize` wrote: a function's name and literals between brackets.
_LITERAL: Final = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_CALL: Final = re.compile(rf"(?<!\w)(n?p?gettext|_)\((\s*{_LITERAL}(?:\s*,\s*{_LITERAL})*)")
# Before a colon, a semicolon, a mark of question or exclamation, and inside quotation marks.
_MUST_NOT_BREAK: Final = re.compile(r"(?<=\S) (?=[:;?!»](?:\s|$|[.,)]))|(?<=«) ")
_PLACEHOLDER: Final = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")


@dataclass(slots=True)
class Text:
    """A text of the interface, with the files it stands in."""

    context: str | None
    singular: str
    plural: str | None = None
    files: set[str] = field(default_factory=set)

    @property
    def key(self) -> tuple[str | None, str]:
        """What a catalogue finds it by."""
        return self.context, self.singular


def compile_catalogues() -> list[Path]:
    """Write each `.mo` that is missing or older than its `.po`; return those written."""
    written = []
    for source in sorted(LOCALE.glob("*/LC_MESSAGES/django.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime_ns <= source.stat().st_mtime_ns:
            # Written aside first: two starts at once must not read half a file.
            beside = target.with_suffix(".mo.new")
            polib.pofile(str(source)).save_as_mofile(str(beside))
            beside.replace(target)
            written.append(target)
    return written


def texts() -> list[Text]:
    """Every text of the code and the templates, in the order of the alphabet."""
    found: dict[tuple[str | None, str], Text] = {}
    for path in _sources():
        name = path.relative_to(ROOT).as_posix()
        content = path.read_text(encoding="utf-8")
        for text in _in_code(content) if path.suffix == ".py" else _in_template(content):
            known = found.setdefault(text.key, text)
            known.plural = known.plural or text.plural
            known.files.add(name)
    return sorted(found.values(), key=lambda text: (text.singular, text.context or ""))


def incomplete() -> list[str]:
    """One sentence for each text that a language lacks, doubts, or gives other placeholders."""
    wanted = texts()
    problems = list(_not_literal())
    for language in COMPLETE:
        path = _catalogue(language)
        if not path.exists():
            problems.append(
                f"{language}: there is no catalogue. Run: manage.py translations --gather"
            )
            continue
        entries = {(each.msgctxt, each.msgid): each for each in polib.pofile(str(path))}
        for text in wanted:
            entry = entries.get(text.key)
            place = f"{language}: {min(text.files)}: “{text.singular}”"
            problems += [f"{place} {problem}" for problem in _problems(text, entry)]
    return problems


def gather() -> dict[str, int]:
    """Bring the catalogues up to date with the code; return how many texts each still lacks."""
    wanted = texts()
    lacking = {}
    for language in PLURALS:
        chosen = wanted if language in COMPLETE else [text for text in wanted if _differs(text)]
        path = _catalogue(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        old = {}
        if path.exists():
            old = {(each.msgctxt, each.msgid): each for each in polib.pofile(str(path))}
        # No line is wrapped: a text is one line, found by searching for it.
        catalogue = polib.POFile(wrapwidth=0)
        catalogue.metadata = {
            "Language": language,
            "MIME-Version": "1.0",
            "Content-Type": "text/plain; charset=UTF-8",
            "Content-Transfer-Encoding": "8bit",
            "Plural-Forms": f"nplurals=2; plural={PLURALS[language]};",
        }
        catalogue.extend(_entry(text, old.get(text.key), language) for text in chosen)
        path.write_text(str(catalogue).rstrip("\n") + "\n", encoding="utf-8")
        lacking[language] = sum(not entry.translated() for entry in catalogue)
    return lacking


def unbroken(text: str) -> str:
    """French as it is set: its spaces beside punctuation hold the line together."""
    return _MUST_NOT_BREAK.sub("\u00a0", text)


def _differs(text: Text) -> bool:
    return text.plural is not None or unbroken(text.singular) != text.singular


def _entry(text: Text, old: polib.POEntry | None, language: str) -> polib.POEntry:
    entry = polib.POEntry(
        msgid=text.singular,
        msgctxt=text.context,
        occurrences=[(name, "") for name in sorted(text.files)],
        flags=list(old.flags) if old else [],
    )
    # French needs no translator: the code has every form.
    if text.plural is None:
        given = unbroken(text.singular) if language == "fr" else ""
        entry.msgstr = given or (old.msgstr if old else "")
        return entry
    entry.msgid_plural = text.plural
    if language == "fr":
        entry.msgstr_plural = {0: unbroken(text.singular), 1: unbroken(text.plural)}
    else:
        entry.msgstr_plural = (old.msgstr_plural if old else {}) or {0: "", 1: ""}
    return entry


def _problems(text: Text, entry: polib.POEntry | None) -> Iterator[str]:
    if entry is None:
        yield "is missing."
        return
    if "fuzzy" in entry.flags:
        yield "is marked fuzzy."
    given = list(entry.msgstr_plural.values()) if text.plural else [entry.msgstr]
    if len(given) < (2 if text.plural else 1) or not all(given):
        yield "is not translated."
        return
    # The singular may spell its number out, so only the last form must have every placeholder.
    known = set(_PLACEHOLDER.findall(text.plural or text.singular))
    if set(_PLACEHOLDER.findall(given[-1])) != known:
        yield "has other placeholders."
    if any(set(_PLACEHOLDER.findall(each)) - known for each in given):
        yield "has a placeholder the code does not fill."


def _catalogue(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def _sources() -> Iterator[Path]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path
        yield from sorted((ROOT / package).rglob("*.html"))
    yield from sorted((ROOT / "templates").rglob("*.*ml"))
    yield from sorted((ROOT / "templates").rglob("*.txt"))


def _calls(content: str) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(ast.parse(content)):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
            if name in _CALLS:
                yield name, node


def _in_code(content: str) -> Iterator[Text]:
    for name, call in _calls(content):
        yield from _text(
            name, [each.value if isinstance(each, ast.Constant) else None for each in call.args]
        )


def _in_template(content: str) -> Iterator[Text]:
    for name, arguments in _CALL.findall(templatize(content)):
        yield from _text(name, list(ast.literal_eval(f"[{arguments}]")))


def _text(name: str, arguments: list[object]) -> Iterator[Text]:
    def argument(position: int | None) -> str | None:
        if position is None or position >= len(arguments):
            return None
        value = arguments[position]
        return value if isinstance(value, str) else None

    context, singular, plural = _CALLS[name]
    message = argument(singular)
    if message:
        yield Text(argument(context), message, argument(plural))


def _not_literal() -> Iterator[str]:
    """A text put together in the call itself can't be gathered, so nobody would translate it."""
    for path in _sources():
        if path.suffix != ".py":
            continue
        for _name, call in _calls(path.read_text(encoding="utf-8")):
            if call.args and isinstance(call.args[0], ast.JoinedStr | ast.BinOp):
                yield f"{path.relative_to(ROOT)}:{call.lineno}: the text must be a literal."


if __name__ == "__main__":
    compile_catalogues()
