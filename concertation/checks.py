"""System checks that refuse an unsafe start; `manage.py` and the server run them alike."""

import ipaddress
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections

from concertation.situations.actions import erase
from ethics import gate
from ethics.secrecy import pepper


@register(Tags.security)
def keys_of_the_server(**_: Any) -> list[CheckMessage]:
    """A pepper of 32 bytes, a checkpoint key of 32 bytes."""
    errors: list[CheckMessage] = []
    peppers = getattr(settings, "PEPPERS", {})
    if settings.PEPPER_ID not in peppers or any(len(each) != 32 for each in peppers.values()):
        errors.append(
            Error(
                "The pepper is missing or has the wrong length.",
                hint="See docs/operations.md, “Pepper”.",
                id="concertation.E001",
            )
        )
    if len(getattr(settings, "LEDGER_CHECKPOINT_SEED", b"")) != 32:
        errors.append(Error("The checkpoint key is missing.", id="concertation.E002"))
    return errors


@register(Tags.security)
def erasure_store_is_apart(**_: Any) -> list[CheckMessage]:
    """The erasure store is configured, and is not the ordinary database."""
    databases = settings.DATABASES
    if "erasure" not in databases:
        return [Error("The erasure store is not configured.", id="concertation.E003")]
    places = [
        tuple(databases[name].get(key, "") for key in ("NAME", "HOST", "PORT"))
        for name in ("default", "erasure")
    ]
    if places[0] == places[1]:
        return [Error("The erasure store must be a database of its own.", id="concertation.E004")]
    return []


@register(Tags.security)
def facts_provider_is_registered(**_: Any) -> list[CheckMessage]:
    """Without a provider the gate has nothing to decide by."""
    if gate.provider_is_registered():
        return []
    return [Error("No facts provider is registered with the gate.", id="concertation.E005")]


@register(Tags.security)
def no_debug(**_: Any) -> list[CheckMessage]:
    """A debug page would show opened text: it is refused everywhere, the demo included."""
    if settings.DEBUG:
        return [Error("DEBUG shows opened text on error pages.", id="concertation.E006")]
    return []


@register(Tags.security)
def demo_stays_at_home(**_: Any) -> list[CheckMessage]:
    """The demo's passwords are public: it answers on this machine only."""
    if not settings.DEMO:
        return []
    wrong = [host for host in settings.ALLOWED_HOSTS if not is_loopback(host)]
    if wrong:
        return [
            Error(
                "The demo answers on the loopback address only; its passwords are public.",
                hint=f"Take these out of ALLOWED_HOSTS: {', '.join(wrong)}",
                id="concertation.E007",
            )
        ]
    return []


@register(Tags.security)
def passkeys_are_second_factors(**_: Any) -> list[CheckMessage]:
    """A passkey alone opens no key and lets nobody in (design 3, “Passkeys”)."""
    alone = getattr(settings, "OTP_WEBAUTHN_ALLOW_PASSWORDLESS_LOGIN", True)
    backends = [each for each in settings.AUTHENTICATION_BACKENDS if "webauthn" in each.lower()]
    if alone or backends:
        return [
            Error(
                "A passkey must not sign anybody in without the password.",
                hint="OTP_WEBAUTHN_ALLOW_PASSWORDLESS_LOGIN=False, and no back end for passkeys.",
                id="concertation.E013",
            )
        ]
    return []


@register(Tags.security, deploy=True)
def cookies_are_host_only(**_: Any) -> list[CheckMessage]:
    """In production both cookies are `__Host-`, Secure, HttpOnly, SameSite=Lax (design 3)."""
    good = (
        settings.SESSION_COOKIE_SECURE
        and settings.SESSION_COOKIE_HTTPONLY
        and settings.SESSION_COOKIE_SAMESITE == "Lax"
        and settings.SESSION_COOKIE_NAME.startswith("__Host-")
        and settings.KEY_COOKIE_NAME.startswith("__Host-")
    )
    return [] if good else [Error("A cookie lacks its flags.", id="concertation.E008")]


@register(Tags.database)
def pepper_matches(databases: Any = None, **_: Any) -> list[CheckMessage]:
    """The pepper in the server's file is the one the records were made with."""
    if not databases or "default" not in databases:
        return []
    try:
        tables = connections["default"].introspection.table_names()
    except DatabaseError as error:
        return [Error(f"The database can't be reached: {error}", id="concertation.E009")]
    if "secrecy_peppercheck" not in tables:
        return []
    return [
        Error(
            f"The pepper “{each}” is missing or is not the one the records were made with.",
            hint="Put the right file back; records made with it can't be opened without it.",
            id="concertation.E010",
        )
        for each in pepper.check_values()
    ]


@register(Tags.database)
def erasure_store_is_there(databases: Any = None, **_: Any) -> list[CheckMessage]:
    """The erasure store holds keys or tombstones as soon as there is anything to erase.

    SQLite makes an empty file where one is missing: served like that, nothing would open, and new
    situations would get keys that the next good backup does not know.
    """
    if not databases or "default" not in databases:
        return []
    try:
        if "secrecy_container" not in connections["default"].introspection.table_names():
            return []
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM secrecy_container")
            if not cursor.fetchone()[0]:
                return []
        known = connections["erasure"].introspection.table_names()
        if "erasure_erasurekey" in known:
            with connections["erasure"].cursor() as cursor:
                cursor.execute(
                    "SELECT (SELECT COUNT(*) FROM erasure_erasurekey)"
                    " + (SELECT COUNT(*) FROM erasure_tombstone)"
                )
                if cursor.fetchone()[0]:
                    return []
    except DatabaseError as error:
        return [Error(f"A database can't be reached: {error}", id="concertation.E012")]
    return [
        Error(
            "The erasure store is missing or empty, and there are situations it should hold.",
            hint="Put its file back before serving; see docs/operations.md, “Erasure store”.",
            id="concertation.E011",
        )
    ]


@register(Tags.database)
def nothing_erased_came_back(databases: Any = None, **_: Any) -> list[CheckMessage]:
    """After a restore, what was erased since the backup has rows again: they are deleted first."""
    if not databases or not {"default", "erasure"} <= set(databases):
        return []
    try:
        tables = {
            name: connections[name].introspection.table_names() for name in ("default", "erasure")
        }
        if "secrecy_container" not in tables["default"]:
            return []
        if "erasure_tombstone" not in tables["erasure"]:
            return []
        back = sum(1 for each in erase.came_back())
    except DatabaseError as error:
        return [Error(f"A database can't be reached: {error}", id="concertation.E020")]
    if not back:
        return []
    return [
        Error(
            f"{back} erased situations have rows again: a restore, or an erasure that stopped.",
            hint="Run manage.py erasure reapply before serving.",
            id="concertation.E021",
        )
    ]


def refuse_unsafe_start() -> None:
    """Run every check before the first request; an error stops the server.

    A web server does not run Django's checks by itself.
    """
    found = run_checks(
        databases=["default", "erasure"], include_deployment_checks=not settings.DEMO
    )
    errors = [each for each in found if each.is_serious()]
    if errors:
        raise ImproperlyConfigured("\n".join(f"{each.id}: {each.msg}" for each in errors))


def is_loopback(host: str) -> bool:
    """Whether a host name stands for this machine and no other."""
    name = host.strip("[]").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
