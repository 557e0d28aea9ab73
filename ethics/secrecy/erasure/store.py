"""Makes, reads and destroys erasure keys.

Created: key first, then what it protects, so that a crash leaves a key without object, never an
object without key. Read: a missing key without tombstone is an alarm.
"""

import secrets
from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from ethics.secrecy.erasure.models import ErasureKey, Tombstone
from ethics.secrecy.erasure.router import ALIAS
from ethics.secrecy.suites import KEY_BYTES, SecrecyError


class ErasureKeyMissing(SecrecyError):
    """A container's erasure key is gone without a tombstone: raise the alarm, don't guess."""


class Erased(SecrecyError):
    """The container was erased: its key was destroyed and has its tombstone."""


def make_key(container: UUID) -> bytes:
    """Make and keep the erasure key of a new container, before the container exists."""
    key = secrets.token_bytes(KEY_BYTES)
    ErasureKey.objects.create(container=container, key=key)
    return key


def keys(containers: Iterable[UUID]) -> dict[UUID, bytes]:
    """The erasure keys that still exist."""
    rows = ErasureKey.objects.filter(container__in=list(containers))
    return {container: bytes(key) for container, key in rows.values_list("container", "key")}


def key(container: UUID) -> bytes:
    """The erasure key of one container; raises `Erased` or `ErasureKeyMissing`."""
    found = keys([container]).get(container)
    if found is None:
        raise why_missing(container)
    return found


def why_missing(container: UUID) -> SecrecyError:
    """Whether a missing key was destroyed on purpose (`Erased`) or is an alarm."""
    if Tombstone.objects.filter(container=container).exists():
        return Erased("erased")
    return ErasureKeyMissing("erasure_key_missing")


def destroy(container: UUID) -> None:
    """Destroy a key for good and leave its tombstone, in one transaction."""
    with transaction.atomic(using=ALIAS):
        Tombstone.objects.get_or_create(container=container)
        ErasureKey.objects.filter(container=container).delete()
