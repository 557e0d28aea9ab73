"""The coordinator sets the agenda that proposes itself; the circle asks for points, and answers."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.enums import Outcome, Verb
from audit.models import Entry
from concertation.meetings import actions_agenda, errors
from concertation.meetings.enums import ItemKind, ItemState, MeetingState, Reason
from concertation.meetings.models import AgendaItem, Reply
from concertation.situations import actions as situations
from concertation.situations.codes import show_code
from ethics import gate
from ethics.gate import IdentifierFound
from tests.cast import Circle, make_circle, number_of
from tests.meetings.hour import agenda_of, edit, plan, publish
from tests.signin import signed_in
from tests.situations.story import agree, bring, overdue

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def address(name: str, meeting: object) -> str:
    return reverse(name, args=["tilleuls", meeting])


# --- It proposes itself -----------------------------------------------------------------------


def test_the_order_is_round_new_feedback_review_and_what_is_to_decide(circle: Circle) -> None:
    row = plan(circle)
    rest, late, review = (bring(circle.participant) for _ in range(3))
    agree(circle.manager, rest, circle.participant, days=40)
    overdue(circle.manager, late, circle.participant)
    agree(circle.manager, review, circle.participant, days=40)
    situations.set_case_manager(
        circle.coordinator.actor,
        situation=review.id,
        case_manager=number_of(circle.manager),
        next_review_on=timezone.localdate() + timedelta(days=2),
    )
    new = bring(circle.participant)
    found = agenda_of(circle.manager, row.id)
    assert found.lines[0].kind == ItemKind.ROUND
    assert [line.code for line in found.lines[1:]] == [
        show_code(str(each.code)) for each in (new, late, review, rest)
    ]
    assert [line.reason for line in found.lines[1:]] == [
        Reason.NEW, Reason.FEEDBACK, Reason.REVIEW, Reason.REST,
    ]  # fmt: skip
    assert not found.saved
    assert not AgendaItem.objects.exists()


def test_the_first_change_keeps_the_proposal_as_it_stood(circle: Circle) -> None:
    row = plan(circle)
    bring(circle.participant)
    before = agenda_of(circle.coordinator, row.id)
    edit(circle, row.id, minutes={"round": 5})
    after = agenda_of(circle.coordinator, row.id)
    assert after.saved
    assert [line.code for line in after.lines] == [line.code for line in before.lines]
    assert after.round_minutes == 5
    bring(circle.participant)
    again = agenda_of(circle.coordinator, row.id)
    assert (len(again.lines), len(again.due)) == (2, 1)


def test_more_minutes_than_the_hour_are_said_and_not_refused(circle: Circle) -> None:
    row = plan(circle)
    bring(circle.participant)
    edit(circle, row.id, minutes={"round": 70})
    assert agenda_of(circle.coordinator, row.id).over == 20
    page = signed_in(circle.coordinator).get(address("meeting", row.id)).content.decode()
    assert "Dépasse de 20" in " ".join(page.split())


# --- Order, by keyboard and without a script ----------------------------------------------------


def test_a_point_moves_up_and_the_minutes_typed_beside_it_are_kept(circle: Circle) -> None:
    row = plan(circle)
    for _ in range(3):
        bring(circle.participant)
    seen = agenda_of(circle.coordinator, row.id)
    last = seen.lines[-1]
    data = {f"minutes_{line.name}": "4" for line in seen.lines}
    data |= {"version": str(seen.version), "move": f"{last.name}:2"}
    signed_in(circle.coordinator).post(address("meeting-agenda", row.id), data)
    after = agenda_of(circle.coordinator, row.id)
    assert [line.code for line in after.lines].index(last.code) == 2
    assert {line.minutes for line in after.lines} == {4}


def test_a_dropped_point_is_offered_again(circle: Circle) -> None:
    row = plan(circle)
    about = bring(circle.participant)
    edit(circle, row.id, drop=str(about.id))
    found = agenda_of(circle.coordinator, row.id)
    assert not found.items
    assert [line.code for line in found.due] == [show_code(str(about.code))]
    actions_agenda.add_point(
        circle.coordinator.actor, meeting=row.id, code=show_code(str(about.code))
    )
    (line,) = agenda_of(circle.coordinator, row.id).items
    assert line.reason == Reason.NEW
    with pytest.raises(errors.AlreadyOnAgenda):
        actions_agenda.add_point(
            circle.coordinator.actor, meeting=row.id, code=show_code(str(about.code))
        )


def test_two_coordinators_at_once_are_told(circle: Circle) -> None:
    row = plan(circle)
    seen = agenda_of(circle.coordinator, row.id)
    edit(circle, row.id, minutes={"round": 7})
    with pytest.raises(errors.MeetingChanged):
        actions_agenda.set_agenda(
            circle.coordinator.actor, meeting=row.id, version=seen.version, minutes={"round": 3}
        )
    assert agenda_of(circle.coordinator, row.id).round_minutes == 7
    client = signed_in(circle.coordinator)
    data = {"version": str(seen.version), "minutes_round": "3"}
    page = client.post(address("meeting-agenda", row.id), data).content.decode()
    assert "Quelqu’un vient de modifier cette réunion" in page
    assert re.search(r'value="3"[^>]*>', page)
    now = re.search(r'name="version" value="(\d+)"', page)
    assert now is not None
    client.post(address("meeting-agenda", row.id), data | {"version": now[1]})
    assert agenda_of(circle.coordinator, row.id).round_minutes == 3


# --- Free points --------------------------------------------------------------------------------


def test_a_free_point_passes_the_guard(circle: Circle) -> None:
    row = plan(circle)
    actor = circle.coordinator.actor
    with pytest.raises(IdentifierFound):
        actions_agenda.add_point(actor, meeting=row.id, title="Appeler le 0475 12 34 56")
    actions_agenda.add_point(actor, meeting=row.id, title="Permanence d’été", minutes=4)
    assert agenda_of(circle.participant, row.id).lines[-1].words == "Permanence d’été"


# --- Publishing ---------------------------------------------------------------------------------


def test_publishing_tells_the_circle_how_many_points_and_never_a_code(
    circle: Circle, django_capture_on_commit_callbacks: object
) -> None:
    row = plan(circle)
    about = bring(circle.participant)
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        publish(circle, row.id)
    row.refresh_from_db()
    assert row.state == MeetingState.AGENDA_OPEN
    told = {each.to[0] for each in mail.outbox}
    assert told == {
        circle.people[name].user.email for name in ("coordinator", "participant", "manager")
    }
    for each in mail.outbox:
        assert "2 points" in each.subject
        assert str(about.code)[:4] not in f"{each.body}{each.subject}"
    (entry,) = Entry.objects.filter(verb=Verb.AGENDA_PUBLISHED)
    assert entry.meeting == row.id


def test_what_changes_after_publishing_is_marked_until_it_is_published_again(
    circle: Circle,
) -> None:
    row = plan(circle)
    bring(circle.participant)
    publish(circle, row.id)
    assert not agenda_of(circle.participant, row.id).changed
    edit(circle, row.id, minutes={"round": 6})
    actions_agenda.add_point(circle.coordinator.actor, meeting=row.id, title="Permanence d’été")
    marked = [line.words for line in agenda_of(circle.participant, row.id).lines if line.changed]
    assert marked == ["Tour des retours", "Permanence d’été"]
    page = signed_in(circle.participant).get(address("meeting", row.id)).content.decode()
    assert page.count("modifié depuis la publication") == 2
    publish(circle, row.id)
    assert not agenda_of(circle.participant, row.id).changed


# --- The circle takes part ----------------------------------------------------------------------


def test_a_participant_asks_for_a_point_and_the_coordinator_places_it(circle: Circle) -> None:
    row = plan(circle)
    about = bring(circle.participant)
    agree(circle.manager, about, circle.participant, days=40)
    situations.set_case_manager(
        circle.coordinator.actor, situation=about.id, case_manager=number_of(circle.manager)
    )
    assert not agenda_of(circle.participant, row.id).items
    client = signed_in(circle.participant)
    code = show_code(str(about.code))
    client.post(address("meeting-ask", row.id), {"code": code, "title": ""})
    (asked,) = agenda_of(circle.coordinator, row.id).asked
    assert (asked.code, asked.state) == (code, ItemState.ASKED)
    # The work's own proposal stays beside it.
    assert agenda_of(circle.coordinator, row.id).lines[0].kind == ItemKind.ROUND
    signed_in(circle.coordinator).post(
        address("meeting-request", row.id), {"item": str(asked.number), "accept": "1"}
    )
    found = agenda_of(circle.participant, row.id)
    assert [line.code for line in found.items] == [code]
    assert not found.asked


def test_a_mistyped_code_is_said_and_nothing_typed_is_lost(circle: Circle) -> None:
    row = plan(circle)
    response = signed_in(circle.participant).post(
        address("meeting-ask", row.id), {"code": "K7QF-3MMJ", "title": "Une idée"}
    )
    page = response.content.decode()
    assert "faute de frappe" in page
    assert 'value="K7QF-3MMJ"' in page
    assert 'value="Une idée"' in page


def test_who_will_be_there_stands_beside_each_point(circle: Circle) -> None:
    row = plan(circle)
    about = bring(circle.participant)
    overdue(circle.manager, about, circle.manager)
    signed_in(circle.participant).post(address("meeting-reply", row.id), {"coming": "remote"})
    signed_in(circle.manager).post(address("meeting-reply", row.id), {"coming": "no"})
    (line,) = agenda_of(circle.coordinator, row.id).items
    assert {(each.what, each.word) for each in line.people} == {
        ("présentation", "vient, à distance"),
        ("une action", "ne vient pas"),
    }
    assert Reply.objects.count() == 2


def test_saying_again_changes_the_answer_and_nothing_of_the_agenda(circle: Circle) -> None:
    row = plan(circle)
    version = agenda_of(circle.coordinator, row.id).version
    for said in ("present", "no"):
        actions_agenda.say_coming(circle.participant.actor, meeting=row.id, coming=said)
    assert [each.coming for each in Reply.objects.all()] == ["no"]
    assert agenda_of(circle.coordinator, row.id).version == version


# --- Who may, and what is not shown -------------------------------------------------------------


@pytest.mark.parametrize("name", ["police", "guest", "dpo"])
def test_others_ask_for_nothing_and_the_refusal_is_recorded(circle: Circle, name: str) -> None:
    row = plan(circle)
    with pytest.raises(gate.Refused):
        actions_agenda.say_coming(circle.people[name].actor, meeting=row.id, coming="present")
    (entry,) = Entry.objects.filter(verb=Verb.MEETING_ANSWERED)
    assert entry.outcome == Outcome.REFUSED


def test_a_participant_does_not_set_the_agenda(circle: Circle) -> None:
    row = plan(circle)
    client = signed_in(circle.participant)
    for name in ("meeting-agenda", "meeting-point", "meeting-request"):
        assert client.post(address(name, row.id), {}).status_code == 404
    assert not AgendaItem.objects.exists()


def test_another_circle_s_meeting_is_unknown(circle: Circle) -> None:
    row = plan(circle)
    other = make_circle("marolles", "Les Marolles")
    client = signed_in(other.coordinator)
    names = ("meeting-agenda", "meeting-point", "meeting-ask", "meeting-request", "meeting-reply")
    for name in names:
        url = reverse(name, args=["marolles", row.id])
        data = {"title": "Un sujet", "minutes": "5", "coming": "no", "item": str(row.id)}
        assert client.post(url, data).status_code == 404, name
    assert not Reply.objects.exists()


def test_a_restricted_situation_keeps_its_minutes_and_loses_its_code(circle: Circle) -> None:
    row = plan(circle)
    about = bring(circle.manager)
    publish(circle, row.id)
    situations.change_audience(
        circle.coordinator.actor,
        situation=about.id,
        readers=[number_of(circle.coordinator), number_of(circle.manager)],
    )
    (line,) = agenda_of(circle.participant, row.id).items
    assert (line.code, line.reserved, line.people) == ("", True, ())
    assert line.minutes
    assert agenda_of(circle.manager, row.id).items[0].code == show_code(str(about.code))


def test_a_set_agenda_asks_as_often_for_three_situations_as_for_one(circle: Circle) -> None:
    row = plan(circle)
    client = signed_in(circle.coordinator)
    counts = []
    for more in (1, 2):
        for _ in range(more):
            about = bring(circle.participant)
            if more == 2:
                actions_agenda.add_point(
                    circle.coordinator.actor, meeting=row.id, code=show_code(str(about.code))
                )
        publish(circle, row.id)
        client.get(address("meeting", row.id))
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address("meeting", row.id)).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_the_keyboard_goes_on_at_the_button_that_moved_a_point(circle: Circle) -> None:
    for _ in range(3):
        bring(circle.participant)
    row = plan(circle)
    client = signed_in(circle.coordinator)
    where = reverse("meeting-agenda", args=["tilleuls", row.id])

    def moved(name: str, place: int) -> str:
        seen = agenda_of(circle.coordinator, row.id)
        data = {f"minutes_{line.name}": str(line.minutes) for line in seen.lines}
        data |= {"version": str(seen.version), "move": f"{name}:{place}"}
        answer = client.post(where, data)
        assert answer.status_code == 302
        target = str(answer.headers["Location"].split("#")[1])
        page = client.get(reverse("meeting", args=["tilleuls", row.id])).content.decode()
        (button,) = re.findall(rf'<button [^>]*id="{target}"[^>]*>', page)
        # A button that does nothing more takes no focus.
        assert "disabled" not in button
        return target

    last = agenda_of(circle.coordinator, row.id).lines[3].name
    assert moved(last, 2) == f"up-{last}"
    assert moved(last, 3) == f"up-{last}"
    assert moved(last, 2) == f"up-{last}"
    assert moved(last, 1) == f"up-{last}"
    assert moved(last, 0) == f"down-{last}"
    assert moved(last, 1) == f"down-{last}"
