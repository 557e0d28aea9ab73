"""Every route has its door, and nothing of the board is answered outside it, on any method.

The routes come from the URL resolver: one that is added without a door, or opened without being
listed here, fails these tests.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from concertation import urls
from concertation.door import Door
from concertation.meetings.models import Meeting
from concertation.middleware import DoorMiddleware
from ethics import gate
from ethics.charter.actions import put_in_force
from ethics.charter.models import Signature, Subscription
from ethics.roles import Role
from tests.cast import Circle, Someone, make_circle, number_of, person, place
from tests.meetings.hour import held_now, plan
from tests.meetings.visiting import guest_of
from tests.signin import device_of, give_password, signed_in

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

OPEN = {
    "calendar",
    "sign-in",
    "forgotten",
    "password-reset",
    "factor-reset",
    "invitation",
    "charter-acceptance",
    "set_language",
    "privacy",
    "accessibility",
}
PASSWORD_ONLY = {"second-factor", "second-factor-setup", "factor-lost", "sign-out"}
VERIFIED = {
    "start",
    "account",
    "account-codes",
    "account-device",
    "account-hat",
    "account-language",
    "account-mail",
    "account-passkey",
    "account-passkey-keep",
    "account-passkey-remove",
    "account-passkeys",
    "account-password",
    "account-reach",
    "administration",
    "administration-concertation",
    "administration-coordinator",
    "administration-organisation",
    "administration-representative",
    "charter",
    "leave",
    "my-actions",
    "rescue",
    "charter-desk",
    "charter-discard",
    "charter-draft",
    "charter-publish",
    "charter-receipt",
    "charter-receipt-pdf",
    "charter-text",
    "charter-version",
    "charter-versions",
    "found",
    "kept-text",
    "kept-text-discard",
    "organisation-people",
    "subscription",
    "subscription-end",
    "subscription-receipt",
    "threshold",
}
METHODS = ("get", "post", "head", "put", "delete", "patch", "options")
AN_ADDRESS = {
    "SlugConverter": "tilleuls",
    "UUIDConverter": UUID("00000000-0000-4000-8000-000000000001"),
    "StringConverter": "K7QF-3MMH",
    "IntConverter": 2026,
}


def routes() -> Iterator[tuple[URLPattern, dict[str, Any]]]:
    """Every route with a value for each part of its address."""

    def walk(patterns: list[Any], above: dict[str, Any]) -> Iterator[Any]:
        for each in patterns:
            parts = {
                name: AN_ADDRESS[type(converter).__name__]
                for name, converter in each.pattern.converters.items()
            }
            if isinstance(each, URLResolver):
                yield from walk(each.url_patterns, {**above, **parts})
            else:
                yield each, {**above, **parts}

    return walk(get_resolver(urls.__name__).url_patterns, {})


def circle_addresses() -> list[str]:
    return [
        reverse(str(route.name), kwargs=parts)
        for route, parts in routes()
        if route.callback.door == Door.CIRCLE  # type: ignore[attr-defined]
    ]


def test_every_route_has_a_name_and_a_door() -> None:
    for route, _ in routes():
        assert route.name, route
        assert isinstance(getattr(route.callback, "door", None), Door), route.name


@pytest.mark.parametrize(
    ("level", "names"),
    [(Door.OPEN, OPEN), (Door.PASSWORD, PASSWORD_ONLY), (Door.VERIFIED, VERIFIED)],
)
def test_what_stands_before_the_circle_is_listed_here(level: Door, names: set[str]) -> None:
    found = {route.name for route, _ in routes() if route.callback.door == level}  # type: ignore[attr-defined]
    assert found == names


def test_every_route_of_the_circle_names_its_concertation() -> None:
    for route, parts in routes():
        if route.callback.door == Door.CIRCLE:  # type: ignore[attr-defined]
            assert "slug" in parts, route.name


def test_a_view_without_a_door_is_not_found() -> None:
    def forgotten(request: object) -> HttpResponse:
        return HttpResponse("open")

    guard = DoorMiddleware(lambda request: HttpResponse())
    with pytest.raises(Http404):
        guard.process_view(RequestFactory().get("/"), forgotten, (), {})


# --- Who stands outside -------------------------------------------------------------------------


def anonymous(circle: Circle) -> Client:
    return Client()


def password_only(circle: Circle) -> Client:
    client = Client()
    device_of(circle.participant.user)
    give_password(client, circle.participant.user)
    return client


def without_signature(circle: Circle) -> Client:
    Signature.objects.filter(person=circle.participant.user.id).update(withdrawn_at=timezone.now())
    return signed_in(circle.participant)


def awaiting_admission(circle: Circle) -> Client:
    assert circle.participant.participation
    user = person("attend@tilleuls.example", "Attend")
    house = circle.participant.participation.organisation
    row = place(user, circle.concertation, house, [Role.PARTICIPANT])
    return signed_in(Someone(user, row))


def member_elsewhere(circle: Circle) -> Client:
    return signed_in(make_circle("marolles", "Les Marolles").coordinator)


def ended_participation(circle: Circle) -> Client:
    row = circle.participant.participation
    assert row
    row.starts_on = date(2020, 1, 1)
    row.ends_on = timezone.localdate() - timedelta(days=1)
    row.save()
    return signed_in(circle.participant)


def ended_subscription(circle: Circle) -> Client:
    assert circle.participant.participation
    Subscription.objects.filter(
        organisation=circle.participant.participation.organisation_id
    ).update(ends_on=timezone.localdate())
    return signed_in(circle.participant)


def old_version_after_grace(circle: Circle) -> Client:
    """Version 2 is in force, its grace period over; organisation and person signed version 1."""
    texts = {"fr": "# Charte\n", "nl": "# Charter\n", "en": ""}
    yesterday = timezone.localdate() - timedelta(days=1)
    with transaction.atomic():
        put_in_force(2, texts, effective_on=yesterday, grace_until=yesterday)
    return signed_in(circle.participant)


def removed_person(circle: Circle) -> Client:
    """Signed out of the chain; the row is as it was."""
    gate.remove(circle.coordinator.actor, circle.manager.user.id, number_of(circle.manager))
    return signed_in(circle.manager)


def expired_guest(circle: Circle) -> Client:
    row = circle.guest.participation
    assert row
    row.starts_on = date(2020, 1, 1)
    row.ends_on = timezone.localdate() - timedelta(days=1)
    row.save()
    return signed_in(circle.guest)


def guest_after_their_meeting(circle: Circle) -> Client:
    """A guest of one meeting, of today, that its coordinator closed an hour ago."""
    meeting = held_now(circle)
    guest = guest_of(circle, meeting)
    Meeting.objects.filter(id=meeting.id).update(state="closed", held_minutes=60)
    return signed_in(guest)


def guest_whose_house_subscribed_for_another_meeting(circle: Circle) -> Client:
    meeting, other = plan(circle), plan(circle, days=30)
    guest = guest_of(circle, meeting)
    Subscription.objects.filter(meeting=meeting.id).update(meeting=other.id)
    return signed_in(guest)


def administrator(circle: Circle) -> Client:
    user = person("technique@tilleuls.example", "Technique")
    user.is_administrator = True
    user.save()
    return signed_in(Someone(user, None))


def planted_row(circle: Circle) -> Client:
    """A row that says coordinator, admitted; the chain has never heard of it."""
    assert circle.participant.participation
    user = person("plantee@tilleuls.example", "Plantée")
    house = circle.participant.participation.organisation
    row = place(user, circle.concertation, house, [Role.COORDINATOR, Role.PARTICIPANT])
    row.state = "admitted"
    row.save()
    return signed_in(Someone(user, row))


OUTSIDERS = {
    anonymous: ("/connexion", 302),
    password_only: ("/connexion/code", 302),
    without_signature: ("/acces/", 302),
    awaiting_admission: ("/acces/", 302),
    planted_row: ("/acces/", 302),
    ended_subscription: ("/acces/", 302),
    old_version_after_grace: ("/acces/", 302),
    removed_person: ("/acces/", 302),
    expired_guest: (None, 404),
    guest_after_their_meeting: (None, 404),
    guest_whose_house_subscribed_for_another_meeting: ("/acces/", 302),
    ended_participation: (None, 404),
    member_elsewhere: (None, 404),
    administrator: (None, 404),
}


@pytest.mark.parametrize("make", OUTSIDERS, ids=lambda make: make.__name__)
def test_nothing_of_the_board_is_answered(circle: Circle, make: Any) -> None:
    client = make(circle)
    target, status = OUTSIDERS[make]
    addresses = circle_addresses()
    assert len(addresses) > 4
    for number, address in enumerate(addresses):
        for method in METHODS:
            answer = getattr(client, method)(address)
            # Thirty refusals in ten minutes, then the same door answers "too many".
            flooded = status == 404 and answer.status_code == 429
            assert flooded or answer.status_code == status, (method, address)
            if target:
                assert answer.url.startswith(target), (method, address)
            assert b"Tilleuls" not in answer.content, (number, method, address)


# The six states of issue D, each with the one above that stands for it: none may be forgotten.
STATES = {
    "no signature": without_signature,
    "old version after grace": old_version_after_grace,
    "organisation ended": ended_subscription,
    "person withdrawn": removed_person,
    "guest expired": expired_guest,
    "guest of a meeting expired": guest_after_their_meeting,
    "awaiting admission": awaiting_admission,
}
# What answers in any of them: charter, language, help, account, sign-out; the rest of what stands
# before the circle is for administrators and representatives, and nobody of them is one.
ANSWERS = {
    "account", "account-codes", "account-device", "account-language", "account-passkey",
    "account-passkeys", "account-password", "account-reach", "accessibility", "charter-text",
    "charter-version",
    "charter-versions", "privacy", "start",
    "kept-text",  # what they typed themselves, sealed to them alone, when their session ended
}  # fmt: skip
# Sent, these end the session or the place itself.
ENDS_IT = {"sign-out", "leave", "account-password"}
# For the person's own place and signature: the addresses of the test are nobody's.
OF_ONES_OWN = {"charter", "threshold"}


@pytest.mark.parametrize("state", STATES)
def test_outside_the_circle_nothing_but_charter_language_help_and_account_answers(
    circle: Circle, state: str
) -> None:
    client = STATES[state](circle)
    answered = set()
    for route, parts in routes():
        # Signed out, or sent through a door they have passed, is no answer of the board.
        door = route.callback.door  # type: ignore[attr-defined]
        if door in {Door.CIRCLE, Door.PASSWORD}:
            continue
        parts = {
            **parts,
            **({"number": 1, "language": "fr"} if "charter-" in str(route.name) else {}),
        }
        known = set(route.pattern.converters)
        address = reverse(str(route.name), kwargs={name: parts[name] for name in known})
        for method in METHODS:
            if method == "post" and route.name in ENDS_IT:
                continue
            answer = getattr(client, method)(address)
            if answer.status_code == 200:
                answered.add(str(route.name))
                assert b"K7QF" not in answer.content
    opened = {"forgotten", "sign-in"}  # for anybody
    assert answered - opened <= ANSWERS | OF_ONES_OWN, answered
    assert {"charter-versions", "account", "privacy"} <= answered


def test_a_member_is_let_in_where_the_others_are_not(circle: Circle) -> None:
    assert signed_in(circle.participant).get("/tilleuls/membres").status_code == 200


def test_an_unknown_concertation_and_a_foreign_one_answer_alike(circle: Circle) -> None:
    make_circle("marolles", "Les Marolles")
    client = signed_in(circle.participant)
    foreign, unknown = client.get("/marolles/membres"), client.get("/nulle-part/membres")
    assert foreign.status_code == unknown.status_code == 404
    assert strip(foreign) == strip(unknown)


def strip(answer: Any) -> str:
    """A page without what changes with each request: tokens and the address asked for."""
    lines = answer.content.decode().splitlines()
    return "\n".join(
        line for line in lines if "csrfmiddlewaretoken" not in line and 'name="next"' not in line
    )


def test_an_address_nobody_wrote_is_not_found(circle: Circle) -> None:
    client = signed_in(circle.participant)
    assert client.get(f"/tilleuls/membres/{uuid4()}").status_code == 404
    assert client.get("/tilleuls/").status_code == 404
