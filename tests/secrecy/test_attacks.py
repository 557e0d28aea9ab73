"""Attackers with their hands in the database: each gets nothing, and is noticed."""

import secrets
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from audit.enums import Outcome, Purpose, Verb
from audit.models import Entry
from concertation.accounts.models import Participation
from concertation.situations.models import Situation
from ethics import gate
from ethics.gate.unlock import live_keys, public_keys
from ethics.policy import Refusal
from ethics.roles import Role
from ethics.secrecy import chain, sealing
from ethics.secrecy.erasure.models import ErasureKey
from ethics.secrecy.keys import PrivateKeys
from ethics.secrecy.models import (
    ChainStatement,
    GenerationWrap,
    MemberKeys,
    ScopeWrap,
)
from tests.cast import (
    Circle,
    Someone,
    chain_place,
    make_circle,
    person,
    place,
    sign_charter,
)
from tests.secrecy.conftest import MakeSituation

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def read(someone: Someone, situation: Situation) -> gate.Revelation:
    return gate.reveal(
        someone.actor, records=[situation], subjects=[situation.id], purpose=Purpose.SHEET
    )


def overwrite(situation: Situation, **columns: Any) -> Situation:
    """Write straight into the table, as whoever holds the database can."""
    sets = ", ".join(f"{name} = %s" for name in columns)
    with connection.cursor() as cursor:
        number = situation.id.hex if connection.vendor == "sqlite" else situation.id
        cursor.execute(
            f"UPDATE situations_situation SET {sets} WHERE id = %s",
            [*columns.values(), number],
        )
    return Situation.objects.get(id=situation.id)


def alarms(verb: Verb = Verb.UNOPENABLE) -> int:
    return Entry.objects.filter(verb=verb, outcome=Outcome.FAILED).count()


def test_a_changed_ciphertext_gives_a_sentence_an_event_and_a_mail(
    circle: Circle, make_situation: MakeSituation
) -> None:
    situation = make_situation("canari")
    blob = bytearray(situation.wish.blob)
    blob[-1] ^= 1
    changed = overwrite(situation, wish=bytes(blob))
    mail.outbox.clear()
    seen = read(circle.manager, changed)
    assert seen.get(changed, "wish") is gate.UNOPENABLE
    assert "ne peut pas être ouverte, le DPO est averti" in str(gate.UNOPENABLE)
    assert seen.get(changed, "question") == "canari question"
    assert alarms() == 1
    assert [message.to for message in mail.outbox] == [[circle.dpo.user.email]]
    assert "canari" not in mail.outbox[0].body


@pytest.mark.parametrize("other_field", [False, True])
def test_swapped_ciphertexts_do_not_open(
    circle: Circle, make_situation: MakeSituation, other_field: bool
) -> None:
    one, two = make_situation("un"), make_situation("deux")
    source = one.question.blob if other_field else two.wish.blob
    changed = overwrite(one, wish=source)
    seen = read(circle.manager, changed)
    assert seen.get(changed, "wish") is gate.UNOPENABLE
    assert seen.get(changed, "tried") == "un tried"


def test_a_whole_row_put_in_anothers_place_does_not_open(
    circle: Circle, make_situation: MakeSituation
) -> None:
    one, two = make_situation("un"), make_situation("deux")
    columns = {name: each.blob for name, each in two.copy_of_seals().items()}
    changed = overwrite(one, **columns)
    seen = read(circle.manager, changed)
    assert all(seen.get(changed, name) is gate.UNOPENABLE for name in columns)


def test_an_older_version_under_a_newer_number_does_not_open(
    circle: Circle, make_situation: MakeSituation
) -> None:
    situation = make_situation("canari")
    changed = overwrite(situation, version=situation.version + 1)
    assert read(circle.manager, changed).get(changed, "wish") is gate.UNOPENABLE


def test_planted_plain_text_is_not_believed(circle: Circle, make_situation: MakeSituation) -> None:
    changed = overwrite(make_situation(), wish=b"texte en clair")
    assert read(circle.manager, changed).get(changed, "wish") is gate.UNOPENABLE


def test_keys_moved_to_another_situation_open_nothing(
    circle: Circle, make_situation: MakeSituation
) -> None:
    one, two = make_situation("un"), make_situation("deux")
    stolen = ScopeWrap.objects.get(key__scope=two.id, kind="generation")
    ScopeWrap.objects.filter(key__scope=one.id, kind="generation").update(sealed=stolen.sealed)
    assert read(circle.manager, one).get(one, "wish") is gate.UNOPENABLE


def test_a_planted_public_key_is_refused_at_admission(circle: Circle) -> None:
    user = person("nouvelle@tilleuls.example", "Nouvelle")
    house = circle.coordinator.participation
    assert house is not None
    row = place(user, circle.concertation, house.organisation, [Role.PARTICIPANT])
    newcomer = Someone(user, row)
    sign_charter(newcomer)
    heard = gate.digits(newcomer.actor)
    attacker = PrivateKeys.make().public()
    MemberKeys.objects.filter(person=user).update(hpke_public=attacker.hpke)
    with pytest.raises(gate.WrongDigits):
        gate.admit(circle.coordinator.actor, user.id, chain_place(row), heard)
    assert not GenerationWrap.objects.filter(person=user.id).exists()


def test_a_public_key_planted_after_admission_is_never_sealed_to(circle: Circle) -> None:
    attacker = PrivateKeys.make()
    member = circle.police.user
    MemberKeys.objects.filter(person=member).update(hpke_public=attacker.public().hpke)
    state = chain.state(circle.concertation.id)
    assert state.members[member.id].public.hpke != attacker.public().hpke
    assert state.members[member.id].public != public_keys(live_keys(member.id))


def test_a_planted_generation_opens_and_seals_nothing(
    circle: Circle, make_situation: MakeSituation
) -> None:
    situation = make_situation()
    number = circle.concertation.id
    key = secrets.token_bytes(32)
    own = PrivateKeys.make()
    member = chain.state(number).members[circle.manager.user.id]
    sealing.wrap_generation(
        number,
        2,
        key,
        public=member.public.hpke,
        holder=member.keys,
        person=member.person,
        signer=(uuid4(), own),
    ).save()
    erasure = bytes(ErasureKey.objects.get(container=situation.id).key)
    value, record = sealing.new_scope_key(situation.id, situation.id, 3)
    record.save()
    sealing.wrap_under(
        record, value, erasure=erasure, key=key, wrap=sealing.recipient_generation(2)
    ).save()
    situation.key_generation = 3
    names = {each.name: each for each in Situation.sealed_fields()}
    planted = sealing.seal_field(value, situation, names["wish"], "planté")
    changed = overwrite(situation, wish=planted.blob, key_generation=3)
    assert read(circle.manager, changed).get(changed, "wish") is gate.UNOPENABLE
    assert chain.state(number).generation == chain.state(number).generations[1]


def test_a_generation_key_swapped_behind_the_chain_does_not_match_its_commitment(
    circle: Circle, make_situation: MakeSituation
) -> None:
    situation = make_situation()
    number = circle.concertation.id
    state = chain.state(number)
    member = state.members[circle.manager.user.id]
    insider = circle.coordinator.actor.keys
    assert insider is not None
    assert insider.opened is not None
    GenerationWrap.objects.filter(person=member.person).delete()
    # Even signed by a real member: the chain's commitment names another key.
    sealing.wrap_generation(
        number,
        1,
        secrets.token_bytes(32),
        public=member.public.hpke,
        holder=member.keys,
        person=member.person,
        signer=(insider.keys, insider.opened),
    ).save()
    assert read(circle.manager, situation).get(situation, "wish") is gate.UNOPENABLE


def test_a_planted_role_is_not_in_the_chain(circle: Circle, make_situation: MakeSituation) -> None:
    situation = make_situation()
    Participation.objects.filter(person=circle.police.user).update(
        roles=["participant", "coordinator"], secrecy_status="professional"
    )
    with pytest.raises(gate.Refused):
        read(circle.police, situation)


def test_a_planted_participation_is_not_in_the_chain(
    circle: Circle, make_situation: MakeSituation
) -> None:
    situation = make_situation()
    outsider = person("dehors@tilleuls.example", "Dehors")
    house = circle.coordinator.participation
    assert house is not None
    row = place(outsider, circle.concertation, house.organisation, [Role.COORDINATOR])
    row.state = "admitted"
    row.save()
    someone = Someone(outsider, row)
    sign_charter(someone)
    with pytest.raises(gate.Refused) as refusal:
        read(someone, situation)
    assert refusal.value.reason == Refusal.NOT_IN_CHAIN


Tamper = Callable[[Circle], None]


def shorten(circle: Circle) -> None:
    rows = ChainStatement.objects.filter(concertation=circle.concertation.id)
    rows.order_by("-number")[0].delete()


def change(circle: Circle) -> None:
    row = ChainStatement.objects.filter(concertation=circle.concertation.id)[1]
    ChainStatement.objects.filter(id=row.id).update(
        statement=bytes(row.statement)
        .replace(b'"limited_reader"', b'"coordinator"')
        .replace(b'"participant"', b'"coordinator"')
    )


def forge(circle: Circle) -> None:
    state = chain.state(circle.concertation.id)
    own = PrivateKeys.make()
    body = {"person": str(circle.police.user.id), "participation": str(uuid4())}
    at = timezone.now()
    statement = chain.statement_bytes(
        circle.concertation.id, state.length, state.head, "removal",
        circle.coordinator.user.id, body, at,
    )  # fmt: skip
    signature = own.sign(chain.signed_bytes(statement))
    ChainStatement.objects.create(
        concertation=circle.concertation.id,
        number=state.length,
        statement=statement,
        signature=signature,
        hash=chain.statement_hash(statement, signature),
    )


@pytest.mark.parametrize("tamper", [shorten, change, forge])
def test_a_tampered_chain_stops_everything_and_raises_the_alarm(
    circle: Circle, make_situation: MakeSituation, tamper: Tamper
) -> None:
    situation = make_situation()
    read(circle.manager, situation)
    tamper(circle)
    chain.forget()
    with pytest.raises((chain.ChainBroken, gate.Refused)):
        read(circle.manager, situation)


def test_a_shortened_chain_is_noticed_by_whoever_saw_it_longer(
    circle: Circle, make_situation: MakeSituation
) -> None:
    situation = make_situation()
    read(circle.manager, situation)
    shorten(circle)  # the DPO's admission disappears; the rest still verifies
    chain.forget()
    with pytest.raises(chain.ChainBroken, match="does_not_extend"):
        read(circle.manager, situation)
    assert alarms(Verb.ALARM) == 1
    assert mail.outbox


def test_a_member_of_two_concertations_opens_each_only_with_its_own_hat(
    circle: Circle, make_situation: MakeSituation
) -> None:
    situation = make_situation("ici")
    other = make_circle("marolles", "Les Marolles")
    house = other.coordinator.participation
    assert house is not None
    row = place(circle.manager.user, other.concertation, house.organisation, [Role.PARTICIPANT])
    both = Someone(circle.manager.user, row)
    sign_charter(both)
    gate.admit(other.coordinator.actor, both.user.id, chain_place(row), gate.digits(both.actor))
    assert read(circle.manager, situation).get(situation, "wish") == "ici wish"
    with pytest.raises(gate.Refused) as refusal:
        read(both, situation)
    assert refusal.value.reason == Refusal.UNKNOWN_SUBJECT
    # Moved over in the database, it is found, and still does not open: its key is the other's.
    moved = overwrite(situation, concertation_id=_number(other.concertation.id))
    assert read(both, moved).get(moved, "wish") is gate.UNOPENABLE


def _number(number: UUID) -> Any:
    return number.hex if connection.vendor == "sqlite" else number


def test_the_dpo_is_written_to_once_a_day_for_the_same_situation(
    circle: Circle, make_situation: MakeSituation
) -> None:
    changed = overwrite(make_situation(), wish=b"texte en clair")
    mail.outbox.clear()
    for _ in range(3):
        read(circle.manager, changed)
    assert alarms() == 3
    assert len(mail.outbox) == 1
