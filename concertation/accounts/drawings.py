"""What an authenticator application needs, drawn here: no address of ours leaves the server."""

import base64
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

import segno
from django.utils.safestring import SafeString, mark_safe

from concertation.accounts.second_factor import DIGITS, STEP_SECONDS

ISSUER: Final = "concertation"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A QR code, and the same secret as text for whoever can't scan it."""

    svg: SafeString
    secret: str


def enrolment(seed: bytes, email: str) -> Enrolment:
    """Draw a seed after the key URI format that authenticator applications read.

    Attributes only, no `style`: the content security policy refuses inline styles.
    """
    secret = base64.b32encode(seed).decode().rstrip("=")
    query = urlencode(
        {
            "secret": secret,
            "issuer": ISSUER,
            "algorithm": "SHA1",
            "digits": DIGITS,
            "period": STEP_SECONDS,
        }
    )
    address = f"otpauth://totp/{ISSUER}:{quote(email)}?{query}"
    # Dark on light in both themes: telephones don't read it the other way round.
    svg = segno.make(address, micro=False, error="m").svg_inline(
        omitsize=True, border=4, dark="#000", light="#fff", svgclass=None, lineclass=None
    )
    return Enrolment(mark_safe(svg), secret)  # noqa: S308 - drawn by segno from letters and digits
