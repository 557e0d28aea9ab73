"""After the hour: what is missing, the minutes by each reader's rights, the year's coordination."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from audit.enums import Verb
from audit.models import Checkpoint, Entry
from concertation.meetings import actions_live, errors, reading_after
from concertation.meetings.enums import ItemState, MeetingState
from concertation.meetings.models import AgendaItem, Meeting
from concertation.reports.reading import year_report
from concertation.situations import actions as situations
from concertation.situations.codes import show_code
from concertation.situations.models import Situation
from ethics import gate
from tests.cast import Circle, number_of
from tests.meetings.hour import agenda_of, come, edit, held_now, plan, show
from tests.pdf_text import structure, text_of_pdf
from tests.signin import signed_in
from tests.situations.story import HEADLINE, agree, bring, counts, overdue

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def address(name: str, *parts: Any) -> str:
    return reverse(name, args=["tilleuls", *parts])


def text(response: Any) -> str:
    assert response.status_code == 200, response.get("Location")
    return " ".join(response.content.decode().split())


def close(circle: Circle, meeting: Meeting, **more: Any) -> Meeting:
    meeting.refresh_from_db()
    values: dict[str, Any] = {"minutes": 55, "version": meeting.version}
    return actions_live.close_meeting(
        circle.coordinator.actor, meeting=meeting.id, **(values | more)
    )


def test_closing_says_what_is_missing_and_hinders_nothing(circle: Circle) -> None:
    about, other = bring(circle.participant), bring(circle.participant)
    overdue(circle.manager, about, circle.participant)
    row = held_now(circle)
    item = show(circle, row.id, about)
    page = reading_after.close_page(circle.coordinator.actor, row.id)
    told = {(each.code, each.what) for each in page.missing}
    code = show_code(str(about.code))
    assert (code, "n’a pas de référent·e.") in told
    assert any(each.startswith("pas de retour de Coup-de-Pouce") for _code, each in told)
    assert show_code(str(other.code)) in page.carried
    situations.give_feedback(
        circle.coordinator.actor,
        situation=about.id,
        text="Lien gardé",
        action=about.actions.get().id,
        meeting=row.id,
    )
    situations.set_case_manager(
        circle.coordinator.actor, situation=about.id, case_manager=number_of(circle.manager)
    )
    assert not reading_after.close_page(circle.coordinator.actor, row.id).missing
    close(circle, row)
    item.refresh_from_db()
    assert item.state == ItemState.DISCUSSED
    left = AgendaItem.objects.get(meeting=row.id, situation=other)
    assert left.state == ItemState.NOT_DISCUSSED


def test_closing_signs_the_state_and_proposes_the_next_date(circle: Circle) -> None:
    row = held_now(circle)
    client = signed_in(circle.coordinator)
    page = reading_after.close_page(circle.coordinator.actor, row.id)
    assert page.next_on is not None
    days = (timezone.localdate(page.next_on) - timezone.localdate(row.starts_at)).days
    assert days in {28, 35}
    before = Checkpoint.objects.count()
    data = {
        "version": page.version,
        "minutes": "52",
        "preparation_minutes": "30",
        "follow_up_minutes": "20",
        "next_on": page.next_on.strftime("%Y-%m-%dT%H:%M"),
    }
    response = client.post(address("meeting-close", row.id), data)
    assert response.headers["Location"] == address("meeting-minutes", row.id)
    assert Checkpoint.objects.count() > before
    row.refresh_from_db()
    assert (row.state, row.held_minutes) == (MeetingState.CLOSED, 52)
    following = Meeting.objects.exclude(id=row.id).get()
    assert timezone.localtime(following.starts_at).strftime("%H:%M") == page.next_on.strftime(
        "%H:%M"
    )


def test_the_next_date_goes_to_calendars_with_its_link_and_stands_once(circle: Circle) -> None:
    link = "https://video.example/salle"
    row = plan(circle, days=0, link=link)
    actions_live.open_meeting(circle.coordinator.actor, meeting=row.id, reminded=True)
    page = reading_after.close_page(circle.coordinator.actor, row.id)
    assert page.next_on is not None
    client = signed_in(circle.coordinator)
    data = {
        "version": page.version,
        "minutes": "52",
        "preparation_minutes": "0",
        "follow_up_minutes": "0",
        "next_on": page.next_on.strftime("%Y-%m-%dT%H:%M"),
    }
    mail.outbox.clear()
    page_after = text(client.post(address("meeting-close", row.id), data, follow=True))
    assert "La prochaine est au calendrier, le cercle est averti." in page_after
    following = Meeting.objects.exclude(id=row.id).get()
    assert (following.place, following.link) == (row.place, link)
    invited = [each for each in mail.outbox if "REQUEST" in str(each.attachments)]
    assert {each.to[0] for each in invited} == {
        circle.people[name].user.email for name in ("coordinator", "participant", "manager")
    }
    # Somebody put that date in the calendar while the form was open: it stands there once.
    again = plan(circle, days=0)
    actions_live.open_meeting(circle.coordinator.actor, meeting=again.id, reminded=True)
    again.refresh_from_db()
    page_after = text(
        client.post(
            address("meeting-close", again.id), data | {"version": again.version}, follow=True
        )
    )
    assert "La prochaine est au calendrier" not in page_after
    assert Meeting.objects.exclude(id__in=[row.id, again.id]).count() == 1


def test_coordination_time_is_preparation_meeting_and_follow_up(circle: Circle) -> None:
    row = held_now(circle)
    close(circle, row, minutes=50, preparation_minutes=40, follow_up_minutes=15)
    report = year_report(circle.coordinator.actor, timezone.localdate().year)
    assert report.coordination_time == "1:45"
    assert report.meetings[0].minutes == 50


def test_a_version_read_before_someone_else_s_change_does_not_close(circle: Circle) -> None:
    row = held_now(circle)
    row.refresh_from_db()
    version = row.version
    come(circle, row.id, "participant")
    with pytest.raises(errors.MeetingChanged):
        close(circle, row, version=version)
    page = signed_in(circle.coordinator).post(
        address("meeting-close", row.id),
        {"version": version, "minutes": "48", "preparation_minutes": "0", "follow_up_minutes": "7"},
    )
    assert 'value="48"' in text(page)
    assert 'value="7"' in text(page)


def test_owners_are_told_without_content(
    circle: Circle, django_capture_on_commit_callbacks: Any
) -> None:
    about = bring(circle.participant)
    row = held_now(circle)
    show(circle, row.id, about)
    agree(circle.coordinator, about, circle.manager, text="Passer le mercredi")
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        close(circle, row)
    # The letters with the log's signed state are another matter: tests/dpo/test_state_mail.py.
    (sent,) = [each for each in mail.outbox if not each.attachments]
    assert sent.to == [circle.manager.user.email]
    assert "mercredi" not in f"{sent.subject}{sent.body}"
    assert str(about.code)[:4] not in f"{sent.subject}{sent.body}"


def test_what_was_discussed_for_the_first_time_counts_for_this_meeting(circle: Circle) -> None:
    about, aside = bring(circle.participant), bring(circle.participant)
    row = held_now(circle)
    show(circle, row.id, about)
    version = Situation.objects.get(id=about.id).version
    close(circle, row)
    found = Situation.objects.get(id=about.id)
    assert (found.brought_at, found.version) == (row.id, version)
    assert Situation.objects.get(id=aside.id).brought_at is None
    assert counts(circle)["brought_at"] == {str(row.id): 1}


def test_minutes_follow_each_reader_s_rights(circle: Circle) -> None:
    about = bring(circle.manager)
    row = held_now(circle)
    come(circle, row.id, "manager", "participant")
    item = show(circle, row.id, about)
    situations.contribute(
        circle.coordinator.actor,
        situation=about.id,
        kind="decision",
        text="Passer chaque mercredi",
        meeting=row.id,
    )
    situations.contribute(
        circle.coordinator.actor, situation=about.id, kind="information", text="Hors réunion"
    )
    agree(circle.coordinator, about, circle.manager, text="Écrire au bailleur")
    actions_live.go_to(
        circle.coordinator.actor, meeting=row.id, item=None, leaving=item.id, use="intervention"
    )
    close(circle, row)
    situations.change_audience(
        circle.coordinator.actor,
        situation=about.id,
        readers=[number_of(circle.coordinator), number_of(circle.manager)],
    )
    hers = text(signed_in(circle.manager).get(address("meeting-minutes", row.id)))
    for words in (HEADLINE, "Passer chaque mercredi", "Écrire au bailleur", "intervenir"):
        assert words in hers
    assert "Hors réunion" not in hers
    others = text(signed_in(circle.participant).get(address("meeting-minutes", row.id)))
    for words in (HEADLINE, "mercredi", "bailleur", show_code(str(about.code))):
        assert words not in others
    assert "Un point réservé à ses lecteurs" in others
    read = Entry.objects.filter(verb=Verb.MINUTES_READ)
    assert {each.actor for each in read} == {circle.manager.user.id, circle.participant.user.id}


@pytest.mark.parametrize(("language", "title"), [("fr", "Compte rendu"), ("nl", "Verslag")])
def test_minutes_print_to_a_tagged_file(circle: Circle, language: str, title: str) -> None:
    row = held_now(circle)
    close(circle, row)
    client = signed_in(circle.participant)
    client.cookies["language"] = language
    response = client.get(address("meeting-minutes-pdf", row.id))
    assert response.headers["Content-Type"] == "application/pdf"
    written = structure(response.content)
    assert b"/StructTreeRoot" in written
    assert re.search(rb"/MarkInfo\s*<<[^>]*/Marked true", written)
    assert f"/Lang ({language})".encode() in written
    assert re.search(rb"/Title\s*\(%b " % title.encode(), written)
    assert re.search(rb"/DisplayDocTitle true", written)
    # A heading for the reader who jumps from one to the next, and the words themselves.
    assert b"/H1" in written
    assert b"/H2" in written
    assert title in text_of_pdf(response.content)
    assert Entry.objects.filter(verb=Verb.PRINT).count() == 1


@pytest.mark.parametrize("name", ["police", "guest", "dpo"])
def test_minutes_are_the_circle_s(circle: Circle, name: str) -> None:
    row = held_now(circle)
    close(circle, row)
    client = signed_in(circle.people[name])
    for each in ("meeting-minutes", "meeting-minutes-pdf"):
        assert client.get(address(each, row.id)).status_code == 404


def test_a_participant_does_not_close(circle: Circle) -> None:
    row = held_now(circle)
    with pytest.raises(gate.Refused):
        actions_live.close_meeting(
            circle.participant.actor, meeting=row.id, version=row.version, minutes=50
        )


def test_another_situation_completed_after_the_meeting_still_counts_for_it(
    circle: Circle,
) -> None:
    row = held_now(circle)
    come(circle, row.id, "participant")
    item = actions_live.add_situation(
        circle.coordinator.actor, meeting=row.id, by=number_of(circle.participant)
    )
    actions_live.go_to(circle.coordinator.actor, meeting=row.id, item=item.id, leaving=None)
    close(circle, row)
    about = bring(circle.participant)
    assert "Donner ce code" in text(signed_in(circle.participant).get(address("meeting", row.id)))
    code = show_code(str(about.code))
    actions_live.complete_item(circle.participant.actor, meeting=row.id, item=item.id, code=code)
    assert Situation.objects.get(id=about.id).brought_at == row.id
    later = Meeting.objects.get(id=row.id)
    later.starts_at -= timedelta(days=9)
    later.save()
    AgendaItem.objects.filter(id=item.id).update(situation=None)
    with pytest.raises(errors.NotBrought):
        actions_live.complete_item(
            circle.participant.actor, meeting=row.id, item=item.id, code=code
        )


def test_a_meeting_recorded_afterwards_has_no_agenda_and_its_page_says_so(circle: Circle) -> None:
    row = plan(circle, days=0)
    page = text(signed_in(circle.coordinator).get(address("meeting", row.id)))
    assert "Commencer la réunion" in page
    assert "Noter les présences" in page


def test_what_was_not_discussed_is_carried_over(circle: Circle) -> None:
    about = bring(circle.participant)
    situations.set_case_manager(
        circle.coordinator.actor,
        situation=about.id,
        case_manager=number_of(circle.manager),
        next_review_on=timezone.localdate(),
    )
    row = held_now(circle)
    for title in ("Permanence d’été", "Local du printemps"):
        free_point(row, title)
    show(circle, row.id, None)
    close(circle, row)
    situations.set_case_manager(
        circle.coordinator.actor,
        situation=about.id,
        case_manager=number_of(circle.manager),
        next_review_on=timezone.localdate() + timedelta(days=200),
    )
    following = plan(circle, days=20)
    lines = agenda_of(circle.coordinator, following.id).lines
    assert [line.words for line in lines] == [
        "Tour des retours",
        "reporté de la dernière réunion",
        "Permanence d’été",
        "Local du printemps",
    ]
    edit(circle, following.id, minutes={lines[3].name: 9})
    assert agenda_of(circle.participant, following.id).lines[3].minutes == 9


def free_point(row: Meeting, title: str) -> None:
    """A free point, as if it had stood on the agenda of the meeting that runs."""
    AgendaItem.objects.create(
        meeting=row, kind="free", title=title, minutes=4, position=row.items.count() + 1
    )
