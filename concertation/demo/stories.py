"""The invented stories, read from `concertation/data` into plain values."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

DATA: Final = Path(__file__).resolve().parent.parent / "data"


@dataclass(frozen=True, slots=True)
class House:
    """An invented organisation, with the one person who represents it and takes part."""

    key: str
    name: str
    domain: str
    person: str
    function: str
    language: str = "fr"
    status: str = "professional"
    role: str = "participant"


@dataclass(frozen=True, slots=True)
class Deed:
    """An action of a story: who, what, by when, and what became of it."""

    owner: str
    text: str
    state: str
    feedback: str = ""
    # Who acts outside the board; the owner relays.
    acts: str = ""
    due: tuple[str, int] = ("next", 0)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a story's timeline, so many days ago."""

    by: str
    kind: str
    days: int
    text: str


@dataclass(frozen=True, slots=True)
class Story:
    """An invented situation."""

    by: str
    holder: str | None
    headline: str
    needs: tuple[str, ...]
    urgency: str
    account: str
    tried: str
    question: str
    strengths: str
    wish: str
    deeds: tuple[Deed, ...]
    # The pilot's: the meeting it was brought to, by its place in the year, and its outcome.
    meeting: int = 0
    outcome: str = ""
    # Les Tilleuls': when it was brought, relative to the build.
    brought: tuple[str, int] = ("meeting", 1)
    agreement: str = "given"
    # Who was asked to hold it and hasn't answered.
    asked: str = ""
    review: int | None = None
    dormant: bool = False
    network: tuple[tuple[str, str], ...] = ()
    missing: str = ""
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class PilotMeeting:
    """One published meeting."""

    date: str
    place: str
    participants: int
    minutes: int
    new_situations: int
    date_note: str


@dataclass(frozen=True, slots=True)
class Pilot:
    """The published figures, and the invented houses and stories that carry them."""

    name: str
    languages: tuple[str, ...]
    planned_minutes: int
    meetings: tuple[PilotMeeting, ...]
    coordination: str
    houses: tuple[House, ...]
    stories: tuple[Story, ...]


def pilot() -> Pilot:
    """The pilot of 2021."""
    published, invented = _read("pilot-2021.json"), _read("pilot-stories.json")
    circle = published["concertation"]
    return Pilot(
        name=circle["name"],
        languages=tuple(circle["languages"]),
        planned_minutes=circle["planned_minutes"],
        meetings=tuple(
            PilotMeeting(
                date=each["date"],
                # Said as people of the board say it; the file's word is a code.
                place={"videoconference": "vidéoconférence"}.get(each["place"], each["place"]),
                participants=each["participants"],
                minutes=each["minutes"],
                new_situations=each["new_situations"],
                date_note=_NOTE if "date_note" in each else "",
            )
            for each in published["meetings"]
        ),
        coordination=invented["coordination"],
        houses=tuple(House(**each) for each in invented["organisations"]),
        stories=tuple(_story(each) for each in invented["situations"]),
    )


_NOTE: Final = (
    "Le rapport publié imprime « 0-02-2021 » : le jour est illisible. Un mercredi de février 2021"
    " est supposé."
)


def tilleuls() -> tuple[Story, ...]:
    """The stories of the second concertation."""
    return tuple(_story(each) for each in _read("tilleuls.json")["situations"])


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / name).read_text(encoding="utf-8"))
    return found


def _story(each: dict[str, Any]) -> Story:
    values = dict(each)
    values["needs"] = tuple(each["needs"])
    values["deeds"] = tuple(
        Deed(**{**deed, "due": _one(deed["due"])}) if "due" in deed else Deed(**deed)
        for deed in each["deeds"]
    )
    values["entries"] = tuple(Entry(**entry) for entry in each.get("entries", ()))
    values["network"] = tuple((who, kind) for who, kind in each.get("network", ()))
    if "brought" in each:
        values["brought"] = _one(each["brought"])
        values["review"] = each["review"]["next"] if each["review"] else None
    return Story(**values)


def _one(pair: dict[str, int]) -> tuple[str, int]:
    ((name, number),) = pair.items()
    return name, number
