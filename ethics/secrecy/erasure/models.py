"""The erasure store: its own database, never in the ordinary backup (design 3)."""

from django.db import models
from django.utils import timezone


class ErasureKey(models.Model):
    """The second key of every copy of a container's keys; destroying it erases the container."""

    container = models.UUIDField(primary_key=True)
    key = models.BinaryField()
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.container)


class Tombstone(models.Model):
    """That a key was destroyed. A missing key without its tombstone is an alarm, not an erasure."""

    container = models.UUIDField(primary_key=True)
    destroyed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.container)
