"""The pepper: a server secret outside the database, without which no guess can be tested.

Passwords are derived with it, second-factor seeds are sealed under a key derived from it, static
codes are kept as keyed hashes. Records name the pepper they were made with (design 3).
"""

import hmac
from typing import Final

from cryptography.exceptions import InvalidTag
from django.conf import settings

from ethics.secrecy.models import PepperCheck
from ethics.secrecy.sealing import seal
from ethics.secrecy.suites import AEADS, Part, SecrecyError, bind, derive

_CHECK: Final = "check"


def current() -> str:
    """The id of the pepper that new records use."""
    return str(settings.PEPPER_ID)


def secret(pepper: str, purpose: str) -> bytes:
    """A key for one purpose, derived from the named pepper; an unknown pepper is an error."""
    try:
        value: bytes = settings.PEPPERS[pepper]
    except KeyError:
        raise SecrecyError("unknown_pepper") from None
    return derive(value, f"pepper:{purpose}")


def check_values() -> list[str]:
    """The ids of peppers whose check value does not match: the start must stop on any."""
    wrong = []
    for row in PepperCheck.objects.all():
        known = row.pepper in settings.PEPPERS
        if not known or not hmac.compare_digest(secret(row.pepper, _CHECK), bytes(row.value)):
            wrong.append(row.pepper)
    return wrong


def remember() -> None:
    """Keep the check value of the pepper in use; called with the first record made with it."""
    PepperCheck.objects.get_or_create(
        pepper=current(), defaults={"value": secret(current(), _CHECK)}
    )


def seal_seed(seed: bytes, *binding: Part) -> bytes:
    """Seal a second-factor seed under the pepper: pepper's id, then the blob."""
    name = current().encode()
    sealed = seal(secret(current(), "seed"), seed, bind("concertation/seed/1", *binding))
    return bytes([len(name)]) + name + sealed


def name_in(sealed: bytes) -> str:
    """The id of the pepper that a seed is sealed under; raises `SecrecyError`."""
    try:
        return sealed[1 : 1 + sealed[0]].decode()
    except (IndexError, UnicodeDecodeError):
        raise SecrecyError("seed_does_not_open") from None


def open_seed(sealed: bytes, *binding: Part) -> bytes:
    """Open a second-factor seed; it isn't content of a situation, so it needs no gate."""
    try:
        name = name_in(sealed)
        blob = sealed[1 + sealed[0] :]
        cipher, length = AEADS[blob[0]]
        nonce, data = blob[1 : 1 + length], blob[1 + length :]
        seed: bytes = cipher(secret(name, "seed")).decrypt(
            nonce, data, bind("concertation/seed/1", *binding)
        )
        return seed
    except KeyError:
        raise SecrecyError("unknown_suite") from None
    except (IndexError, ValueError, InvalidTag):
        raise SecrecyError("seed_does_not_open") from None


def keyed_hash(value: str, purpose: str, *binding: Part, pepper: str | None = None) -> bytes:
    """A hash nobody can test without the pepper (static codes, used codes, tokens)."""
    key = secret(pepper or current(), purpose)
    return hmac.digest(key, bind(value, *binding), "sha256")
