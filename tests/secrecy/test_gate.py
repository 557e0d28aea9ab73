"""The one door: decide, record, open, in that order, for readers and writers."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.core import serializers
from django.db import transaction
from django.template import Context, Template
from django.utils import timezone

from audit.enums import Outcome, Purpose, Verb
from audit.models import Entry
from concertation.situations.enums import ActionState
from concertation.situations.models import Situation, SituationGrant
from ethics import gate
from ethics.gate import read as reading
from ethics.policy import Act, FieldGroup, Refusal
from ethics.secrecy import unsealing
from ethics.secrecy.fields import SEALED_MARK, Sealed
from ethics.secrecy.models import ScopeWrap
from ethics.secrecy.suites import SecrecyError
from tests.cast import Circle
from tests.secrecy.conftest import MakeSituation, draft, make_action

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def read(someone: Any, *situations: Situation, **more: Any) -> gate.Revelation:
    return gate.reveal(
        someone.actor,
        records=list(situations),
        subjects=[each.id for each in situations],
        purpose=Purpose.SHEET,
        **more,
    )


def last_entry() -> Entry:
    return Entry.objects.latest("id")


def test_a_participant_reads_what_another_brought(
    circle: Circle, make_situation: MakeSituation
) -> None:
    situation = make_situation("canari")
    seen = read(circle.manager, situation)
    assert seen.get(situation, "wish") == "canari wish"
    assert seen.get(situation, "needs") == ["canari needs"]
    entry = last_entry()
    assert (entry.verb, entry.outcome, entry.actor) == (
        Verb.READ,
        Outcome.GRANTED,
        circle.manager.user.id,
    )


def test_nothing_opens_when_the_event_can_not_be_recorded(
    circle: Circle, make_situation: MakeSituation, monkeypatch: pytest.MonkeyPatch
) -> None:
    situation = make_situation()
    opened: list[str] = []

    def full_disk(*_: Any) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(reading, "record_now", full_disk)
    monkeypatch.setattr(unsealing, "open_field", lambda *_: opened.append("text"))
    with pytest.raises(OSError, match="no space"):
        read(circle.participant, situation)
    assert opened == []


@pytest.mark.parametrize("who", ["police", "guest", "dpo"])
def test_others_are_refused_and_the_refusal_is_recorded(
    circle: Circle, make_situation: MakeSituation, who: str
) -> None:
    situation = make_situation()
    with pytest.raises(gate.Refused):
        read(circle.people[who], situation)
    entry = last_entry()
    assert entry.outcome == Outcome.REFUSED
    assert entry.actor == circle.people[who].user.id


def test_a_draft_is_its_authors_alone(circle: Circle) -> None:
    mine = draft(circle, circle.participant, "brouillon")
    assert read(circle.participant, mine).get(mine, "wish") == "brouillon wish"
    for other in (circle.coordinator, circle.manager):
        with pytest.raises(gate.Refused) as refusal:
            read(other, mine)
        assert refusal.value.reason == Refusal.DRAFT


def test_what_was_typed_and_taken_back_before_sharing_stays_the_authors(
    circle: Circle, make_situation: MakeSituation
) -> None:
    situation = make_situation("partagé")
    first = situation.history.earliest("history_date")
    early = Situation(
        **{each.attname: getattr(first, each.attname) for each in Situation._meta.concrete_fields}
    )
    assert early.key_generation == 1
    assert read(circle.participant, early).get(early, "wish") == "partagé wish"
    assert read(circle.manager, early).get(early, "wish") is gate.UNOPENABLE


def test_a_limited_reader_sees_the_action_addressed_to_them_and_nothing_else(
    circle: Circle, make_situation: MakeSituation
) -> None:
    situation = make_situation()
    theirs = make_action(circle, situation, circle.police, "passer jeudi")
    other = make_action(circle, situation, circle.manager, "appeler le CPAS")
    seen = gate.reveal(
        circle.police.actor,
        records=[situation, theirs, other],
        subjects=[situation.id],
        purpose=Purpose.MY_ACTION,
    )
    assert seen.get(theirs, "text") == "passer jeudi"
    assert seen.get(other, "text") is None
    assert seen.get(situation, "headline") is None
    assert seen.groups[situation.id] == {FieldGroup.ACTIONS}
    assert not Entry.objects.filter(verb=Verb.UNOPENABLE).exists()


def test_another_persons_action_is_not_moved_by_owning_one(
    circle: Circle, make_situation: MakeSituation
) -> None:
    situation = make_situation()
    make_action(circle, situation, circle.police, "passer jeudi")
    other = make_action(circle, situation, circle.manager, "appeler")
    with (
        pytest.raises(gate.Refused),
        gate.writing(
            circle.police.actor,
            Act.MOVE_ACTION,
            verb=Verb.ACTION_STATE_CHANGED,
            purpose=Purpose.MY_ACTION,
            situation=situation.id,
            action=other.id,
        ),
    ):
        pytest.fail("the pen was handed out")


def test_a_record_of_another_situation_is_dropped_whatever_the_caller_says(
    circle: Circle, make_situation: MakeSituation
) -> None:
    mine, foreign = make_situation("un"), make_situation("deux")
    seen = gate.reveal(
        circle.manager.actor, records=[mine, foreign], subjects=[mine.id], purpose=Purpose.SHEET
    )
    assert seen.get(mine, "wish") == "un wish"
    assert seen.get(foreign, "wish") is None


def test_a_withheld_field_is_not_opened_even_when_asked_for(
    circle: Circle, make_situation: MakeSituation
) -> None:
    situation = make_situation()
    seen = read(circle.manager, situation, fields={"situations.situation": ("headline",)})
    assert seen.get(situation, "headline") == "canari headline"
    assert seen.get(situation, "wish") is None


def test_an_empty_board_is_shown_to_the_circle_only(circle: Circle) -> None:
    assert read(circle.manager, act=Act.LIST).groups == {}
    with pytest.raises(gate.Refused):
        read(circle.police, act=Act.LIST)


def test_a_write_saves_with_its_event_or_not_at_all(
    circle: Circle, make_situation: MakeSituation
) -> None:
    situation = make_situation()
    before = Entry.objects.count()

    def stumble() -> None:
        with gate.writing(
            circle.manager.actor,
            Act.CONTRIBUTE,
            verb=Verb.SITUATION_EDITED,
            purpose=Purpose.SHEET,
            situation=situation.id,
        ) as pen:
            pen.seal(situation, wish="autre")
            situation.save()
            pen.record(Verb.SITUATION_EDITED, situation)
            raise ValueError("after the save")

    with pytest.raises(ValueError, match="after the save"):
        stumble()
    situation.refresh_from_db()
    assert Entry.objects.count() == before
    assert read(circle.manager, situation).get(situation, "wish") == "canari wish"


def test_fields_not_named_keep_their_text_under_the_next_version(
    circle: Circle, make_situation: MakeSituation
) -> None:
    situation = make_situation()
    version, blob = situation.version, situation.question.blob
    with gate.writing(
        circle.coordinator.actor,
        Act.EDIT,
        verb=Verb.SITUATION_EDITED,
        purpose=Purpose.SHEET,
        situation=situation.id,
    ) as pen:
        pen.seal(situation, wish="autre souhait")
        situation.save()
        pen.record(Verb.SITUATION_EDITED, situation)
    assert situation.version == version + 1
    assert situation.question.blob != blob
    seen = read(circle.manager, situation)
    assert (seen.get(situation, "wish"), seen.get(situation, "question")) == (
        "autre souhait",
        "canari question",
    )


def test_a_pen_has_no_way_to_open() -> None:
    public = {name for name in dir(gate.Pen) if not name.startswith("_")}
    assert public <= {
        "actor", "count", "decision", "facts", "guard", "new_scope", "note", "open_container",
        "open_to_circle", "purpose", "record", "seal", "share_scope", "situation",
    }  # fmt: skip


def test_a_sealed_value_shows_nothing_anywhere(make_situation: MakeSituation) -> None:
    situation = make_situation("canari")
    shown = Template("{{ s.wish }}").render(Context({"s": situation}))
    assert shown == SEALED_MARK
    assert "canari" not in serializers.serialize("json", [situation])
    assert "canari" not in repr(situation.wish)


def test_plain_text_can_not_be_saved_in_a_sealed_field(make_situation: MakeSituation) -> None:
    situation = make_situation()
    situation.wish = "en clair"
    with pytest.raises(TypeError, match="Sealed"), transaction.atomic():
        situation.save()
    assert isinstance(Situation.objects.get().wish, Sealed)


def test_the_gate_refuses_before_the_second_factor(
    circle: Circle, make_situation: MakeSituation
) -> None:
    situation = make_situation()
    actor = circle.participant.actor
    assert actor.keys is not None
    actor.keys.second_factor = False
    with pytest.raises(gate.Refused) as refusal:
        gate.reveal(actor, records=[situation], subjects=[situation.id], purpose=Purpose.SHEET)
    assert refusal.value.reason == Refusal.NO_SECOND_FACTOR


def test_a_copy_given_until_a_day_opens_until_that_day(
    circle: Circle, make_situation: MakeSituation
) -> None:
    situation = make_situation()
    action = make_action(circle, situation, circle.police, "passer jeudi")
    action = make_action(circle, situation, circle.police, "passer jeudi")
    wrap = ScopeWrap.objects.filter(key__scope=action.id, kind="member")

    def text() -> Any:
        seen = gate.reveal(
            circle.police.actor,
            records=[action],
            subjects=[situation.id],
            purpose=Purpose.MY_ACTION,
        )
        return seen.get(action, "text")

    wrap.update(until=timezone.localdate())
    assert text() == "passer jeudi"
    wrap.update(until=timezone.localdate() - timedelta(days=1))
    assert text() is gate.UNOPENABLE


@pytest.mark.parametrize("state", [ActionState.PROPOSED, ActionState.WITHDRAWN])
def test_a_limited_reader_sees_no_proposal(
    circle: Circle, make_situation: MakeSituation, state: ActionState
) -> None:
    situation = make_situation()
    action = make_action(circle, situation, circle.police, "passer jeudi", state)
    with pytest.raises(gate.Refused):
        gate.reveal(
            circle.police.actor,
            records=[action],
            subjects=[situation.id],
            purpose=Purpose.MY_ACTION,
        )


def test_a_guests_grant_ends_with_its_day_and_stays_with_its_hat(
    circle: Circle, make_situation: MakeSituation
) -> None:
    situation = make_situation()
    place = circle.guest.participation
    assert place is not None
    grant = SituationGrant.objects.create(
        user=circle.guest.user,
        permission=Permission.objects.get(codename="read_situation"),
        content_object=situation,
        participation=place.id,
        until=timezone.localdate(),
    )
    with gate.writing(
        circle.coordinator.actor,
        Act.EDIT,
        verb=Verb.ACCESS_GRANTED,
        purpose=Purpose.SHEET,
        situation=situation.id,
    ) as pen:
        pen.share_scope(situation.id, situation.id, circle.guest.user.id)
    assert read(circle.guest, situation).get(situation, "wish") == "canari wish"
    for changed in (
        {"until": timezone.localdate() - timedelta(days=1)},
        {"participation": uuid4()},
    ):
        SituationGrant.objects.filter(id=grant.id).update(**changed)
        with pytest.raises(gate.Refused):
            read(circle.guest, situation)
        SituationGrant.objects.filter(id=grant.id).update(until=None, participation=place.id)


def test_what_does_not_open_is_not_written_over(
    circle: Circle, make_situation: MakeSituation
) -> None:
    situation = make_situation()
    blob = bytearray(situation.tried.blob)
    blob[-1] ^= 1
    Situation.objects.filter(id=situation.id).update(tried=Sealed(bytes(blob)))
    changed = Situation.objects.get(id=situation.id)
    with (
        pytest.raises(SecrecyError, match="does_not_open"),
        gate.writing(
            circle.coordinator.actor,
            Act.EDIT,
            verb=Verb.SITUATION_EDITED,
            purpose=Purpose.SHEET,
            situation=situation.id,
        ) as pen,
    ):
        pen.seal(changed, wish="autre")
    assert Situation.objects.get(id=situation.id).version == situation.version
    assert last_entry().verb == Verb.UNOPENABLE
