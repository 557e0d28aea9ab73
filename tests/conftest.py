"""Fixtures every test may use."""

import pytest

from ethics.secrecy import chain
from tests.audit.flush import flush_lifts_the_triggers  # noqa: F401
from tests.cast import Circle, make_circle


@pytest.fixture(autouse=True)
def _fresh_chain_cache() -> None:
    chain.forget()


@pytest.fixture
def circle(db: None) -> Circle:
    """An invented concertation with its people."""
    return make_circle()
