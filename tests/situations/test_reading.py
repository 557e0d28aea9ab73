"""What the board, the sheet and the home page show, and to whom."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import Entry
from concertation.situations import actions, reading
from concertation.situations.actions.guests import open_to_guest
from concertation.situations.codes import show_code
from concertation.situations.models import Situation
from ethics import gate
from tests.cast import Circle, make_circle, number_of
from tests.situations import story

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def code_of(row: Situation) -> str:
    """The code as pages show it."""
    row.refresh_from_db()
    return show_code(row.code or "")


def queries(call: object) -> int:
    """How many queries a call makes, when nothing is remembered from before."""
    with CaptureQueriesContext(connection) as caught:
        call()  # type: ignore[operator]
    return len(caught)


def test_the_board_costs_the_same_with_one_row_and_with_three(circle: Circle) -> None:
    def look() -> None:
        found = reading.board(circle.manager.actor)
        assert found.rows

    row = story.bring(circle.participant)
    story.agree(circle.manager, row, circle.manager)
    look()
    one = queries(look)
    for _ in range(2):
        row = story.bring(circle.participant)
        story.agree(circle.manager, row, circle.participant)
    assert queries(look) == one


def test_the_sheet_costs_the_same_with_one_entry_and_with_three(circle: Circle) -> None:
    row = story.bring(circle.participant)
    code = code_of(row)

    def look() -> None:
        reading.situation_sheet(circle.manager.actor, code)

    story.agree(circle.manager, row, circle.manager)
    story.entry(circle.manager, row)
    look()
    one = queries(look)
    for _ in range(2):
        story.agree(circle.manager, row, circle.participant)
        story.entry(circle.participant, row)
    assert queries(look) == one


def test_home_and_drafts_cost_the_same_with_one_row_and_with_three(circle: Circle) -> None:
    since = timezone.localdate() - timedelta(days=30)

    def home() -> None:
        assert reading.home(circle.participant.actor, since=since).actions

    def drafts() -> None:
        assert reading.drafts(circle.participant.actor)

    def more() -> None:
        row = story.bring(circle.manager)
        story.agree(circle.manager, row, circle.participant)
        story.entry(circle.manager, row)
        story.draft(circle.participant)

    more()
    home()
    drafts()
    one = (queries(home), queries(drafts))
    more()
    more()
    assert (queries(home), queries(drafts)) == one


def test_the_board_is_ordered_by_the_next_date(circle: Circle) -> None:
    today = timezone.localdate()
    later, sooner, new = (story.bring(circle.participant) for _ in range(3))
    story.agree(circle.manager, later, circle.manager, days=20)
    actions.set_case_manager(
        circle.participant.actor,
        situation=sooner.id,
        case_manager=number_of(circle.manager),
        next_review_on=today + timedelta(days=5),
    )
    rows = reading.board(circle.manager.actor).rows
    assert [row.code for row in rows] == [code_of(new), code_of(sooner), code_of(later)]
    assert [row.next_is_action for row in rows] == [False, False, True]
    assert rows[1].next_on == today + timedelta(days=5)
    assert rows[1].holder.startswith("La Théière")


def test_overdue_is_computed_from_what_was_agreed(circle: Circle) -> None:
    row = story.bring(circle.participant)
    story.bring(circle.participant)
    action = story.overdue(circle.manager, row, circle.participant)
    story.propose(circle.manager, row, circle.participant)
    found = reading.board(circle.manager.actor, reading.Asked(view="overdue"))
    assert [each.code for each in found.rows] == [code_of(row)]
    assert (found.rows[0].open_actions, found.rows[0].overdue_actions) == (2, 1)
    assert (found.all, found.overdue, found.overdue_actions) == (2, 1, 1)
    sheet = reading.situation_sheet(circle.participant.actor, code_of(row))
    assert [each.overdue_days for each in sheet.actions] == [7, 0]
    actions.move_action(circle.participant.actor, action=action.id, state="done")
    assert reading.board(circle.manager.actor, reading.Asked(view="overdue")).rows == ()


def test_the_board_filters_by_clear_columns(circle: Circle) -> None:
    mine, held, closed = (
        story.bring(who) for who in (circle.manager, circle.participant, circle.participant)
    )
    story.bring(circle.participant)
    actions.set_case_manager(
        circle.participant.actor, situation=held.id, case_manager=number_of(circle.manager)
    )
    actions.close_situation(circle.coordinator.actor, situation=closed.id, outcome="informed")
    actor = circle.manager.actor

    def codes(**filters: str) -> set[str]:
        return {row.code for row in reading.board(actor, reading.Asked.of(filters)).rows}

    assert codes(view="mine") == {code_of(mine), code_of(held)}
    assert codes(state="followed") == {code_of(held)}
    assert codes(state="closed") == {code_of(closed)}
    assert len(codes(view="anything", state="erased")) == 3


def test_a_page_holds_fifty(circle: Circle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("concertation.situations.reading.listing.PAGE_SIZE", 2)
    for _ in range(3):
        story.bring(circle.participant)
    actor = circle.manager.actor
    first, second = (reading.board(actor, reading.Asked(page=number)) for number in (1, 2))
    assert (len(first.rows), len(second.rows), first.pages) == (2, 1, 2)
    assert reading.board(actor, reading.Asked(page=99)).asked.page == 2


def test_a_list_is_one_event_with_its_situations(circle: Circle) -> None:
    rows = [story.bring(circle.participant) for _ in range(2)]
    before = Entry.objects.count()
    reading.board(circle.manager.actor)
    entry = Entry.objects.latest("pk")
    assert Entry.objects.count() == before + 1
    assert (entry.verb, entry.purpose) == ("list", "board")
    assert {each.number for each in entry.subjects.all()} == {row.id for row in rows}


def test_nothing_of_another_concertation_is_listed(circle: Circle) -> None:
    other = make_circle("pavillon", "Le Pavillon")
    story.bring(other.participant)
    assert reading.board(circle.manager.actor).rows == ()


def test_the_board_is_refused_to_those_it_is_not_for(circle: Circle) -> None:
    for someone in (circle.police, circle.guest, circle.dpo):
        assert not reading.has_board(someone.actor)
        with pytest.raises(gate.Refused):
            reading.board(someone.actor)


def test_a_hidden_situation_is_seen_by_who_brought_it_alone(circle: Circle) -> None:
    row = story.bring(circle.participant)
    row.hidden = True
    row.save()
    code = code_of(row)
    assert reading.board(circle.manager.actor).all == 0
    with pytest.raises(gate.Refused):
        reading.situation_sheet(circle.manager.actor, code)
    assert reading.board(circle.participant.actor).all == 1
    sheet = reading.situation_sheet(circle.participant.actor, code)
    assert sheet.story is not None
    assert sheet.story.headline == story.HEADLINE


def test_a_guest_sees_the_ticked_situation_and_no_other(circle: Circle) -> None:
    ticked, other = story.bring(circle.participant), story.bring(circle.participant)
    assert reading.opened_to(circle.guest.actor) == ()
    open_to_guest(
        circle.coordinator.actor,
        situation=ticked.id,
        guest=number_of(circle.guest),
        until=timezone.localdate() + timedelta(days=7),
    )
    rows = reading.opened_to(circle.guest.actor)
    assert [(row.code, row.headline) for row in rows] == [(code_of(ticked), story.HEADLINE)]
    sheet = reading.situation_sheet(circle.guest.actor, code_of(ticked))
    assert sheet.story is not None
    assert sheet.story.wish == story.WISH
    assert sheet.story.outcome == ""
    assert sheet.readers == ()
    assert sheet.may_contribute
    assert not sheet.may_close
    with pytest.raises(gate.Refused):
        reading.situation_sheet(circle.guest.actor, code_of(other))
    story.entry(circle.guest, ticked, text="Un regard du dehors")
    shown = reading.situation_sheet(circle.manager.actor, code_of(ticked))
    assert shown.entries[0].text == "Un regard du dehors"


def test_a_limited_reader_gets_a_sheet_of_their_actions(circle: Circle) -> None:
    row = story.bring(circle.participant)
    mine = story.agree(circle.manager, row, circle.police)
    story.agree(circle.manager, row, circle.participant)
    story.entry(circle.manager, row)
    sheet = reading.situation_sheet(circle.police.actor, code_of(row))
    assert [each.number for each in sheet.actions] == [mine.id]
    assert sheet.story is None
    assert sheet.entries == ()
    assert sheet.people == ()
    assert sheet.readers == ()
    assert sheet.actions[0].may_answer
    assert not sheet.may_contribute
    rows = reading.opened_to(circle.police.actor)
    assert [(each.headline, each.actions) for each in rows] == [
        ("", ("Joindre le service technique",))
    ]


def test_my_actions_come_by_date_and_leave_when_they_end(circle: Circle) -> None:
    row = story.bring(circle.participant)
    later = story.agree(circle.manager, row, circle.participant, days=20)
    late = story.overdue(circle.manager, row, circle.participant)
    story.propose(circle.manager, row, circle.participant)
    story.agree(circle.manager, row, circle.manager)
    found = reading.my_actions(circle.participant.actor)
    assert [each.number for each in found] == [late.id, later.id]
    assert [each.overdue_days for each in found] == [7, 0]
    assert found[0].headline == story.HEADLINE
    actions.answer_action(circle.participant.actor, action=late.id, state="done", text="C’est fait")
    assert [each.number for each in reading.my_actions(circle.participant.actor)] == [later.id]


def test_feedback_is_owed_until_it_is_given(circle: Circle) -> None:
    today = timezone.localdate()
    row = story.bring(circle.participant)
    action = story.overdue(circle.manager, row, circle.participant)
    actor = circle.participant.actor

    def owed(days: int | None = None) -> bool:
        since = None if days is None else today - timedelta(days=days)
        return bool(reading.owed_feedback(actor, since))

    assert owed()
    actions.give_feedback(
        actor,
        situation=row.id,
        action=action.id,
        text="Pas de changement",
        on=today - timedelta(days=20),
    )
    assert not owed()
    # A meeting was held since: the group hears again.
    assert owed(days=10)
    actions.answer_action(actor, action=action.id, state="done", text="Terminé")
    assert not owed(days=10)


def test_an_action_that_ended_without_a_word_still_owes_one(circle: Circle) -> None:
    row = story.bring(circle.participant)
    action = story.agree(circle.manager, row, circle.participant)
    actions.move_action(circle.participant.actor, action=action.id, state="not_undertaken")
    found = reading.owed_feedback(circle.participant.actor)
    assert [(each.number, each.ended) for each in found] == [(action.id, True)]
    actor = circle.participant.actor
    assert reading.situation_sheet(actor, code_of(row)).actions[0].may_answer
    actions.answer_action(actor, action=action.id, state="not_undertaken", text="Rien n’a bougé")
    assert reading.owed_feedback(actor) == ()
    assert not reading.situation_sheet(actor, code_of(row)).actions[0].may_answer
    withdrawn = story.agree(circle.manager, row, circle.manager)
    actions.move_action(circle.coordinator.actor, action=withdrawn.id, state="withdrawn")
    assert reading.owed_feedback(circle.manager.actor) == ()


def test_news_are_what_others_entered_where_i_am_concerned(circle: Circle) -> None:
    since = timezone.localdate() - timedelta(days=1)
    mine, other = story.bring(circle.participant), story.bring(circle.manager)
    story.entry(circle.manager, mine)
    story.entry(circle.participant, mine)
    story.entry(circle.coordinator, other)
    found = reading.news(circle.participant.actor, since)
    assert [(each.code, each.kind) for each in found] == [(code_of(mine), "information")]
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert reading.news(circle.participant.actor, tomorrow) == ()


def test_home_works_for_everyone_even_with_nothing(circle: Circle) -> None:
    since = timezone.localdate()
    for someone in (circle.participant, circle.police, circle.guest):
        assert reading.home(someone.actor, since=since) == reading.Home((), (), (), ())
    row = story.bring(circle.participant)
    story.agree(circle.manager, row, circle.police)
    story.agree(circle.manager, row, circle.guest)
    assert len(reading.home(circle.police.actor, since=since).actions) == 1
    # A guest acts only in what was opened to them.
    assert reading.home(circle.guest.actor, since=since).actions == ()


def test_the_history_shows_who_wrote_what(circle: Circle) -> None:
    row = story.bring(circle.participant)
    actions.edit_situation(
        circle.coordinator.actor,
        situation=row.id,
        presentation=story.presentation(account="Texte revu"),
        expected_version=row.version,
    )
    story.entry(circle.manager, row)
    history = reading.field_history(circle.manager.actor, code_of(row))
    by_label = {field.label: field.versions for field in history.fields}
    account = by_label["Ce qui se passe"]
    assert [version.text for version in account] == ["Texte revu", story.ACCOUNT]
    assert [version.by.split(" ")[0] for version in account] == ["La", "Coup-de-Pouce"]
    assert len(by_label["Question au groupe"]) == 1
    with pytest.raises(gate.Refused):
        reading.field_history(circle.police.actor, code_of(row))


def test_readers_are_shown_by_organisation(circle: Circle) -> None:
    row = story.bring(circle.participant)
    code = code_of(row)
    for _ in range(2):
        reading.situation_sheet(circle.manager.actor, code)
    found = {each.organisation: each.times for each in _readers(circle, code)}
    assert found["La Théière tilleuls"] >= 2
    assert "Coup-de-Pouce tilleuls" in found
    with pytest.raises(gate.Refused):
        reading.readers_by_organisation(circle.guest.actor, code)


def _readers(circle: Circle, code: str) -> tuple[reading.ReaderRow, ...]:
    return reading.readers_by_organisation(circle.participant.actor, code)


@pytest.mark.parametrize("order", [("decision", "dissent"), ("dissent", "decision")])
def test_a_decision_carries_the_dissent_of_its_meeting(
    circle: Circle, order: tuple[str, str]
) -> None:
    row = story.bring(circle.participant)
    meeting = uuid4()
    texts = {"decision": "Deux actions", "dissent": "Préférait attendre"}
    for kind in order:
        actions.contribute(
            circle.coordinator.actor,
            situation=row.id,
            kind=kind,
            text=texts[kind],
            meeting=meeting,
        )
    entries = reading.situation_sheet(circle.manager.actor, code_of(row)).entries
    assert [each.text for each in entries] == ["Deux actions"]
    assert [each.text for each in entries[0].dissent] == ["Préférait attendre"]


def test_swapped_ciphertexts_open_nowhere(circle: Circle) -> None:
    one = story.bring(circle.participant, headline="Le titre de l’une")
    two = story.bring(circle.participant, headline="Le titre de l’autre")
    first, second = (Situation.objects.get(id=row.id) for row in (one, two))
    Situation.objects.filter(id=one.id).update(headline=second.headline)
    Situation.objects.filter(id=two.id).update(headline=first.headline)
    rows = reading.board(circle.manager.actor).rows
    assert {row.headline for row in rows} == {
        "Cette donnée ne peut pas être ouverte, le DPO est averti."
    }
    assert Entry.objects.filter(verb="unopenable").count() == 2
    assert all(row.needs == ("logement", "revenus et droits") for row in rows)
