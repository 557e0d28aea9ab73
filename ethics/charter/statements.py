"""The canonical statements that organisations and people sign, and their check.

Statements are JSON with sorted keys and no white space, stored as signed: whoever has the bytes,
the signature and the public key can verify them with any Ed25519 tool.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Protocol
from uuid import UUID

from django.utils import timezone

from ethics.charter.models import CharterVersion
from ethics.secrecy.keys import signature_holds

SIGNATURE_FORMAT: Final = "concertation/charter-signature/1"
SUBSCRIPTION_FORMAT: Final = "concertation/charter-subscription/1"
ACCEPTANCE_FORMAT: Final = "concertation/charter-acceptance/1"

# What the person says; the words signed are those of the language they read.
SENTENCES: Final = {
    "fr": "J’ai lu la charte, j’y adhère et je m’engage à la respecter.",
    "nl": "Ik heb het charter gelezen, ik onderschrijf het en verbind me ertoe het na te leven.",
    "en": "I have read the charter, I subscribe to it and I undertake to respect it.",
}


@dataclass(frozen=True, slots=True)
class OneMeeting:
    """What a guest, or their organisation, binds themself for: one meeting, until its day is over.

    It stands in the statement they sign; a statement that says nothing of it is for as long as the
    place lasts.
    """

    meeting: UUID
    on: date

    def words(self) -> dict[str, object]:
        """What is added to the statement."""
        return {"scope": "meeting", "meeting": str(self.meeting), "until": self.on.isoformat()}


def text_hash(text: str) -> str:
    """SHA-256, in hex, of the exact text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(value: dict[str, object]) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def signature_statement(
    charter: CharterVersion,
    *,
    language: str,
    person: UUID,
    participation: UUID,
    organisation: UUID,
    function: str,
    status: str,
    scope: OneMeeting | None = None,
    at: datetime | None = None,
) -> bytes:
    """What a person signs: charter, language read, who, for whom, in which function, when; a guest
    of one meeting also for which."""
    return _canonical(
        {
            "format": SIGNATURE_FORMAT,
            "charter": charter.number,
            "charter_sha256": charter.sha256(language),
            "language": language,
            "person": str(person),
            "participation": str(participation),
            "organisation": str(organisation),
            "function": function,
            "status": status,
            "sentence": SENTENCES.get(language, SENTENCES["fr"]),
            "at": (at or timezone.now()).isoformat(),
            **(scope.words() if scope else {}),
        }
    )


def subscription_statement(
    charter: CharterVersion,
    *,
    language: str,
    organisation: UUID,
    name: str,
    enterprise_number: str,
    representative: UUID,
    power: str,
    starts_on: str,
    scope: OneMeeting | None = None,
    at: datetime | None = None,
) -> bytes:
    """What a representative signs for an organisation."""
    return _canonical(
        {
            "format": SUBSCRIPTION_FORMAT,
            "charter": charter.number,
            "charter_sha256": charter.sha256(language),
            "language": language,
            "organisation": str(organisation),
            "name": name,
            "enterprise_number": enterprise_number,
            "representative": str(representative),
            "power": power,
            "from": starts_on,
            "at": (at or timezone.now()).isoformat(),
            **(scope.words() if scope else {}),
        }
    )


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who, without an account, said yes to the charter, for which meeting, how and when."""

    number: UUID
    concertation: UUID
    scope: OneMeeting
    name: str
    function: str
    # Empty for a self-employed person.
    organisation: str
    status: str
    how: str
    language: str
    accepted_at: datetime


def acceptance_statement(
    charter: CharterVersion,
    said: Acceptance,
    *,
    countersigned_by: UUID,
    participation: UUID,
    at: datetime | None = None,
) -> bytes:
    """What a coordinator countersigns: that this person, who has no key, accepted the charter."""
    return _canonical(
        {
            "format": ACCEPTANCE_FORMAT,
            "charter": charter.number,
            "charter_sha256": charter.sha256(said.language),
            "language": said.language,
            "sentence": SENTENCES.get(said.language, SENTENCES["fr"]),
            "concertation": str(said.concertation),
            **said.scope.words(),
            "present": str(said.number),
            "name": said.name,
            "function": said.function,
            "organisation": said.organisation,
            "self_employed": not said.organisation,
            "status": said.status,
            "how": said.how,
            "accepted_at": said.accepted_at.isoformat(),
            "countersigned_by": str(countersigned_by),
            "participation": str(participation),
            "at": (at or timezone.now()).isoformat(),
        }
    )


class Signed(Protocol):
    """A row that keeps a statement as it was signed, with the public key that signed it."""

    statement: Any
    signature: Any
    sign_public: Any


def holds(row: Signed) -> bool:
    """Whether the stored signature is the stored key's over the stored statement."""
    return signature_holds(bytes(row.sign_public), bytes(row.signature), bytes(row.statement))
