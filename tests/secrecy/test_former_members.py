"""Former members with all they kept, and today's database in hand: nothing written later opens."""

from typing import Any
from uuid import UUID

import pytest

from audit.enums import Purpose, Verb
from concertation.situations.models import AgreedAction, Situation
from ethics import gate
from ethics.gate import keyring
from ethics.policy import Act
from ethics.secrecy import chain, sealing, unsealing
from ethics.secrecy.erasure import store
from ethics.secrecy.models import GenerationWrap, ScopeWrap
from ethics.secrecy.sealing import KeyCopy, key_copy
from ethics.secrecy.suites import SecrecyError
from tests.cast import Circle, Someone, number_of
from tests.secrecy.conftest import MakeSituation, make_action
from tests.secrecy.renewing import read, write

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def kept_by(someone: Someone, concertation: UUID) -> tuple[Any, dict[int, bytes]]:
    """What a member could have kept of a session: private keys, the concertation's key."""
    actor = someone.actor
    state = chain.state(concertation)
    assert actor.keys is not None
    keys = {number: keyring.concertation_key(actor, state, number) for number in state.generations}
    return actor.keys.opened, keys


def everything_openable(
    private: Any, kept: dict[int, bytes], situation_keys: set[bytes]
) -> set[bytes]:
    """Every situation's key that kept private keys and kept generations open in today's database,
    with the server's erasure keys in hand too."""
    opened = set(situation_keys)
    for wrap in GenerationWrap.objects.all():
        for signer in chain.state(wrap.concertation).signers.values():
            try:
                key = unsealing.open_generation(
                    private,
                    wrap,
                    signer=signer,
                    expected=chain.state(wrap.concertation).generations[wrap.generation].commitment,
                )
            except SecrecyError:
                continue
            kept = {**kept, wrap.generation: key}
    copies: list[KeyCopy] = [
        key_copy(wrap.key, wrap) for wrap in ScopeWrap.objects.select_related("key")
    ]
    for _ in range(3):
        for copy in copies:
            erasure = store.key(copy.container)
            for key in [*kept.values(), *opened]:
                try:
                    opened.add(unsealing.open_scope(copy, erasure=erasure, key=key))
                except SecrecyError:
                    continue
            for signer in chain.state(copy_concertation(copy)).signers.values():
                try:
                    opened.add(
                        unsealing.open_scope(copy, erasure=erasure, private=private, signer=signer)
                    )
                except SecrecyError:
                    continue
    return opened


def copy_concertation(copy: KeyCopy) -> UUID:
    return Situation.objects.get(id=copy.container).concertation_id


def opens_record(keys: set[bytes], record: Any, name: str) -> bool:
    field = next(each for each in type(record).sealed_fields() if each.name == name)
    for key in keys:
        try:
            unsealing.open_field(key, record, field)
        except SecrecyError:
            continue
        return True
    return False


def test_what_a_former_member_kept_opens_nothing_written_after_they_left(
    circle: Circle, make_situation: MakeSituation
) -> None:
    old = make_situation("avant")
    action = make_action(circle, old, circle.participant, "appeler")
    leaver = circle.manager
    private, kept = kept_by(leaver, circle.concertation.id)
    state = chain.state(circle.concertation.id)
    wanted = [(old.id, old.id, 2), (old.id, action.id, 1)]
    mine = {
        key
        for key in keyring.scope_keys(leaver.actor, state, wanted).values()
        if isinstance(key, bytes)
    }
    assert len(mine) == 2
    assert gate.remove(circle.coordinator.actor, leaver.user.id, number_of(leaver)) is False
    edited = write(circle.coordinator, old, "après")
    fresh = make_situation("nouvelle", author=circle.participant)
    with gate.writing(
        circle.participant.actor,
        Act.MOVE_ACTION,
        verb=Verb.ACTION_STATE_CHANGED,
        purpose=Purpose.SHEET,
        situation=old.id,
        action=action.id,
    ) as pen:
        moved = AgreedAction.objects.get(id=action.id)
        pen.seal(moved, result="fait après")
        moved.save()
        pen.record(Verb.ACTION_STATE_CHANGED, moved)
    keys = everything_openable(private, kept, mine)
    for record, name in ((edited, "wish"), (fresh, "wish"), (moved, "result"), (moved, "text")):
        assert not opens_record(keys, record, name), (record, name)
    # The measure is a measure: the same hands, before, opened what was written then.
    assert opens_record(keys, old, "wish")
    assert read(circle.participant, old) == "après"


def test_a_limited_reader_writes_under_a_new_key_too(
    circle: Circle, make_situation: MakeSituation
) -> None:
    situation = make_situation("avant")
    action = make_action(circle, situation, circle.police, "passer")
    leaver = circle.manager
    private, kept = kept_by(leaver, circle.concertation.id)
    state = chain.state(circle.concertation.id)
    found = keyring.scope_keys(leaver.actor, state, [(situation.id, action.id, 1)])
    mine = {key for key in found.values() if isinstance(key, bytes)}
    assert mine
    gate.remove(circle.coordinator.actor, leaver.user.id, number_of(leaver))

    def move(result: str) -> AgreedAction:
        with gate.writing(
            circle.police.actor,
            Act.MOVE_ACTION,
            verb=Verb.ACTION_STATE_CHANGED,
            purpose=Purpose.MY_ACTION,
            situation=situation.id,
            action=action.id,
        ) as pen:
            row = AgreedAction.objects.get(id=action.id)
            pen.seal(row, result=result)
            row.save()
            pen.record(Verb.ACTION_STATE_CHANGED, row)
        return row

    moved = move("vu après")
    assert ScopeWrap.objects.filter(key__scope=action.id, kind="inbox").count() == 1
    assert not opens_record(everything_openable(private, kept, mine), moved, "result")
    seen = gate.reveal(
        circle.participant.actor, records=[moved], subjects=[situation.id], purpose=Purpose.SHEET
    )
    assert seen.get(moved, "result") == "vu après"
    # Sealed to the inbox, it is fresh: the next write makes no other key; a renewal carries it.
    assert move("encore").key_generation == moved.key_generation
    gate.rotate(circle.coordinator.actor)
    assert not ScopeWrap.objects.filter(kind="inbox").exists()
    seen = gate.reveal(
        circle.participant.actor,
        records=[AgreedAction.objects.get(id=action.id)],
        subjects=[situation.id],
        purpose=Purpose.SHEET,
    )
    assert seen.get(AgreedAction.objects.get(id=action.id), "result") == "encore"


def test_a_guest_who_left_opens_nothing_written_after(
    circle: Circle, make_situation: MakeSituation
) -> None:
    situation = make_situation("avant")
    with gate.writing(
        circle.coordinator.actor,
        Act.EDIT,
        verb=Verb.ACCESS_GRANTED,
        purpose=Purpose.ADMINISTRATION,
        situation=situation.id,
    ) as pen:
        pen.share_scope(situation.id, situation.id, circle.guest.user.id)
    actor = circle.guest.actor
    state = chain.state(circle.concertation.id)
    found = keyring.scope_keys(actor, state, [(situation.id, situation.id, 2)])
    mine = {key for key in found.values() if isinstance(key, bytes)}
    assert mine
    assert actor.keys is not None
    keyring.private_keys(actor)
    gate.remove(circle.coordinator.actor, circle.guest.user.id, number_of(circle.guest))
    # No new generation for someone who never held the key.
    assert len(chain.state(circle.concertation.id).generations) == 1
    edited = write(circle.coordinator, situation, "après")
    keys = everything_openable(actor.keys.opened, {}, mine)
    assert not opens_record(keys, edited, "wish")
    assert read(circle.participant, situation) == "après"


def test_a_carried_copy_renamed_as_fresh_opens_nothing(
    circle: Circle, make_situation: MakeSituation
) -> None:
    """Who holds the database can't make the next write use the key that a leaver kept."""
    situation = make_situation("canari")
    gate.rotate(circle.coordinator.actor)
    ScopeWrap.objects.filter(kind="carried").update(kind="generation")
    with pytest.raises(SecrecyError):
        write(circle.coordinator, situation, "neuf")


def test_a_copy_planted_in_the_inbox_is_not_believed(
    circle: Circle, make_situation: MakeSituation
) -> None:
    """The inbox half is public: whoever holds the database could seal a key of their own to it."""
    situation = make_situation("canari")
    current = chain.state(circle.concertation.id).generation
    assert current is not None
    value, key = sealing.new_scope_key(situation.id, situation.id, 3)
    key.save()
    sealing.wrap_to(
        key,
        value,
        erasure=store.key(situation.id),
        public=current.inbox,
        wrap=ScopeWrap(kind="inbox", generation=current.number),
    ).save()
    with pytest.raises(SecrecyError):
        write(circle.coordinator, situation, "sous une clé plantée")
    assert read(circle.manager, situation) == "canari wish"


def test_a_named_reader_who_left_opens_nothing_written_after(
    circle: Circle, make_situation: MakeSituation
) -> None:
    """A restricted situation has no copy under the concertation's key that a renewal could mark."""
    situation = make_situation("avant")
    readers = {circle.people[name].user.id: None for name in ("participant", "manager")}
    with gate.writing(
        circle.coordinator.actor,
        Act.EDIT,
        verb=Verb.SITUATION_RESTRICTED,
        purpose=Purpose.SHEET,
        situation=situation.id,
    ) as pen:
        row = Situation.objects.get(id=situation.id)
        gate.seal_to_readers(pen, row.id, readers, [row])
        row.save()
        pen.record(Verb.SITUATION_RESTRICTED, row)
    leaver = circle.manager
    private, kept = kept_by(leaver, circle.concertation.id)
    state = chain.state(circle.concertation.id)
    at = (row.id, row.id, row.key_generation)
    mine = {
        k for k in keyring.scope_keys(leaver.actor, state, [at]).values() if isinstance(k, bytes)
    }
    assert opens_record(mine, row, "wish")
    gate.remove(circle.coordinator.actor, leaver.user.id, number_of(leaver))
    edited = write(circle.participant, situation, "après")
    assert edited.key_generation == row.key_generation + 1
    assert not opens_record(everything_openable(private, kept, mine), edited, "wish")
    kinds = ScopeWrap.objects.filter(key__scope=row.id, key__generation=edited.key_generation)
    assert sorted(kinds.values_list("kind", flat=True)) == ["member", "recovery"]
    assert read(circle.participant, situation) == "après"
