"""With all private keys of a limited reader or a guest, the whole database and the erasure store:
exactly what is theirs opens, and nothing else; after the end, nothing that was lent."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from audit.models import Entry
from concertation.situations import actions, reading
from concertation.situations.codes import show_code
from concertation.situations.models import AgreedAction, Contribution, Situation, SituationGrant
from ethics import gate
from ethics.roles import Role
from ethics.secrecy.erasure import store
from ethics.secrecy.models import ScopeWrap
from tests.cast import Circle, Someone, join, number_of
from tests.secrecy.thief import Loot, Row, cookie_secret, loot, private_keys, session_loot
from tests.signin import signed_in
from tests.situations import story

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

WEEK = timedelta(days=7)


class World:
    """A board with something of every kind on it."""

    def __init__(self, circle: Circle) -> None:
        self.circle = circle
        # Brought by the police officer, then edited, answered and acted upon by the circle.
        self.theirs = story.bring(circle.police)
        self.as_sent = self.theirs.version
        story.entry(circle.manager, self.theirs, "Entrée du cercle")
        actions.edit_situation(
            circle.coordinator.actor,
            situation=self.theirs.id,
            presentation=story.presentation(headline="Titre du cercle"),
            expected_version=self.theirs.version,
        )
        self.draft = story.draft(circle.police, headline="Mon brouillon")
        # Brought by a participant: one action for the officer, one for the circle, one proposed.
        self.other = story.bring(circle.participant, headline="Situation du quartier")
        story.entry(circle.manager, self.other, "Récit du quartier")
        self.addressed = story.agree(circle.manager, self.other, circle.police, text="Passer voir")
        story.agree(circle.manager, self.other, circle.participant, text="Action du cercle")
        story.propose(circle.manager, self.other, circle.police, text="Pas encore convenue")
        # One more, opened to nobody, and somebody else's draft.
        self.shut = story.bring(circle.manager, headline="Situation fermée")
        story.draft(circle.manager, headline="Brouillon d’autrui")
        # Last, so that its notes still wait to be counted.
        actions.answer_action(
            circle.police.actor, action=self.addressed.id, state="under_way", text="Passage prévu"
        )

    def tick(self, situation: Situation, days: int = 7, to: Someone | None = None) -> None:
        actions.open_to_guest(
            self.circle.coordinator.actor,
            situation=situation.id,
            guest=number_of(to or self.circle.guest),
            until=timezone.localdate() + timedelta(days=days),
        )


@pytest.fixture
def world(circle: Circle) -> World:
    return World(circle)


def taken(who: Someone) -> Loot:
    return loot(private_keys(who))


def rows(model: Any, **which: Any) -> set[Row]:
    """Every version of these rows, live and in history."""
    found = {(model.SEALED_AS, each.id, each.version) for each in model.objects.filter(**which)}
    history = model.history.filter(**which)
    return found | {(model.SEALED_AS, each.id, each.version) for each in history}


def versions(number: UUID, *which: int) -> set[Row]:
    return {(Situation.SEALED_AS, number, each) for each in which}


def test_all_private_keys_of_a_limited_reader_open_what_they_wrote_and_what_is_addressed(
    world: World,
) -> None:
    found = taken(world.circle.police)
    theirs = versions(world.theirs.id, *range(1, world.as_sent + 1))
    theirs |= rows(Situation, id=world.draft.id)
    theirs |= rows(AgreedAction, id=world.addressed.id)
    theirs |= rows(Contribution, author=number_of(world.circle.police))
    # The decision they took, in their own answers.
    kept = {row for row in found.texts if row[0] == "sharing.sharingdecision"}
    assert set(found.texts) - kept == theirs
    assert len(kept) <= 1
    assert (found.concertation_keys, found.notes) == (0, 0)
    for word in (
        "Titre du cercle", "Entrée du cercle", "Situation du quartier", "Récit du quartier",
        "Action du cercle", "Pas encore convenue", "Situation fermée", "Brouillon d’autrui",
    ):  # fmt: skip
        assert word not in found.words()


def test_the_thief_of_a_key_holder_opens_what_the_circle_reads(world: World) -> None:
    """The thief is no fool: what they don't find with the keys above is really out of reach."""
    found = taken(world.circle.manager)
    assert found.concertation_keys == 1
    assert found.notes
    for word in ("Titre du cercle", "Récit du quartier", "Situation fermée", story.HEADLINE):
        assert word in found.words()
    assert "Mon brouillon" not in found.words()


def test_all_private_keys_of_a_guest_open_nothing_before_a_tick(world: World) -> None:
    found = taken(world.circle.guest)
    assert (found.texts, found.concertation_keys, found.notes) == ({}, 0, 0)


@pytest.mark.parametrize("brought_by_police", [True, False])
def test_all_private_keys_of_a_guest_open_the_ticked_situation_and_nothing_else(
    world: World, brought_by_police: bool
) -> None:
    ticked = world.theirs if brought_by_police else world.other
    world.tick(ticked)
    found = taken(world.circle.guest)
    assert {row[1] for row in found.texts if row[0] == Situation.SEALED_AS} == {ticked.id}
    about = set(Contribution.objects.filter(situation=ticked).values_list("id", flat=True))
    about |= set(AgreedAction.objects.filter(situation=ticked).values_list("id", flat=True))
    others = {row[1] for row in found.texts if row[0].startswith("situations.")}
    assert others - {ticked.id} <= about
    assert (found.concertation_keys, found.notes) == (0, 0)
    # Not the draft it once was.
    assert min(row[2] for row in found.texts if row[1] == ticked.id) > 1


def test_what_the_sheet_shows_a_guest_is_what_their_keys_open(world: World) -> None:
    world.tick(world.theirs)
    sheet = reading.situation_sheet(world.circle.guest.actor, code(world.theirs))
    assert sheet.story is not None
    assert sheet.story.headline == "Titre du cercle"
    assert [each.text for each in sheet.entries] == ["Entrée du cercle"]


def test_when_the_day_is_over_the_gate_stops_and_the_daily_command_takes_the_copies(
    world: World,
) -> None:
    world.tick(world.other)
    later = timezone.localdate() + WEEK + timedelta(days=1)
    with patch.object(timezone, "localdate", lambda *_: later):
        with pytest.raises(gate.Refused):
            reading.situation_sheet(world.circle.guest.actor, code(world.other))
        assert reading.opened_to(world.circle.guest.actor) == ()
        call_command("daily")
    assert not SituationGrant.objects.exists()
    assert taken(world.circle.guest).texts == {}
    assert Entry.objects.get(verb="access_ended").actor is None


def test_the_last_day_counts(world: World) -> None:
    world.tick(world.other, days=0)
    assert actions.end_expired() == 0
    assert taken(world.circle.guest).texts


def test_a_situation_taken_back_opens_no_more(world: World) -> None:
    world.tick(world.other)
    world.tick(world.shut)
    actions.take_back(
        world.circle.coordinator.actor,
        situation=world.other.id,
        guest=number_of(world.circle.guest),
    )
    found = taken(world.circle.guest)
    assert {row[1] for row in found.texts if row[0] == Situation.SEALED_AS} == {world.shut.id}


def test_keys_kept_from_before_open_nothing_written_after_taking_back(world: World) -> None:
    world.tick(world.other)
    kept = list(ScopeWrap.objects.filter(kind="member", key__container=world.other.id))
    actions.take_back(
        world.circle.coordinator.actor,
        situation=world.other.id,
        guest=number_of(world.circle.guest),
    )
    story.entry(world.circle.manager, world.other, "Écrit après")
    ScopeWrap.objects.filter(id__in=[each.id for each in kept]).delete()
    ScopeWrap.objects.bulk_create(kept)
    assert "Écrit après" not in taken(world.circle.guest).words()


def test_taking_back_from_one_guest_takes_nothing_from_another(world: World) -> None:
    house = world.circle.participant.participation
    assert house is not None
    second = join(world.circle, "second", house.organisation, [Role.GUEST])
    world.tick(world.other)
    world.tick(world.other, to=second)
    actions.take_back(
        world.circle.coordinator.actor,
        situation=world.other.id,
        guest=number_of(world.circle.guest),
    )
    story.entry(world.circle.manager, world.other, "Écrit après")
    assert "Écrit après" in taken(second).words()
    assert taken(world.circle.guest).texts == {}


def test_erasing_a_situation_leaves_a_limited_reader_nothing_of_it(world: World) -> None:
    store.destroy(world.theirs.id)
    found = taken(world.circle.police)
    assert world.theirs.id not in {row[1] for row in found.texts}


@pytest.mark.parametrize("name", ["police", "guest"])
def test_their_sessions_give_their_own_keys_and_nobody_else_s(world: World, name: str) -> None:
    for who in (world.circle.police, world.circle.guest, world.circle.manager):
        signed_in(who)
    who = world.circle.people[name]
    client = signed_in(who)
    secret = cookie_secret(client.cookies[settings.KEY_COOKIE_NAME].value)
    found = session_loot(secret)
    assert {pair.bundle for pair in found} == {pair.bundle for pair in private_keys(who)}


def code(row: Situation) -> str:
    return show_code(row.code or "")
