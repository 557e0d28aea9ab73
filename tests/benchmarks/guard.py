"""The identifier guard: recall and precision by kind, and the time of a scan (design 7)."""

import statistics
import time
from typing import Final

from ethics.guard import HARD_KINDS, scan
from tests.benchmarks.measure import Measure
from tests.guard.measuring import Score, Sentence, corpus, measure, table

# The bars of design 7 and issue 4.
RECALL: Final = 0.99
PRECISION: Final = 0.97
CUED: Final = 0.95
BLOCKED: Final = 0.01
MILLISECONDS: Final = 5.0
ROUNDS: Final = 200


def guard() -> Measure:
    """How far the guard is from its nearest bar: 0 or more holds, below 0 doesn't."""
    sentences = corpus()
    note, dense = _note(sentences), sentences[::7]
    score, held = measure(sentences), measure(each for each in sentences if each.held)
    time_taken = milliseconds(note)
    margin = min(_margins(score, time_taken))
    how = [
        f"Nearest bar, of: hard kinds recall >= {RECALL} and precision >= {PRECISION}, names with a"
        f" cue recall >= {CUED}, sentences without identifiers blocked <= {BLOCKED}, 2,000"
        f" characters of a note <= {MILLISECONDS} ms of processor time (median of {ROUNDS}:"
        f" {time_taken:.2f}; where every second sentence holds an identifier:"
        f" {milliseconds(dense):.2f}).",
        f"All {len(sentences)} sentences, {score.blocked} of {score.harmless} blocked:",
        *table(score),
        f"Held out, {sum(each.held for each in sentences)} sentences,"
        f" {held.blocked} of {held.harmless} blocked:",
        *table(held),
    ]
    return Measure(round(margin, 4), 0.0, "margin", margin >= 0, len(sentences), "\n".join(how))


def _margins(score: Score, time_taken: float) -> list[float]:
    margins = [
        (score.recall("cued") or 0) - CUED,
        BLOCKED - score.blocked_share,
        (MILLISECONDS - time_taken) / MILLISECONDS,
    ]
    for kind in HARD_KINDS:
        margins += [(score.recall(kind) or 0) - RECALL, (score.precision(kind) or 0) - PRECISION]
    return margins


def _note(sentences: list[Sentence]) -> list[Sentence]:
    """A note as people write it: one sentence in ten holds an identifier."""
    plain = [each for each in sentences if not each.findings]
    labelled = [each for each in sentences if each.findings]
    return [labelled[place] if place % 10 == 9 else plain[place] for place in range(80)]


def milliseconds(sentences: list[Sentence]) -> float:
    """The median time of a scan of 2,000 characters, in milliseconds."""
    text = " ".join(each.text for each in sentences)[:2000]
    times = []
    scan(text)
    for _ in range(ROUNDS):
        start = time.thread_time()
        scan(text)
        times.append(time.thread_time() - start)
    return statistics.median(times) * 1000
