"""The pilot, loaded once for each test that asks for it, the real way."""

import pytest

from audit.names import PLATFORM
from audit.record import ensure_ledger
from concertation.demo import pilot
from concertation.demo.people import Insider
from concertation.demo.telling import Table
from tests.cast import PASSWORD, charter_in_force, person


@pytest.fixture
def coordinator(db: None) -> Insider:
    """Someone with an account and keys, and a charter in force."""
    ensure_ledger(PLATFORM)
    charter_in_force()
    return Insider.of(person("coordination@demo.example", "Camille Coordination"), PASSWORD)


@pytest.fixture
def loaded(coordinator: Insider) -> Table:
    """1000 BXL, whole."""
    return pilot.load(coordinator, lambda _: None)
