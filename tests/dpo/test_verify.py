"""The button that verifies: green with the state to keep, or the first bad entry named."""

import html
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit.checkpoint import open_checkpoint, sign_checkpoint
from audit.enums import Outcome, Verb
from audit.immutability import lifted
from audit.models import Checkpoint, Entry, Ledger
from audit.names import PLATFORM, concertation_ledger
from tests.cast import Circle, make_circle
from tests.ethics.sealed_rows import bring, sql

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def page_of(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    page = html.unescape(response.content.decode())
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def get(client: Client, circle: Circle) -> str:
    return page_of(client.get(reverse("ledger", args=[circle.concertation.slug])))


def verify(client: Client, circle: Circle, kept: str = "") -> str:
    response = client.post(
        reverse("ledger-verify", args=[circle.concertation.slug]), {"kept": kept}, follow=True
    )
    return page_of(response)


def own(circle: Circle) -> str:
    return concertation_ledger(circle.concertation.id)


def last_note(circle: Circle) -> str:
    return Checkpoint.objects.filter(ledger__name=own(circle)).latest("pk").note


def test_before_the_first_verification_the_page_says_what_it_is_for(
    circle: Circle, dpo: Client
) -> None:
    page = get(dpo, circle)
    assert "Journal pas encore vérifié" in page
    assert "État signé à garder" not in page


def test_all_well_is_said_with_the_number_of_entries_and_the_state_to_keep(
    circle: Circle, dpo: Client
) -> None:
    bring(circle)
    entries = Ledger.objects.get(name=own(circle)).size
    page = verify(dpo, circle)
    assert "Journal vérifié : rien n’a été modifié ni retiré" in page
    assert f"{entries} entrées recalculées" in page
    assert "à la demande de Dpo" in page
    note = last_note(circle)
    assert note.split("\n")[0] in page
    assert note.split("\n")[2] in page


def test_the_verification_is_recorded_and_covered_by_the_state_it_signs(
    circle: Circle, dpo: Client
) -> None:
    verify(dpo, circle)
    entry = Entry.objects.get(verb=Verb.LEDGER_VERIFIED)
    assert (entry.ledger.name, entry.actor) == (own(circle), circle.dpo.user.id)
    assert (entry.role, entry.outcome, entry.purpose) == ("dpo", "granted", "review")
    assert open_checkpoint(last_note(circle), own(circle)).size > entry.index
    platform = Checkpoint.objects.filter(ledger__name=PLATFORM).latest("pk")
    assert platform.size == Ledger.objects.get(name=PLATFORM).size


def test_the_form_sent_by_get_does_nothing(circle: Circle, dpo: Client) -> None:
    before = Entry.objects.filter(verb=Verb.LEDGER_VERIFIED).count()
    answer = dpo.get(reverse("ledger-verify", args=[circle.concertation.slug]))
    assert answer.headers["Location"] == reverse("ledger", args=[circle.concertation.slug])
    assert Entry.objects.filter(verb=Verb.LEDGER_VERIFIED).count() == before
    assert not Entry.objects.filter(verb=Verb.LEDGER_VERIFIED).exists()


def tamper(name: str, index: int) -> None:
    with lifted("default"):
        sql(
            "UPDATE audit_entry SET actor = NULL WHERE audit_entry.index = %s AND ledger_id ="
            " (SELECT id FROM audit_ledger WHERE name = %s)".replace(
                "audit_entry.index", '"index"'
            ),
            index,
            name,
        )


def test_a_touched_entry_is_named_and_no_state_is_signed(circle: Circle, dpo: Client) -> None:
    bring(circle)
    tamper(own(circle), 2)
    before = Checkpoint.objects.count()
    page = verify(dpo, circle)
    assert "Le journal ne correspond plus à ce qui fut inscrit" in page
    assert (
        "Première entrée en cause : n° 2 de cette concertation ; ce qui sert à la retrouver ne"
        " correspond plus à ce qui fut inscrit." in page
    )
    assert Checkpoint.objects.count() == before
    entry = Entry.objects.get(verb=Verb.LEDGER_VERIFIED)
    assert (entry.outcome, entry.reason) == (Outcome.FAILED, "ledger_differs")


def test_a_touched_entry_of_the_platform_is_named_as_such(circle: Circle, dpo: Client) -> None:
    number = Entry.objects.filter(ledger__name=PLATFORM, actor__isnull=False).earliest("pk").index
    tamper(PLATFORM, number)
    assert f"n° {number} du journal de la plateforme" in verify(dpo, circle)


def test_after_repair_the_next_verification_is_green_again(circle: Circle, dpo: Client) -> None:
    entry = Entry.objects.get(ledger__name=own(circle), index=2)
    tamper(own(circle), 2)
    assert "ne correspond plus" in verify(dpo, circle)
    assert entry.actor is not None
    with lifted("default"):
        sql("UPDATE audit_entry SET actor = %s WHERE id = %s", entry.actor, entry.pk)
    assert "rien n’a été modifié ni retiré" in verify(dpo, circle)


# --- A state that was kept outside --------------------------------------------------------------


def test_a_kept_state_is_compared_and_the_page_says_from_where_on(
    circle: Circle, dpo: Client
) -> None:
    verify(dpo, circle)
    kept = last_note(circle)
    bring(circle)
    page = verify(dpo, circle, kept.replace("\n", "\r\n"))  # as a browser sends it
    assert "rien n’a été modifié ni retiré" in page
    assert f"prolonge l’état signé que vous gardiez, à {kept.split()[1]} entrées" in page


def test_a_past_rewritten_with_its_own_checkpoints_shows_against_a_kept_state(
    circle: Circle, dpo: Client
) -> None:
    """Someone with the database and the server's code puts back an older ledger, whole."""
    verify(dpo, circle)
    kept = last_note(circle)
    size = int(kept.split()[1])
    page = verify(dpo, circle, kept)
    assert "rien n’a été modifié ni retiré" in page
    with lifted("default"):
        sql(
            "DELETE FROM audit_checkpoint WHERE ledger_id IN (SELECT id FROM audit_ledger WHERE"
            " name = %s)",
            own(circle),
        )
        # The platform's ledger, which had taken the states in, is touched at its own place.
        sql(
            'DELETE FROM audit_entrysubject WHERE entry_id IN (SELECT id FROM audit_entry WHERE'
            ' "index" = %s AND ledger_id = (SELECT id FROM audit_ledger WHERE name = %s))',
            size - 1, own(circle),
        )  # fmt: skip
        sql(
            'DELETE FROM audit_entry WHERE "index" = %s AND ledger_id = (SELECT id FROM'
            " audit_ledger WHERE name = %s)",
            size - 1, own(circle),
        )  # fmt: skip
    assert f"Première entrée en cause : n° {size - 1}" in verify(dpo, circle, kept)


@pytest.mark.parametrize("harm", ["cut", "changed", "prose", "foreign"])
def test_a_text_that_is_no_state_of_this_ledger_is_refused_kept_and_alarms_nobody(
    circle: Circle, dpo: Client, harm: str
) -> None:
    verify(dpo, circle)
    note = last_note(circle)
    lines = note.split("\n")
    if harm == "foreign":
        other = make_circle("marolles", "Les Marolles")
        note = sign_checkpoint(own(other)).note
    typed = {
        "cut": "\n".join(lines[:3]),
        "changed": note.replace(lines[1], f"{int(lines[1]) - 1}", 1),
        "prose": "bonjour",
        "foreign": note,
    }[harm]
    before = Entry.objects.filter(verb=Verb.LEDGER_VERIFIED).count()
    response = dpo.post(reverse("ledger-verify", args=[circle.concertation.slug]), {"kept": typed})
    page = page_of(response)
    assert "Ce texte n’est pas un état signé de ce journal" in page
    assert typed.split("\n")[0] in page
    assert Entry.objects.filter(verb=Verb.LEDGER_VERIFIED).count() == before


# --- The file to take away ----------------------------------------------------------------------


def test_the_signed_state_is_downloaded_as_it_was_signed_and_that_is_recorded(
    circle: Circle, dpo: Client
) -> None:
    address = reverse("ledger-checkpoint", args=[circle.concertation.slug])
    assert dpo.get(address).status_code == 404
    verify(dpo, circle)
    response = dpo.get(address)
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    size = last_note(circle).split()[1]
    assert response.headers["Content-Disposition"] == (
        f'attachment; filename="etat-signe-{size}.txt"'
    )
    assert response.content.decode() == last_note(circle)
    assert Entry.objects.filter(verb=Verb.LEDGER_EXPORTED).count() == 2
