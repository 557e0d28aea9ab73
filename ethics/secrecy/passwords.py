"""Passwords: Argon2id (RFC 9106) with the pepper as its secret value.

The login hash and the unlocking key come from two derivations of the same cost, each with its own
salt and its own secret, so that guessing through either costs the same, and neither can be tested
from a dump without the pepper (design 3). Derivations run in host-wide slots.
"""

import base64
import fcntl
import hmac
import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from django.conf import settings
from django.contrib.auth.hashers import BasePasswordHasher, mask_hash
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_noop as _

from ethics.secrecy import pepper
from ethics.secrecy.suites import KEY_BYTES, SecrecyError

SALT_BYTES = 16


class Busy(Exception):
    """Every slot stayed taken for as long as we wait: answer “busy, try again”."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Argon2id parameters, stored with each record: memory in KiB."""

    memory: int
    iterations: int
    lanes: int

    @classmethod
    def current(cls) -> Self:
        """What new records use."""
        return cls(settings.ARGON2_MEMORY, settings.ARGON2_ITERATIONS, settings.ARGON2_LANES)


@contextmanager
def _slot() -> Iterator[None]:
    # Locks on files are the one thing all workers of this host share and a crash releases.
    folder = Path(tempfile.gettempdir()) / f"concertation-slots-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    deadline = time.monotonic() + settings.ARGON2_WAIT_SECONDS
    while True:
        for number in range(settings.ARGON2_SLOTS):
            with (folder / str(number)).open("w") as handle:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                yield
                return
        if time.monotonic() > deadline:
            raise Busy
        time.sleep(0.02)


def stretch(password: str, *, salt: bytes, cost: Cost, pepper_id: str, purpose: str) -> bytes:
    """Thirty-two bytes from a password; `purpose` is `login` or `unlock`. Raises `Busy`."""
    function = Argon2id(
        salt=salt,
        length=KEY_BYTES,
        iterations=cost.iterations,
        lanes=cost.lanes,
        memory_cost=cost.memory,
        secret=pepper.secret(pepper_id, purpose),
    )
    with _slot():
        return function.derive(password.encode())


class PepperedArgon2Hasher(BasePasswordHasher):
    """Django's login hash: `peppered$pepper$memory,iterations,lanes$salt$hash`."""

    algorithm = "peppered"

    def salt(self) -> str:
        return base64.b64encode(secrets.token_bytes(SALT_BYTES)).decode()

    def encode(self, password: str, salt: str) -> str:
        cost = Cost.current()
        return self._encode(password, salt, cost, pepper.current())

    def _encode(self, password: str, salt: str, cost: Cost, pepper_id: str) -> str:
        value = stretch(
            password,
            salt=base64.b64decode(salt),
            cost=cost,
            pepper_id=pepper_id,
            purpose="login",
        )
        numbers = f"{cost.memory},{cost.iterations},{cost.lanes}"
        return f"{self.algorithm}${pepper_id}${numbers}${salt}${base64.b64encode(value).decode()}"

    def decode(self, encoded: str) -> dict[str, Any]:
        algorithm, pepper_id, numbers, salt, value = encoded.split("$")
        cost = Cost(*(int(each) for each in numbers.split(",")))
        return {
            "algorithm": algorithm,
            "pepper": pepper_id,
            "cost": cost,
            "salt": salt,
            "hash": value,
        }

    def verify(self, password: str, encoded: str) -> bool:
        known = self.decode(encoded)
        try:
            again = self._encode(password, known["salt"], known["cost"], known["pepper"])
        except SecrecyError:
            return False
        return constant_time_compare(encoded, again)

    def must_update(self, encoded: str) -> bool:
        known = self.decode(encoded)
        return known["cost"] != Cost.current() or not hmac.compare_digest(
            known["pepper"], pepper.current()
        )

    def safe_summary(self, encoded: str) -> dict[Any, Any]:
        known = self.decode(encoded)
        return {_("algorithm"): known["algorithm"], _("hash"): mask_hash(known["hash"])}

    def harden_runtime(self, password: str, encoded: str) -> None:
        # Every login hash costs the same; a raised cost is applied at the next sign-in.
        pass
