"""Sessions: shared by processes, and worthless to thieves."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from ethics import gate
from ethics.secrecy.models import EndedSession, Session
from ethics.secrecy.session import SessionStore
from tests.cast import Circle, make_circle
from tests.production_env import production_environment
from tests.signin import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


# --- Thieves ------------------------------------------------------------------------------------


def test_a_stolen_session_table_opens_no_key(circle: Circle) -> None:
    """Every value of the row is tried as the second cookie; the cookie itself opens."""
    client = signed_in(circle.participant)
    row = Session.objects.get(person=circle.participant.user.id)

    def opens(secret: bytes) -> bool:
        store = SessionStore(client.session.session_key)
        store.secret = secret
        held = store.held_keys()
        return held is not None and gate.opens(held)

    sealed = bytes(row.sealed_keys or b"")
    for guess in (
        bytes.fromhex(row.id_hash),
        row.id_hash.encode()[:32],
        bytes(row.cookie_check or b""),
        sealed[:32],
        sealed[-32:],
        row.data.encode()[:32].ljust(32),
    ):
        assert not opens(guess)
    assert opens(base64.urlsafe_b64decode(client.cookies[settings.KEY_COOKIE_NAME].value))


def test_a_stolen_pair_of_cookies_dies_with_the_sign_out(circle: Circle) -> None:
    client = signed_in(circle.participant)
    thief = Client()
    for name in (settings.SESSION_COOKIE_NAME, settings.KEY_COOKIE_NAME):
        thief.cookies[name] = client.cookies[name].value
    assert thief.get(reverse("members", args=["tilleuls"])).status_code == 200
    answer = client.post(reverse("sign-out"))
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    for name in (settings.SESSION_COOKIE_NAME, settings.KEY_COOKIE_NAME):
        assert client.cookies[name].value == ""
    refused = thief.get(reverse("members", args=["tilleuls"]))
    assert refused.headers["Location"].startswith(reverse("sign-in"))
    assert not EndedSession.objects.exists()


def test_cookies_are_bound_to_this_host_in_production(tmp_path: Path) -> None:
    asked = (
        "from concertation.settings import production as p;"
        "print(p.SESSION_COOKIE_NAME, p.KEY_COOKIE_NAME, p.CSRF_COOKIE_NAME)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", asked],
        env=os.environ | production_environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    names = ran.stdout.split()
    assert len(names) == 3
    assert all(each.startswith("__Host-") for each in names)


# --- Processes ----------------------------------------------------------------------------------

_OTHER = """
import json, sys
import django
django.setup()
from django.conf import settings
from django.db import connections
told = json.load(sys.stdin)
connections.databases["default"].update(told["database"])
from ethics.secrecy.session import SessionStore
from ethics import gate
store = SessionStore(told["session"])
store.secret = bytes.fromhex(told["secret"])
held = store.held_keys()
print(json.dumps({"opens": held is not None and gate.opens(held)}))
"""


@pytest.mark.django_db(transaction=True, databases=["default", "erasure"])
def test_two_processes_share_a_session() -> None:
    circle = make_circle()
    client = signed_in(circle.participant)
    store = client.session
    second = client.cookies[settings.KEY_COOKIE_NAME].value
    known = connection.settings_dict
    told = {
        "database": {name: str(known[name]) for name in ("NAME", "HOST", "PORT", "USER")},
        "session": store.session_key,
        "secret": base64.urlsafe_b64decode(second).hex(),
    }

    def other(**change: str) -> bool:
        ran = subprocess.run(
            [sys.executable, "-c", _OTHER],
            input=json.dumps(told | change),
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return bool(json.loads(ran.stdout.splitlines()[-1])["opens"])

    assert other()
    assert not other(secret="00" * 32)
    client.post(reverse("sign-out"))
    assert not other()
