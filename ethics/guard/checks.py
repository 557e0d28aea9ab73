"""What confirms a candidate: python-stdnum and phonenumbers where a standard exists.

A check receives the match of a rule's expression and gives the part of the folded text that is the
identifier, or `None`. The browser module has the same checks by name, written small; a test holds
both to the same findings over the whole corpus.
"""

import re
from collections.abc import Callable
from typing import Final

import phonenumbers
from stdnum import iban, luhn
from stdnum.be import bis, nn

from ethics.guard.names import after_title, given_or_pair, introduced, small_given
from ethics.guard.streets import (
    dutch_street,
    named_place,
    number_and_street,
    street_and_number,
)
from ethics.guard.table import TABLE

Place = tuple[int, int]
Check = Callable[[re.Match[str]], Place | None]

_DATE_INSIDE: Final = TABLE.expression("^\\d{1,2}[/.-]\\d{1,2}[/.-](?:19|20)\\d\\d(?!\\d)")


def as_found(found: re.Match[str]) -> Place:
    """The expression says enough; its first group, where it has one, is the identifier."""
    return found.span(1) if found.re.groups else found.span()


def national_number(found: re.Match[str]) -> Place | None:
    """NISS/INSZ and bis numbers: 97 - (first nine mod 97), born from 2000 with a 2 before."""
    digits = _digits(found[0])
    return found.span() if nn.is_valid(digits) or bis.is_valid(digits) else None


def account(found: re.Match[str]) -> Place | None:
    """An IBAN (ISO 13616): the length of its country, and mod 97-10."""
    written = [place for place, letter in enumerate(found[0]) if letter.isalnum()]
    country = "".join(found[0][place] for place in written[:2]).upper()
    length = TABLE.iban_lengths.get(country)
    if length is None or len(written) < length:
        return None
    number = "".join(found[0][place] for place in written[:length]).upper()
    if not iban.is_valid(number, check_country=False):
        return None
    return found.start(), found.start() + written[length - 1] + 1


def old_account(found: re.Match[str]) -> Place | None:
    """A Belgian account before IBAN: twelve digits, the first ten mod 97 (0 is written 97)."""
    digits = _digits(found[0])
    return found.span() if (int(digits[:10]) % 97 or 97) == int(digits[10:]) else None


def card(found: re.Match[str]) -> Place | None:
    """A bank card's number: Luhn's check digit (ISO/IEC 7812)."""
    return found.span() if luhn.is_valid(_digits(found[0])) else None


def international_phone(found: re.Match[str]) -> Place | None:
    """A number with its country's code, of a length that exists there (ITU-T E.164)."""
    digits = _digits(re.sub(r"\(0\)", "", found[0]))
    digits = digits.removeprefix("00") if not found[0].startswith("+") else digits
    return found.span() if _possible(f"+{digits}", None) else None


def national_phone(found: re.Match[str]) -> Place | None:
    """A number as dialled in Belgium, France or the Netherlands; a date with an hour is none."""
    if _DATE_INSIDE.search(found[0]):
        return None
    digits = _digits(found[0])
    if digits[0] != "0":
        digits = f"0{digits}"
    possible = any(_possible(digits, country) for country in ("BE", "FR", "NL"))
    return found.span() if possible else None


def profile(found: re.Match[str]) -> Place | None:
    """A page of a social network; none where its name is all words of public life."""
    words = set(re.findall(r"[a-z]+", found[1].lower()))
    return None if words and words <= _PUBLIC else found.span()


_PUBLIC: Final = TABLE.words("ordinary") | TABLE.words("name_particle")


def personal_page(found: re.Match[str]) -> Place | None:
    """An address whose path names somebody: `~name`, `/in/…`, a given name and another word."""
    path = found[0].partition("://")[2] or found[0]
    path = path.partition("/")[2]
    if _PERSONAL.search(path):
        return found.span()
    for part in path.split("/"):
        words = re.findall(r"[a-z]+", part.lower())
        if len(words) > 1 and _NAMES.intersection(words[:2]):
            return found.span()
    return None


_PERSONAL: Final = TABLE.expression("<personal_path>", "i")
_NAMES: Final = TABLE.words("given") | TABLE.words("family")


def full_date(found: re.Match[str]) -> Place | None:
    """Day, month and year that can be a date, in any order that is written in Europe."""
    place = as_found(found)
    numbers = [int(each) for each in re.findall(r"\d+", found.string[slice(*place)])]
    if len(numbers) == 3:
        first, second, third = numbers
        if first > 31:
            first, third = third, first
        month, day = sorted((first, second))
        if not (1 <= month <= 12 and 1 <= day <= 31):
            return None
        return place if third < 100 or 1900 <= third <= 2099 else None
    return place


def age_and_nationality(found: re.Match[str]) -> Place | None:
    """An age with a nationality in the same sentence; « depuis 12 ans » is no age."""
    text, start, end = found.string, found.start(), found.end()
    before = _SENTENCE.split(text[max(0, start - _NEAR) : start])[-1]
    if _DURATION.search(before):
        return None
    after = _SENTENCE.split(text[end : end + _NEAR])[0]
    if people := _NATIONALITY.search(after):
        return start, end + people.end()
    if people := _NATIONALITY.search(before):
        return start - len(before) + people.start(), end
    return None


_NEAR: Final = 40
_SENTENCE: Final = TABLE.expression("[.;!?\\n]")
_DURATION: Final = TABLE.expression("<duration>$", "i")
_NATIONALITY: Final = TABLE.expression("(?<!\\w)<nationality>(?!\\w)", "i")


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())


def _possible(number: str, country: str | None) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number, country))
    except phonenumbers.NumberParseException:
        return False


CHECKS: Final[dict[str, Check]] = {
    "": as_found,
    "niss": national_number,
    "iban": account,
    "old_account": old_account,
    "card": card,
    "phone_international": international_phone,
    "phone_national": national_phone,
    "profile": profile,
    "url_person": personal_page,
    "date": full_date,
    "age_and_nationality": age_and_nationality,
    "street_and_number": street_and_number,
    "number_and_street": number_and_street,
    "dutch_street": dutch_street,
    "named_place": named_place,
    "after_title": after_title,
    "introduced": introduced,
    "given_or_pair": given_or_pair,
    "small_given": small_given,
}
