"""The cast of the ledger's tests: one concertation, one person, one situation."""

from uuid import UUID

import pytest
from pytest_django import Settings

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Event, Subject, Written
from audit.names import concertation_ledger
from audit.record import ensure_ledger
from tests.audit.flush import flush_lifts_the_triggers

__all__ = ["flush_lifts_the_triggers"]

CONCERTATION = UUID("11111111-1111-4111-8111-111111111111")
OTHER_CONCERTATION = UUID("22222222-2222-4222-8222-222222222222")
PERSON = UUID("33333333-3333-4333-8333-333333333333")
ORGANISATION = UUID("44444444-4444-4444-8444-444444444444")
SITUATION = UUID("55555555-5555-4555-8555-555555555555")
OBJECT = UUID("66666666-6666-4666-8666-666666666666")
NAME = concertation_ledger(CONCERTATION)
OTHER = concertation_ledger(OTHER_CONCERTATION)


def a_read(situation: UUID = SITUATION) -> Event:
    """Return an ordinary read of one situation."""
    return Event(
        verb=Verb.READ,
        actor=PERSON,
        organisation=ORGANISATION,
        role="participant",
        purpose=Purpose.SHEET,
        subjects=(Subject(SubjectKind.SITUATION, situation),),
        field_groups=("frame", "summary"),
    )


def a_write(version: int = 1) -> Event:
    """Return a write to the situation."""
    written = Written(
        model="situations.situation",
        object=OBJECT,
        version=version,
        ciphertext_hash="ab" * 32,
        situation=SITUATION,
    )
    return Event(verb=Verb.SITUATION_EDITED, actor=PERSON, written=written)


@pytest.fixture(autouse=True)
def checkpoint_settings(settings: Settings) -> None:
    settings.LEDGER_ORIGIN = "test.example/concertation"
    settings.LEDGER_CHECKPOINT_SEED = bytes(range(32))


@pytest.fixture
def ledger(db: None) -> str:
    """Make the concertation's ledger and the platform's; return the former's name."""
    ensure_ledger("platform")
    return ensure_ledger(NAME).name
