"""Gathering, checking and compiling the texts in other languages."""

import os
from pathlib import Path

import polib
import pytest

from concertation import translations


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small house with three texts, and no catalogue yet."""
    monkeypatch.setattr(translations, "ROOT", tmp_path)
    monkeypatch.setattr(translations, "LOCALE", tmp_path / "concertation" / "locale")
    for name in ("audit", "concertation", "ethics", "templates"):
        (tmp_path / name).mkdir()
    (tmp_path / "concertation" / "views.py").write_text(
        'title = _("Tableau")\ncount = ngettext("%(n)s retour", "%(n)s retours", n)\n', "utf-8"
    )
    (tmp_path / "templates" / "page.html").write_text(
        '{% translate "Réunions" %} {% translate "Tableau" %}', "utf-8"
    )
    return tmp_path


def translate(language: str, words: dict[str, str | dict[int, str]]) -> Path:
    path = translations.LOCALE / language / "LC_MESSAGES" / "django.po"
    catalogue = polib.pofile(str(path))
    for msgid, words_there in words.items():
        entry = catalogue.find(msgid)
        assert entry is not None
        if isinstance(words_there, dict):
            entry.msgstr_plural = words_there
        else:
            entry.msgstr = words_there
    catalogue.save(str(path))
    return path


def complete(language: str) -> Path:
    return translate(
        language,
        {"Tableau": "Bord", "Réunions": "Data", "%(n)s retour": {0: "een", 1: "%(n)s antwoorden"}},
    )


def test_texts_of_code_and_templates_are_found_once(house: Path) -> None:
    found = {text.singular: sorted(text.files) for text in translations.texts()}
    assert found == {
        "%(n)s retour": ["concertation/views.py"],
        "Réunions": ["templates/page.html"],
        "Tableau": ["concertation/views.py", "templates/page.html"],
    }


def test_a_language_without_catalogue_is_a_problem(house: Path) -> None:
    assert any("nl: there is no catalogue" in problem for problem in translations.incomplete())


def test_gathering_counts_what_is_to_translate_and_knows_french_plurals(house: Path) -> None:
    assert translations.gather() == {"fr": 0, "nl": 3, "en": 3}


def test_french_keeps_its_punctuation_on_the_line(house: Path) -> None:
    (house / "templates" / "page.html").write_text(
        "{% translate 'Encore : « lien gardé » ; à 14:00 ? Oui.' %} {% translate 'Tableau' %}",
        "utf-8",
    )
    translations.gather()
    path = translations.LOCALE / "fr" / "LC_MESSAGES" / "django.po"
    kept = {each.msgid: each.msgstr for each in polib.pofile(str(path)) if not each.msgid_plural}
    assert kept == {
        "Encore : « lien gardé » ; à 14:00 ? Oui.": (
            "Encore\u00a0: «\u00a0lien gardé\u00a0»\u00a0; à 14:00\u00a0? Oui."
        )
    }


def test_complete_catalogues_are_in_order(house: Path) -> None:
    translations.gather()
    complete("nl")
    complete("en")
    assert translations.incomplete() == []


def test_gathering_again_keeps_translations_and_drops_texts_that_went(house: Path) -> None:
    translations.gather()
    path = complete("nl")
    (house / "templates" / "page.html").write_text("{% translate 'Réunions' %}", "utf-8")
    (house / "concertation" / "views.py").write_text("", "utf-8")
    translations.gather()
    assert [(each.msgid, each.msgstr) for each in polib.pofile(str(path))] == [("Réunions", "Data")]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ({"Tableau": ""}, "is not translated"),
        ({"Tableau": "Bord %(n)s"}, "has a placeholder the code does not fill"),
        ({"%(n)s retour": {0: "een", 1: "antwoorden"}}, "has other placeholders"),
        ({"%(n)s retour": {0: "een", 1: ""}}, "is not translated"),
    ],
)
def test_a_doubtful_translation_is_named(
    house: Path, words: dict[str, str | dict[int, str]], problem: str
) -> None:
    translations.gather()
    complete("nl")
    complete("en")
    translate("nl", words)
    assert any(problem in each for each in translations.incomplete())


def test_a_fuzzy_translation_is_named(house: Path) -> None:
    translations.gather()
    complete("en")
    path = complete("nl")
    catalogue = polib.pofile(str(path))
    catalogue[0].flags.append("fuzzy")
    catalogue.save(str(path))
    assert [each for each in translations.incomplete() if "fuzzy" in each]


def test_a_text_put_together_in_the_call_is_a_problem(house: Path) -> None:
    (house / "ethics" / "words.py").write_text('said = _(f"bonjour {name}")\n', "utf-8")
    assert "ethics/words.py:1: the text must be a literal." in translations.incomplete()


def test_only_catalogues_that_changed_are_compiled(house: Path) -> None:
    translations.gather()
    path = complete("nl")
    written = translations.compile_catalogues()
    assert path.with_suffix(".mo") in written
    assert translations.compile_catalogues() == []
    later = path.with_suffix(".mo").stat().st_mtime + 5
    os.utime(path, (later, later))
    assert translations.compile_catalogues() == [path.with_suffix(".mo")]
