"""The charter as it is read and signed, and an organisation's subscription to it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from concertation.accounts.languages import own_names
from concertation.accounts.models import Organisation, Participation
from concertation.accounts.reading.places import guest_meetings, is_self_employed, wearing
from ethics import gate
from ethics.charter.actions import record_reading
from ethics.charter.models import CharterVersion, Signature, Subscription
from ethics.charter.reading import (
    agreement,
    has_newest,
    in_force,
    latest_signature,
    subscribed_for,
    subscribed_organisations,
)
from ethics.charter.rendering import Block, BlockKind, blocks
from ethics.charter.statements import SENTENCES, OneMeeting


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
    ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class CharterPage:
    """The charter, for one place."""

    participation: UUID
    concertation: str
    organisation: str
    function: str
    status: str
    # The day of the one meeting that a guest signs for.
    meeting_on: date | None
    language: str
    languages: tuple[tuple[str, str], ...]
    text: Text | None
    sentence: str
    subscribed: bool
    # The organisation is this person alone: subscription and signature are one form.
    self_employed: bool
    # Under a version that counts today.
    signed: bool
    # Under the version in force itself: in its grace period the one before counts too.
    signed_newest: bool
    grace_until: date | None
    receipt: Receipt | None
    # Every signature of this place, the newest first; a new one never overwrites an old one.
    history: tuple[Receipt, ...]


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
    # For all the organisation's people.
    subscribed: bool
    subscribed_newest: bool
    grace_until: date | None
    receipt: Receipt | None
    history: tuple[Receipt, ...]
    today: date
    # The meetings that guests of the organisation are invited to, and those it subscribed for.
    meetings: tuple[OneMeeting, ...]
    covered: tuple[OneMeeting, ...]

    @property
    def choices(self) -> tuple[OneMeeting, ...]:
        """The meetings it may subscribe for."""
        return tuple(each for each in self.meetings if each not in self.covered)


def read_text(charter: CharterVersion, language: str) -> Text:
    """A version's text in one language, as blocks that a template can show."""
    found = blocks(charter.text(language))
    title = next((each.text for each in found if each.kind == BlockKind.TITLE), "")
    rest = tuple(each for each in found if each.kind != BlockKind.TITLE)
    return Text(charter.number, title, rest, charter.sha256(language), charter.effective_on)


def _read(charter: CharterVersion | None, language: str) -> Text | None:
    return read_text(charter, language) if charter is not None else None


def languages_of(charter: CharterVersion | None) -> tuple[tuple[str, str], ...]:
    """The languages this version was published in: code, and its own name."""
    return tuple(
        (code, name)
        for code, name in own_names()
        if charter is not None and str(getattr(charter, f"text_{code}", ""))
    )


def _language(charter: CharterVersion | None, wanted: str) -> str:
    """The language read, and then signed: the one wanted where the text exists, else French."""
    return wanted if wanted in dict(languages_of(charter)) else "fr"


def charter_page(actor: gate.Actor, place: Participation, wanted: str) -> CharterPage:
    """The charter in force for one's own place; its reading is recorded until it is signed."""
    charter = in_force()
    language = _language(charter, wanted)
    agreed = agreement(place.id, place.organisation_id, place.for_meeting)
    if charter is not None and not agreed.signed:
        record_reading(wearing(actor, place), charter)
    rows = Signature.objects.filter(participation=place.id).order_by("-made_at")
    history = tuple(_signature_receipt(row) for row in rows)
    live = latest_signature(place.id)
    return CharterPage(
        participation=place.id,
        concertation=place.concertation.name,
        organisation=place.organisation.name,
        function=place.function,
        status=place.get_secrecy_status_display(),
        meeting_on=place.ends_on if place.for_meeting else None,
        language=language,
        languages=languages_of(charter),
        text=_read(charter, language),
        sentence=SENTENCES[language],
        subscribed=agreed.subscribed,
        self_employed=is_self_employed(actor.person, place.organisation_id),
        signed=agreed.signed,
        signed_newest=bool(live and charter and live.charter_id == charter.number),
        grace_until=charter.grace_until if charter else None,
        receipt=_signature_receipt(live) if live else None,
        history=history,
    )


def subscription_page(organisation: Organisation, wanted: str) -> SubscriptionPage:
    """The charter in force for an organisation that the actor represents."""
    charter = in_force()
    language = _language(charter, wanted)
    rows = list(Subscription.objects.filter(organisation=organisation.id).order_by("-made_at"))
    history = tuple(
        Receipt(row.charter_id, row.made_at, "", row.get_power_display(), "", row.id, row.ends_on)
        for row in rows
    )
    meetings = guest_meetings(organisation.id)
    covered = subscribed_for(each.meeting for each in meetings)
    return SubscriptionPage(
        organisation=organisation.id,
        name=organisation.name,
        domain=organisation.get_domain_display(),
        enterprise_number=organisation.enterprise_number,
        language=language,
        languages=languages_of(charter),
        text=_read(charter, language),
        sentence=SENTENCES[language],
        subscribed=bool(subscribed_organisations([organisation.id])),
        subscribed_newest=has_newest(organisation.id),
        grace_until=charter.grace_until if charter else None,
        receipt=next(
            (each for each, row in zip(history, rows, strict=True) if not row.meeting), None
        ),
        history=history,
        today=timezone.localdate(),
        meetings=meetings,
        covered=tuple(each for each in meetings if (organisation.id, each.meeting) in covered),
    )


def _signature_receipt(row: Signature) -> Receipt:
    return Receipt(
        row.charter_id,
        row.made_at,
        row.language,
        row.function,
        row.get_secrecy_status_display(),
        row.id,
        row.withdrawn_at.date() if row.withdrawn_at else None,
    )
