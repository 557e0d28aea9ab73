"""The pilot of 2021 comes out exactly as it was published; nothing of it is a row written past
the gate."""

import json
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import call_command
from stdnum.be import vat

from audit.enums import Verb
from audit.models import Entry
from concertation.accounts.models import Organisation, User
from concertation.demo import pilot
from concertation.demo.stories import pilot as stories
from concertation.demo.telling import Table
from concertation.meetings.models import Meeting
from concertation.reports.reading import report_export, year_report
from concertation.situations import reading
from concertation.situations.codes import show_code
from concertation.situations.models import AgreedAction, Situation
from ethics.charter.models import Signature, Subscription
from ethics.secrecy.models import ScopeKey
from ethics.sharing.models import SharingDecision

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])
PUBLISHED = json.loads(Path("concertation/data/pilot-2021.json").read_text(encoding="utf-8"))


def test_the_report_of_2021_is_the_published_one(loaded: Table) -> None:
    told = report_export(loaded.coordinator.actor(), 2021)
    meetings = told["meetings"]
    assert isinstance(meetings, list)
    names = ("date", "participants", "minutes", "new_situations")
    assert [[each[name] for name in names] for each in meetings] == [
        [each[name] for name in names] for each in PUBLISHED["meetings"]
    ]
    assert [each["new_situations"] for each in meetings] == [3, 2, 2, 3, 1, 3, 2, 3]
    assert told["situations_treated"] == 19
    assert told["outcomes"] == {
        "admission_discharge_reconciled": 3,
        "support_network_reinforced": 3,
        "admission_avoided": 2,
        "not_published": 11,
    }
    assert told["organisations_by_domain"] == {
        each["key"]: each["organisations"] for each in PUBLISHED["organisation_domains"]
    }
    assert (told["coordination_minutes"], told["coordination_time"]) == (720, "12:00")
    assert told["suppression"] == {
        "lifted": True,
        "reason": "already_published",
        "threshold": 5,
    }


def test_the_report_adds_up(loaded: Table) -> None:
    """Design 1, mistakes seen: published totals that contradict their own breakdown."""
    report = year_report(loaded.coordinator.actor(), 2021)
    assert report.outcomes.total == report.meetings_total == report.treated == 19
    states = {row.key: row.number for row in report.actions.rows}
    assert states.pop("agreed") == sum(number or 0 for number in states.values())
    assert report.outside_meetings == 0
    assert not report.hides


def test_the_illegible_day_is_said(loaded: Table) -> None:
    report = year_report(loaded.coordinator.actor(), 2021)
    noted = [row.on.isoformat() for row in report.meetings if row.date_note]
    assert noted == ["2021-02-10"]
    assert not Meeting.objects.filter(time_known=True).exists()


def test_every_situation_went_the_whole_way(loaded: Table) -> None:
    rows = Situation.objects.filter(concertation=loaded.concertation)
    assert set(rows.values_list("state", flat=True)) == {"closed"}
    assert all(row.brought_at and row.signalled_on and row.closed_on for row in rows)
    days = {row.id: row.starts_at.date() for row in Meeting.objects.all()}
    assert all(days.get(row.brought_at or uuid4()) == row.signalled_on for row in rows)
    assert SharingDecision.objects.count() == 19
    assert ScopeKey.objects.filter(container__in=rows.values("id")).count() >= 2 * 19
    assert AgreedAction.objects.count() == 38


def test_the_stories_open_to_those_who_may(loaded: Table) -> None:
    row = Situation.objects.order_by("signalled_on").first()
    assert row is not None
    sheet = reading.situation_sheet(loaded.seats["theiere"].actor(), show_code(row.code or ""))
    assert sheet.story is not None
    assert sheet.story.headline in {story.headline for story in stories().stories}


def test_every_organisation_subscribed_and_every_person_signed(loaded: Table) -> None:
    assert Organisation.objects.count() == Subscription.objects.count() == 19
    assert Signature.objects.count() == len(loaded.seats) == 19
    numbers = list(Organisation.objects.values_list("enterprise_number", flat=True))
    assert len(set(numbers)) == 19
    assert all(vat.is_valid(number) and number.startswith("0999") for number in numbers)


def test_police_and_wardens_are_limited_readers(loaded: Table) -> None:
    for key in ("police", "reverbere"):
        assert loaded.seats[key].place.roles == ["limited_reader"]
        assert loaded.seats[key].place.secrecy_status != "professional"


def test_the_administrator_of_the_occasion_is_shut_out(loaded: Table) -> None:
    person = User.objects.get(email=pilot.ADMINISTRATION)
    assert not person.is_active
    assert not person.is_administrator


def test_the_import_and_the_lifting_are_recorded(loaded: Table) -> None:
    assert Entry.objects.filter(verb=Verb.IMPORTED).count() == 1
    assert Entry.objects.filter(verb=Verb.SUPPRESSION_LIFTED).count() == 1
    assert Entry.objects.filter(verb=Verb.SITUATION_BROUGHT, purpose="import").count() == 19


def test_no_mail_leaves_for_invented_addresses(loaded: Table, mailoutbox: list[object]) -> None:
    assert mailoutbox == []


def test_the_ledger_verifies_and_every_seal_is_the_one_recorded(loaded: Table) -> None:
    call_command("ledger", "verify")
    call_command("secrecy", "check")


def test_twice_adds_nothing(loaded: Table) -> None:
    with pytest.raises(pilot.AlreadyLoaded):
        pilot.load(loaded.coordinator.someone, lambda _: None)
    assert Situation.objects.count() == 19


def test_the_invented_data_says_so() -> None:
    for name in ("pilot-stories.json", "tilleuls.json"):
        found = json.loads(Path(f"concertation/data/{name}").read_text(encoding="utf-8"))
        assert found["note"].startswith("Invented")
