"""Second-factor devices for django-otp: seeds sealed under the pepper, codes as keyed hashes."""

import hmac
import secrets
import time
from typing import Any, ClassVar, Final

from django.db import models
from django_otp.models import Device, ThrottlingMixin
from django_otp.oath import TOTP

from ethics.secrecy import pepper
from ethics.secrecy.suites import SecrecyError

STEP_SECONDS: Final = 30
DIGITS: Final = 6
# One step before and after: clocks of telephones differ (RFC 6238, section 5.2).
TOLERANCE: Final = 1
CODES: Final = 10
_CODE_ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"


class TotpDevice(ThrottlingMixin, Device):  # type: ignore[misc]
    """A time-based code (RFC 6238); a code is accepted once."""

    sealed_seed = models.BinaryField()
    last_step = models.BigIntegerField(default=-1)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(confirmed=True),
                name="one_confirmed_totp_device",
            )
        ]

    def __str__(self) -> str:
        return "TOTP"

    def set_seed(self, seed: bytes) -> None:
        """Seal a new seed to this person."""
        self.sealed_seed = pepper.seal_seed(seed, self.user_id)

    def seed(self) -> bytes:
        """The seed, opened with the pepper."""
        return pepper.open_seed(bytes(self.sealed_seed), self.user_id)

    def follow_pepper(self) -> None:
        """Seal the seed anew when the server has another pepper now; called at each sign-in."""
        if pepper.name_in(bytes(self.sealed_seed)) != pepper.current():
            self.set_seed(self.seed())
            self.save(update_fields=["sealed_seed"])

    def generator(self, at: float | None = None) -> TOTP:
        """The code generator at a time, now by default."""
        totp = TOTP(self.seed(), step=STEP_SECONDS, digits=DIGITS)
        totp.time = time.time() if at is None else at
        return totp

    def verify_token(self, token: Any) -> bool:
        allowed, _ = self.verify_is_allowed()
        if not allowed:
            return False
        digits = "".join(str(token).split())
        ok = False
        if digits.isascii() and digits.isdigit() and len(digits) == DIGITS:
            try:
                totp = self.generator()
            except SecrecyError:
                return False
            ok = totp.verify(int(digits), TOLERANCE, self.last_step + 1)
            if ok:
                self.last_step = totp.t()
        if ok:
            self.throttle_reset(commit=False)
            self.save()
        else:
            self.throttle_increment()
        return ok

    def get_throttle_factor(self) -> float:
        return 1


class StaticCodes(ThrottlingMixin, Device):  # type: ignore[misc]
    """Ten codes on paper for the day the telephone is lost; each is good once."""

    def __str__(self) -> str:
        return "codes"

    def renew(self) -> list[str]:
        """Replace all codes; the new ones are shown once and kept as keyed hashes only."""
        self.codes.all().delete()
        fresh = [
            "-".join("".join(secrets.choice(_CODE_ALPHABET) for _ in range(4)) for _ in range(3))
            for _ in range(CODES)
        ]
        StaticCode.objects.bulk_create(
            StaticCode(device=self, hash=self._hash(code), pepper=pepper.current())
            for code in fresh
        )
        return fresh

    def left(self) -> int:
        """How many codes are still good."""
        return int(self.codes.count())

    def verify_token(self, token: Any) -> bool:
        allowed, _ = self.verify_is_allowed()
        if not allowed:
            return False
        for code in self.codes.all():
            if hmac.compare_digest(bytes(code.hash), self._hash(str(token), code.pepper)):
                code.delete()
                self.throttle_reset()
                return True
        self.throttle_increment()
        return False

    def get_throttle_factor(self) -> float:
        return 1

    def _hash(self, code: str, pepper_id: str | None = None) -> bytes:
        plain = "".join(each for each in code.lower() if each.isalnum())
        return pepper.keyed_hash(plain, "static-code", self.user_id, pepper=pepper_id)


class StaticCode(models.Model):
    """One unused code."""

    device = models.ForeignKey(StaticCodes, models.CASCADE, related_name="codes")
    hash = models.BinaryField(max_length=32)
    pepper = models.CharField(max_length=32)

    def __str__(self) -> str:
        return "code"
