"""Drafts, the sharing decision, and edits that came too late."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from audit.enums import Purpose
from audit.models import Entry
from concertation.situations import actions, errors
from concertation.situations.models import (
    Situation,
)
from ethics import gate
from ethics.secrecy.erasure.models import ErasureKey, Tombstone
from ethics.secrecy.models import Container, ScopeKey
from ethics.sharing.models import SharingDecision
from ethics.sharing.tree import TREE_VERSION
from tests.cast import Circle
from tests.situations import story

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def test_bringing_records_the_sharing_decision(circle: Circle) -> None:
    row = story.bring(circle.participant)
    decision = SharingDecision.objects.get(container=row.id)
    assert decision.outcome == "s_code"
    assert decision.tree_version == TREE_VERSION
    assert decision.charter_version == "v1"
    assert decision.function == "travail social"
    assert decision.review_on
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
    assert story.counts(circle)["situations_brought"] == {"all": 1}


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
    assert "draft_discarded" in story.verbs()


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
    assert story.counts(circle)["needs"] == {"housing": 1, "income_rights": 0, "health": 1}


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
