"""Restricted situations against people who kept what they once could open."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from audit.enums import Purpose, Verb
from concertation.situations import actions
from concertation.situations.models import ConflictOfInterest, Situation, SituationGrant
from ethics import gate
from ethics.policy import Act
from ethics.secrecy import unsealing
from ethics.secrecy.check import check_all
from ethics.secrecy.erasure import store
from ethics.secrecy.keys import PrivateKeys
from ethics.secrecy.models import Recipient, ScopeKey, ScopeWrap
from ethics.secrecy.sealing import key_copy
from tests.cast import Circle, Someone, number_of
from tests.secrecy.kept import every_key, live, old, opened
from tests.situations import story

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def full(circle: Circle) -> Situation:
    """A situation with an entry, and an action of a limited reader."""
    situation = story.bring(circle.participant)
    story.entry(circle.manager, situation, "Lien gardé")
    story.agree(circle.coordinator, situation, circle.police)
    return situation


def restrict(circle: Circle, situation: Situation, *readers: Someone) -> None:
    actions.change_audience(
        circle.coordinator.actor,
        situation=situation.id,
        readers=[number_of(each) for each in readers],
    )


def test_keys_kept_from_before_open_nothing_that_stands_there_now(circle: Circle) -> None:
    situation = full(circle)
    kept = every_key(circle.manager, situation.id)
    police = every_key(circle.police, situation.id)
    assert opened(kept, live(situation.id))
    assert opened(police, live(situation.id))
    restrict(circle, situation, circle.coordinator, circle.participant)
    story.entry(circle.participant, situation, "Écrit après")
    assert opened(kept, live(situation.id)) == []
    assert opened(police, live(situation.id)) == []
    # And the database as it is now gives them nothing at all, old texts included.
    for who in (circle.manager, circle.police, circle.guest, circle.dpo):
        assert every_key(who, situation.id) == []


def test_the_history_stays_with_its_readers_and_the_draft_with_its_author(circle: Circle) -> None:
    situation = story.draft(circle.participant, headline="Brouillon que personne ne lit")
    story.share(circle.participant, situation.id)
    restrict(circle, situation, circle.coordinator, circle.participant)
    history = opened(every_key(circle.coordinator, situation.id), old(situation.id))
    assert any(story.ACCOUNT in each for each in history)
    generations = set(
        ScopeWrap.objects.filter(
            key__container=situation.id,
            recipient=circle.coordinator.actor.keys.keys,  # type: ignore[union-attr]
        ).values_list("key__generation", flat=True)
    )
    assert generations == {2, 3}
    assert 1 in set(
        ScopeKey.objects.filter(scope=situation.id).values_list("generation", flat=True)
    )


def test_every_present_text_is_sealed_to_the_named_and_to_the_recovery_key(circle: Circle) -> None:
    situation = full(circle)
    restrict(circle, situation, circle.coordinator, circle.participant)
    newest = ScopeKey.objects.filter(scope=situation.id).latest("generation")
    wraps = list(newest.wraps.all())
    assert {each.kind for each in wraps} == {Recipient.MEMBER, Recipient.RECOVERY}
    assert sum(each.kind == Recipient.MEMBER for each in wraps) == 2
    assert all(each.signature for each in wraps if each.kind == Recipient.MEMBER)
    recovery = next(each for each in wraps if each.kind == Recipient.RECOVERY)
    key = unsealing.open_scope(
        key_copy(newest, recovery),
        erasure=store.key(situation.id),
        private=PrivateKeys.derived(bytes(range(32)), "recovery"),
    )
    inside = [key, *every_key(circle.coordinator, situation.id)]
    for record in live(situation.id):
        for each in type(record).sealed_fields():
            assert opened(inside, iter([record])), each.name
    assert check_all().ok


def test_a_planted_seal_to_a_named_person_is_not_believed(circle: Circle) -> None:
    situation = full(circle)
    restrict(circle, situation, circle.coordinator, circle.participant)
    mine = ScopeWrap.objects.filter(
        key__scope=situation.id,
        recipient=circle.coordinator.actor.keys.keys,  # type: ignore[union-attr]
    )
    mine.update(signature=b"", signed_by=None)
    assert every_key(circle.coordinator, situation.id) == []


def test_a_planted_grant_and_a_row_that_says_open_give_no_key(circle: Circle) -> None:
    situation = full(circle)
    restrict(circle, situation, circle.coordinator, circle.participant)
    grant = SituationGrant.objects.get(user=circle.participant.user)
    SituationGrant.objects.create(
        user=circle.manager.user,
        permission=grant.permission,
        content_object=situation,
        participation=number_of(circle.manager),
        until=None,
    )
    Situation.objects.filter(id=situation.id).update(restricted=False)
    row = Situation.objects.get(id=situation.id)
    seen = gate.reveal(
        circle.manager.actor, records=[row], subjects=[row.id], purpose=Purpose.SHEET
    )
    assert seen.get(row, "wish") is gate.UNOPENABLE


@pytest.mark.parametrize("by", ["manager", "coordinator"])
def test_whoever_withdrew_opens_nothing_now_or_later(circle: Circle, by: str) -> None:
    situation = full(circle)
    kept = every_key(circle.manager, situation.id)
    actions.withdraw(
        circle.people[by].actor,
        situation=situation.id,
        reason="relative",
        participation=number_of(circle.manager),
    )
    story.entry(circle.participant, situation, "Écrit après")
    assert every_key(circle.manager, situation.id) == []
    assert opened(kept, live(situation.id)) == []
    # The rows that keep them out, taken away by who holds the database, don't let them in.
    ConflictOfInterest.objects.all().delete()
    SituationGrant.objects.all().delete()
    Situation.objects.filter(id=situation.id).update(restricted=False)
    row = Situation.objects.get(id=situation.id)
    seen = gate.reveal(
        circle.manager.actor, records=[row], subjects=[row.id], purpose=Purpose.SHEET
    )
    assert seen.get(row, "headline") is gate.UNOPENABLE
    assert not check_all().ok


def test_opening_again_gives_the_circle_a_new_key_and_owners_their_actions(circle: Circle) -> None:
    situation = full(circle)
    restrict(circle, situation, circle.coordinator, circle.participant)
    actions.change_audience(circle.coordinator.actor, situation=situation.id, readers=None)
    newest = ScopeKey.objects.filter(scope=situation.id).latest("generation")
    assert newest.generation == 4
    assert [each.kind for each in newest.wraps.all()] == [Recipient.GENERATION]
    texts = opened(every_key(circle.manager, situation.id), live(situation.id))
    assert any(story.WISH in each for each in texts)
    police = opened(every_key(circle.police, situation.id), live(situation.id))
    assert {each.split(":")[0] for each in police} == {
        "situations.agreedaction.acts",
        "situations.agreedaction.result",
        "situations.agreedaction.text",
    }
    assert check_all().ok


def test_an_access_for_a_time_ends_with_its_day_for_the_key_too(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    situation = full(circle)
    restrict(circle, situation, circle.coordinator, circle.participant)
    until = timezone.localdate() + timedelta(days=3)
    with gate.writing(
        circle.coordinator.actor,
        Act.GRANT_ACCESS,
        verb=Verb.ACCESS_GRANTED,
        purpose=Purpose.FOLLOW_UP,
        situation=situation.id,
    ) as pen:
        gate.let_in(pen, situation.id, circle.manager.user.id, until)
    assert opened(every_key(circle.manager, situation.id), live(situation.id))
    after: Any = lambda *_: until + timedelta(days=1)  # noqa: E731
    monkeypatch.setattr(timezone, "localdate", after)
    assert every_key(circle.manager, situation.id) == []


def test_the_gate_seals_to_no_audience_that_must_not_be(circle: Circle) -> None:
    situation = full(circle)
    one = {circle.coordinator.user.id: None}
    police = {**one, circle.participant.user.id: None, circle.police.user.id: timezone.localdate()}
    for readers in (one, police):
        with (
            pytest.raises(ValueError, match=r"restricted|neither"),
            gate.writing(
                circle.coordinator.actor,
                Act.RESTRICT,
                verb=Verb.SITUATION_RESTRICTED,
                purpose=Purpose.FOLLOW_UP,
                situation=situation.id,
            ) as pen,
        ):
            gate.seal_to_readers(pen, situation.id, readers, [])
    assert not ScopeWrap.objects.filter(kind=Recipient.RECOVERY).exists()


def test_a_guest_let_in_after_a_renewal_reads_what_stands_there_and_what_comes_until_their_day(
    circle: Circle,
) -> None:
    situation = full(circle)
    restrict(circle, situation, circle.coordinator, circle.participant)
    story.entry(circle.participant, situation, "Écrit avant le renouvellement")
    gate.rotate(circle.coordinator.actor)
    assert every_key(circle.guest, situation.id) == []
    actions.open_to_guest(
        circle.coordinator.actor,
        situation=situation.id,
        guest=number_of(circle.guest),
        until=timezone.localdate() + timedelta(days=7),
    )
    # Somebody leaves: the next write takes a new key, for the same people and the guest.
    gate.remove(circle.coordinator.actor, circle.police.user.id, number_of(circle.police))
    before = ScopeKey.objects.filter(scope=situation.id).count()
    story.entry(circle.participant, situation, "Écrit sous la nouvelle clé")
    assert ScopeKey.objects.filter(scope=situation.id).count() == before + 1
    for who in (circle.guest, circle.coordinator, circle.participant):
        words = " ".join(opened(every_key(who, situation.id), live(situation.id)))
        assert story.ACCOUNT in words
        assert "Écrit avant le renouvellement" in words
        assert "Écrit sous la nouvelle clé" in words
    for who in (circle.manager, circle.police, circle.dpo):
        assert every_key(who, situation.id) == []
    # The day goes with the new key as well.
    mine = ScopeWrap.objects.filter(recipient=circle.guest.actor.keys.keys)  # type: ignore[union-attr]
    assert set(mine.values_list("until", flat=True)) == {timezone.localdate() + timedelta(days=7)}
    mine.update(until=timezone.localdate() - timedelta(days=1))
    SituationGrant.objects.filter(user=circle.guest.user).update(
        until=timezone.localdate() - timedelta(days=1)
    )
    assert every_key(circle.guest, situation.id) == []
    story.entry(circle.participant, situation, "Écrit après")
    actions.end_expired()
    assert not mine.exists()
