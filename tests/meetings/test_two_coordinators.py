"""Two coordinators run one meeting at the same moment, each in a process as a server's worker is.

Nothing of what either did is lost, and nothing stands there twice.
"""

import email
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.enums import Verb
from audit.models import Entry
from audit.verify import verify_all
from concertation.meetings import actions_live, reading_after, reading_live
from concertation.meetings.enums import ItemState, MeetingState
from concertation.meetings.errors import AnotherRuns, MeetingError
from concertation.meetings.models import AgendaItem, Attendance, Meeting
from concertation.situations.models import AgreedAction, Notice, Situation
from ethics.roles import Role
from tests.audit.writers import Acknowledge, Writers
from tests.cast import Circle, Someone, join, make_circle, number_of
from tests.meetings.hour import come, held_now, plan, show
from tests.signin import signed_in
from tests.situations.story import agree, bring

pytestmark = pytest.mark.django_db(databases=["default", "erasure"], transaction=True)
POINTS: Final = 6
ACTIONS: Final = 5
MOST_TRIES: Final = 60
# Long enough for two processes to have opened their connections.
TOGETHER: Final = 0.5
Work = Callable[[Acknowledge, Someone], object]


@pytest.fixture
def both() -> Circle:
    """The circle, and a second coordinator in it; their keys are open before anybody forks."""
    circle = make_circle()
    house = circle.coordinator.participation
    assert house
    join(circle, "second", house.organisation, [Role.COORDINATOR, Role.PARTICIPANT])
    for each in circle.people.values():
        assert each.actor.keys
    return circle


@pytest.fixture
def writers(tmp_path: Path) -> Iterator[Writers]:
    pool = Writers(tmp_path)
    yield pool
    pool.kill_all()


def at_once(writers: Writers, circle: Circle, work: Work) -> list[str]:
    """Both do this, from the same moment on; gives what they told."""
    start = time.monotonic() + TOGETHER

    def begin(tell: Acknowledge, who: Someone) -> None:
        Meeting.objects.exists()  # its connection is open
        time.sleep(max(0, start - time.monotonic()))
        work(tell, who)

    for who in (circle.coordinator, circle.second):
        writers.start(lambda tell, who=who: begin(tell, who))  # type: ignore[misc]
    writers.wait()
    return writers.acknowledged()


def events(verb: Verb, meeting: Meeting) -> int:
    return Entry.objects.filter(verb=verb, meeting=meeting.id).count()


def address(name: str, meeting: Meeting) -> str:
    return reverse(name, args=["tilleuls", meeting.id])


def test_moving_on_at_once_leaves_each_point_once_and_skips_none(
    both: Circle, writers: Writers
) -> None:
    for _ in range(POINTS):
        bring(both.participant)
    row = held_now(both)
    before = events(Verb.MEETING_CHANGED, row)

    def work(tell: Acknowledge, who: Someone) -> None:
        while True:
            now = Meeting.objects.get(id=row.id).current_id
            waiting = AgendaItem.objects.filter(meeting=row, state=ItemState.ON)
            following = next((each for each in waiting if each.id != now), None)
            if following is None:
                return
            try:
                actions_live.go_to(who.actor, meeting=row.id, item=following.id, leaving=now)
            except MeetingError:
                tell("too late")
            else:
                tell(f"{now} {following.id}")

    told = at_once(writers, both, work)
    moves = [line.split() for line in told if line != "too late"]
    # A chain: each point left once, reached once, and the round first.
    assert all(count == 1 for count in Counter(left for left, _ in moves).values())
    assert {to for _, to in moves} == {str(each.id) for each in row.items.all()}
    assert len(moves) == POINTS + 1
    assert "too late" in told, "they never met: the test says nothing"
    assert events(Verb.MEETING_CHANGED, row) == before + len(moves)
    assert row.items.filter(state=ItemState.DISCUSSED).count() == POINTS
    assert verify_all().ok


def test_two_meetings_opened_at_once_are_one_that_runs(both: Circle, writers: Writers) -> None:
    rows = {both.coordinator.user.id: plan(both, days=0), both.second.user.id: plan(both, days=0)}

    def work(tell: Acknowledge, who: Someone) -> None:
        try:
            number = rows[who.user.id].id
            actions_live.open_meeting(who.actor, meeting=number, reminded=True)
        except AnotherRuns:
            tell("waits")
        else:
            tell("opened")

    assert sorted(at_once(writers, both, work)) == ["opened", "waits"]
    assert Meeting.objects.filter(state=MeetingState.IN_SESSION).count() == 1
    assert verify_all().ok


def test_attendance_noted_by_both_is_one_seat_a_person(both: Circle, writers: Writers) -> None:
    row = held_now(both)
    version = Meeting.objects.get(id=row.id).version
    names = ["participant", "manager", "police", "guest"]

    def work(tell: Acknowledge, who: Someone) -> None:
        first = who is both.coordinator
        for name in names if first else reversed(names):
            presence = "present" if first else "remote"
            actions_live.note_presence(
                who.actor,
                meeting=row.id,
                participation=number_of(both.people[name]),
                presence=presence,
            )
            tell(name)

    told = at_once(writers, both, work)
    seats = Counter(Attendance.objects.filter(meeting=row).values_list("participation", flat=True))
    expected = {number_of(both.people[name]) for name in [*names, "coordinator"]}
    assert seats == dict.fromkeys(expected, 1)
    assert len(told) == 2 * len(names)
    # Every click is a change of its own, with its event.
    row.refresh_from_db()
    assert row.version == version + len(told)
    clicks = Entry.objects.filter(verb=Verb.ATTENDANCE_RECORDED, meeting=row.id)
    assert clicks.count() >= len(told)
    assert verify_all().ok


def test_actions_added_to_one_point_by_both_are_all_there(both: Circle, writers: Writers) -> None:
    about = bring(both.participant)
    row = held_now(both)
    item = show(both, row.id, about)
    clients = {who.user.id: signed_in(who) for who in (both.coordinator, both.second)}
    due = (timezone.localdate() + timedelta(days=9)).isoformat()

    changes = Entry.objects.filter(verb=Verb.SITUATION_STATE_CHANGED, situation=about.id)
    before = changes.count()

    def work(tell: Acknowledge, who: Someone) -> None:
        for number in range(ACTIONS):
            text = f"Passer le mercredi {number}, dit par {who.user.name}"
            data = {"item": str(item.id), "text": text, "due_on": due}
            data["owner"] = str(number_of(both.manager))
            answer = clients[who.user.id].post(address("meeting-agree", row), data)
            assert answer.status_code == 302
            tell(text)

    told = at_once(writers, both, work)
    assert len(set(told)) == 2 * ACTIONS
    sheet = reading_live.follow_page(both.manager.actor, row.id).sheet
    assert sheet
    assert sorted(each.text for each in sheet.actions) == sorted(told)
    agreed = Entry.objects.filter(verb=Verb.ACTION_AGREED).values_list("object_uuid", flat=True)
    assert Counter(agreed) == Counter(AgreedAction.objects.values_list("id", flat=True))
    # The first action alone puts the situation on the board: nobody decides on what was before.
    assert changes.count() == before + 1
    assert verify_all().ok


def test_closed_by_both_it_closes_once(
    both: Circle, writers: Writers, settings: Any, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    about, late = bring(both.participant), bring(both.participant)
    row = held_now(both)
    come(both, row.id, "manager", "second")
    show(both, row.id, about)
    agree(both.coordinator, about, both.manager)
    show(both, row.id, late)
    settings.EMAIL_FILE_PATH = tmp_path / "letters"
    page = reading_after.close_page(both.coordinator.actor, row.id)
    assert page.next_on
    clients = {who.user.id: signed_in(who) for who in (both.coordinator, both.second)}
    checkpoints = Entry.objects.filter(verb=Verb.CHECKPOINT_SENT)
    before = checkpoints.count()

    def work(tell: Acknowledge, who: Someone) -> None:
        data = {
            "version": page.version,
            "minutes": "50" if who is both.coordinator else "51",
            "preparation_minutes": "10",
            "follow_up_minutes": "5",
            "next_on": timezone.localtime(page.next_on).strftime("%Y-%m-%dT%H:%M"),
        }
        answer = clients[who.user.id].post(address("meeting-close", row), data)
        tell(f"{answer.status_code} {data['minutes']}")

    told = at_once(writers, both, work)
    assert all(line.split()[0] in {"200", "302"} for line in told), told
    row.refresh_from_db()
    assert row.state == MeetingState.CLOSED
    assert events(Verb.MEETING_HELD, row) == 1
    assert checkpoints.count() == before + 1
    assert Situation.objects.filter(brought_at=row.id).count() == 2
    following = Meeting.objects.exclude(id=row.id).get()
    assert following.starts_at == page.next_on.replace(second=0, microsecond=0)
    # What the one who closed had typed stands there; nothing of the other's is mixed in.
    assert f"302 {row.held_minutes}" in told
    letters = Counter(each for path in (tmp_path / "letters").glob("*") for each in _letters(path))
    owner = both.manager.user.email
    assert letters[(owner, "Une action convenue en réunion vous est confiée")] == 1
    invited = [who for who, subject in letters if subject.startswith("Réunion de concertation")]
    assert sorted(invited) == sorted(
        both.people[name].user.email for name in ("coordinator", "second", "participant", "manager")
    )
    assert max(letters.values()) == 1
    minutes = [reading_after.minutes_page(who.actor, row.id) for who in (both.second, both.manager)]
    assert [len(each.items) for each in minutes] == [3, 3]
    assert verify_all().ok


def _letters(path: Path) -> list[tuple[str, str]]:
    """Who a file of the mail backend writes to, and under which subject."""
    found = []
    for text in path.read_text("utf-8").split("-" * 79 + "\n"):
        letter = email.message_from_string(text.strip(), policy=email.policy.default)
        if letter["To"]:
            found.append((str(letter["To"]), str(letter["Subject"])))
    return found


def test_an_action_added_while_the_other_closes_is_not_lost(both: Circle, writers: Writers) -> None:
    about = bring(both.participant)
    row = held_now(both)
    item = show(both, row.id, about)
    client = signed_in(both.second)
    due = (timezone.localdate() + timedelta(days=9)).isoformat()

    def work(tell: Acknowledge, who: Someone) -> None:
        if who is both.coordinator:
            # Some stand there before, some cross the closing, and the last comes after it.
            while not AgreedAction.objects.exists():
                time.sleep(0.01)
            version = Meeting.objects.get(id=row.id).version
            actions_live.close_meeting(who.actor, meeting=row.id, version=version, minutes=50)
            return
        for number in range(MOST_TRIES):
            over = Meeting.objects.get(id=row.id).state == MeetingState.CLOSED
            text = f"Passer le mercredi {number}"
            data = {"item": str(item.id), "text": text, "due_on": due}
            data["owner"] = str(number_of(both.manager))
            answer = client.post(address("meeting-agree", row), data)
            assert answer.status_code == 302, answer.status_code
            tell(text)
            if over:
                return
        raise AssertionError("the meeting was never closed")

    told = at_once(writers, both, work)
    assert Meeting.objects.get(id=row.id).state == MeetingState.CLOSED
    (point,) = [
        each for each in reading_after.minutes_page(both.manager.actor, row.id).items if each.code
    ]
    assert len(told) > 1
    assert sorted(each.text for each in point.actions) == sorted(told)
    # Its owner knows of each: by the letter of the meeting, or by the digest of the next morning.
    notices = Notice.objects.filter(participation=number_of(both.manager))
    known = Counter(notices.exclude(action=None).values_list("action", flat=True))
    assert known == Counter(AgreedAction.objects.values_list("id", flat=True))
    assert verify_all().ok
