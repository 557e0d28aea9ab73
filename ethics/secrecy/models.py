"""Key records. Every row here is ciphertext, a public key, a commitment or a signed statement.

A row alone is never believed: public keys and roles come from the signed membership chain, and no
key is used unless it matches its commitment (design 3).
"""

import uuid
from typing import ClassVar, Final

from django.conf import settings
from django.db import models
from django.utils import timezone


class MemberKeys(models.Model):
    """A person's key pairs: public halves, and the private ones sealed by the password."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="member_keys")
    serial = models.PositiveIntegerField()
    hpke_public = models.BinaryField()
    sign_public = models.BinaryField()
    sealed_private = models.BinaryField()
    salt = models.BinaryField()
    argon2_memory = models.PositiveIntegerField()
    argon2_iterations = models.PositiveIntegerField()
    argon2_lanes = models.PositiveIntegerField()
    pepper = models.CharField(max_length=32)
    commitment = models.BinaryField()
    # Genesis and last head seen of each chain, sealed by the member's own key.
    sealed_pins = models.BinaryField(default=bytes)
    pins_version = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(default=timezone.now)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "serial"], name="member_keys_serial"),
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(retired_at__isnull=True),
                name="one_live_key_pair_each",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class ChainStatement(models.Model):
    """One signed statement of a concertation's membership chain, stored exactly as signed."""

    concertation = models.UUIDField()
    number = models.PositiveIntegerField()
    statement = models.BinaryField()
    signature = models.BinaryField()
    hash = models.BinaryField(max_length=32)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["concertation", "number"], name="chain_has_no_fork")
        ]

    def __str__(self) -> str:
        return f"{self.concertation} {self.number}"


class GenerationWrap(models.Model):
    """The concertation's key of one generation, sealed to one holder or to the recovery key."""

    concertation = models.UUIDField()
    generation = models.PositiveIntegerField()
    # The member's keys it is sealed to; none for the recovery key.
    holder = models.UUIDField(null=True)
    person = models.UUIDField(null=True)
    sealed = models.BinaryField()
    signed_by = models.UUIDField()
    signature = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["concertation", "generation", "holder"],
                name="one_wrap_for_a_holder",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.concertation} {self.generation}"


class ContainerKind(models.TextChoices):
    """What a container is; each has its key, its erasure key and its retention."""

    SITUATION = "situation"
    MEETING = "meeting"
    IMPORT = "import"
    PERSON = "person"


class Container(models.Model):
    """The head row of a container: locked by every write to it."""

    id = models.UUIDField(primary_key=True, editable=False)
    kind = models.CharField(max_length=10, choices=ContainerKind)
    concertation = models.UUIDField(null=True)
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.id)


class ScopeKey(models.Model):
    """The record of one key: a container's, or that of one agreed action inside it."""

    container = models.ForeignKey(Container, models.CASCADE, related_name="keys")
    scope = models.UUIDField()
    generation = models.PositiveIntegerField()
    commitment = models.BinaryField()
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["scope", "generation"], name="scope_generation")
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.generation}"


class Recipient(models.TextChoices):
    """Who can open a wrap, besides needing the erasure key."""

    GENERATION = "generation"  # holders of the concertation's key of that generation
    SCOPE = "scope"  # holders of the container's own key (for an action's key)
    MEMBER = "member"  # one named person
    INBOX = "inbox"  # the concertation's inbox key
    RECOVERY = "recovery"  # the concertation's recovery key
    # As GENERATION, for a key made before that generation: it opens, and seals nothing new.
    CARRIED = "carried"


class ScopeWrap(models.Model):
    """One sealed copy of a scope's key: seal to recipient(AEAD under the erasure key(key))."""

    key = models.ForeignKey(ScopeKey, models.CASCADE, related_name="wraps")
    kind = models.CharField(max_length=10, choices=Recipient)
    # Member's keys, or the container's id for a scope; none for inbox and recovery.
    recipient = models.UUIDField(null=True)
    # The generation of the concertation's key, or of the container's key.
    generation = models.PositiveIntegerField(default=0)
    sealed = models.BinaryField()
    until = models.DateField(null=True)
    # Seals to named persons are signed, because HPKE's sender is anonymous.
    signed_by = models.UUIDField(null=True)
    signature = models.BinaryField(default=bytes)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["key", "kind", "recipient", "generation"],
                name="one_wrap_for_a_recipient",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.key_id} {self.kind}"


# A note's name in the ledger.
NOTED_AS: Final = "secrecy.tallynote"


class TallyNote(models.Model):
    """A move of a year's counts by someone who holds no key, sealed to the inbox and signed.

    It waits for the next key holder, who folds it into the sealed tally and deletes it; one that
    doesn't hold stays, with the reason, for whoever looks into the alarm.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    concertation = models.UUIDField()
    year = models.PositiveSmallIntegerField()
    # The generation of the concertation's key whose inbox half it is sealed to.
    generation = models.PositiveIntegerField()
    sealed = models.BinaryField()
    signed_by = models.UUIDField()
    signature = models.BinaryField()
    refused = models.CharField(max_length=32, blank=True, default="")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["concertation", "refused"], name="notes_to_fold")]

    def __str__(self) -> str:
        return str(self.id)


class Session(models.Model):
    """A session: the hash of its id, its data, and the member's keys under the second cookie."""

    id_hash = models.CharField(primary_key=True, max_length=64)
    data = models.TextField(default="")
    person = models.UUIDField(null=True, db_index=True)
    keys = models.UUIDField(null=True)
    sealed_keys = models.BinaryField(null=True)
    second_factor = models.BooleanField(default=False)
    # A hash of the second cookie: shows, once the session has ended, that both cookies are there.
    cookie_check = models.BinaryField(null=True)
    made_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.id_hash[:8]


class EndedSession(models.Model):
    """A session that came to its end by time, for a day: a text posted on it knows its author.

    One that was ended on purpose (sign-out, reset, removal) leaves nothing behind.
    """

    id_hash = models.CharField(primary_key=True, max_length=64)
    person = models.UUIDField()
    keys = models.UUIDField()
    cookie_check = models.BinaryField()
    ended_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.id_hash[:8]


class InterruptedText(models.Model):
    """A form posted on an ended session, sealed to its author's public key; for a day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.UUIDField(db_index=True)
    keys = models.UUIDField()
    sealed = models.BinaryField()
    # A keyed hash under the pepper: this server sealed it, not somebody in the database.
    pepper = models.CharField(max_length=32)
    mark = models.BinaryField()
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.id)


class KeptTable(models.Model):
    """A table that came from a spreadsheet, or the old references of its rows, sealed to one
    person until it is used; it has a container, so that deleting it destroys its key."""

    container = models.OneToOneField(Container, models.CASCADE, primary_key=True)
    kind = models.CharField(max_length=10, choices=[("rows", "rows"), ("references", "references")])
    concertation = models.UUIDField()
    person = models.UUIDField(db_index=True)
    version = models.PositiveIntegerField(default=1)
    sealed = models.BinaryField()
    made_at = models.DateTimeField(default=timezone.now)
    expires_on = models.DateField(db_index=True)

    def __str__(self) -> str:
        return str(self.container_id)


class PepperCheck(models.Model):
    """A check value for each pepper in use; a pepper that doesn't match it stops the start."""

    pepper = models.CharField(primary_key=True, max_length=32)
    value = models.BinaryField()

    def __str__(self) -> str:
        return self.pepper
