"""Fixtures every test may use."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation

from concertation import translations
from ethics.secrecy import chain
from tests.audit.flush import flush_lifts_the_triggers
from tests.cast import Circle, make_circle
from tests.recording import watched

__all__ = ["flush_lifts_the_triggers"]

# What the content security policy would refuse in the browser.
_REFUSED = re.compile(
    rb"<script(?![^>]*\ssrc=)[^>]*>|<style[\s>]|<[a-z][^>]*\s(?:style|on[a-z]+)\s*=", re.IGNORECASE
)


def pytest_configure() -> None:
    """Catalogues are compiled once, before any process reads them."""
    translations.compile_catalogues()


def pytest_unconfigure() -> None:
    """Leave no database of this process behind."""
    if settings.configured:
        folder = Path(settings.DATABASES["erasure"]["TEST"]["NAME"]).parent
        if folder.name.startswith("concertation-test-"):
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def _client_refuses_inline_code() -> Iterator[None]:
    """Every page a test asks for is read as the browser's policy would read it."""
    ask = Client.request

    def request(self: Client, **parameters: Any) -> Any:
        response = ask(self, **parameters)
        if response.get("Content-Type", "").startswith("text/html") and not response.streaming:
            found = _REFUSED.search(response.content)
            assert found is None, f"inline code in {parameters.get('PATH_INFO')}: {found!r}"
        return response

    with patch.object(Client, "request", request):
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_act_without_an_event() -> Iterator[None]:
    """What a request of a test wrote stands in the ledger too (`tests.recording`)."""
    ask = Client.request

    def request(self: Client, **parameters: Any) -> Any:
        with watched() as statements:
            response = ask(self, **parameters)
        written = statements.unrecorded
        asked = f"{parameters.get('REQUEST_METHOD')} {parameters.get('PATH_INFO')}"
        assert not written, f"{asked} wrote this and left no event: {written}"
        return response

    with patch.object(Client, "request", request):
        yield


@pytest.fixture(autouse=True)
def _fresh_chain_cache() -> None:
    chain.forget()


@pytest.fixture(autouse=True)
def _the_default_language() -> None:
    """A page asked for in Dutch leaves its language on; tests run in any order."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture
def circle(db: None) -> Circle:
    """An invented concertation with its people."""
    return make_circle()
