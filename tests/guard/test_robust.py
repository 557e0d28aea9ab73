"""Text that hides an identifier, and text made to exhaust the guard."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ethics.guard import HARD_KINDS, Kind, scan
from ethics.guard.folding import fold
from ethics.guard.scanning import places
from ethics.guard.table import TABLE
from tests.guard.measuring import corpus

NISS, PHONE, ACCOUNT = "85.07.30-033.28", "0470/12 34 56", "BE32 1234 5678 9002"
MAIL, STREET, PLATE, BIRTH = "jean.dupont@exemple.be", "rue Haute 12", "1-ABC-234", "12/03/1984"
HARD = {
    Kind.NISS: ("RN ", NISS),
    Kind.PHONE: ("gsm ", PHONE),
    Kind.IBAN: ("compte ", ACCOUNT),
    Kind.EMAIL: ("mail ", MAIL),
    Kind.ADDRESS: ("habite ", STREET),
    Kind.PLATE: ("voiture ", PLATE),
    Kind.BIRTH_DATE: ("née le ", BIRTH),
}
# Zero-width space, joiners, word joiner, byte-order mark, soft hyphen, direction marks.
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u202e"
LOOKALIKES = {"a": "аａ", "e": "еｅ", "o": "оο", "c": "с", "p": "р", "u": "υ", "H": "НΗ", "B": "ВΒ"}
LOOKALIKES |= {"A": "АΑ", "E": "ЕΕ", "0": "٠０𝟎", "1": "١１", "2": "٢２𝟐", "3": "۳３", "4": "٤"}
LOOKALIKES |= {"5": "٥", "7": "٧７", "8": "٨", "-": "‑–−", "/": "∕⁄", ".": "․·", "@": "＠"}
kinds = st.sampled_from(sorted(HARD))


def kinds_in(text: str) -> set[Kind]:
    return {each.kind for each in scan(text)}


@given(st.text())
def test_any_text_is_scanned_and_every_place_lies_inside_it(text: str) -> None:
    for each in scan(text, known=["Maison Verte", ""]):
        assert 0 <= each.start < each.end <= len(text)


SCRAPS = [
    "rue",
    "Haute",
    "12",
    "0470",
    "12_34_56",
    "@",
    "a.b",
    "née_le",
    "M.",
    "Mme",
    "Ali",
    "-",
    "\u200b",
    "٤",
    "е",
    "BE32",
    "1234",
    "av.",
    "/",
    "Hoogstraat",
    "ans",
    "marocaine",
    "(",
    "°",
    "\u200b@",
    "85.07.30",
    "1-ABC",
    "le",
    "12/03/1984",
]
words = st.sampled_from([*(each.replace("_", " ") for each in SCRAPS), "\n"])


@given(st.lists(words, max_size=30), st.sampled_from(["", " "]))
def test_scraps_of_identifiers_in_any_order_are_scanned(scraps: list[str], between: str) -> None:
    text = between.join(scraps)
    for each in scan(text):
        assert 0 <= each.start < each.end <= len(text)


@given(kinds, st.data())
def test_invisible_marks_hide_nothing(kind: Kind, data: st.DataObject) -> None:
    cue, written = HARD[kind]
    hidden = written
    for mark in data.draw(st.lists(st.sampled_from(INVISIBLE), min_size=1, max_size=6)):
        place = data.draw(st.integers(1, len(hidden) - 1))
        hidden = hidden[:place] + mark + hidden[place:]
    found = [each for each in scan(f"{cue}{hidden} fin") if each.kind is kind]
    assert [(each.start, each.end) for each in found] == [(len(cue), len(cue) + len(hidden))]


@given(kinds, st.data())
def test_lookalikes_hide_nothing(kind: Kind, data: st.DataObject) -> None:
    cue, written = HARD[kind]
    hidden = "".join(
        data.draw(st.sampled_from(letter + LOOKALIKES.get(letter, ""))) for letter in written
    )
    assert kind in kinds_in(f"{cue}{hidden}"), hidden


@given(st.sampled_from([Kind.NISS, Kind.PHONE, Kind.IBAN]), st.data())
def test_splitting_digits_hides_nothing(kind: Kind, data: st.DataObject) -> None:
    cue, written = HARD[kind]
    compact = "".join(letter for letter in written if letter.isalnum())
    # Hours are written with a colon, so a phone number isn't.
    splits = st.sampled_from(["", "", " ", ".", "-", "\n", " - "])
    hidden = compact[0] + "".join(data.draw(splits) + letter for letter in compact[1:])
    assert kind in kinds_in(f"{cue}{hidden}"), hidden


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=50))
def test_folding_knows_where_everything_came_from(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.origins)
    assert list(folded.origins) == sorted(folded.origins)
    assert all(0 <= origin < len(text) for origin in folded.origins)
    assert fold(folded.text).text == folded.text


def test_digits_of_other_scripts_are_digits() -> None:
    assert fold("٠١٢٣٤٥٦٧٨٩").text == "0123456789"
    assert fold("०१२").text == "012"


HOSTILE = [
    "a.", "a@", "@", "1", "1 ", "12 ", " ", "A", "A ", "Aa ", "a-", "0", "04", "\n", "rue ",
    "rue a ", "M. ", "Mme a ", "1-", "BE32", "www.a/", "(at) ", "é", "\u200b", "ans ", "12 ans ",
    "de ", "le 12 mars ", "née le ", "1/1/", "straat", "'", "a'", ". ", "Ali ", "point ",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_grows_with_the_length_and_no_faster(piece: str) -> None:
    def seconds(length: int) -> float:
        text = (piece * (length // len(piece) + 1))[:length]
        best = float("inf")
        for _ in range(2):
            start = time.thread_time()
            scan(text)
            best = min(best, time.thread_time() - start)
        return best

    short, long = seconds(10_000), seconds(40_000)
    # Four times the text; a quadratic rule would take sixteen times.
    assert long <= 7 * short + 0.02, (short, long)


def test_every_hard_kind_has_an_attack_here() -> None:
    assert set(HARD) | {Kind.URL_PERSON} == HARD_KINDS


def test_expressions_are_written_for_both_engines() -> None:
    """No construct that JavaScript's `RegExp` with `u` refuses, or reads in another way."""
    written = TABLE.written()
    assert len(written) > 40
    for each in written:
        for wrong in ("(?P", "\\A", "\\Z", "(?i", "\\'", '\\"', "\\ ", "\\@", "\\#", "(?>", "++"):
            assert wrong not in each, each


def test_what_is_looked_for_in_small_letters_is_written_in_small_letters() -> None:
    for rule in TABLE.rules:
        around = [rule.before, rule.unless_before, rule.after, rule.in_lower]
        for each in filter(None, around):
            assert not re.search(r"(?<!\\)[A-Z]", each.pattern), rule.name
        assert all(each == each.lower() for each in rule.needs), rule.name


def test_a_rule_that_needs_a_word_finds_the_same_without_asking() -> None:
    """`needs` saves time and nothing else: over the corpus it never hides a finding."""
    asking = [rule for rule in TABLE.rules if rule.needs]
    assert asking
    for sentence in corpus():
        lower = fold(sentence.text).text.lower()
        for rule in asking:
            if not any(each in lower for each in rule.needs):
                assert not list(places(rule, fold(sentence.text).text, lower)), sentence.id
