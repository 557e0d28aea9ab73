"""The charter's first version, and the command that publishes it."""

import hashlib
import io
import re
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from audit.enums import Verb
from audit.models import Entry
from ethics.charter import actions
from ethics.charter.models import CharterVersion
from ethics.charter.rendering import BlockKind, blocks
from ethics.charter.statements import SENTENCES

LANGUAGES = ("fr", "nl", "en")


def text(language: str) -> str:
    return (actions.TEXTS / f"1.{language}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_language_has_the_same_chapters_lists_and_points(language: str) -> None:
    def shape(of: str) -> list[tuple[BlockKind, int]]:
        return [(block.kind, len(block.items)) for block in blocks(text(of))]

    assert shape(language) == shape("fr")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_text_uses_only_the_markdown_that_is_rendered(language: str) -> None:
    for line in text(language).splitlines():
        assert re.match(r"(# |## |- |[^#\-\s*_<>\[|`])|$", line), line
        assert not re.search(r"\*|__|`|<|>|\]\(|https?:", line), line


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_text_ends_with_the_very_sentence_that_is_signed(language: str) -> None:
    assert SENTENCES[language] in blocks(text(language))[-1].text


MARKS = {
    "fr": ("Proposition à valider", "ne lève pas le secret professionnel"),
    "nl": ("te valideren", "heft het beroepsgeheim niet op"),
    "en": ("to be validated", "does not lift professional secrecy"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_that_it_is_a_proposal_and_that_it_lifts_no_secrecy(language: str) -> None:
    for words in MARKS[language]:
        assert words in text(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_cites_no_article_that_design_2_does_not_give(language: str) -> None:
    assert set(re.findall(r"\b458\w*|\bart(?:icle|ikel)?\.? \d+\w*", text(language))) <= {
        "article 458", "article 458ter", "artikel 458", "artikel 458ter",
    }  # fmt: skip


# --- manage.py charter ------------------------------------------------------------------------


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("charter", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of texts of its own: version 1 in three languages."""
    for language in LANGUAGES:
        (tmp_path / f"1.{language}.md").write_text(text(language), encoding="utf-8")
    monkeypatch.setattr(actions, "TEXTS", tmp_path)
    return tmp_path


@pytest.mark.django_db
def test_publishing_keeps_the_exact_text_and_its_hash_and_records_it() -> None:
    said = run("publish", "1", "--effective", "2026-01-15")
    version = CharterVersion.objects.get()
    assert version.effective_on == date(2026, 1, 15)
    for language in LANGUAGES:
        stored = (actions.TEXTS / f"1.{language}.md").read_bytes()
        assert version.text(language).encode() == stored
        assert version.sha256(language) == hashlib.sha256(stored).hexdigest()
        assert version.sha256(language) in said
    assert Entry.objects.get(verb=Verb.CHARTER_PUBLISHED).ledger.name == "platform"


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["fr", "nl"])
def test_a_missing_french_or_dutch_text_stops_publishing_and_says_which(
    folder: Path, language: str
) -> None:
    (folder / f"1.{language}.md").unlink()
    with pytest.raises(CommandError) as error:
        run("publish", "1", "--effective", "2026-01-15")
    assert str(error.value) == (
        f"Version 1 was not published: the text 1.{language}.md is missing; a version needs French"
        " and Dutch."
    )
    assert not CharterVersion.objects.exists()
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_english_may_be_missing(folder: Path) -> None:
    (folder / "1.en.md").unlink()
    assert "en SHA-256" not in run("publish", "1", "--effective", "2026-01-15")
    assert CharterVersion.objects.get().text("en") == text("fr")


@pytest.mark.django_db
def test_a_published_version_is_never_published_again(folder: Path) -> None:
    run("publish", "1", "--effective", "2026-01-15")
    published = text("fr")
    (folder / "1.fr.md").write_text("# Autre", encoding="utf-8")
    with pytest.raises(CommandError, match="published already"):
        run("publish", "1", "--effective", "2026-02-15")
    assert CharterVersion.objects.get().text("fr") == published


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong", [("1", "--effective", "demain"), ("0", "--effective", "2026-01-15"), ("1",)]
)
def test_a_wrong_number_or_date_is_refused(wrong: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        run("publish", *wrong)
    assert not CharterVersion.objects.exists()


@pytest.mark.django_db
def test_the_list_says_which_version_is_in_force(folder: Path) -> None:
    assert run("list") == "No version is published.\n"
    for language in LANGUAGES:
        (folder / f"2.{language}.md").write_text("# Deux\n", encoding="utf-8")
    run("publish", "1", "--effective", "2020-01-15")
    run("publish", "2", "--effective", "2999-01-15")
    lines = [line for line in run("list").splitlines() if line.startswith("Version")]
    assert lines == [
        "Version 2, effective on 2999-01-15, not in force.",
        "Version 1, effective on 2020-01-15, in force.",
    ]
