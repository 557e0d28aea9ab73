"""Passkeys (Web Authentication) for django-otp-webauthn: a second factor, never more.

A passkey alone opens no key: the keys wait, sealed, in the pre-session that the password opened.
"""

from typing import Any

from django.conf import settings
from django_otp_webauthn.helpers import WebAuthnHelper
from webauthn.helpers.structs import ResidentKeyRequirement


class Helper(WebAuthnHelper):  # type: ignore[misc]
    """The package's ceremonies, with our names and origins.

    User verification stays "preferred" at registration and isn't asked at sign-in: the password
    was the first factor, having the device is the second.
    """

    def get_allowed_origins(self) -> list[str]:
        if settings.DEMO:
            # Its port is chosen at each start; its hosts are this machine only (a check says so).
            return [f"{self.request.scheme}://{self.request.get_host()}"]
        return list(settings.OTP_WEBAUTHN_ALLOWED_ORIGINS)

    def get_discoverable_credentials_preference(self) -> ResidentKeyRequirement:
        # Nothing needs to be found without the account: no name has to stay on a security key.
        return ResidentKeyRequirement.DISCOURAGED

    def get_credential_display_name(self, user: Any) -> str:
        return str(user.name)
