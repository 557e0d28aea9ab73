"""Invented people, from invitation to admission, as anybody comes in."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from django.conf import settings

from concertation.accounts.actions import administration, joining, membership, restoring
from concertation.accounts.actions.invitations import accept_invitation
from concertation.accounts.enums import Place
from concertation.accounts.models import Concertation, Organisation, Participation, User
from concertation.accounts.reading import wearing
from ethics import gate
from ethics.roles import SecrecyStatus
from ethics.secrecy.keys import HeldKeys
from ethics.secrecy.session import SessionStore


@dataclass(slots=True)
class Insider:
    """A person whose password the builder knows, with their keys opened."""

    user: User
    password: str
    held: HeldKeys

    @classmethod
    def of(cls, user: User, password: str) -> "Insider":
        """Open the keys of an account; raises `SecrecyError` when the password isn't theirs."""
        return cls(user, password, gate.held_for_command(user.id, password))

    def actor(self, place: Participation | None = None) -> gate.Actor:
        """A fresh actor, as one request has: facts are fetched anew."""
        bare = gate.Actor(person=self.user.id, keys=replace(self.held, standings={}))
        return wearing(bare, place) if place else bare


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Someone without an account yet, and the password they will choose."""

    email: str
    name: str
    password: str
    language: str = "fr"

    def accept(self, token: str) -> Insider:
        """Use the invitation: password and keys."""
        person = accept_invitation(token, name=self.name, password=self.password)
        return Insider.of(person, self.password)


class Letterbox:
    """Takes the token out of the invitation, in place of the e-mail that would have carried it."""

    token = ""

    def __call__(self, token: str) -> str:
        self.token = token
        return "https://demo.example/"


@contextlib.contextmanager
def without_mail() -> Iterator[None]:
    """Nothing is sent to invented addresses."""
    before = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    try:
        yield
    finally:
        settings.EMAIL_BACKEND = before


def first_administrator(email: str, name: str, password: str) -> Insider:
    """The account that creates concertations and organisations."""
    token = administration.first_administrator(email=email, name=name, language="fr")
    return Newcomer(email, name, password).accept(token)


def representative(admin: Insider, organisation: Organisation, who: Newcomer | Insider) -> Insider:
    """Name who binds an organisation; a newcomer makes their account with the invitation."""
    box = Letterbox()
    about = who if isinstance(who, Newcomer) else who.user
    administration.name_representative(
        admin.actor(),
        organisation=organisation,
        email=about.email,
        name=about.name,
        language=about.language,
        link=box,
    )
    return who.accept(box.token) if isinstance(who, Newcomer) else who


def subscribe(someone: Insider, organisation: Organisation, starts_on: date) -> None:
    """The organisation subscribes to the charter through its representative."""
    joining.subscribe(
        someone.actor(),
        organisation=organisation.id,
        power="management",
        starts_on=starts_on,
        language=someone.user.language,
        password=someone.password,
    )


def found(
    admin: Insider, someone: Insider, concertation: Concertation, organisation: Organisation
) -> tuple[Participation, str]:
    """The first coordinator signs the charter and founds the keys; gives the recovery key's words.

    Two groups of the printed key are typed back, as on the page.
    """
    administration.name_first_coordinator(
        admin.actor(),
        concertation=concertation,
        organisation=organisation,
        email=someone.user.email,
        name=someone.user.name,
        language=someone.user.language,
        function="coordination de quartier",
        link=Letterbox(),
    )
    place = Participation.objects.select_related("concertation").get(
        person=someone.user, concertation=concertation
    )
    joining.sign_charter(
        someone.actor(), place=place, language=someone.user.language, password=someone.password
    )
    store = SessionStore()
    store.create()
    gate.begin_session(store, someone.user.id, someone.password)
    founder = replace(someone.actor(), keys=gate.finish_session(store))
    try:
        joining.start_founding(founder, place=place, store=store)
        recovery = gate.pending_recovery_key(store, place.concertation_id)
        printed = gate.recovery_groups(recovery) if recovery else []
        first, second = joining.groups_to_retype(founder)
        groups = (printed[first], printed[second])
        joining.found_concertation(founder, place=place, store=store, groups=groups)
    finally:
        store.delete()
    return place, " ".join(printed)


def join(
    coordinator: Insider,
    hat: Participation,
    who: Newcomer | Insider,
    to: membership.NewPlace,
    *,
    admit: bool = True,
) -> tuple[Insider, Participation]:
    """Invite, let sign, hear the digits, admit; `admit=False` leaves a newcomer waiting."""
    box = Letterbox()
    about = who if isinstance(who, Newcomer) else who.user
    invited = membership.invite(
        coordinator.actor(hat),
        email=about.email,
        name=about.name,
        language=about.language,
        to=to,
        link=box,
    )
    someone = who.accept(box.token) if isinstance(who, Newcomer) else who
    place = Participation.objects.select_related("concertation", "organisation").get(
        person=invited.person, concertation=hat.concertation, organisation=to.organisation
    )
    joining.sign_charter(
        someone.actor(), place=place, language=someone.user.language, password=someone.password
    )
    if admit:
        place = restoring.admit(
            coordinator.actor(hat),
            participation=place.id,
            password=coordinator.password,
            digits=gate.digits(someone.actor(place)),
        )
    return someone, place


def new_place(
    organisation: Organisation,
    function: str,
    starts_on: date,
    *,
    role: str = Place.PARTICIPANT,
    status: str = SecrecyStatus.PROFESSIONAL,
    ends_on: date | None = None,
) -> membership.NewPlace:
    """The place someone is invited to."""
    return membership.NewPlace(
        organisation=organisation,
        place=Place(role),
        function=function,
        status=SecrecyStatus(status),
        starts_on=starts_on,
        ends_on=ends_on,
    )


def enterprise_number(serial: int) -> str:
    """An invented enterprise number: 0999, a serial, and the right check (97 − rest mod 97)."""
    first = 9990000 + serial
    return f"{first:08d}{97 - first % 97:02d}"
