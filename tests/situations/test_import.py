"""Bringing over an older table: nothing is lost, nothing is shared, nothing stays in the clear."""

import io
import re
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from audit.enums import Verb
from audit.models import Entry
from concertation.situations.actions import imports as importing
from concertation.situations.enums import SituationState
from concertation.situations.models import Situation
from concertation.spreadsheets import MOST_ROWS, SpreadsheetError, read_table, workbook
from ethics.secrecy.erasure.models import ErasureKey, Tombstone
from ethics.secrecy.models import KeptTable
from tests.cast import Circle, make_circle
from tests.signin import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

HEADER = ["Réf", "Présenté par", "Titre", "Besoins", "Urgence", "Question", "Situation"]
CANARY = "zzcanari du grenier"


def good(number: int, who: str = "") -> list[str]:
    """A row that becomes a draft."""
    return [
        f"A-{number}", who, f"Loyer en retard {number}", "logement; santé mentale", "bientôt",
        "Qui peut passer ?", f"Courrier non ouvert, {CANARY}.",
    ]  # fmt: skip


def upload(client: Client, slug: str, rows: list[list[str]], header: list[str] = HEADER) -> Any:
    """Send a table."""
    data = workbook("Suivi", header, rows)
    file = SimpleUploadedFile("suivi.xlsx", data)
    return client.post(reverse("import", args=[slug]), {"file": file})


def version(page: str) -> str:
    """The version a page was shown at."""
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found, page
    return found[1]


def walk(client: Client, address: str, **start: str) -> str:
    """Choose the columns as guessed, check, create; the last page."""
    page = client.get(address).content.decode()
    selects = re.findall(r'<select name="(\w+)"(.*?)</select>', page, re.DOTALL)
    options = {name: re.search(r'value="([^"]+)" selected', inside) for name, inside in selects}
    chosen = {name: found[1] for name, found in options.items() if found}
    client.post(address, chosen | {"version": version(page), "columns": "1"})
    page = work(client, address)
    client.post(address, {"version": version(page), "start": "1"} | start)
    return work(client, address)


def work(client: Client, address: str) -> str:
    """Go on until nothing is left to do."""
    for _ in range(50):
        page = str(client.get(address).content.decode())
        if "data-go-on" not in page:
            return page
        client.post(address, {"version": version(page), "go_on": "1"})
    raise AssertionError("it never ends")


def test_rows_become_drafts_of_those_who_bring_them(circle: Circle) -> None:
    slug = circle.concertation.slug
    coordinator, participant = signed_in(circle.coordinator), signed_in(circle.participant)
    email = circle.participant.user.email
    rows = [good(1, email), good(2), good(3, circle.participant.user.name)]
    answer = upload(coordinator, slug, rows)
    page = walk(coordinator, answer["Location"])
    assert "Brouillons créés" in page
    drafts = Situation.objects.filter(state=SituationState.DRAFT)
    theirs = drafts.filter(brought_by=circle.participant.participation)
    assert (drafts.count(), theirs.count()) == (3, 2)
    seen = participant.get(reverse("imported-drafts", args=[slug])).content.decode()
    assert "Loyer en retard 1" in seen
    assert "Loyer en retard 3" in seen
    assert "Loyer en retard 2" not in seen
    # Whoever imported them can't open them any more, and no address leads there.
    for draft in theirs:
        assert coordinator.get(reverse("situation-draft", args=[slug, draft.id])).status_code == 404


def test_what_is_answered_is_shared_and_the_references_leave_once(circle: Circle) -> None:
    slug = circle.concertation.slug
    client = signed_in(circle.coordinator)
    walk(client, upload(client, slug, [good(number) for number in range(12)])["Location"])
    address = reverse("imported-drafts", args=[slug])
    page = client.get(address).content.decode()
    numbers = re.findall(r'name="([0-9a-f-]{36})-version" value="(\d+)"', page)
    assert len(numbers) == 10
    answers: dict[str, str] = {}
    for (number, seen), (danger, attested) in zip(
        numbers[:3], [("no", "on"), ("no", ""), ("yes", "on")], strict=True
    ):
        answers |= {
            f"{number}-version": seen,
            f"{number}-danger": danger,
            f"{number}-identifiable": "no",
        } | ({f"{number}-attested": attested} if attested else {})
    page = client.post(address, answers).content.decode()
    brought = Situation.objects.exclude(state=SituationState.DRAFT)
    # One answered well; one without the attestation, one in danger: both wait, and say why.
    assert [str(row.id) for row in brought] == [numbers[0][0]]
    assert page.count("Répondre question par question") == 2
    file = client.post(reverse("imported-references", args=[slug]))
    sheet = load_workbook(io.BytesIO(file.content)).active
    assert str(list(sheet.values)[1][0]).startswith("A-")
    assert "A-0" not in client.get(address).content.decode()


def test_bad_rows_are_listed_with_their_reasons_and_come_back(circle: Circle) -> None:
    slug = circle.concertation.slug
    client = signed_in(circle.coordinator)
    bad = [
        [*good(1)[:3], "jardinage", *good(1)[4:]],
        ["A-2", "personne@nulle.example", *good(2)[2:]],
        ["A-3", "", "x" * 81, *good(3)[3:]],
        [*good(4)[:6], "Né le 12.03.1984, 85.07.30-033.28"],
        ["A-5", "", "", "", "", "", ""],
        ["=cmd|' /C calc'!A0", "", "=1+1", "", "demain", "", ""],
    ]
    address = upload(client, slug, [good(0), *bad])["Location"]
    page = walk(client, address)
    assert Situation.objects.filter(state=SituationState.DRAFT).count() == 1
    assert "Besoin inconnu" in page
    file = client.post(reverse("import-repair", args=[slug, address.rsplit("/", 1)[1]]))
    rows = list(load_workbook(io.BytesIO(file.content)).active.values)
    assert len(rows) == 1 + len(bad)
    assert [row[0] for row in rows[1:]] == [row[0] for row in bad]
    assert all(row[-1] for row in rows[1:])
    # No cell is a formula, whatever it begins with.
    with zipfile.ZipFile(io.BytesIO(file.content)) as package:
        assert b"<f>" not in package.read("xl/worksheets/sheet1.xml")


def test_a_passage_to_look_at_again_waits_for_an_answer(circle: Circle) -> None:
    slug = circle.concertation.slug
    client = signed_in(circle.coordinator)
    row = [*good(1)[:6], "Vue avec Mme Zzcanari au marché."]
    page = walk(client, upload(client, slug, [row])["Location"])
    assert not Situation.objects.exists()
    assert "Lignes où un passage est à revoir" in page or "Télécharger les lignes" in page
    walk(client, upload(client, slug, [row])["Location"], soft_too="on")
    assert Situation.objects.count() == 1
    assert Entry.objects.filter(verb="guard_confirmed").count() == 1


def test_a_row_refused_among_others_is_the_only_one_left_out(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the check let through and the pen doesn't: a rule that is younger than the check."""
    monkeypatch.setattr(importing, "passages", lambda read, names: [])
    monkeypatch.setattr(importing, "AT_ONCE", 3)
    client = signed_in(circle.coordinator)
    rows = [good(number) for number in range(5)]
    rows[1][6] = "Né le 12.03.1984, 85.07.30-033.28"
    page = walk(client, upload(client, circle.concertation.slug, rows)["Location"])
    assert Situation.objects.filter(state=SituationState.DRAFT).count() == 4
    assert Situation.objects.values("form_number").distinct().count() == 4
    assert "Ligne 3" in page
    assert "Ligne 2" not in page


def test_the_uploaded_table_is_sealed_and_destroyed(circle: Circle) -> None:
    slug = circle.concertation.slug
    client = signed_in(circle.coordinator)
    address = upload(client, slug, [good(1)])["Location"]
    number = address.rsplit("/", 1)[1]
    kept = KeptTable.objects.get()
    assert CANARY.encode() not in bytes(kept.sealed)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            assert CANARY not in str(cursor.fetchall()), table
    client.post(reverse("import-forget", args=[slug, number]))
    assert not KeptTable.objects.exists()
    assert not ErasureKey.objects.filter(container=number).exists()
    assert Tombstone.objects.filter(container=number).exists()
    entry = Entry.objects.get(verb=Verb.DRAFT_DISCARDED)
    assert str(entry.subjects.get().number) == number


def test_nobody_else_opens_the_table(circle: Circle) -> None:
    other_circle = make_circle("autre", "Autre")
    slug = circle.concertation.slug
    client = signed_in(circle.coordinator)
    address = upload(client, slug, [good(1)])["Location"]
    assert signed_in(circle.participant).get(address).status_code == 404
    assert signed_in(circle.participant).get(reverse("import", args=[slug])).status_code == 404
    elsewhere = address.replace(f"/{slug}/", f"/{other_circle.concertation.slug}/")
    assert signed_in(other_circle.coordinator).get(elsewhere).status_code == 404


def test_an_older_window_changes_nothing(circle: Circle) -> None:
    slug = circle.concertation.slug
    client = signed_in(circle.coordinator)
    address = upload(client, slug, [good(1)])["Location"]
    page = walk(client, address)
    assert "Brouillons créés" in page
    client.post(address, {"version": "1", "go_on": "1"})
    client.post(address, {"version": "1", "start": "1"})
    assert Situation.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "vide"),
        (b"not a zip", ".xlsx"),
        (workbook("x", ["only titles"], []), "lignes"),
    ],
)
def test_a_file_that_cannot_be_used_says_what_to_do(circle: Circle, data: bytes, says: str) -> None:
    client = signed_in(circle.coordinator)
    file = SimpleUploadedFile("suivi.xlsx", data)
    page = client.post(reverse("import", args=[circle.concertation.slug]), {"file": file})
    assert says in page.content.decode()
    assert not KeptTable.objects.exists()


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", b"0" * (70 * 1024 * 1024))
    assert len(out.getvalue()) < 200_000
    with pytest.raises(SpreadsheetError):
        read_table(out.getvalue())


def test_too_many_rows_are_refused() -> None:
    with pytest.raises(SpreadsheetError):
        read_table(workbook("x", ["a"], [["b"]] * (MOST_ROWS + 1)))
