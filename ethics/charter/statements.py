"""The canonical statements that organisations and people sign, and their check.

Statements are JSON with sorted keys and no white space, stored as signed: whoever has the bytes,
the signature and the public key can verify them with any Ed25519 tool.
"""

import hashlib
import json
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils import timezone

from ethics.charter.models import CharterVersion, Signature, Subscription
from ethics.secrecy.keys import signature_holds

SIGNATURE_FORMAT: Final = "concertation/charter-signature/1"
SUBSCRIPTION_FORMAT: Final = "concertation/charter-subscription/1"

# What the person says; the words signed are those of the language they read.
SENTENCES: Final = {
    "fr": "J’ai lu la charte, j’y adhère et je m’engage à la respecter.",
    "nl": "Ik heb het charter gelezen, ik onderschrijf het en verbind me ertoe het na te leven.",
    "en": "I have read the charter, I subscribe to it and I undertake to respect it.",
}


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
    at: datetime | None = None,
) -> bytes:
    """What a person signs: charter, language read, who, for whom, in which function, when."""
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
        }
    )


def holds(row: Signature | Subscription) -> bool:
    """Whether the stored signature is the stored key's over the stored statement."""
    return signature_holds(bytes(row.sign_public), bytes(row.signature), bytes(row.statement))
