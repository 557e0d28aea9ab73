"""Seeded events are ordinary ones, written by the writer: what is measured on them is real."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from audit.models import Ledger
from audit.reading import who_saw
from audit.seeding import seed
from audit.verify import verify_all
from tests.audit.conftest import NAME


@pytest.mark.django_db
def test_a_seeded_ledger_verifies_and_answers(ledger: str) -> None:
    steps: list[int] = []
    situation = seed(NAME, 2_500, progress=steps.append)
    assert steps == [2_000, 2_500]
    assert Ledger.objects.get(name=NAME).size == 2_500
    assert who_saw(NAME, situation)
    assert verify_all().ok


@pytest.mark.django_db
def test_the_command_fills_a_ledger_of_its_own_and_only_in_a_demo(settings: Settings) -> None:
    settings.DEMO = True
    out = StringIO()
    call_command("seed_scale", events=30, stdout=out)
    assert "30 events more" in out.getvalue()
    with pytest.raises(CommandError, match="from 1"):
        call_command("seed_scale", events=0)
    settings.DEMO = False
    with pytest.raises(CommandError, match="Only in a demo"):
        call_command("seed_scale", events=30)
