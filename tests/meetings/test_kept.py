"""What was typed comes back: another coordinator goes on, the meeting closes, its day is over."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from concertation.meetings import actions_live, reading_after, reading_live
from concertation.meetings.models import AgendaItem, Meeting
from concertation.situations import actions as situations
from concertation.situations.codes import show_code
from concertation.situations.models import AgreedAction, Contribution, Situation
from tests.cast import Circle, Someone, number_of
from tests.meetings.hour import come, held_now, show
from tests.signin import signed_in
from tests.situations.story import agree, bring, overdue

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])
WORD = "Service fermé en décembre"


def address(name: str, *parts: Any) -> str:
    return reverse(name, args=["tilleuls", *parts])


def text(response: Any) -> str:
    assert response.status_code == 200, response.get("Location")
    return " ".join(response.content.decode().split())


def kept_part(page: str) -> str:
    """The box of what was typed for another point."""
    return page.split('id="t-kept"')[1].split("</section>")[0]


def close(circle: Circle, meeting: Meeting) -> None:
    meeting.refresh_from_db()
    actions_live.close_meeting(
        circle.coordinator.actor, meeting=meeting.id, version=meeting.version, minutes=50
    )


def a_night_passes(meeting: Meeting) -> None:
    """All that happened at the meeting happened the day before."""
    day = timedelta(days=1)
    row = Meeting.objects.get(id=meeting.id)
    row.starts_at -= day
    row.opened_at = row.opened_at - day if row.opened_at else None
    row.closed_at = row.closed_at - day if row.closed_at else None
    row.save()
    for item in AgendaItem.objects.filter(meeting=row).exclude(shown_at=None):
        assert item.shown_at is not None
        item.shown_at -= day
        item.save()
    for action in AgreedAction.objects.filter(agreed_on=timezone.localdate()):
        AgreedAction.objects.filter(id=action.id).update(agreed_on=timezone.localdate() - day)


# --- Somebody goes on ---------------------------------------------------------------------------


def answer(action: AgreedAction, item: AgendaItem, **more: Any) -> dict[str, Any]:
    """Without a state and without a word it is refused: too much text is what was typed."""
    values = {"item": str(item.id), "state": "done", "version": action.version, "text": WORD}
    return values | more


def test_a_refused_review_comes_back_under_its_own_point_when_another_goes_on(
    circle: Circle,
) -> None:
    about, after = bring(circle.participant), bring(circle.participant)
    action = overdue(circle.manager, about, circle.participant)
    row = held_now(circle)
    item = show(circle, row.id, about)
    show(circle, row.id, after)
    client = signed_in(circle.coordinator)
    where = address("meeting-review", row.id, action.id)
    long = f"{WORD} {'x' * 3000}"
    page = text(client.post(where, answer(action, item, text=long)))
    kept = kept_part(page)
    assert WORD in kept
    assert show_code(str(about.code)) in kept
    assert show_code(str(after.code)) not in kept
    assert f'action="{where}"' in kept
    assert f'value="{item.id}"' in kept
    assert client.post(where, answer(action, item)).status_code == 302
    action.refresh_from_db()
    assert action.state == "done"


def test_answered_by_another_meanwhile_it_comes_back_and_the_next_sending_knows(
    circle: Circle,
) -> None:
    about = bring(circle.participant)
    action = overdue(circle.manager, about, circle.participant)
    row = held_now(circle)
    item = show(circle, row.id, about)
    data = answer(action, item)
    situations.answer_action(
        circle.participant.actor, action=action.id, state="not_possible", text="Refus du service"
    )
    client = signed_in(circle.coordinator)
    where = address("meeting-review", row.id, action.id)
    kept = kept_part(text(client.post(where, data)))
    assert WORD in kept
    # Both stand side by side, and the screen hasn't gone anywhere.
    assert "Refus du service" in kept
    assert "Pas possible" in kept
    assert "Quelqu’un d’autre a répondu entre-temps" in kept
    assert "passé à autre chose" not in kept
    action.refresh_from_db()
    assert action.state == "not_possible"
    assert f'name="version" value="{action.version}"' in kept


def test_answered_under_way_by_another_both_stand_under_the_action(circle: Circle) -> None:
    about = bring(circle.participant)
    action = overdue(circle.manager, about, circle.participant)
    row = held_now(circle)
    item = show(circle, row.id, about)
    data = answer(action, item)
    situations.answer_action(
        circle.participant.actor, action=action.id, state="under_way", text="Premier appel fait"
    )
    client = signed_in(circle.coordinator)
    page = text(client.post(address("meeting-review", row.id, action.id), data))
    under = page.split('id="t-review"')[1].split("</section>")[0]
    assert WORD in under
    assert "Noté entre-temps" in under
    assert "Premier appel fait" in page
    action.refresh_from_db()
    assert action.state == "under_way"


@pytest.mark.parametrize("moment", ["pause", "round", "closed"])
@pytest.mark.parametrize("name", ["agree", "entry"])
def test_every_form_of_the_screen_comes_back_whatever_stands_there_now(
    circle: Circle, name: str, moment: str
) -> None:
    about = bring(circle.participant)
    row = held_now(circle)
    item = show(circle, row.id, about)
    if moment == "pause":
        actions_live.pause(circle.coordinator.actor, meeting=row.id)
    elif moment == "round":
        show(circle, row.id)
    else:
        close(circle, row)
    client = signed_in(circle.coordinator)
    # A kind, a person and a day are still missing.
    page = text(
        client.post(address(f"meeting-{name}", row.id), {"item": str(item.id), "text": WORD})
    )
    kept = kept_part(page)
    assert WORD in kept
    assert f'value="{item.id}"' in kept
    assert f'action="{address(f"meeting-{name}", row.id)}"' in kept
    assert page.count(WORD) == 1
    assert ("Clore la réunion" in page) == (moment != "closed")


def test_under_its_own_point_it_comes_back_in_its_place(circle: Circle) -> None:
    about = bring(circle.participant)
    row = held_now(circle)
    item = show(circle, row.id, about)
    data = {"item": str(item.id), "text": WORD}
    page = text(signed_in(circle.coordinator).post(address("meeting-entry", row.id), data))
    assert WORD in page
    assert 't-kept"' not in page


def test_the_name_of_the_point_is_not_said_to_who_may_not_know_it(circle: Circle) -> None:
    about, after = bring(circle.participant), bring(circle.participant)
    agree(circle.manager, after, circle.police)
    row = held_now(circle)
    item = show(circle, row.id, about)
    come(circle, row.id, "police")
    show(circle, row.id, after)
    data = {"item": str(item.id), "text": WORD}
    page = text(signed_in(circle.coordinator).post(address("meeting-agree", row.id), data))
    assert WORD in kept_part(page)
    assert show_code(str(about.code)) not in page


def test_whoever_follows_finds_theirs_apart_from_the_next_point_s(circle: Circle) -> None:
    about, after = bring(circle.participant), bring(circle.participant)
    row = held_now(circle)
    come(circle, row.id, "manager")
    item = show(circle, row.id, about)
    now = show(circle, row.id, after)
    data = {"item": str(item.id), "text": WORD, "kind": ""}
    page = text(signed_in(circle.manager).post(address("meeting-follow-entry", row.id), data))
    kept = kept_part(page)
    assert WORD in kept
    assert show_code(str(about.code)) in kept
    mine = page.split('id="t-mine"')[1].split("</section>")[0]
    assert WORD not in mine
    assert f'value="{now.id}"' in mine


# --- The day after ------------------------------------------------------------------------------


def test_the_day_after_yesterday_s_meeting_goes_on_and_closes(
    circle: Circle, django_capture_on_commit_callbacks: Any
) -> None:
    about, late = bring(circle.participant), bring(circle.participant)
    row = held_now(circle)
    come(circle, row.id, "manager")
    item = show(circle, row.id, about)
    agree(circle.coordinator, about, circle.manager, text="Passer le mercredi")
    a_night_passes(row)
    client = signed_in(circle.coordinator)
    page = text(client.get(address("meeting-live", row.id)))
    assert "C’est la réunion d’hier, restée ouverte." in page
    assert "C’est la réunion d’hier" in text(
        signed_in(circle.manager).get(address("meeting-follow", row.id))
    )
    # What was agreed yesterday is this meeting's, and isn't reviewed as an older promise.
    assert "0 sur" not in page
    # The night isn't counted: the point took no more than was set aside for it.
    hour = reading_live.live_page(circle.coordinator.actor, row.id).hour
    assert hour.point_clock is not None
    assert hour.point_clock.used <= hour.point_clock.given
    data = {"item": str(item.id), "kind": "decision", "text": WORD}
    assert client.post(address("meeting-entry", row.id), data).status_code == 302
    assert Contribution.objects.get().meeting == row.id
    shown = show(circle, row.id, late)
    more = agree(circle.coordinator, late, circle.participant, text="Écrire au service")
    closing = reading_after.close_page(circle.coordinator.actor, row.id)
    assert closing.minutes <= row.planned_minutes
    assert "restée ouverte" in text(client.get(address("meeting-close", row.id)))
    assert not any("pas de retour" in each.what for each in closing.missing)
    mail.outbox.clear()
    times = {"version": closing.version, "minutes": closing.minutes}
    times |= {"preparation_minutes": 0, "follow_up_minutes": 0}
    with django_capture_on_commit_callbacks(execute=True):
        answered = client.post(address("meeting-close", row.id), times)
    assert answered.headers["Location"] == address("meeting-minutes", row.id)
    told = {each.to[0] for each in mail.outbox if not each.attachments}
    assert told == {circle.manager.user.email, circle.participant.user.email}
    minutes = text(client.get(address("meeting-minutes", row.id)))
    for each in ("Passer le mercredi", "Écrire au service", WORD):
        assert each in minutes
    assert Situation.objects.get(id=about.id).brought_at == row.id
    assert (shown.situation_id, more.agreed_on) == (late.id, timezone.localdate())


def test_who_was_there_yesterday_is_sent_home_in_one_click(circle: Circle) -> None:
    row = held_now(circle)
    come(circle, row.id, "manager", "participant")
    a_night_passes(row)
    client = signed_in(circle.coordinator)
    page = text(client.get(address("meeting-live", row.id)))
    assert "Les autres sont parti·es" in page
    box = page.split("Les présences sont celles d’alors")[1].split("</form>")[0]
    places = [each.split('"')[0] for each in box.split('name="place" value="')[1:]]
    assert set(places) == {str(number_of(circle.manager)), str(number_of(circle.participant))}
    client.post(address("meeting-send-out", row.id), {"place": places})
    assert reading_live.live_page(circle.coordinator.actor, row.id).shown_to == 1
    assert "Les autres sont parti·es" not in text(client.get(address("meeting-live", row.id)))


def test_on_its_own_day_nothing_is_said_of_yesterday(circle: Circle) -> None:
    row = held_now(circle)
    page = text(signed_in(circle.coordinator).get(address("meeting-live", row.id)))
    assert "restée ouverte" not in page


@pytest.mark.parametrize("name", ["entry", "follow-entry", "agree", "manager", "review"])
def test_after_its_day_the_text_comes_back_with_the_way_to_the_sheet(
    circle: Circle, name: str
) -> None:
    about = bring(circle.participant)
    action = overdue(circle.manager, about, circle.participant)
    row = held_now(circle)
    come(circle, row.id, "manager")
    item = show(circle, row.id, about)
    close(circle, row)
    a_night_passes(row)
    code = show_code(str(about.code))
    who: Someone = circle.manager if name == "follow-entry" else circle.coordinator
    parts = (row.id, action.id) if name == "review" else (row.id,)
    due = (timezone.localdate() + timedelta(days=9)).isoformat()
    data = {
        "item": str(item.id),
        "kind": "information",
        "text": WORD,
        "owner": str(number_of(circle.manager)),
        "case_manager": str(number_of(circle.manager)),
        "due_on": due,
        "next_review_on": due,
        "state": "done",
        "version": str(action.version),
    }
    client = signed_in(who)
    page = text(client.post(address(f"meeting-{name}", *parts), data))
    assert "sa journée est passée" in page
    kept = kept_part(page)
    assert code in kept
    assert (WORD if name != "manager" else due) in kept
    assert not Contribution.objects.exists()
    where = kept.split('action="')[1].split('"')[0]
    assert f"/{code}/" in where
    sent = client.post(where, data)
    assert sent.status_code == 302
    assert code in sent.headers["Location"]
    about.refresh_from_db()
    done = {
        "entry": lambda: Contribution.objects.get().meeting is None,
        "follow-entry": lambda: Contribution.objects.get().meeting is None,
        "agree": lambda: AgreedAction.objects.filter(state="proposed").count() == 1,
        "manager": lambda: about.next_review_on is not None,
        "review": lambda: AgreedAction.objects.get().state == "done",
    }
    assert done[name]()


def test_who_may_not_know_the_situation_is_shown_no_way_to_it(circle: Circle) -> None:
    about = bring(circle.participant)
    row = held_now(circle)
    item = show(circle, row.id, about)
    close(circle, row)
    a_night_passes(row)
    data = {"item": str(item.id), "kind": "information", "text": WORD}
    for name in ("police", "guest", "dpo"):
        client = signed_in(circle.people[name])
        assert client.post(address("meeting-follow-entry", row.id), data).status_code == 404
    situations.change_audience(
        circle.coordinator.actor,
        situation=about.id,
        readers=[number_of(circle.coordinator), number_of(circle.participant)],
    )
    client = signed_in(circle.manager)
    assert client.post(address("meeting-follow-entry", row.id), data).status_code == 404
