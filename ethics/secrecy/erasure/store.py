"""Makes, reads and destroys erasure keys.

Created: key first, then what it protects, so that a crash leaves a key without object, never an
object without key. Read: a missing key without tombstone is an alarm. Destroyed: on SQLite the
pages are overwritten (`secure_delete`) and the write-ahead log is cut to nothing.
"""

import secrets
from collections.abc import Iterable
from uuid import UUID

import structlog
from django.db import connections, transaction

from ethics.secrecy.erasure.models import ErasureKey, Tombstone
from ethics.secrecy.erasure.router import ALIAS
from ethics.secrecy.suites import KEY_BYTES, SecrecyError

log = structlog.get_logger()


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
    rows = ErasureKey.objects.filter(container__among=list(containers))
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


def destroy(container: UUID) -> Tombstone:
    """Destroy a key for good and leave its tombstone, in one transaction; safe to repeat."""
    with transaction.atomic(using=ALIAS):
        stone, _ = Tombstone.objects.get_or_create(container=container)
        ErasureKey.objects.filter(container=container).delete()
        transaction.on_commit(cut_log, using=ALIAS)
    return stone


def cut_log() -> bool:
    """Cut SQLite's write-ahead log: it could still hold the page with the key.

    False when a reader held it open (it waits as long as any query of the store, 20 s), or inside
    a transaction; the next destruction and the daily command try again. PostgreSQL keeps its log by
    its own rules.
    """
    connection = connections[ALIAS]
    if connection.vendor != "sqlite":
        return True
    if connection.in_atomic_block:
        return False
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy = cursor.fetchone()[0]
    if busy:
        log.warning("erasure_log_not_cut")
    return not busy


def in_question(containers: Iterable[UUID]) -> tuple[set[UUID], set[UUID]]:
    """Of containers that still have rows: those with a tombstone, and those whose key is missing
    without one (an alarm)."""
    wanted = set(containers)
    destroyed = set(
        Tombstone.objects.filter(container__in=wanted).values_list("container", flat=True)
    )
    known = ErasureKey.objects.filter(container__in=wanted).values_list("container", flat=True)
    return destroyed, wanted - destroyed - set(known)
