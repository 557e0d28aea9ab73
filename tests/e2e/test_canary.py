"""Unmistakable text goes into every sealed field through the browser, and is then nowhere found.

Not in the database, its journal, the history, the session table, the server's output and mails, the
folder of the demo; nor in what the browser keeps. The text is unlike anything else, so a find is a
leak; and the search is shown to find clear text that must be there.
"""

import base64
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from playwright.sync_api import Page

from concertation.situations.models import AgreedAction, Contribution, Situation
from tests.e2e.people import House, choose, send, unfold, write
from tests.e2e.test_walks import CODE, in_a_month

BIRD = "zzcanarizz"
# Sealed, but chosen from closed lists: there is nothing to type.
CLOSED_LISTS = {"needs", "urgency"}

_numbers = count(1)
_sung: set[str] = set()


def sing(model: str, field: str) -> str:
    """A text for one sealed field; every one is different."""
    _sung.add(f"{model}.{field}")
    return f"{BIRD}{next(_numbers)} à vélo, {model} {field}"


def presentation() -> dict[str, str]:
    """A canary in every text of the form."""
    names = ["headline", "account", "question", "tried", "strengths", "wish", "missing"]
    texts = {name: sing("situation", name) for name in names}
    texts["informed_why"] = sing("situation", "informed")
    texts["informed_how"] = sing("situation", "informed")
    texts["agreement_how"] = sing("situation", "agreement")
    for kind in ("strong", "present", "worn"):
        texts[f"network_{kind}"] = sing("situation", "network")
    return texts


def fill_every_field(page: Page) -> None:
    """Bring a situation, edit it, write to its timeline, act, answer, close."""
    unfold(page)
    choose(page, "needs", "housing")
    choose(page, "urgency", "soon")
    choose(page, "informed", "impossible")
    choose(page, "agreement", "partial")
    write(page, **presentation())
    page.get_by_role("button", name="Garder en brouillon").click()
    page.wait_for_url("**/brouillons**")
    if "/brouillons/" not in page.url:
        page.get_by_role("link", name=BIRD).first.click()
        page.wait_for_url("**/brouillons/*")
    page.get_by_role("button", name="Passer à la décision de partage").click()
    page.wait_for_url("**/partager")
    choose(page, "danger", "no")
    choose(page, "identifiable", "no")
    page.locator("input[name=attested]").check(force=True)
    page.get_by_role("button", name="Présenter au groupe").click()
    page.get_by_role("link", name="Ouvrir la fiche").click()
    page.wait_for_url("**/situations/*")
    sheet = page.url

    page.goto(f"{sheet}/modifier")
    unfold(page)
    write(page, **presentation())
    send(page.get_by_role("button", name="Enregistrer"))
    page.wait_for_url(sheet)

    for kind in ("information", "question", "development", "feedback"):
        form = page.locator("form[action$='/fil']")
        choose(form, "kind", kind)
        write(form, text=sing("contribution", "text"))
        send(form.get_by_role("button", name="Ajouter au fil"))
        page.wait_for_url(f"{sheet}**")

    page.get_by_text("Proposer une action").click()
    form = page.locator("form[action$='/actions']")
    acts = sing("agreedaction", "acts")
    write(form, text=sing("agreedaction", "text"), acts=acts, due_on=in_a_month())
    owner = form.locator("[name=owner]")
    owner.select_option(label=str(owner.locator("option", has_text="Maëlle").inner_text()))
    send(form.get_by_role("button", name="Proposer au groupe"))
    send(page.get_by_role("button", name="Convenir de cette action"))
    form = page.locator("form.answer").first
    choose(form, "state", "done")
    write(form, text=sing("agreedaction", "result"))
    send(form.get_by_role("button", name="Noter le retour"))

    form = page.locator("form[action$='/suivi']")
    holder = form.locator("[name=case_manager]")
    holder.select_option(label=str(holder.locator("option", has_text="Maëlle").inner_text()))
    send(form.get_by_role("button", name="Noter le suivi"))
    page.goto(f"{sheet}/cloturer")
    choose(page, "outcome", "referred")
    choose(page, "unmet_needs", "isolation")
    _sung.add("situation.outcome")
    write(page, comment=sing("situation", "outcome_comment"))
    send(page.get_by_role("button", name="Clôturer la situation"))
    page.wait_for_url(sheet)


def spellings(text: str) -> Iterator[bytes]:
    """How the same text could lie in a file."""
    yield from (text.encode(), text.upper().encode(), text.encode("utf-16-le"))
    yield text.encode().hex().encode()
    # Base64 of a text inside another begins at one of three places.
    for shift in range(3):
        whole = base64.b64encode(b"_" * shift + text.encode() + b"__").strip(b"=")
        yield whole[4:-4]


def files_with(text: str, *places: Path) -> list[str]:
    """The files, whole folders included, that hold the text in any spelling."""
    found = []
    for place in places:
        for path in [place] if place.is_file() else sorted(place.rglob("*")):
            if path.is_file() and any(each in path.read_bytes() for each in spellings(text)):
                found.append(path.name)
    return found


KEPT_BY_THE_BROWSER = """async () => JSON.stringify({
    local: {...localStorage}, session: {...sessionStorage}, cookies: document.cookie,
    databases: await indexedDB.databases(), caches: await caches.keys(), name: window.name,
    history: history.state, title: document.title, address: location.href,
})"""


def test_no_text_is_found_anywhere_after_it_was_sealed(house: House) -> None:
    page = house.visit("gestionnaire", "presenter")
    fill_every_field(page)
    unfold(page)
    assert BIRD in page.locator("main").inner_text(), "the page shows what was sealed"
    page.goto(f"{page.url}/historique")
    assert BIRD in page.content()
    board = house.visit("gestionnaire", "tableau?state=closed")
    code = CODE.findall(board.get_by_role("row", name=BIRD).first.inner_text())[0]

    texts = {
        f"{model._meta.model_name}.{field.name}"
        for model in (Situation, AgreedAction, Contribution)
        for field in model.sealed_fields()
        if field.name not in CLOSED_LISTS
    }
    assert texts <= _sung, f"no canary was put into {texts - _sung}"

    kept = page.evaluate(KEPT_BY_THE_BROWSER)
    assert BIRD not in kept
    assert BIRD not in str(page.context.storage_state(indexed_db=True))

    places = (house.demo.folder, house.demo.said)
    assert files_with(BIRD, *places) == []
    # The search finds what is there: the code is a clear column, the name a clear word.
    assert "board.sqlite3" in " ".join(files_with(code.replace("-", ""), house.demo.folder))
    assert files_with("Les Tilleuls", house.demo.folder) != []
    # And the server's output names no situation.
    assert files_with(code, house.demo.said) == []


def test_the_search_sees_a_text_in_each_spelling(tmp_path: Path) -> None:
    for number, each in enumerate(spellings(BIRD)):
        (tmp_path / f"{number}").write_bytes(b"before" + each + b"after")
    (tmp_path / "whole").write_bytes(base64.b64encode(f"x {BIRD} and more of it".encode()))
    (tmp_path / "clean").write_bytes(b"nothing to see")
    found = files_with(BIRD, tmp_path)
    assert "clean" not in found
    assert len(found) == len(list(tmp_path.iterdir())) - 1
