"""What the guard says: kinds, severities and findings (design 2, “The identifier guard”)."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What was found. The values are a promise to other programs (`manage.py guard scan`)."""

    NISS = "niss"
    EMAIL = "email"
    URL_PERSON = "url_person"
    PHONE = "phone"
    IBAN = "iban"
    PLATE = "plate"
    BIRTH_DATE = "birth_date"
    DATE = "date"
    ADDRESS = "address"
    NAME = "name"
    QUASI = "quasi"
    OFFENCE = "offence"


class Severity(StrEnum):
    """Hard blocks saving; soft warns, and may be kept after a confirmation."""

    HARD = "hard"
    SOFT = "soft"


HARD_KINDS = frozenset(
    {
        Kind.NISS,
        Kind.EMAIL,
        Kind.URL_PERSON,
        Kind.PHONE,
        Kind.IBAN,
        Kind.PLATE,
        Kind.BIRTH_DATE,
        Kind.ADDRESS,
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One identifier: where it stands in the original text, and what to write instead.

    `start` and `end` count characters (code points) of the original; `advice` is the code of a
    sentence of `ethics.guard.words`.
    """

    kind: Kind
    severity: Severity
    start: int
    end: int
    advice: str
