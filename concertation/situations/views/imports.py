"""Bringing over an older table, and sharing the drafts it made, ten a page."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from concertation.door import CircleRequest, Door, door
from concertation.situations import actions
from concertation.situations.actions import imports as importing
from concertation.situations.errors import AlreadyBrought, LongSequenceNeeded, StaleVersion
from concertation.situations.forms import ColumnsForm, ShareForm, StartForm, StepForm, UploadForm
from concertation.situations.reading import imports as importation
from concertation.spreadsheets import SpreadsheetError, download, workbook
from ethics.secrecy.suites import SecrecyError

View = Callable[..., HttpResponse]


def of_a_table(view: View) -> View:
    """A table that moved on in another window, or doesn't open, leads back with a sentence."""

    @wraps(view)
    def answer(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
        try:
            return view(request, slug, number)
        except StaleVersion:
            messages.info(request, _("Cet import a avancé dans une autre fenêtre\u00a0: le voici."))
            return redirect("import-table", slug=slug, number=number)
        except SecrecyError:
            messages.error(
                request,
                _(
                    "Ce tableau ne s’ouvre plus\u00a0: supprimez-le et envoyez le fichier à"
                    " nouveau."
                ),
            )
            return redirect("import", slug=slug)

    return answer


@door(Door.CIRCLE)
@require_http_methods(["GET", "POST"])
def upload(request: CircleRequest, slug: str) -> HttpResponse:
    """What an import does, the file, and tables not finished yet."""
    importation.check_may_import(request.actor)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            number = importing.upload_table(request.actor, file=form.cleaned_data["file"])
        except SpreadsheetError as error:
            form.refuse(error)
        else:
            return redirect("import-table", slug=slug, number=number)
    waiting = importation.waiting_tables(request.actor)
    context = {"form": form, "slug": slug, "waiting": waiting}
    return render(request, "situations/import.html", context)


@door(Door.CIRCLE)
@require_http_methods(["GET", "POST"])
@of_a_table
def table(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """One uploaded table: its columns, then its rows checked, then its drafts."""
    page = importation.import_page(request.actor, number)
    posted = request.POST or None
    people = [
        (place.id, f"{place.organisation.name}, {place.person.name}")
        for place in importation.bringers(request.actor)
    ]
    initial = {"version": page.version}
    form = ColumnsForm(posted, page=page, people=people, initial=initial)
    step, start = StepForm(posted, initial=initial), StartForm(posted, initial=initial)
    if request.method == "POST":
        sent: dict[str, tuple[Any, Callable[[], None]]] = {
            "columns": (
                form,
                lambda: importing.choose_columns(request.actor, number, **form.values()),
            ),
            "go_on": (
                step,
                lambda: importing.go_on(request.actor, number, **step.cleaned_data),
            ),
            "start": (
                start,
                lambda: importing.start_import(request.actor, number, **start.cleaned_data),
            ),
        }
        for name, (given, act) in sent.items():
            if name in request.POST and given.is_valid():
                act()
                return redirect("import-table", slug=slug, number=number)
    if "columns" not in request.POST:
        form = ColumnsForm(page=page, people=people, initial=initial)
    context = {"page": page, "form": form, "step": step, "start": start, "slug": slug}
    return render(request, "situations/import_table.html", context)


@door(Door.CIRCLE)
@require_POST
@of_a_table
def repair(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """The rows that made no draft, with their reasons, as a file to correct and send again."""
    header, rows = importation.rows_to_repair(request.actor, number)
    return download(workbook(_("À corriger"), header, rows), slugify(_("À corriger")))


@door(Door.CIRCLE)
@require_POST
def forget(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """Destroy the uploaded table; its drafts stay with those who bring them."""
    importing.forget_table(request.actor, number)
    messages.success(
        request, _("Le tableau envoyé est détruit, clé comprise. Les brouillons restent.")
    )
    return redirect("import", slug=slug)


@door(Door.CIRCLE)
@require_http_methods(["GET", "POST"])
def share(request: CircleRequest, slug: str) -> HttpResponse:
    """One's own imported drafts, ten a page: what is answered is shared, the rest waits."""
    page = importation.imported_drafts(request.actor)
    pairs = [(draft, _share_form(request, draft)) for draft in page.drafts]
    if request.method == "POST":
        shared = sum(_shared(request, slug, draft, form) for draft, form in pairs if form.is_bound)
        if shared:
            told = ngettext(
                "%(number)d situation est au tableau.",
                "%(number)d situations sont au tableau.",
                shared,
            )
            messages.success(request, told % {"number": shared})
        if not any(form.errors for _draft, form in pairs if form.is_bound):
            return redirect("imported-drafts", slug=slug)
        page = importation.imported_drafts(request.actor)
        refused = {draft.number: form for draft, form in pairs if form.is_bound and form.errors}
        pairs = [(draft, refused.get(draft.number) or _empty_form(draft)) for draft in page.drafts]
    context = {"page": page, "pairs": pairs, "slug": slug}
    return render(request, "situations/imported.html", context)


def _share_form(request: CircleRequest, draft: importation.ImportedDraft) -> ShareForm:
    """The form of one draft; one that nobody touched isn't sent."""
    prefix = str(draft.number)
    answered = any(
        request.POST.get(f"{prefix}-{name}") for name in ("danger", "identifiable", "attested")
    )
    return ShareForm(request.POST, prefix=prefix) if answered else _empty_form(draft)


def _empty_form(draft: importation.ImportedDraft) -> ShareForm:
    return ShareForm(prefix=str(draft.number), initial={"version": draft.version})


def _shared(
    request: CircleRequest, slug: str, draft: importation.ImportedDraft, form: ShareForm
) -> bool:
    try:
        row = form.attempt(actions.bring_situation, request.actor, draft=draft.number)
    except AlreadyBrought:
        return False
    if isinstance(form.refusal, LongSequenceNeeded):
        actions.begin_long_sequence(request.actor, draft.number, **form.first_answers())
    return row is not None


@door(Door.CIRCLE)
@require_POST
def references(request: CircleRequest, slug: str) -> HttpResponse:
    """Old → new references of what was shared, once: then the board forgets the old ones."""
    shared = importation.imported_drafts(request.actor).shared
    header = [_("Ancienne référence"), _("Code du tableau")]
    file = workbook(_("Références"), header, [(old, code) for _number, old, code in shared])
    importing.references_taken(request.actor, [number for number, _old, _code in shared])
    return download(file, slugify(_("Références")))
