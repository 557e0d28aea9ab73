"""Demo data takes seconds to build the real way, so each module builds it once.

The frame is Django's own for test cases, one level up: everything is rolled back at the end of the
module, and each test at its own end.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.test import TestCase, override_settings

from audit.names import PLATFORM
from audit.record import ensure_ledger
from concertation.demo import build, pilot
from concertation.demo.people import Insider
from concertation.demo.telling import Table
from ethics.secrecy import chain
from tests.cast import PASSWORD, charter_in_force, person

COORDINATION = "coordination@demo.example"


class _Frame(TestCase):
    databases = {"default", "erasure"}  # noqa: RUF012 - as Django declares it


@contextmanager
def _module_frame(blocker: Any) -> Iterator[None]:
    with blocker.unblock():
        chain.forget()
        frame = _Frame._enter_atomics()  # type: ignore[attr-defined]  # Django's own, not public
        try:
            yield
        finally:
            _Frame._rollback_atomics(frame)  # type: ignore[attr-defined]


def make_coordinator() -> Insider:
    """Someone with an account and keys, and a charter in force."""
    ensure_ledger(PLATFORM)
    charter_in_force()
    return Insider.of(person(COORDINATION, "Camille Coordination"), PASSWORD)


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[Table]:
    """1000 BXL alone, as `load_pilot` makes it."""
    with _module_frame(django_db_blocker):
        yield pilot.load(make_coordinator(), lambda _: None)


@pytest.fixture(scope="module")
def built(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """The whole demo; gives its folder."""
    folder = tmp_path_factory.mktemp("demo")
    with _module_frame(django_db_blocker), override_settings(DEMO=True, DEMO_FOLDER=folder):
        build.build(lambda _: None)
        yield folder
