"""The sharing decision: the short path of “Puis-je partager ?”, as a pure function (design 2).

One screen for the well-coded everyday signal: Q1 no, Q4 no, and the attestation that no reader
should recognise the person. Any other answer belongs to the long sequence, which this version
doesn't open: then nothing is shared.
"""

from dataclasses import dataclass
from typing import Final

from ethics.sharing.models import SharingOutcome

TREE_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class ShortAnswers:
    """The answers of the one screen; nothing is preticked, so `None` is “not answered”."""

    danger: bool | None = None
    identifiable: bool | None = None
    attested: bool = False

    def as_codes(self) -> dict[str, str | bool]:
        """The answers as they are sealed with the decision: by number of the question."""
        return {
            "q1": _word(self.danger),
            "q4": _word(self.identifiable),
            "attested": self.attested,
        }


def short_path(answers: ShortAnswers) -> SharingOutcome | None:
    """S-CODE for the well-coded everyday signal; `None` for everything else: not shared."""
    if answers.danger is False and answers.identifiable is False and answers.attested:
        return SharingOutcome.CODE
    return None


def _word(answer: bool | None) -> str:
    return {True: "yes", False: "no", None: ""}[answer]
