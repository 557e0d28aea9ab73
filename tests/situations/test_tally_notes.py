"""Counts moved by people without the key: sealed notes, folded once, and what attacks meet."""

from collections.abc import Callable
from datetime import date
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.utils import timezone

from audit.enums import Purpose, Verb
from audit.event import Event
from audit.models import Entry, EntrySubject
from audit.names import concertation_ledger
from audit.record import record_now
from concertation.reports.reading import year_report
from concertation.situations import actions, tally
from concertation.situations.models import AgreedAction, Situation, YearTally
from ethics import gate
from ethics.gate import notes
from ethics.secrecy import chain
from ethics.secrecy.check import BadKind, check_all
from ethics.secrecy.erasure import store
from ethics.secrecy.models import Container, GenerationWrap, TallyNote
from ethics.secrecy.suites import SecrecyError
from tests.cast import Circle, make_circle
from tests.situations import story

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

THIS_YEAR = timezone.localdate().year


def addressed(circle: Circle) -> AgreedAction:
    """An agreed action of the police officer."""
    return story.agree(circle.manager, story.bring(circle.participant), circle.police)


def ended(circle: Circle, action: AgreedAction | None = None) -> TallyNote:
    """The police officer ends an action with a word; gives one of the notes it leaves."""
    row = action or addressed(circle)
    actions.answer_action(circle.police.actor, action=row.id, state="done", text="Passage fait")
    return TallyNote.objects.order_by("id")[0]


def folded(circle: Circle) -> dict[str, dict[str, int]]:
    """The year's counts after a key holder took in what waits."""
    tally.take_in(circle.coordinator.actor)
    return story.counts(circle)


def alarms() -> list[str]:
    return list(Entry.objects.filter(verb="alarm").values_list("reason", flat=True))


def test_feedback_and_an_ended_action_of_a_limited_reader_count_for_the_year(
    circle: Circle,
) -> None:
    ended(circle)
    assert story.counts(circle)["actions"] == {"agreed": 1}
    counts = folded(circle)
    assert counts["actions"] == {"agreed": 1, "done": 1}
    assert counts["feedback_given"] == {"all": 1}
    assert not TallyNote.objects.exists()
    assert check_all().ok


def test_the_act_its_note_and_their_events_are_saved_together_or_not_at_all(
    circle: Circle,
) -> None:
    row = addressed(circle)
    with (
        patch("concertation.situations.actions.follow.touch", side_effect=RuntimeError),
        pytest.raises(RuntimeError),
    ):
        ended(circle, row)
    assert not TallyNote.objects.exists()
    assert "tally_noted" not in story.verbs()
    note = ended(circle, row)
    event = Entry.objects.get(verb="tally_noted", object_uuid=note.id)
    assert event.actor == circle.police.user.id
    assert event.situation is None
    assert not EntrySubject.objects.filter(entry=event).exists()


def test_a_note_says_nothing_in_the_clear_but_its_year_and_its_author(circle: Circle) -> None:
    note = ended(circle)
    row = AgreedAction.objects.get()
    for word in (b"feedback_given", b"done", row.id.bytes, row.situation_id.bytes):
        assert word not in bytes(note.sealed)


def test_the_report_shows_what_waits_and_counts_it_once(circle: Circle) -> None:
    actor = circle.coordinator.actor
    row = addressed(circle)
    for number in range(6):
        actions.give_feedback(
            circle.police.actor, situation=row.situation_id, action=row.id, text=f"Lien {number}"
        )
    assert TallyNote.objects.count() == 6
    assert year_report(actor, THIS_YEAR).feedback_given == 6
    assert year_report(circle.manager.actor, THIS_YEAR).feedback_given == 6
    assert not TallyNote.objects.exists()


def test_the_next_count_of_a_key_holder_takes_the_notes_in(circle: Circle) -> None:
    ended(circle)
    about = Situation.objects.get()
    actions.give_feedback(circle.manager.actor, situation=about.id, text="Vu aussi")
    assert story.counts(circle)["feedback_given"] == {"all": 2}
    assert not TallyNote.objects.exists()
    moved = Entry.objects.filter(verb="tally_moved").latest("pk")
    assert EntrySubject.objects.filter(entry=moved, kind="tally_note").count() == 2


def test_notes_of_another_year_are_taken_in_by_that_year(circle: Circle) -> None:
    last = date(THIS_YEAR - 1, 12, 30)
    about = story.bring(circle.participant, on=last)
    row = story.agree(circle.manager, about, circle.police)
    actions.give_feedback(
        circle.police.actor, situation=about.id, action=row.id, text="Lien gardé", on=last
    )
    folded(circle)
    assert story.counts(circle, THIS_YEAR - 1)["feedback_given"] == {"all": 1}
    assert "feedback_given" not in story.counts(circle)


def test_who_holds_no_key_takes_nothing_in(circle: Circle) -> None:
    ended(circle)
    for someone in (circle.police, circle.guest, circle.dpo):
        tally.take_in(someone.actor)
    assert TallyNote.objects.count() == 2
    assert "feedback_given" not in story.counts(circle)
    assert not alarms()


def test_a_fault_while_taking_in_leaves_the_note_and_no_count(circle: Circle) -> None:
    ended(circle)
    with (
        patch.object(YearTally, "save", side_effect=RuntimeError),
        pytest.raises(RuntimeError),
    ):
        tally.take_in(circle.coordinator.actor)
    assert TallyNote.objects.count() == 2
    assert "feedback_given" not in story.counts(circle)
    assert folded(circle)["feedback_given"] == {"all": 1}


def test_erasing_the_situation_loses_no_count(circle: Circle) -> None:
    ended(circle)
    number = Situation.objects.get().id
    Situation.objects.all().delete()
    Container.objects.filter(id=number).delete()
    store.destroy(number)
    assert folded(circle)["feedback_given"] == {"all": 1}


# --- Attacks on the database -------------------------------------------------------------------


def put_back(note: TallyNote) -> None:
    """What someone with the database does: the very row, once more."""
    TallyNote.objects.filter(id=note.id).delete()
    TallyNote.objects.bulk_create([note])


def test_a_note_put_back_counts_no_second_time_and_is_noticed(circle: Circle) -> None:
    note = ended(circle)
    before = folded(circle)
    put_back(note)
    assert folded(circle) == before
    assert alarms() == ["note_replayed"]
    # Set apart, so that one attack is one alarm.
    assert folded(circle) == before
    assert len(alarms()) == 1


def test_a_note_under_another_number_is_refused(circle: Circle) -> None:
    note = ended(circle)
    before = folded(circle)
    note.id = uuid4()
    put_back(note)
    assert folded(circle) == before
    assert alarms() == ["note_without_event"]


Change = Callable[[Circle, TallyNote], None]


def other_year(circle: Circle, note: TallyNote) -> None:
    note.year -= 1


def other_signer(circle: Circle, note: TallyNote) -> None:
    held = circle.manager.actor.keys
    assert held is not None
    note.signed_by = held.keys


def stranger(circle: Circle, note: TallyNote) -> None:
    note.signed_by = uuid4()


def other_generation(circle: Circle, note: TallyNote) -> None:
    note.generation += 1


def other_text(circle: Circle, note: TallyNote) -> None:
    sealed = bytearray(note.sealed)
    sealed[-1] ^= 1
    note.sealed = bytes(sealed)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (other_year, "unsigned_seal"),
        (other_signer, "unsigned_seal"),
        (stranger, "unsigned_seal"),
        (other_generation, "planted_generation"),
        (other_text, "note_without_event"),
    ],
)
def test_a_note_moved_or_changed_counts_nothing_and_is_noticed(
    circle: Circle, change: Change, why: str
) -> None:
    note = ended(circle)
    change(circle, note)
    put_back(note)
    folded(circle)
    note.refresh_from_db()
    assert note.refused == why
    assert alarms() == [why]
    # The other note of the same act is taken in all the same.
    counts = story.counts(circle)
    assert counts["actions"].get("done", 0) + counts.get("feedback_given", {}).get("all", 0) == 1
    assert not check_all().ok


def test_a_note_moved_to_another_concertation_counts_there_nothing(circle: Circle) -> None:
    other = make_circle("rivage", "Rivage")
    note = ended(circle)
    story.bring(other.participant)
    note.concertation = other.concertation.id
    put_back(note)
    tally.take_in(other.coordinator.actor)
    note.refresh_from_db()
    assert note.refused == "unsigned_seal"
    row = YearTally.objects.get(concertation=other.concertation)
    seen = gate.reveal_tallies(other.coordinator.actor, [row], purpose=Purpose.REPORT)
    assert set(seen.get(row, "counts")) == {"situations_brought", "treated", "needs", "notes"}


@pytest.mark.parametrize(
    "moves",
    [
        [("feedback_given", "all", 40)],
        [("outcomes", "died", 1)],
        [("needs", "invented", 1)],
        [("notes", uuid4().hex, 1)],
        [("brought_at", "une réunion", 1)],
        ["feedback_given"],
    ],
)
def test_what_no_keyless_act_moves_is_refused_even_when_signed(
    circle: Circle, moves: list[Any]
) -> None:
    """A limited reader with their own key and the database writes what the board never would."""
    actor = circle.police.actor
    story.bring(circle.participant)
    note = notes.make(actor, chain.state(circle.concertation.id), THIS_YEAR, moves)
    note.save()
    plant_event(circle, note)
    before = story.counts(circle)
    after = folded(circle)
    assert {name: value for name, value in after.items() if name != "notes"} == before
    assert alarms() == ["note_malformed"]


def plant_event(circle: Circle, note: TallyNote) -> None:
    event = Event(verb=Verb.TALLY_NOTED, actor=circle.police.user.id, written=notes.written(note))
    record_now(concertation_ledger(circle.concertation.id), event)


def test_a_note_taken_away_is_named_by_the_check(circle: Circle) -> None:
    note = ended(circle)
    assert check_all().ok
    TallyNote.objects.filter(id=note.id).delete()
    bad = check_all().first_bad
    assert bad is not None
    assert (bad.kind, bad.object) == (BadKind.MISSING, note.id)


def test_a_note_planted_is_named_by_the_check(circle: Circle) -> None:
    note = notes.make(circle.police.actor, chain.state(circle.concertation.id), THIS_YEAR, [])
    note.save()
    bad = check_all().first_bad
    assert bad is not None
    assert (bad.kind, bad.object) == (BadKind.PLANTED, note.id)


def test_the_note_of_a_generation_out_of_reach_goes_on_waiting(circle: Circle) -> None:
    ended(circle)
    held = circle.manager.actor.keys
    assert held is not None
    GenerationWrap.objects.filter(holder=held.keys).delete()
    with pytest.raises(SecrecyError):
        tally.take_in(circle.manager.actor)
    assert TallyNote.objects.filter(refused="").count() == 2
    assert folded(circle)["feedback_given"] == {"all": 1}
