"""What a listener on the network, or a script slipped into a page, runs into."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client, override_settings

from tests.cast import Circle
from tests.production_env import production_environment
from tests.signin import signed_in
from tests.situations.pages import url

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

NAMES = (
    "SECURE_SSL_REDIRECT",
    "SECURE_HSTS_SECONDS",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS",
    "SECURE_HSTS_PRELOAD",
    "SESSION_COOKIE_SECURE",
    "CSRF_COOKIE_SECURE",
)


@pytest.fixture
def production(tmp_path: Path) -> dict[str, object]:
    """These settings as production has them."""
    asked = (
        "import json; from concertation.settings import production as p;"
        f"print(json.dumps({{name: getattr(p, name) for name in {NAMES!r}}}))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", asked],
        env=os.environ | production_environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    found: dict[str, object] = json.loads(ran.stdout)
    return found


def test_production_answers_over_tls_only_and_browsers_remember_it(
    production: dict[str, object],
) -> None:
    with override_settings(**production):
        plain = Client().get("/")
        assert plain.status_code == 301
        assert plain.headers["Location"].startswith("https://")
        kept = Client().get("/connexion", secure=True).headers["Strict-Transport-Security"]
    assert kept == "max-age=63072000; includeSubDomains; preload"


def test_every_kind_of_answer_forbids_foreign_and_inline_code(circle: Circle) -> None:
    client = signed_in(circle.participant)
    client.raise_request_exception = False
    addresses = [url(circle, "board"), url(circle, "opinions"), "/nulle-part/du-tout", "/"]
    seen = set()
    for address in addresses:
        answer = client.get(address)
        seen.add(answer.status_code)
        rules = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in rules, address
        assert "script-src 'self';" in rules, address
        assert "unsafe" not in rules, address
        assert answer.headers["X-Frame-Options"] == "DENY", address
        assert answer.headers["X-Content-Type-Options"] == "nosniff", address
        assert answer.headers["Referrer-Policy"] == "same-origin", address
    assert {200, 404} <= seen
    for name in (settings.SESSION_COOKIE_NAME, settings.KEY_COOKIE_NAME):
        assert client.cookies[name]["httponly"]
        assert client.cookies[name]["samesite"] == "Lax"
