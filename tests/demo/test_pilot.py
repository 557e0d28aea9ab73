"""The pilot of 2021 comes out exactly as it was published."""

import pytest

from concertation.demo.telling import Table
from concertation.reports.reading import as_json, year_report

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def test_the_report_of_2021_is_the_published_one(loaded: Table) -> None:
    told = as_json(year_report(loaded.coordinator.actor(), 2021))
    assert told["situations_treated"] == 19
