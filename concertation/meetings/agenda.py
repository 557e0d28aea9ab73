"""The next agenda, proposed from the work: what stands on it, why, and for how long.

Pure: clear columns in, an agenda out. Codes and reasons only; no text of a situation is needed to
know that it is due.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from concertation.meetings.enums import MeetingKind, Reason

# The feedback round comes first: ten minutes, within the hour (design 1, “A meeting”).
ROUND_MINUTES: Final = 10
WANTED: Final = {
    Reason.NEW: 10,
    Reason.FEEDBACK: 8,
    Reason.REVIEW: 7,
    Reason.CARRIED: 7,
    Reason.REST: 5,
}
# What the other kinds of meetings go through, of an hour; no situation stands on their agenda.
STEPS: Final = {
    MeetingKind.INTERVISION: (
        (_("La question de qui l’apporte"), 10),
        (_("Tour de questions"), 20),
        (_("Échange"), 20),
        (_("Ce que chacun·e emporte"), 10),
    ),
    MeetingKind.THEMATIC: (
        (_("Constats"), 20),
        (_("Besoins sans réponse"), 15),
        (_("Actions collectives\u00a0: qui, pour quand"), 25),
    ),
}
HOUR: Final = 60
LANGUAGES: Final = ("fr", "nl", "en")
# Less than this is no time to speak of a person.
LEAST: Final = 3


@cache
def _in_any_language() -> Mapping[str, object]:
    found: dict[str, object] = {}
    for language in LANGUAGES:
        with override(language):
            found |= {str(title): title for each in STEPS.values() for title, _minutes in each}
    return found


def in_words(title: str) -> str:
    """A free point as this reader's language says it, when it is a step that the board named: it
    was kept in the language of whoever set the agenda."""
    return str(_in_any_language().get(title, title))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A situation that may stand on an agenda, by its clear columns."""

    situation: UUID
    code: str
    reason: Reason
    mine: bool = False


@dataclass(frozen=True, slots=True)
class Proposed:
    """One point: a situation, the reason, the minutes; none left means “if time allows”."""

    situation: UUID
    code: str
    reason: Reason
    minutes: int
    mine: bool

    @property
    def if_time_allows(self) -> bool:
        """Whether the hour was full before this point."""
        return self.minutes == 0


@dataclass(frozen=True, slots=True)
class Agenda:
    """The feedback round, then the points in their order."""

    round_minutes: int
    items: tuple[Proposed, ...]

    @property
    def minutes(self) -> int:
        """What the agenda takes in all."""
        return self.round_minutes + sum(item.minutes for item in self.items)


def propose(candidates: Iterable[Candidate], planned_minutes: int) -> Agenda:
    """Order the candidates by reason, and share the planned minutes among them.

    New situations come first, then feedback that is awaited, then reviews, then what the last
    meeting left; these give a little each when the hour is too short. The rest takes what is left.
    What still doesn't fit stays on the list, without minutes.
    """
    order = list(Reason)
    ranked = sorted(candidates, key=lambda each: order.index(each.reason))
    room = max(planned_minutes - ROUND_MINUTES, 0)
    wanted = sum(WANTED[each.reason] for each in ranked if each.reason != Reason.REST)
    items = []
    left = room
    for each in ranked:
        share = WANTED[each.reason]
        if wanted > room:
            share = max(LEAST, share * room // wanted)
        share = share if share <= left else 0
        left -= share
        items.append(Proposed(each.situation, each.code, each.reason, share, each.mine))
    return Agenda(min(ROUND_MINUTES, planned_minutes), tuple(items))


def steps(kind: str, planned_minutes: int) -> list[tuple[str, int]]:
    """The steps of an intervision or of a thematic concertation, within the planned minutes; a case
    concertation has none, its work proposes its points."""
    return [
        (str(title), minutes * planned_minutes // HOUR)
        for title, minutes in STEPS.get(MeetingKind(kind), ())
    ]
