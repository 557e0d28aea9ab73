"""What a limited reader brings: read by the circle at once, and by them as they wrote it."""

from typing import Any

import pytest

from audit.enums import Outcome, Purpose
from audit.models import Entry
from concertation.situations import actions, errors, reading, tally
from concertation.situations.codes import show_code
from concertation.situations.models import Situation
from ethics import gate
from ethics.policy import Act
from ethics.secrecy import chain, sealing
from ethics.secrecy.check import check_all
from ethics.secrecy.erasure import store
from ethics.secrecy.models import ScopeWrap
from tests.cast import Circle, Someone
from tests.signin import signed_in
from tests.situations import story
from tests.situations.pages import get, url

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

OURS = "Le groupe précise autre chose"


def headline(who: Someone, row: Situation) -> Any:
    """The headline of the live row, as this person's sheet would open it."""
    live = Situation.objects.get(id=row.id)
    opened = gate.reveal(who.actor, records=[live], subjects=[live.id], purpose=Purpose.SHEET)
    return opened.get(live, "headline")


def edited(circle: Circle, row: Situation) -> None:
    actions.edit_situation(
        circle.coordinator.actor,
        situation=row.id,
        presentation=story.presentation(headline=OURS, account=OURS),
        expected_version=row.version,
    )


def refused(who: Someone, verb: str) -> bool:
    rows = Entry.objects.filter(verb=verb, outcome=Outcome.REFUSED, actor=who.user.id)
    return rows.exists()


def test_the_draft_is_sealed_to_its_author_alone(circle: Circle) -> None:
    draft = story.draft(circle.police)
    held = circle.police.actor.keys
    assert held is not None
    wrap = ScopeWrap.objects.get(key__container=draft.id)
    assert (wrap.kind, wrap.recipient) == ("member", held.keys)
    assert reading.own_draft(circle.police.actor, draft.id).presentation.headline == story.HEADLINE
    assert [each.headline for each in reading.drafts(circle.police.actor)] == [story.HEADLINE]
    with pytest.raises(gate.Refused):
        reading.own_draft(circle.coordinator.actor, draft.id)


def test_sent_it_is_read_by_every_key_holder_at_once(circle: Circle) -> None:
    row = story.bring(circle.police)
    assert row.state == "signalled"
    for who in (circle.coordinator, circle.manager, circle.participant):
        assert headline(who, row) == story.HEADLINE
        assert [each.headline for each in reading.board(who.actor).rows] == [story.HEADLINE]
        sheet = reading.situation_sheet(who.actor, show_code(row.code or ""))
        assert sheet.story is not None
        assert sheet.story.wish == story.WISH
    assert check_all().ok


def test_what_was_typed_and_taken_out_before_is_never_the_circle_s(circle: Circle) -> None:
    draft = story.draft(circle.police, account="Un nom tapé trop vite")
    actions.save_draft(circle.police.actor, presentation=story.presentation(), draft=draft.id)
    row = story.share(circle.police, draft.id)
    first = row.history.order_by("version").first().instance
    opened = gate.reveal(
        circle.manager.actor, records=[first], subjects=[row.id], purpose=Purpose.SHEET
    )
    assert opened.get(first, "account") is gate.UNOPENABLE


def test_they_read_again_what_they_wrote_and_nothing_the_group_wrote(circle: Circle) -> None:
    row = story.bring(circle.police)
    story.entry(circle.manager, row, "Confié au groupe seulement")
    story.agree(circle.manager, row, circle.participant, text="Action du cercle")
    edited(circle, row)
    sheet = reading.situation_sheet(circle.police.actor, show_code(row.code or ""))
    assert sheet.frame is not None
    assert (sheet.story, sheet.entries, sheet.actions) == (None, (), ())
    assert sheet.brought is not None
    assert sheet.brought.headline == story.HEADLINE
    assert story.ACCOUNT in {text for _, text in sheet.brought.texts}
    page = get(signed_in(circle.police), url(circle, "situation", show_code(row.code or "")))
    assert story.ACCOUNT in page
    for word in (OURS, "Confié au groupe seulement", "Action du cercle"):
        assert word not in page


def test_the_group_s_entries_lie_under_a_key_they_do_not_hold(circle: Circle) -> None:
    row = story.bring(circle.police)
    entry = story.entry(circle.manager, row)
    edited(circle, row)
    row.refresh_from_db()
    held = circle.police.actor.keys
    assert held is not None
    theirs = ScopeWrap.objects.filter(recipient=held.keys, key__scope=row.id)
    assert set(theirs.values_list("key__generation", flat=True)) == {1, 2}
    assert entry.key_generation == row.key_generation == 3


@pytest.mark.parametrize("act", [Act.READ, Act.READ_OWN])
def test_the_gate_opens_no_later_version_to_them(circle: Circle, act: Act) -> None:
    """Even handed the live row itself."""
    row = story.bring(circle.police)
    edited(circle, row)
    row.refresh_from_db()
    opened = gate.reveal(
        circle.police.actor, records=[row], subjects=[row.id], purpose=Purpose.SHEET, act=act
    )
    assert opened.get(row, "headline") in {None, gate.UNOPENABLE}


def test_own_text_stays_readable_after_closing(circle: Circle) -> None:
    row = story.bring(circle.police)
    actions.close_situation(
        circle.coordinator.actor, situation=row.id, outcome="informed", comment=OURS
    )
    sheet = reading.situation_sheet(circle.police.actor, show_code(row.code or ""))
    assert sheet.brought is not None
    assert sheet.story is None
    assert [each.state for each in reading.opened_to(circle.police.actor)] == ["clôturée"]


def test_what_somebody_else_brought_is_not_theirs_to_read(circle: Circle) -> None:
    row = story.bring(circle.participant)
    with pytest.raises(gate.Refused):
        gate.reveal(
            circle.police.actor,
            records=[row],
            subjects=[row.id],
            purpose=Purpose.SHEET,
            act=Act.READ_OWN,
        )
    with pytest.raises(gate.Refused):
        reading.situation_sheet(circle.police.actor, show_code(row.code or ""))


def test_they_follow_up_nothing_but_the_actions_addressed_to_them(circle: Circle) -> None:
    row = story.bring(circle.police)
    with pytest.raises(gate.Refused):
        actions.contribute(
            circle.police.actor, situation=row.id, kind="information", text="Autre chose"
        )
    edit = story.presentation(headline="Autre")
    with pytest.raises(gate.Refused):
        actions.edit_situation(
            circle.police.actor, situation=row.id, presentation=edit, expected_version=row.version
        )
    with pytest.raises((gate.Refused, errors.NoSuchAction)):
        actions.give_feedback(circle.police.actor, situation=row.id, text="Autre chose")
    action = story.agree(circle.manager, row, circle.police)
    actions.answer_action(circle.police.actor, action=action.id, state="done", text="Fait")
    assert refused(circle.police, "contribution_added")


def test_bringing_counts_for_the_year(circle: Circle) -> None:
    story.bring(circle.participant)
    story.bring(circle.police)
    tally.take_in(circle.manager.actor)
    counts = story.counts(circle)
    assert counts["situations_brought"] == {"all": 2}
    assert counts["needs"]["housing"] == 2


def test_a_situation_planted_through_the_inbox_opens_for_nobody(circle: Circle) -> None:
    """The inbox half is public: what counts is who signed the copy."""
    row = story.bring(circle.police)
    erasure = store.key(row.id)
    value, key = sealing.new_scope_key(row.id, row.id, 4)
    key.save()
    current = chain.state(circle.concertation.id).generation
    assert current is not None
    sealing.wrap_to(
        key,
        value,
        erasure=erasure,
        public=current.inbox,
        wrap=ScopeWrap(kind="inbox", generation=current.number),
    ).save()
    row.key_generation, row.version = 4, 9
    for field in Situation.sealed_fields():
        planted: Any = [] if field.coded else "Texte glissé"
        setattr(row, field.name, sealing.seal_field(value, row, field, planted))
    row.save()
    assert headline(circle.manager, row) is gate.UNOPENABLE
    assert Entry.objects.filter(verb="unopenable").latest("pk").reason == "unsigned_seal"


def test_the_pages_from_the_form_to_the_code(circle: Circle) -> None:
    draft = story.draft(circle.police)
    client = signed_in(circle.police)
    home = get(client, url(circle, "home"))
    assert url(circle, "situation-bring") in home
    assert get(client, url(circle, "situation-bring"))
    assert story.HEADLINE in get(client, url(circle, "situation-drafts"))
    row = story.share(circle.police, draft.id)
    code = show_code(row.code or "")
    assert code in get(client, url(circle, "situation-code", code))
    page = get(client, url(circle, "board"))
    assert "Mes situations et mes actions" in page
    assert story.HEADLINE in page
    assert "présentée par vous" in page
    for route in ("report", "meetings"):
        assert client.get(url(circle, route), follow=True).status_code == 404
    assert client.get(url(circle, "situation-history", code)).status_code == 404


def test_nobody_else_outside_the_circle_brings(circle: Circle) -> None:
    for who in (circle.guest, circle.dpo):
        with pytest.raises(gate.Refused):
            story.draft(who)
        with pytest.raises(gate.Refused):
            reading.drafts(who.actor)
        assert refused(who, "draft_saved")
