"""The charter as it is read and signed, and an organisation's subscription to it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from concertation.accounts.languages import own_names
from concertation.accounts.models import Organisation, Participation
from concertation.accounts.reading.places import wearing
from ethics import gate
from ethics.charter.actions import record_reading
from ethics.charter.models import CharterVersion, Subscription
from ethics.charter.reading import (
    agreement,
    in_force,
    latest_signature,
    subscribed_organisations,
)
from ethics.charter.statements import SENTENCES


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the charter's text: `h2`, `h3`, `p`, `ol` or `ul`."""

    kind: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """The charter in one language."""

    version: int
    title: str
    blocks: tuple[Block, ...]
    sha256: str
    effective_on: date


@dataclass(frozen=True, slots=True)
class Receipt:
    """A signature or subscription that stands."""

    version: int
    made_at: datetime
    language: str
    function: str
    status: str
    number: UUID


@dataclass(frozen=True, slots=True)
class CharterPage:
    """The charter, for one place."""

    participation: UUID
    concertation: str
    organisation: str
    function: str
    status: str
    language: str
    languages: tuple[tuple[str, str], ...]
    text: Text | None
    sentence: str
    subscribed: bool
    signed: bool
    receipt: Receipt | None


@dataclass(frozen=True, slots=True)
class SubscriptionPage:
    """The charter, for an organisation."""

    organisation: UUID
    name: str
    domain: str
    enterprise_number: str
    language: str
    languages: tuple[tuple[str, str], ...]
    text: Text | None
    sentence: str
    subscribed: bool
    receipt: Receipt | None
    today: date


def blocks(text: str) -> tuple[str, tuple[Block, ...]]:
    """The title and the blocks of the charter's plain Markdown: headings, paragraphs, lists."""
    title, found = "", []
    for part in text.strip().split("\n\n"):
        lines = [line.strip() for line in part.strip().splitlines()]
        if not lines:
            continue
        first = lines[0]
        if first.startswith("# ") and not title:
            title, lines = first[2:], lines[1:]
        elif first.startswith("#"):
            kind = "h2" if first.startswith("## ") else "h3"
            found.append(Block(kind, (first.lstrip("# "),)))
            lines = lines[1:]
        if lines:
            found.append(_block(lines))
    return title, tuple(found)


def _block(lines: list[str]) -> Block:
    if lines[0][:2] in {"- ", "* "}:
        return Block("ul", _items(lines, lambda line: line[:2] in {"- ", "* "}))
    number = lines[0].split(". ", 1)[0]
    if number.isdigit():
        return Block("ol", _items(lines, lambda line: line.split(". ", 1)[0].isdigit()))
    return Block("p", (" ".join(lines),))


def _items(lines: list[str], starts: Callable[[str], bool]) -> tuple[str, ...]:
    items: list[str] = []
    for line in lines:
        if starts(line):
            items.append(line.split(" ", 1)[1])
        else:
            items[-1] += f" {line}"
    return tuple(items)


def _read(charter: CharterVersion | None, language: str) -> Text | None:
    if charter is None:
        return None
    title, found = blocks(charter.text(language))
    return Text(charter.number, title, found, charter.sha256(language), charter.effective_on)


def _languages(charter: CharterVersion | None) -> tuple[tuple[str, str], ...]:
    """The languages this version was published in."""
    return tuple(
        (code, name)
        for code, name in own_names()
        if charter is not None and str(getattr(charter, f"text_{code}", ""))
    )


def _language(charter: CharterVersion | None, wanted: str) -> str:
    """The language read, and then signed: the one wanted where the text exists, else French."""
    return wanted if wanted in dict(_languages(charter)) else "fr"


def charter_page(actor: gate.Actor, place: Participation, wanted: str) -> CharterPage:
    """The charter in force for one's own place; its reading is recorded until it is signed."""
    charter = in_force()
    language = _language(charter, wanted)
    agreed = agreement(place.id, place.organisation_id)
    if charter is not None and not agreed.signed:
        record_reading(wearing(actor, place), charter)
    signature = latest_signature(place.id)
    receipt = (
        Receipt(
            signature.charter_id,
            signature.made_at,
            signature.language,
            signature.function,
            signature.get_secrecy_status_display(),
            signature.id,
        )
        if signature
        else None
    )
    return CharterPage(
        participation=place.id,
        concertation=place.concertation.name,
        organisation=place.organisation.name,
        function=place.function,
        status=place.get_secrecy_status_display(),
        language=language,
        languages=_languages(charter),
        text=_read(charter, language),
        sentence=SENTENCES[language],
        subscribed=agreed.subscribed,
        signed=agreed.signed,
        receipt=receipt,
    )


def subscription_page(organisation: Organisation, wanted: str) -> SubscriptionPage:
    """The charter in force for an organisation that the actor represents."""
    charter = in_force()
    language = _language(charter, wanted)
    row = Subscription.objects.filter(organisation=organisation.id).order_by("-made_at").first()
    return SubscriptionPage(
        organisation=organisation.id,
        name=organisation.name,
        domain=organisation.get_domain_display(),
        enterprise_number=organisation.enterprise_number,
        language=language,
        languages=_languages(charter),
        text=_read(charter, language),
        sentence=SENTENCES[language],
        subscribed=bool(subscribed_organisations([organisation.id])),
        receipt=(
            Receipt(row.charter_id, row.made_at, "", row.get_power_display(), "", row.id)
            if row
            else None
        ),
        today=timezone.localdate(),
    )
