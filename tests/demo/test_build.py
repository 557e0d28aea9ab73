"""The whole demo: accounts, Les Tilleuls around today, and what each account finds there."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import Concertation, Participation, StaticCodes, User
from concertation.accounts.reading import wearing
from concertation.demo import build, tilleuls
from concertation.demo.accounts import ACCOUNTS, PASSWORD, current_code
from concertation.demo.people import Insider
from concertation.meetings.home import home_page
from concertation.meetings.models import Meeting
from concertation.situations import reading
from concertation.situations.codes import show_code
from concertation.situations.enums import OPEN_STATES
from concertation.situations.models import AgreedAction, Situation, SituationGrant
from ethics import gate
from ethics.charter.reading import subscribed_organisations

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def actor_of(name: str, slug: str = tilleuls.SLUG) -> gate.Actor:
    user = User.objects.get(email=f"{name}@demo.example")
    place = Participation.objects.get(person=user, concertation__slug=slug)
    return wearing(Insider.of(user, PASSWORD).actor(), place)


def test_the_marker_is_written_last(built: Path) -> None:
    assert build.is_complete()
    assert Concertation.objects.count() == 2


def test_every_account_has_password_code_and_codes_on_paper(built: Path) -> None:
    assert len(ACCOUNTS) == 11
    for each in ACCOUNTS:
        user = User.objects.get(email=each.email)
        assert user.check_password(PASSWORD)
        assert current_code(user) is not None
        assert StaticCodes.objects.get(user=user).left() == 10


def test_the_next_meeting_is_next_thursday_at_two(built: Path) -> None:
    row = Meeting.objects.filter(
        concertation__slug=tilleuls.SLUG, starts_at__gt=timezone.now()
    ).earliest("starts_at")
    at = timezone.localtime(row.starts_at)
    assert (at.weekday(), at.hour) == (3, 14)
    assert at.date() == tilleuls.next_thursday(timezone.localdate())


@pytest.mark.parametrize("day", range(1, 8))
def test_next_thursday_is_within_a_week_and_never_today(day: int) -> None:
    today = date(2026, 11, day)
    found = tilleuls.next_thursday(today)
    assert found.weekday() == 3
    assert timedelta(0) < found - today <= timedelta(days=7)


def test_the_participant_has_late_due_and_owed(built: Path) -> None:
    page = home_page(actor_of("participant"))
    assert [row.overdue_days for row in page.due] == [4, 0]
    assert page.owed
    assert page.news
    assert page.agenda is not None
    assert len(page.agenda.items) >= 6
    assert any(item.mine for item in page.agenda.items)


def test_the_case_manager_holds_situations_and_is_late_too(built: Path) -> None:
    page = home_page(actor_of("gestionnaire"))
    assert any(row.overdue_days for row in page.due)
    assert Situation.objects.filter(
        case_manager__person__email="gestionnaire@demo.example", state__in=OPEN_STATES
    ).exists()


def test_a_relay_finds_the_actions_of_the_one_replaced(built: Path) -> None:
    theirs = home_page(actor_of("participant"))
    page = home_page(actor_of("relais"))
    assert [row.number for row in page.due] == [row.number for row in theirs.due]


def test_an_intern_s_draft_awaits_the_supervisor(built: Path) -> None:
    boss = actor_of("gestionnaire")
    (row,) = home_page(boss).reminders.to_confirm
    opened = reading.draft_to_confirm(boss, row.number)
    assert opened.by == "Sami Stagiaire"
    assert opened.draft.presentation.headline.startswith("Voudrait apprendre")
    assert not opened.draft.presentation.lacking()


def test_the_police_officer_finds_the_one_action_addressed(built: Path) -> None:
    (row,) = home_page(actor_of("police")).due
    assert row.text.startswith("Saluer les deux voisins")
    assert row.headline == ""


def test_the_guest_opens_the_one_situation_ticked(built: Path) -> None:
    page = home_page(actor_of("invite"))
    assert [row.headline for row in page.opened] == [
        "Un relais pour le chat pendant une hospitalisation"
    ]
    sheet = reading.situation_sheet(actor_of("invite"), page.opened[0].code)
    assert sheet.story is not None
    assert sheet.story.headline == page.opened[0].headline
    assert SituationGrant.objects.count() == 1


def test_fourteen_situations_are_open_and_nothing_is_in_the_future(built: Path) -> None:
    rows = Situation.objects.filter(concertation__slug=tilleuls.SLUG, state__in=OPEN_STATES)
    assert rows.count() == 14
    today = timezone.localdate()
    assert all(row.signalled_on and row.signalled_on <= today for row in rows)
    overdue = AgreedAction.objects.filter(
        situation__in=rows, state__in=("agreed", "under_way"), due_on__lt=today
    )
    assert overdue.count() == 5


def test_a_relay_and_a_proposal_to_hold_a_situation_are_to_be_seen(built: Path) -> None:
    actor = actor_of("participant")
    asked = [row for row in reading.followed(actor) if row.asked]
    assert len(asked) == 1
    assert reading.situation_sheet(actor, asked[0].code).frame is not None
    rows = AgreedAction.objects.filter(owner=actor.participation, state="agreed")
    texts = {
        reading.action_page(actor, show_code(str(row.situation.code)), row.id).acts for row in rows
    }
    assert "l’animatrice de l’atelier couture" in texts


def test_a_newcomer_waits_and_an_organisation_has_yet_to_subscribe(built: Path) -> None:
    waiting = Participation.objects.get(state=ParticipationState.AWAITING)
    assert waiting.person.email == "nouvelle@demo.example"
    user = User.objects.get(email="representant@demo.example")
    organisation = user.representations.get().organisation_id
    assert not subscribed_organisations([organisation])


def test_the_dpo_sits_in_both_circles_and_reads_no_situation(built: Path) -> None:
    for slug in (tilleuls.SLUG, "1000-bxl"):
        actor = actor_of("dpo", slug)
        row = Situation.objects.filter(concertation__slug=slug).exclude(code=None).first()
        assert row is not None
        with pytest.raises(gate.Refused):
            reading.situation_sheet(actor, str(row.code))
