"""The life of a situation, through the actions: draft, shared, followed, closed."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from audit.enums import Purpose
from audit.models import Entry
from concertation.situations import actions, errors
from concertation.situations.models import (
    AgreedAction,
    Contribution,
    Situation,
    YearTally,
)
from ethics import gate
from ethics.secrecy.erasure.models import ErasureKey, Tombstone
from ethics.secrecy.models import Container, ScopeKey
from ethics.sharing.models import SharingDecision
from tests.cast import Circle, number_of
from tests.situations import story

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def counts(circle: Circle, year: int | None = None) -> dict[str, dict[str, int]]:
    """The counts of a year, as the coordinator's report opens them."""
    row = YearTally.objects.get(year=year or timezone.localdate().year)
    actor = circle.coordinator.actor
    found: dict[str, dict[str, int]] = gate.reveal_tallies(
        actor, [row], purpose=Purpose.REPORT
    ).get(row, "counts")
    return found


def verbs() -> list[str]:
    """What the ledger holds, in order, granted only."""
    return list(Entry.objects.filter(outcome="granted").values_list("verb", flat=True))


def test_a_situation_lives_from_draft_to_closing(circle: Circle) -> None:
    row = story.bring(circle.participant)
    assert row.state == "signalled"
    assert row.code
    action = story.agree(circle.manager, row, circle.participant)
    row.refresh_from_db()
    assert row.state == "followed"
    story.entry(circle.manager, row)
    actions.answer_action(
        circle.participant.actor, action=action.id, state="done", text="Appel fait à deux"
    )
    actions.set_case_manager(
        circle.manager.actor, situation=row.id, case_manager=number_of(circle.manager)
    )
    actions.close_situation(
        circle.manager.actor,
        situation=row.id,
        outcome="support_network_reinforced",
        unmet_needs=["housing"],
        comment="Le chauffage tient",
    )
    row.refresh_from_db()
    assert (row.state, row.closed_on) == ("closed", timezone.localdate())
    assert counts(circle) == {
        "situations_brought": {"all": 1},
        "treated": {"all": 1},
        "needs": {"housing": 1, "income_rights": 1},
        "actions": {"agreed": 1, "done": 1},
        "feedback_given": {"all": 1},
        "outcomes": {"support_network_reinforced": 1},
        "unmet_needs": {"housing": 1},
    }
    for verb in ("draft_saved", "sharing_decided", "situation_brought", "action_agreed"):
        assert verb in verbs()


def test_bringing_records_the_sharing_decision(circle: Circle) -> None:
    row = story.bring(circle.participant)
    decision = SharingDecision.objects.get(container=row.id)
    assert decision.outcome == "s_code"
    assert decision.tree_version == 1
    assert decision.charter_version == "v1"
    assert decision.function == "travail social"
    assert decision.review_on > timezone.localdate() + timedelta(days=80)


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"danger": True}, errors.LongSequenceNeeded),
        ({"identifiable": True}, errors.LongSequenceNeeded),
        ({"danger": None}, errors.LongSequenceNeeded),
        ({"attested": False}, errors.NotAttested),
    ],
)
def test_any_other_answer_shares_nothing(
    circle: Circle, answers: dict[str, bool], error: type[Exception]
) -> None:
    draft = story.draft(circle.participant)
    with pytest.raises(error):
        story.share(circle.participant, draft.id, **answers)
    draft.refresh_from_db()
    assert draft.state == "draft"
    assert draft.code is None
    assert not SharingDecision.objects.exists()


def test_an_incomplete_draft_is_kept_but_not_shared(circle: Circle) -> None:
    draft = story.draft(circle.participant, question="", needs=())
    with pytest.raises(errors.Incomplete) as caught:
        story.share(circle.participant, draft.id)
    assert caught.value.fields == ("needs", "question")


def test_sharing_twice_gives_the_code_it_has(circle: Circle) -> None:
    row = story.bring(circle.participant)
    with pytest.raises(errors.AlreadyBrought) as caught:
        story.share(circle.participant, row.id)
    assert caught.value.code == row.code
    assert counts(circle)["situations_brought"] == {"all": 1}


def test_the_same_form_sent_twice_makes_one_draft(circle: Circle) -> None:
    number = uuid4()
    rows = [
        actions.save_draft(
            circle.participant.actor,
            presentation=story.presentation(wish=wish),
            form_number=number,
        )
        for wish in ("Un", "Deux")
    ]
    assert rows[0].id == rows[1].id
    assert Situation.objects.count() == 1


def test_a_draft_is_nobody_elses(circle: Circle) -> None:
    draft = story.draft(circle.participant)
    for someone in (circle.coordinator, circle.manager, circle.police, circle.dpo):
        with pytest.raises(gate.Refused):
            gate.reveal(someone.actor, records=[draft], subjects=[draft.id], purpose=Purpose.SHEET)
    with pytest.raises(gate.Refused):
        actions.save_draft(circle.manager.actor, presentation=story.presentation(), draft=draft.id)
    with pytest.raises(gate.Refused):
        story.share(circle.manager, draft.id)
    with pytest.raises(gate.Refused):
        actions.discard_draft(circle.manager.actor, draft=draft.id)


def test_what_was_taken_back_in_a_draft_stays_unreadable_to_the_circle(circle: Circle) -> None:
    draft = story.draft(circle.participant, account="Mot que l’on regrette")
    actions.save_draft(
        circle.participant.actor,
        presentation=story.presentation(account="Mot choisi"),
        draft=draft.id,
        expected_version=draft.version,
    )
    row = story.share(circle.participant, draft.id)
    early = Situation.objects.get(id=row.id)
    first = row.history.order_by("history_date", "history_id").first()
    for name in ("version", "key_generation", *early.copy_of_seals()):
        setattr(early, name, getattr(first, name))

    def opened(someone: object) -> object:
        return gate.reveal(
            someone.actor,  # type: ignore[attr-defined]
            records=[early],
            subjects=[early.id],
            purpose=Purpose.SHEET,
        ).get(early, "account")

    assert opened(circle.participant) == "Mot que l’on regrette"
    assert opened(circle.manager) is gate.UNOPENABLE
    live = gate.reveal(
        circle.manager.actor, records=[row], subjects=[row.id], purpose=Purpose.SHEET
    )
    assert live.get(row, "account") == "Mot choisi"


def test_a_discarded_draft_leaves_no_key_and_no_row(circle: Circle) -> None:
    draft = story.draft(circle.participant)
    number = draft.id
    actions.discard_draft(circle.participant.actor, draft=number)
    assert not Situation.objects.filter(id=number).exists()
    assert not Situation.history.filter(id=number).exists()
    assert not Container.objects.filter(id=number).exists()
    assert not ScopeKey.objects.filter(container=number).exists()
    assert not ErasureKey.objects.filter(container=number).exists()
    assert Tombstone.objects.filter(container=number).exists()
    assert "draft_discarded" in verbs()


def test_a_shared_situation_cannot_be_discarded(circle: Circle) -> None:
    row = story.bring(circle.participant)
    with pytest.raises(errors.AlreadyBrought):
        actions.discard_draft(circle.participant.actor, draft=row.id)


def test_an_edit_that_came_too_late_overwrites_nothing(circle: Circle) -> None:
    row = story.bring(circle.participant)
    actions.edit_situation(
        circle.coordinator.actor,
        situation=row.id,
        presentation=story.presentation(headline="Première main"),
        expected_version=row.version,
    )
    with pytest.raises(errors.StaleVersion):
        actions.edit_situation(
            circle.participant.actor,
            situation=row.id,
            presentation=story.presentation(headline="Seconde main"),
            expected_version=row.version,
        )
    row.refresh_from_db()
    opened = gate.reveal(
        circle.manager.actor, records=[row], subjects=[row.id], purpose=Purpose.SHEET
    )
    assert opened.get(row, "headline") == "Première main"


def test_the_count_of_needs_follows_an_edit(circle: Circle) -> None:
    row = story.bring(circle.participant)
    actions.edit_situation(
        circle.participant.actor,
        situation=row.id,
        presentation=story.presentation(needs=("housing", "health")),
        expected_version=row.version,
    )
    assert counts(circle)["needs"] == {"housing": 1, "income_rights": 0, "health": 1}


def test_someone_who_neither_brought_nor_holds_it_cannot_edit(circle: Circle) -> None:
    row = story.bring(circle.participant)
    with pytest.raises(gate.Refused):
        actions.edit_situation(
            circle.manager.actor,
            situation=row.id,
            presentation=story.presentation(),
            expected_version=row.version,
        )
    assert Entry.objects.filter(verb="situation_edited", outcome="refused").exists()


@pytest.mark.parametrize(
    ("way", "error"),
    [
        (["under_way", "agreed"], errors.TransitionRefused),
        (["done", "under_way"], errors.TransitionRefused),
        (["proposed"], errors.TransitionRefused),
        (["flying"], errors.TransitionRefused),
    ],
)
def test_actions_move_only_along_their_table(
    circle: Circle, way: list[str], error: type[Exception]
) -> None:
    row = story.bring(circle.participant)
    action = story.agree(circle.manager, row, circle.participant)
    for state in way[:-1]:
        actions.move_action(circle.participant.actor, action=action.id, state=state)
    with pytest.raises(error):
        actions.move_action(circle.participant.actor, action=action.id, state=way[-1])


def test_not_possible_says_why(circle: Circle) -> None:
    row = story.bring(circle.participant)
    action = story.agree(circle.manager, row, circle.participant)
    with pytest.raises(errors.ReasonMissing):
        actions.move_action(circle.participant.actor, action=action.id, state="not_possible")
    moved = actions.move_action(
        circle.participant.actor, action=action.id, state="not_possible", result="Complet"
    )
    assert moved.ended_on == timezone.localdate()


def test_two_people_moving_one_action_at_once_are_told(circle: Circle) -> None:
    row = story.bring(circle.participant)
    action = story.agree(circle.manager, row, circle.participant)
    actions.move_action(
        circle.coordinator.actor,
        action=action.id,
        state="under_way",
        expected_version=action.version,
    )
    with pytest.raises(errors.StaleVersion):
        actions.move_action(
            circle.participant.actor,
            action=action.id,
            state="done",
            expected_version=action.version,
        )


def test_only_owner_holder_or_coordinator_moves_an_action(circle: Circle) -> None:
    row = story.bring(circle.participant)
    action = story.agree(circle.manager, row, circle.participant)
    with pytest.raises(gate.Refused):
        actions.move_action(circle.manager.actor, action=action.id, state="done")
    actions.set_case_manager(
        circle.manager.actor, situation=row.id, case_manager=number_of(circle.manager)
    )
    actions.move_action(circle.manager.actor, action=action.id, state="done")


def test_finding_a_case_manager_makes_a_followed_situation(circle: Circle) -> None:
    row = story.bring(circle.participant)
    held = actions.set_case_manager(
        circle.participant.actor, situation=row.id, case_manager=number_of(circle.manager)
    )
    assert held.state == "followed"


def test_a_limited_reader_never_holds_a_situation(circle: Circle) -> None:
    row = story.bring(circle.participant)
    for someone in (circle.police, circle.guest, circle.dpo):
        with pytest.raises(errors.NoSuchManager):
            actions.set_case_manager(
                circle.manager.actor, situation=row.id, case_manager=number_of(someone)
            )


def test_an_action_has_an_owner_of_this_concertation(circle: Circle) -> None:
    row = story.bring(circle.participant)
    with pytest.raises(errors.NoSuchOwner):
        actions.propose_action(
            circle.manager.actor,
            situation=row.id,
            owner=uuid4(),
            due_on=timezone.localdate(),
            text="Appeler",
        )
    with pytest.raises(errors.NoSuchOwner):
        story.propose(circle.manager, row, circle.dpo)
    with pytest.raises(errors.DueTooEarly):
        story.propose(circle.manager, row, circle.participant, days=-1)


def test_a_limited_reader_answers_under_the_key_of_their_action(circle: Circle) -> None:
    row = story.bring(circle.participant)
    action = story.agree(circle.manager, row, circle.police)
    actions.answer_action(
        circle.police.actor, action=action.id, state="under_way", text="Passage prévu lundi"
    )
    actions.give_feedback(
        circle.police.actor, situation=row.id, action=action.id, text="Passage fait"
    )
    entries = list(Contribution.objects.order_by("made_at"))
    assert [each.scope for each in entries] == [action.id, action.id]
    opened = gate.reveal(
        circle.manager.actor, records=entries, subjects=[row.id], purpose=Purpose.SHEET
    )
    assert [opened.get(each, "text") for each in entries] == [
        "Passage prévu lundi",
        "Passage fait",
    ]
    # Sealed under the concertation's key, which they don't hold: their feedback isn't counted.
    assert "feedback_given" not in counts(circle)


def test_a_limited_reader_writes_nowhere_else(circle: Circle) -> None:
    row = story.bring(circle.participant)
    mine = story.agree(circle.manager, row, circle.police)
    other = story.agree(circle.manager, row, circle.manager)
    with pytest.raises(gate.Refused):
        story.entry(circle.police, row)
    with pytest.raises(gate.Refused):
        actions.move_action(circle.police.actor, action=other.id, state="done")
    with pytest.raises(gate.Refused):
        actions.give_feedback(circle.police.actor, situation=row.id, action=other.id, text="Non")
    with pytest.raises(errors.NoSuchAction):
        actions.give_feedback(circle.police.actor, situation=row.id, text="Où donc ?")
    assert AgreedAction.objects.get(id=mine.id).state == "agreed"


def test_decisions_and_dissent_are_entered_by_the_coordinator(circle: Circle) -> None:
    row = story.bring(circle.participant)
    meeting = uuid4()
    for kind in ("decision", "dissent"):
        with pytest.raises(errors.KindRefused):
            actions.contribute(
                circle.manager.actor, situation=row.id, kind=kind, text="Non", meeting=meeting
            )
        made = actions.contribute(
            circle.coordinator.actor,
            situation=row.id,
            kind=kind,
            text="Retour attendu",
            meeting=meeting,
        )
        assert made.meeting == meeting
    with pytest.raises(errors.KindRefused):
        actions.contribute(
            circle.coordinator.actor, situation=row.id, kind="feedback", text="Autre chemin"
        )


def test_an_entry_wakes_a_dormant_situation(circle: Circle) -> None:
    row = story.bring(circle.participant)
    actions.change_state(circle.coordinator.actor, situation=row.id, state="followed")
    actions.change_state(circle.coordinator.actor, situation=row.id, state="dormant")
    story.entry(circle.manager, row)
    row.refresh_from_db()
    assert row.state == "followed"


def test_a_situation_moves_only_along_its_states(circle: Circle) -> None:
    row = story.bring(circle.participant)
    for state in ("draft", "dormant", "closed", "erased"):
        with pytest.raises(errors.TransitionRefused):
            actions.change_state(circle.coordinator.actor, situation=row.id, state=state)


def test_a_closed_situation_takes_nothing_more(circle: Circle) -> None:
    row = story.bring(circle.participant)
    actions.close_situation(circle.coordinator.actor, situation=row.id, outcome="informed")
    with pytest.raises(gate.Refused):
        story.entry(circle.manager, row)


def test_not_published_comes_from_an_import_only(circle: Circle) -> None:
    row = story.bring(circle.participant)
    for outcome in ("not_published", "sold"):
        with pytest.raises(errors.NotInList):
            actions.close_situation(circle.coordinator.actor, situation=row.id, outcome=outcome)
    actions.close_situation(
        circle.coordinator.actor,
        situation=row.id,
        outcome="not_published",
        purpose=Purpose.IMPORT,
    )


def test_what_happened_long_ago_is_counted_in_its_year(circle: Circle) -> None:
    meeting = uuid4()
    draft = story.draft(circle.coordinator)
    row = story.share(circle.coordinator, draft.id, on=date(2021, 1, 13), meeting=meeting)
    action = actions.propose_action(
        circle.coordinator.actor,
        situation=row.id,
        owner=number_of(circle.participant),
        due_on=date(2021, 2, 10),
        text="Accompagner",
        on=date(2021, 1, 13),
        purpose=Purpose.IMPORT,
    )
    actions.agree_action(circle.coordinator.actor, action=action.id, on=date(2021, 1, 13))
    actions.move_action(
        circle.coordinator.actor, action=action.id, state="done", on=date(2021, 2, 10)
    )
    actions.give_feedback(
        circle.coordinator.actor,
        situation=row.id,
        action=action.id,
        text="Fait ensemble",
        on=date(2021, 2, 10),
    )
    actions.close_situation(
        circle.coordinator.actor, situation=row.id, outcome="referred", on=date(2021, 6, 23)
    )
    row.refresh_from_db()
    assert row.last_entry_at.date() == date(2021, 6, 23)
    assert counts(circle, 2021) == {
        "situations_brought": {"all": 1},
        "treated": {"all": 1},
        "brought_at": {str(meeting): 1},
        "needs": {"housing": 1, "income_rights": 1},
        "actions": {"agreed": 1, "done": 1},
        "feedback_given": {"all": 1},
        "outcomes": {"referred": 1},
    }


def test_nothing_has_happened_tomorrow(circle: Circle) -> None:
    row = story.bring(circle.participant)
    tomorrow = timezone.localdate() + timedelta(days=1)
    with pytest.raises(errors.DateOutOfReach):
        actions.contribute(
            circle.manager.actor, situation=row.id, kind="question", text="Quoi ?", on=tomorrow
        )


def test_texts_are_cleaned_and_never_cut(circle: Circle) -> None:
    row = story.bring(
        circle.participant,
        headline="  Deux\n lignes\u202e ",
        account="un\x07 mot\r\n\r\n\r\n\r\nun autre  ",
    )
    opened = gate.reveal(
        circle.manager.actor, records=[row], subjects=[row.id], purpose=Purpose.SHEET
    )
    assert opened.get(row, "headline") == "Deux lignes"
    assert opened.get(row, "account") == "un mot\n\nun autre"
    with pytest.raises(errors.TextTooLong) as caught:
        story.draft(circle.participant, headline="x" * 81)
    assert caught.value.field == "headline"
    with pytest.raises(errors.NotInList):
        story.draft(circle.participant, needs=("money",))


def test_a_failed_action_leaves_no_trace_of_a_write(circle: Circle) -> None:
    row = story.bring(circle.participant)
    before = Entry.objects.count()
    with pytest.raises(errors.NoSuchOwner):
        story.propose(circle.manager, row, circle.dpo)
    assert Entry.objects.count() == before
    assert not AgreedAction.objects.exists()
