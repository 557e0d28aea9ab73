"""People present without an account: aloud or by a link, countersigned, counted, provable."""

import json
import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.enums import Outcome, Verb
from audit.leaf import parse_leaf
from audit.models import Entry
from audit.names import PLATFORM
from concertation.meetings import (
    errors,
    reading,
)
from concertation.meetings.models import Meeting, PresentWithoutAccount
from concertation.meetings.without_account import accept, countersign, offered
from ethics.charter.actions import put_in_force
from ethics.charter.models import CharterVersion
from ethics.charter.statements import SENTENCES, holds, text_hash
from tests.cast import PASSWORD, Circle
from tests.meetings.hour import held_now, plan
from tests.signin import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

NAME = "Dr Zzdumont"
FORM = {
    "name": NAME,
    "function": "médecin généraliste",
    "organisation": "",
    "secrecy_status": "professional",
    "presence": "remote",
    "language": "nl",
}
ALOUD = FORM | {"how": "aloud", "said": "on", "password": PASSWORD}
LINK = FORM | {"how": "link"}


def address(meeting: Meeting, name: str = "meeting-without-account", *more: Any) -> str:
    return reverse(name, args=["tilleuls", meeting.id, *more])


def note(circle: Circle, meeting: Meeting, form: dict[str, Any] | None = None) -> Any:
    return signed_in(circle.coordinator).post(address(meeting), form or ALOUD)


def link_of(circle: Circle, meeting: Meeting, **more: Any) -> str:
    """A link as the page shows it, once."""
    html = note(circle, meeting, LINK | more).content.decode()
    found = re.search(r"/charte/accepter/[\w-]+", html)
    assert found, html
    return found[0]


def only() -> PresentWithoutAccount:
    return PresentWithoutAccount.objects.get()


def receipt(circle: Circle, meeting: Meeting) -> dict[str, Any]:
    page = address(meeting, "meeting-without-account-receipt", only().id)
    answer = signed_in(circle.coordinator).get(page)
    found: dict[str, Any] = json.loads(answer.content)
    return found


# --- Aloud --------------------------------------------------------------------------------------


def test_who_said_yes_aloud_is_countersigned_and_counts_as_present(circle: Circle) -> None:
    meeting = held_now(circle)
    assert note(circle, meeting).status_code == 302
    row = only()
    assert holds(row)
    said = json.loads(bytes(row.statement))
    assert said["sentence"] == SENTENCES["nl"]
    assert said["charter_sha256"] == CharterVersion.objects.get(number=1).sha256_nl
    assert (said["name"], said["how"], said["self_employed"]) == (NAME, "aloud", True)
    assert said["countersigned_by"] == str(circle.coordinator.user.id)
    assert (said["scope"], said["meeting"]) == ("meeting", str(meeting.id))
    event = Entry.objects.get(verb=Verb.CHARTER_COUNTERSIGNED)
    leaf = bytes(event.leaf or b"")
    assert parse_leaf(leaf).event.details["hash"] == text_hash(bytes(row.statement).decode())
    assert b"Zzdumont" not in leaf
    # One person in the room, one on the telephone.
    assert reading.meeting_line(circle.coordinator.actor, meeting.id).attended == 2


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ({"said": ""}, "Lisez la phrase à voix haute"),
        ({"password": ""}, "Indiquez votre mot de passe"),
        ({"password": "un autre"}, "mot de passe"),
        ({"name": ""}, "Indiquez le nom"),
        ({"secrecy_status": ""}, "obligatoire"),
        ({"presence": "absent"}, "choix"),
    ],
)
def test_nothing_is_noted_without_the_tick_and_the_coordinators_password(
    circle: Circle, missing: dict[str, str], words: str
) -> None:
    meeting = held_now(circle)
    answer = note(circle, meeting, ALOUD | missing)
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not PresentWithoutAccount.objects.exists()
    assert not Entry.objects.filter(
        verb=Verb.CHARTER_COUNTERSIGNED, outcome=Outcome.GRANTED
    ).exists()


def test_nobody_is_there_before_the_day(circle: Circle) -> None:
    answer = note(circle, plan(circle))
    assert "pas encore eu lieu" in answer.content.decode()
    assert not PresentWithoutAccount.objects.exists()


def test_only_the_coordinator_notes_signs_and_takes_back(circle: Circle) -> None:
    meeting = held_now(circle)
    link_of(circle, meeting)
    client = signed_in(circle.participant)
    assert client.get(address(meeting)).status_code == 404
    assert client.post(address(meeting), ALOUD).status_code == 404
    for name in ("meeting-countersign", "meeting-without-account-withdraw"):
        page = address(meeting, name, only().id)
        assert client.post(page, {"password": PASSWORD}).status_code == 404
    page = address(meeting, "meeting-without-account-receipt", only().id)
    assert client.get(page).status_code == 404
    assert only().countersigned_at is None


# --- By a link ----------------------------------------------------------------------------------


def test_by_the_link_one_reads_ticks_and_is_countersigned_afterwards(circle: Circle) -> None:
    meeting = plan(circle)
    link = link_of(circle, meeting)
    stranger = Client()
    for code, sentence in SENTENCES.items():
        html = stranger.get(link, {"langue": code}).content.decode()
        assert f'lang="{code}"' in html
        assert sentence in html
    # Nothing is ticked beforehand, and without the tick nothing is accepted.
    assert "checked" not in html
    assert stranger.post(f"{link}?langue=nl", {"version": 1}).status_code == 200
    assert only().accepted_at is None
    before = reading.meeting_line(circle.coordinator.actor, meeting.id).attended
    answer = stranger.post(f"{link}?langue=nl", {"version": 1, "agree": "on"})
    assert answer.status_code == 200
    assert (only().language, only().how) == ("nl", "link")
    # A yes alone is not a presence: the coordinator says who it was.
    assert reading.meeting_line(circle.coordinator.actor, meeting.id).attended == before
    client = signed_in(circle.coordinator)
    page = address(meeting, "meeting-countersign", only().id)
    client.post(page, {"password": "un autre"})
    assert only().countersigned_at is None
    client.post(page, {"password": PASSWORD})
    assert holds(only())
    assert json.loads(bytes(only().statement))["how"] == "link"
    assert reading.meeting_line(circle.coordinator.actor, meeting.id).attended == before + 1
    verbs = list(
        Entry.objects.filter(subjects__number=only().id)
        .order_by("index")
        .values_list("verb", flat=True)
    )
    assert verbs == [Verb.CHARTER_OFFERED, Verb.CHARTER_ACCEPTED, Verb.CHARTER_COUNTERSIGNED]


def test_unknown_used_old_and_closed_links_get_one_and_the_same_answer(circle: Circle) -> None:
    meeting = held_now(circle)
    used, old, closed = (link_of(circle, meeting) for _ in range(3))
    stranger = Client()
    stranger.post(used, {"version": 1, "agree": "on"})
    rows = list(PresentWithoutAccount.objects.filter(accepted_at=None).order_by("made_at"))
    PresentWithoutAccount.objects.filter(id=rows[0].id).update(expires_at=timezone.now())
    assert stranger.get(closed).status_code == 200
    Meeting.objects.filter(id=meeting.id).update(state="closed", held_minutes=60)
    answers = set()
    for link in (used, old, closed, "/charte/accepter/jamais-fait"):
        for answer in (stranger.get(link), stranger.post(link, {"version": 1, "agree": "on"})):
            assert answer.status_code == 404, link
            answers.add(
                re.sub(
                    r'value="[^"]*"|/charte/accepter/[\w-]+|\?[^"]*', "", answer.content.decode()
                )
            )
    assert len(answers) == 1
    assert PresentWithoutAccount.objects.exclude(accepted_at=None).count() == 1
    counted = Entry.objects.filter(ledger__name=PLATFORM, outcome=Outcome.REFUSED, actor=None)
    assert counted.exists()
    # Whoever hammers at it doesn't fill the log: refusals of nobody are counted.
    before = counted.count()
    for _ in range(40):
        stranger.get("/charte/accepter/jamais-fait")
    assert counted.count() <= before + 1


def test_only_the_hash_of_the_link_is_kept_and_no_address(circle: Circle) -> None:
    meeting = plan(circle)
    answer = note(circle, meeting, LINK | {"email": "zz.dumont@cabinet.example"})
    assert answer.status_code == 302
    sent = mail.outbox[-1]
    assert sent.to == ["zz.dumont@cabinet.example"]
    # In the language of the charter that was chosen, and without a word on who or what.
    assert "concertation de quartier" not in sent.body
    assert NAME not in sent.body
    token = re.search(r"/charte/accepter/([\w-]+)", str(sent.body))
    assert token
    row = only()
    kept = " ".join(str(getattr(row, field.name)) for field in row._meta.fields)
    assert "cabinet.example" not in kept
    assert token[1] not in kept
    assert token[1].encode() not in bytes(row.token_hash or b"")
    assert offered(token[1]).id == row.id


def test_of_two_answers_at_once_one_comes_second(circle: Circle) -> None:
    token = link_of(circle, plan(circle)).rsplit("/", 1)[1]
    accept(token, version=1, language="fr")
    with pytest.raises(errors.LinkSpent):
        accept(token, version=1, language="fr")
    assert Entry.objects.filter(verb=Verb.CHARTER_ACCEPTED).count() == 1


def test_a_charter_that_changes_while_it_is_read_is_read_again(circle: Circle) -> None:
    link = link_of(circle, plan(circle))
    put_in_force(
        2,
        {"fr": "# Charte neuve\n", "nl": "# Nieuw charter\n", "en": ""},
        effective_on=timezone.localdate(),
    )
    answer = Client().post(link, {"version": 1, "agree": "on"})
    assert "vient de changer" in answer.content.decode()
    assert only().accepted_at is None
    Client().post(link, {"version": 2, "agree": "on"})
    assert only().charter_id == 2


def test_nothing_is_countersigned_before_a_yes_nor_twice(circle: Circle) -> None:
    meeting = plan(circle)
    link = link_of(circle, meeting)
    actor = circle.coordinator.actor
    with pytest.raises(errors.NotAccepted):
        countersign(actor, meeting=meeting.id, number=only().id, password=PASSWORD)
    Client().post(link, {"version": 1, "agree": "on"})
    countersign(actor, meeting=meeting.id, number=only().id, password=PASSWORD)
    signed = bytes(only().signature)
    with pytest.raises(errors.Countersigned):
        countersign(actor, meeting=meeting.id, number=only().id, password=PASSWORD)
    client = signed_in(circle.coordinator)
    client.post(address(meeting, "meeting-without-account-withdraw", only().id))
    assert bytes(only().signature) == signed


def test_a_line_nobody_signed_is_taken_back_and_its_link_with_it(circle: Circle) -> None:
    meeting = plan(circle)
    link = link_of(circle, meeting)
    client = signed_in(circle.coordinator)
    client.post(address(meeting, "meeting-without-account-withdraw", only().id))
    assert not PresentWithoutAccount.objects.exists()
    assert Client().get(link).status_code == 404


def test_another_meeting_s_line_is_not_found(circle: Circle) -> None:
    meeting, other = plan(circle), plan(circle, days=30)
    link_of(circle, meeting)
    with pytest.raises(errors.UnknownAttendee):
        countersign(circle.coordinator.actor, meeting=other.id, number=only().id, password=PASSWORD)
