"""The recovery key on paper: tried, made anew, used, and asked for once a year."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from audit.enums import Outcome, Verb
from audit.models import Entry
from audit.names import PLATFORM
from concertation.accounts.actions import recovery
from concertation.accounts.models import Participation
from ethics import gate
from ethics.gate.recovery import ALPHABET
from ethics.secrecy import chain
from ethics.secrecy.models import GenerationWrap
from tests.accounts.test_restoring import lose
from tests.cast import PASSWORD, Circle, Someone, number_of
from tests.secrecy.conftest import MakeSituation, make_situation
from tests.secrecy.renewing import read
from tests.signin import signed_in

__all__ = ["make_situation"]

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

# The cast's recovery key, as its sheet shows it.
SHEET = " ".join(gate.recovery_groups(bytes(range(32))))
OTHER = " ".join(gate.recovery_groups(bytes(32)))


def url(name: str) -> str:
    return reverse(name, args=["tilleuls"])


def test_the_printed_groups_are_read_back_forgivingly_and_slips_are_seen() -> None:
    key = bytes(range(32))
    assert gate.recovery_key(SHEET) == key
    written = SHEET.lower().replace("0", "o").replace("1", "l").replace(" ", "-")
    assert gate.recovery_key(written) == key
    for slip in (SHEET[:-1], SHEET + "0", SHEET.replace(SHEET[3], "U", 1), ""):
        with pytest.raises(gate.BadRecoveryKey):
            gate.recovery_key(slip)
    wrong = 0
    plain = SHEET.replace(" ", "")
    for at in range(len(plain)):
        other = ALPHABET[(ALPHABET.index(plain[at]) + 1) % len(ALPHABET)]
        changed = plain[:at] + other + plain[at + 1 :]
        try:
            gate.recovery_key(changed)
        except gate.BadRecoveryKey:
            wrong += 1
    assert wrong == len(plain)


def test_the_yearly_rehearsal_opens_nothing_and_is_remembered(circle: Circle) -> None:
    client = signed_in(circle.coordinator)
    check = url("member-recovery-check")
    assert "ne forment pas" in client.post(check, {"recovery": "ABCD"}).content.decode()
    page = client.post(check, {"recovery": OTHER}).content.decode()
    assert "pas celle de cette concertation" in page
    assert client.post(check, {"recovery": SHEET}).status_code == 302
    entries = Entry.objects.filter(verb=Verb.RECOVERY_CHECKED)
    assert entries.filter(outcome=Outcome.GRANTED).count() == 1
    assert entries.filter(outcome=Outcome.REFUSED).count() == 1
    assert len(chain.state(circle.concertation.id).changes) == 6
    for name in ("participant", "dpo"):
        answer = signed_in(circle.people[name]).post(check, {"recovery": SHEET})
        assert answer.status_code == 404


def reissue(circle: Circle, client: Any) -> str:
    """Through the page: start, read the sheet, type two groups back; gives the new sheet."""
    assert client.post(url("member-recovery")).status_code == 302
    page = client.get(url("member-recovery"))
    groups = page.context["page"].groups
    assert len(groups) == 13
    retype = url("member-recovery") + "?etape=recopier"
    asked = client.get(retype)
    assert all(group not in asked.content.decode() for group in groups)
    labels = [str(asked.context["form"].fields[name].label) for name in ("first", "second")]
    numbers = [int(label.split()[-1]) - 1 for label in labels]
    typed = {"first": groups[numbers[0]], "second": groups[numbers[1]]}
    bad = client.post(retype, {**typed, "first": "0000", "password": PASSWORD})
    assert "ne correspond pas" in bad.content.decode()
    assert client.post(retype, {**typed, "password": PASSWORD}).status_code == 302
    return " ".join(groups)


def test_a_reissued_key_replaces_the_sheet_and_renews_the_keys(
    circle: Circle, make_situation: MakeSituation
) -> None:
    situation = make_situation("canari")
    mail.outbox.clear()
    client = signed_in(circle.coordinator)
    sheet = reissue(circle, client)
    state = chain.state(circle.concertation.id)
    assert len(state.generations) == 2
    assert len(mail.outbox) == 6
    assert read(circle.participant, situation) == "canari wish"
    wraps = GenerationWrap.objects.filter(concertation=circle.concertation.id, holder=None)
    assert wraps.count() == 2
    check = url("member-recovery-check")
    assert "pas celle" in client.post(check, {"recovery": SHEET}).content.decode()
    assert client.post(check, {"recovery": sheet}).status_code == 302
    # The new sheet carries everything that came before.
    someone = lose(circle.coordinator)
    assert use(someone, sheet).status_code == 302
    assert read(someone, situation) == "canari wish"
    assert signed_in(circle.participant).post(url("member-recovery")).status_code == 404


def use(someone: Someone, sheet: str) -> Any:
    rescue = reverse("rescue", args=[number_of(someone)])
    return signed_in(someone).post(rescue, {"recovery": sheet, "password": PASSWORD})


def test_the_printed_key_restores_a_coordinator_loudly(
    circle: Circle, make_situation: MakeSituation
) -> None:
    situation = make_situation("canari")
    gate.rotate(circle.participant.actor)
    someone = lose(circle.coordinator)
    page = signed_in(someone).get(reverse("threshold", args=[number_of(someone)]))
    assert "Employer la clé de secours" in page.content.decode()
    mail.outbox.clear()
    assert "pas celle" in use(someone, OTHER).content.decode()
    assert use(someone, SHEET).status_code == 302
    assert read(someone, situation) == "canari wish"
    assert len(mail.outbox) == 6
    assert {message.to[0] for message in mail.outbox} >= {circle.dpo.user.email}
    used = Entry.objects.filter(verb=Verb.RECOVERY_USED, outcome=Outcome.GRANTED)
    ledgers = set(used.values_list("ledger__name", flat=True))
    assert ledgers == {PLATFORM, f"concertation:{circle.concertation.id}"}
    refused = Entry.objects.filter(verb=Verb.RECOVERY_USED, outcome=Outcome.REFUSED)
    assert refused.count() == 1
    # Said to everyone until a new one is made.
    shown = signed_in(circle.participant).get(url("members")).content.decode()
    assert "La clé de secours a servi" in shown
    client = signed_in(someone)
    reissue(circle, client)
    assert "La clé de secours a servi" not in client.get(url("members")).content.decode()


def test_the_printed_key_restores_nobody_but_a_coordinator_with_new_keys(circle: Circle) -> None:
    worker = lose(circle.manager)
    assert use(worker, SHEET).status_code == 404
    assert not gate.holds_keys(worker.actor)
    # One who still has their keys has nothing to be rescued from.
    assert use(circle.coordinator, SHEET).status_code in {404, 503}
    assert chain.state(circle.concertation.id).recovery_used is None


def test_a_role_planted_in_the_row_is_not_rescued(circle: Circle) -> None:
    worker = lose(circle.manager)
    Participation.objects.filter(person=worker.user).update(roles=["coordinator", "participant"])
    assert use(worker, SHEET).status_code == 404
    assert not gate.holds_keys(worker.actor)


def test_the_command_does_what_the_page_does_and_takes_no_secret_as_argument(
    circle: Circle, make_situation: MakeSituation, monkeypatch: pytest.MonkeyPatch
) -> None:
    situation = make_situation("canari")
    someone = lose(circle.coordinator)
    out = io.StringIO()
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n{OTHER}\n"))
    with pytest.raises(CommandError, match="pas celle"):
        call_command("recovery", "restore", someone.user.email, "tilleuls", stdout=out)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"faux\n{SHEET}\n"))
    with pytest.raises(CommandError, match="does not open the keys"):
        call_command("recovery", "restore", someone.user.email, "tilleuls", stdout=out)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n{SHEET}\n"))
    call_command("recovery", "restore", someone.user.email, "tilleuls", stdout=out)
    assert "restored" in out.getvalue()
    assert read(someone, situation) == "canari wish"
    with pytest.raises(CommandError, match="Nobody"):
        call_command("recovery", "restore", "personne@tilleuls.example", "tilleuls")


def test_coordinators_are_reminded_after_a_year_and_once_a_month(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail.outbox.clear()
    assert recovery.remind_to_check() == 0
    a_year_on = timezone.now() + timedelta(days=366)
    monkeypatch.setattr(timezone, "now", lambda: a_year_on)
    assert recovery.remind_to_check() == 1
    assert [message.to for message in mail.outbox] == [[circle.coordinator.user.email]]
    assert SHEET not in mail.outbox[0].body
    monkeypatch.setattr(timezone, "now", lambda: a_year_on + timedelta(days=5))
    assert recovery.remind_to_check() == 0
    monkeypatch.setattr(timezone, "now", lambda: a_year_on + timedelta(days=40))
    assert recovery.remind_to_check() == 1
    gate.check_recovery_key(circle.coordinator.actor, bytes(range(32)))
    assert recovery.remind_to_check() == 0
