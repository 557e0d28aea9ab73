"""The guard over the labelled sentences: design 2's bars, and the corpus keeps its own promises."""

from collections import Counter
from itertools import pairwise

import pytest

from ethics.guard import HARD_KINDS, Kind, scan
from tests.guard.measuring import Sentence, corpus, measure

SENTENCES = corpus()
HARD_RECALL, HARD_PRECISION, CUED_RECALL, BLOCKED = 0.99, 0.97, 0.95, 0.01


def test_there_are_enough_sentences_of_every_sort() -> None:
    assert len(SENTENCES) >= 400
    assert len({each.id for each in SENTENCES}) == len({each.text for each in SENTENCES})
    assert {each.group for each in SENTENCES} == {"hard", "soft", "clean", "tricky"}
    languages = Counter(each.lang for each in SENTENCES)
    assert set(languages) == {"fr", "nl", "en"}
    assert min(languages.values()) >= 80
    held = sum(each.held for each in SENTENCES)
    assert held >= len(SENTENCES) / 5


def wrongly_labelled(sentence: Sentence) -> bool:
    """Whether a label leaves its sentence, or doesn't fit its kind or its group."""
    places = [(label["start"], label["end"]) for label in sentence.findings]
    severities = [(label["severity"], Kind(label["kind"])) for label in sentence.findings]
    return (
        any(not 0 <= start < end <= len(sentence.text) for start, end in places)
        or any((severity == "hard") != (kind in HARD_KINDS) for severity, kind in severities)
        or (sentence.group in {"clean", "tricky"}) == bool(sentence.findings)
    )


def test_labels_lie_inside_their_sentence_and_fit_their_kind() -> None:
    assert [each.id for each in SENTENCES if wrongly_labelled(each)] == []


@pytest.mark.parametrize("kind", sorted(HARD_KINDS))
def test_hard_kinds_hold_their_bars(kind: Kind) -> None:
    score = measure(SENTENCES)
    recall, precision = score.recall(kind), score.precision(kind)
    assert recall is not None
    assert recall >= HARD_RECALL, score.missed
    assert precision is not None
    assert precision >= HARD_PRECISION, score.wrong


def test_names_with_a_cue_are_found() -> None:
    recall = measure(SENTENCES).recall("cued")
    assert recall is not None
    assert recall >= CUED_RECALL


def test_sentences_without_identifiers_are_not_blocked() -> None:
    score = measure(SENTENCES)
    assert score.harmless >= 200
    assert score.blocked_share <= BLOCKED, score.wrong


def test_a_guard_that_finds_nothing_fails_the_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.guard.measuring.scan", lambda text: [])
    score = measure(SENTENCES)
    assert all(score.recall(kind) == 0 for kind in HARD_KINDS)


def test_findings_stand_in_order_and_never_overlap() -> None:
    for sentence in SENTENCES:
        places = [(each.start, each.end) for each in scan(sentence.text)]
        assert places == sorted(places)
        assert all(one[1] <= other[0] for one, other in pairwise(places))
