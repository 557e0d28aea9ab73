"""An unsafe start is refused, loudly, with one clear sentence."""

import base64
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured

from concertation.checks import is_loopback
from concertation.settings.environment import database, secret_bytes
from ethics.gate import facts

ROOT = Path(__file__).resolve().parent.parent


def production(folder: Path, **changes: str) -> dict[str, str]:
    """A complete production environment, in which a test changes one thing."""
    for name in ("pepper", "checkpoint"):
        (folder / name).write_text(base64.b64encode(bytes(range(32))).decode())
    values = {
        "DJANGO_SETTINGS_MODULE": "concertation.settings.production",
        "SECRET_KEY": "x" * 64 + "abcdefghijkl",
        "ALLOWED_HOSTS": "board.example",
        "DATABASE_URL": f"sqlite:///{folder}/board.sqlite3",
        "ERASURE_DATABASE_URL": f"sqlite:///{folder}/erasure.sqlite3",
        "PEPPER_ID": "p1",
        "PEPPER_FILE": str(folder / "pepper"),
        "LEDGER_CHECKPOINT_KEY_FILE": str(folder / "checkpoint"),
        "LEDGER_ORIGIN": "board.example/concertation",
        "EMAIL_HOST": "mail.example",
        "DEFAULT_FROM_EMAIL": "board@board.example",
    }
    return {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        **values,
        **changes,
    }


def start(folder: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run the checks as a start does."""
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=production(folder, **changes),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_complete_production_environment_starts(tmp_path: Path) -> None:
    answer = start(tmp_path)
    assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"PEPPER_FILE": "/nowhere"}, "PEPPER_FILE: the file cannot be read"),
        ({"PEPPER_FILE": ""}, "PEPPER_FILE is not set"),
        ({"LEDGER_CHECKPOINT_KEY_FILE": ""}, "LEDGER_CHECKPOINT_KEY_FILE is not set"),
        ({"ERASURE_DATABASE_URL": ""}, "ERASURE_DATABASE_URL is not set"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL must start with"),
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"SECURE_SSL_REDIRECT": "perhaps"}, "SECURE_SSL_REDIRECT"),
    ],
)
def test_a_missing_or_bad_value_stops_the_start(
    tmp_path: Path, changes: dict[str, str], sentence: str
) -> None:
    answer = start(tmp_path, **changes)
    assert answer.returncode != 0
    assert sentence in answer.stderr


def test_one_database_for_everything_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/board.sqlite3"
    answer = start(tmp_path, ERASURE_DATABASE_URL=url)
    assert answer.returncode != 0
    assert "concertation.E004" in answer.stderr


def test_the_demo_refuses_a_host_that_is_not_this_machine(tmp_path: Path) -> None:
    answer = start(
        tmp_path,
        DJANGO_SETTINGS_MODULE="concertation.settings.demo",
        DEMO_FOLDER=str(tmp_path / "demo"),
        ALLOWED_HOSTS="localhost,board.example",
    )
    assert answer.returncode != 0
    assert "concertation.E007" in answer.stderr


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "[::1]", "::1"])
def test_loopback_hosts(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["*", "", ".localhost.example", "10.0.0.1", "0.0.0.0"])  # noqa: S104
def test_other_hosts_are_not_loopback(host: str) -> None:
    assert not is_loopback(host)


def test_debug_is_refused_everywhere(settings: Any) -> None:
    settings.DEBUG = True
    assert "concertation.E006" in [each.id for each in run_checks()]


def test_no_facts_provider_no_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "_provider", None)
    assert "concertation.E005" in [each.id for each in run_checks()]
    with pytest.raises(ImproperlyConfigured):
        facts.provider()


def test_a_cookie_without_its_flags_is_refused_in_production(settings: Any) -> None:
    settings.SESSION_COOKIE_NAME = "session"
    found = run_checks(include_deployment_checks=True)
    assert "concertation.E008" in [each.id for each in found]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [("not base64!", "base64"), (base64.b64encode(bytes(5)).decode(), "5 bytes")],
)
def test_a_secret_file_of_the_wrong_form_is_named(
    tmp_path: Path, content: str, sentence: str
) -> None:
    path = tmp_path / "secret"
    path.write_text(content)
    with pytest.raises(ImproperlyConfigured, match=sentence):
        secret_bytes(str(path), "PEPPER_FILE")


def test_sqlite_is_set_up_for_writers_that_wait() -> None:
    options = database("sqlite:///x.sqlite3", "DATABASE_URL")["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in options["init_command"]


def test_requests_are_not_wrapped_in_transactions() -> None:
    assert not any(each.get("ATOMIC_REQUESTS") for each in django_settings.DATABASES.values())
