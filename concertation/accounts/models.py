"""People, organisations, concertations, and the place a person has in one of them."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from stdnum.be import vat

from concertation.accounts.enums import (
    Cadence,
    Domain,
    KeyState,
    MailChoice,
    ParticipationState,
    ResetKind,
)
from concertation.accounts.tidy import tidy_address
from ethics.roles import Role, SecrecyStatus


class UserManager(BaseUserManager["User"]):
    """People are found by their e-mail address, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        # Not iexact: databases fold letters in their own way ('ı' becomes 'I' on PostgreSQL).
        return self.get(email=tidy_address(username or ""))

    def create_user(
        self, email: str, name: str, password: str | None = None, **more: Any
    ) -> "User":
        """A person; without a password the account can't be entered until an invitation is used."""
        person = self.model(email=self.normalize_email(email).strip().lower(), name=name, **more)
        person.set_password(password)
        person.save(using=self._db)
        return person


# django_otp carries no types: the managers of its devices are unknown to mypy.
class User(AbstractBaseUser):  # type: ignore[django-manager-missing]
    """One person, one account, never lent. What they may do comes from their participations."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("adresse électronique"), max_length=254, unique=True)
    name = models.CharField(_("prénom et nom"), max_length=120)
    language = models.CharField(
        _("langue"), max_length=2, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    mail = models.CharField(
        _("avis par courriel"), max_length=8, choices=MailChoice, default=MailChoice.AT_ONCE
    )
    is_active = models.BooleanField(default=True)
    # Creates concertations and organisations; never reads content (design 1).
    is_administrator = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # How close the board's rows stand, and whether single keys do something.
    compact_board = models.BooleanField(default=False)
    shortcuts = models.BooleanField(default=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), name="one_account_for_an_address")
        ]

    def __str__(self) -> str:
        return self.name


def check_enterprise_number(value: str) -> None:
    """Refuse a Belgian enterprise number (BCE/KBO) whose check digits (mod 97) are wrong."""
    if not vat.is_valid(value):
        raise ValidationError(
            _(
                "Ce numéro d’entreprise n’est pas valable : vérifiez ses dix chiffres"
                " (par exemple 0123.456.749)."
            )
        )


class Organisation(models.Model):
    """A partner organisation; it subscribes to the charter before any of its people enters."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("nom"), max_length=120, unique=True)
    domain = models.CharField(_("domaine"), max_length=20, choices=Domain)
    enterprise_number = models.CharField(
        _("numéro d’entreprise"), max_length=14, validators=[check_enterprise_number]
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(domain__in=Domain.values), name="organisation_domain_known"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.enterprise_number = vat.compact(self.enterprise_number)
        super().save(*args, **kwargs)


class Representation(models.Model):
    """A person who may bind an organisation: subscribes it to the charter, vouches, ends it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(User, models.PROTECT, related_name="representations")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="representations")
    since = models.DateField(default=timezone.localdate)
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "organisation"], name="one_representation_of_an_organisation"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.organisation}"


class Concertation(models.Model):
    """The circle of professionals of one neighbourhood."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("nom"), max_length=80, unique=True)
    slug = models.SlugField(_("nom dans l’adresse"), max_length=40, unique=True)
    languages = models.JSONField(_("langues"), default=list)
    cadence = models.CharField(_("rythme"), max_length=12, choices=Cadence, default=Cadence.MONTHLY)
    planned_minutes = models.PositiveSmallIntegerField(_("durée prévue en minutes"), default=60)
    key_state = models.CharField(
        max_length=14, choices=KeyState, default=KeyState.AWAITING_KEYS, editable=False
    )
    # Someone left while nobody who holds the keys was there: the next member who signs in rotates.
    rotation_pending = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Participation(models.Model):
    """A person's place in a concertation, for one organisation.

    The row says what was asked for and until when; roles that open something are read from the
    signed membership chain (design 3), never from here alone.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(User, models.PROTECT, related_name="participations")
    concertation = models.ForeignKey(Concertation, models.PROTECT, related_name="participations")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="participations")
    roles = models.JSONField(_("rôles"), default=list)
    function = models.CharField(_("fonction"), max_length=80)
    # How colleagues reach this person at work, in their own words; empty unless they say it.
    reach = models.CharField(_("comment me joindre"), max_length=120, blank=True, default="")
    secrecy_status = models.CharField(
        _("statut"), max_length=14, choices=SecrecyStatus, default=SecrecyStatus.PROFESSIONAL
    )
    state = models.CharField(
        max_length=10, choices=ParticipationState, default=ParticipationState.INVITED
    )
    starts_on = models.DateField(_("du"), default=timezone.localdate)
    ends_on = models.DateField(_("au"), null=True, blank=True)
    # A guest of one meeting: the place ends with its day. The meeting's row lives above.
    for_meeting = models.UUIDField(null=True, blank=True)
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    supervised_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="supervises"
    )
    admitted_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    last_visit_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["organisation__name", "person__name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "concertation", "organisation"],
                condition=~models.Q(state="ended") & models.Q(for_meeting__isnull=True),
                name="one_open_place_for_an_organisation",
            ),
            models.UniqueConstraint(
                fields=["person", "for_meeting"],
                condition=~models.Q(state="ended"),
                name="one_open_place_for_a_meeting",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="participation_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=models.Q(for_meeting__isnull=True) | models.Q(ends_on__isnull=False),
                name="guest_of_a_meeting_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.organisation}"

    @property
    def role_set(self) -> frozenset[Role]:
        """The roles asked for in the row; unknown words are dropped."""
        return frozenset(Role(code) for code in self.roles if code in Role.values)

    def is_current(self) -> bool:
        """Whether today lies in the participation's dates and it has not been ended."""
        today = timezone.localdate()
        return (
            self.state != ParticipationState.ENDED
            and self.starts_on <= today
            and (self.ends_on is None or today <= self.ends_on)
        )


class Invitation(models.Model):
    """A single-use link; only the hash of its token is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(User, models.CASCADE, related_name="invitations")
    token_hash = models.BinaryField(max_length=32, unique=True)
    made_by = models.UUIDField()
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.id)


class ResetLink(models.Model):
    """A single-use link by e-mail for a password or a second factor lost; only a hash is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(User, models.CASCADE, related_name="reset_links")
    kind = models.CharField(max_length=14, choices=ResetKind)
    token_hash = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.id)


# django-otp devices are models too, kept in their own file.
from concertation.accounts.second_factor import StaticCode, StaticCodes, TotpDevice  # noqa: E402

__all__ = [
    "Concertation",
    "Invitation",
    "Organisation",
    "Participation",
    "Representation",
    "ResetLink",
    "StaticCode",
    "StaticCodes",
    "TotpDevice",
    "User",
]
