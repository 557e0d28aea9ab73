"""The charter's versions, readable for ever, and the draft of the next one with what it changes."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import Http404

from audit.enums import Purpose, SubjectKind, Verb
from concertation.accounts.languages import own_names
from concertation.accounts.models import Organisation, Participation, User
from concertation.accounts.reading.charter_page import Text, languages_of, read_text
from concertation.accounts.reading.places import own_place
from ethics import gate
from ethics.charter import drafting
from ethics.charter.actions import LANGUAGES
from ethics.charter.differences import Paragraph, differences
from ethics.charter.models import CharterVersion, Signature, Subscription
from ethics.charter.reading import in_force
from ethics.charter.receipts import signature_receipt, subscription_receipt
from ethics.gate.refusals import refuse
from ethics.policy import Act, Refusal


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version in the list."""

    number: int
    effective_on: date
    grace_until: date | None
    published_at: datetime
    in_force: bool
    # Language code, its own name, SHA-256 of the exact text.
    hashes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class DraftLine:
    """The draft as the desk shows it."""

    number: int
    written_by: str
    written_at: datetime
    revision: int
    # Languages whose text is still empty though a version needs it.
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CharterDesk:
    """Every version, newest first, and the draft."""

    versions: tuple[VersionLine, ...]
    draft: DraftLine | None


@dataclass(frozen=True, slots=True)
class Compared:
    """One language of the draft, laid over the last version."""

    code: str
    name: str
    paragraphs: tuple[Paragraph, ...]

    @property
    def changed(self) -> bool:
        """Whether the two say anything else."""
        return any(each.changed for each in self.paragraphs)


@dataclass(frozen=True, slots=True)
class VersionPage:
    """One version in one language."""

    line: VersionLine
    text: Text
    language: str
    languages: tuple[tuple[str, str], ...]


def versions() -> tuple[VersionLine, ...]:
    """Every version that was ever published, the newest first."""
    current = in_force()
    return tuple(_line(row, current) for row in CharterVersion.objects.order_by("-number"))


def charter_desk(actor: gate.Actor) -> CharterDesk:
    """Versions and draft, for who publishes them; recorded. Raises `gate.Refused`."""
    gate.allow(actor, Act.PUBLISH_CHARTER, purpose=Purpose.ADMINISTRATION, verb=Verb.CHARTER_READ)
    return CharterDesk(versions(), _draft())


def draft_texts() -> tuple[dict[str, str], int]:
    """What the form starts from: the draft with its revision, else the last version's texts."""
    row = drafting.draft()
    if row is None:
        return {f"text_{code}": text for code, text in drafting.starting_texts().items()}, 0
    return {f"text_{code}": getattr(row, f"text_{code}") for code in LANGUAGES}, row.revision


def compared() -> tuple[Compared, ...]:
    """The draft laid over the last version, word by word, in each language that has a text."""
    row = drafting.draft()
    if row is None:
        return ()
    before = drafting.starting_texts()
    return tuple(
        Compared(code, name, tuple(differences(before[code], str(getattr(row, f"text_{code}")))))
        for code, name in own_names()
        if before[code] or getattr(row, f"text_{code}")
    )


def since_before(number: int, language: str) -> Compared | None:
    """What a published version changed against the one before it; `None` for the first."""
    rows = list(CharterVersion.objects.filter(number__lte=number).order_by("-number")[:2])
    if len(rows) < 2 or rows[0].number != number:
        return None
    texts = [str(getattr(row, f"text_{language}", "")) for row in rows]
    return Compared(language, "", tuple(differences(texts[1], texts[0])))


def version_page(number: int, wanted: str) -> VersionPage:
    """One version as it was published. Raises `Http404` when there is none of this number."""
    row = _version(number)
    languages = languages_of(row)
    language = wanted if wanted in dict(languages) else "fr"
    text = read_text(row, language)
    return VersionPage(_line(row, in_force()), text, language, languages)


def exact_text(number: int, language: str) -> bytes:
    """The exact bytes whose SHA-256 was signed. Raises `Http404`."""
    text = str(getattr(_version(number), f"text_{language}", "")) if language in LANGUAGES else ""
    if not text:
        raise Http404
    return text.encode()


@dataclass(frozen=True, slots=True)
class PaperReceipt:
    """A signature's receipt as it is printed."""

    number: UUID
    name: str
    organisation: str
    concertation: str
    function: str
    status: str
    made_at: datetime
    version: int
    language: str
    sha256: str
    sentence: str
    # The day of the one meeting it is for, if it is.
    until: date | None
    public_key: str
    signature: str
    index: int
    checkpoint: str


def own_receipt(actor: gate.Actor, number: UUID) -> dict[str, Any]:
    """The receipt of one of the actor's own signatures; raises `gate.Refused` for another's."""
    row, place = _own_signature(actor, number)
    return signature_receipt(row, place.concertation_id)


def paper_receipt(actor: gate.Actor, number: UUID) -> PaperReceipt:
    """The same receipt in words; raises `gate.Refused` for another's."""
    row, place = _own_signature(actor, number)
    receipt = signature_receipt(row, place.concertation_id)
    said = json.loads(receipt["statement"])
    return PaperReceipt(
        number=row.id,
        name=place.person.name,
        organisation=place.organisation.name,
        concertation=place.concertation.name,
        function=row.function,
        status=row.get_secrecy_status_display(),
        made_at=row.made_at,
        version=row.charter_id,
        language=row.language,
        sha256=said["charter_sha256"],
        sentence=said["sentence"],
        until=date.fromisoformat(said["until"]) if "until" in said else None,
        public_key=receipt["public_key"],
        signature=receipt["signature"],
        index=receipt["ledger"]["index"],
        checkpoint=receipt["ledger"]["checkpoint"],
    )


def _own_signature(actor: gate.Actor, number: UUID) -> tuple[Signature, Participation]:
    row = Signature.objects.filter(id=number, person=actor.person).first()
    if row is None:
        raise _not_theirs(actor, SubjectKind.SIGNATURE)
    return row, own_place(actor, row.participation)


def organisation_receipt(organisation: Organisation, number: UUID) -> dict[str, Any]:
    """The receipt of a subscription; the caller has checked who represents the organisation."""
    row = Subscription.objects.filter(id=number, organisation=organisation.id).first()
    if row is None:
        raise Http404
    return subscription_receipt(row)


def _not_theirs(actor: gate.Actor, kind: SubjectKind) -> gate.Refused:
    return refuse(
        actor,
        Refusal.UNKNOWN_SUBJECT,
        verb=Verb.CHARTER_READ,
        concertation=None,
        purpose=Purpose.ACCOUNT,
        kind=kind,
    )


def _version(number: int) -> CharterVersion:
    row = CharterVersion.objects.filter(number=number).first()
    if row is None:
        raise Http404
    return row


def _line(row: CharterVersion, current: CharterVersion | None) -> VersionLine:
    return VersionLine(
        row.number,
        row.effective_on,
        row.grace_until,
        row.published_at,
        row == current,
        tuple((code, name, row.sha256(code)) for code, name in languages_of(row)),
    )


def _draft() -> DraftLine | None:
    row = drafting.draft()
    if row is None:
        return None
    names = dict(own_names())
    writer = User.objects.filter(id=row.written_by).first()
    return DraftLine(
        row.number,
        writer.name if writer else "",
        row.written_at,
        row.revision,
        tuple(names[code] for code in drafting.NEEDED if not getattr(row, f"text_{code}")),
    )
