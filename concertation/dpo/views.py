"""The DPO's page, its verification and its signed state; and who may see what, for everyone."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import (
    Http404,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from concertation.door import CircleRequest, Door, door
from concertation.dpo import actions, reading
from concertation.dpo.errors import KeptStateUnusable, TooManySearches
from concertation.dpo.forms import SaveSearchForm, SearchForm, VerifyForm, searched
from concertation.dpo.keeping import waits_for_opinion
from concertation.dpo.rights import policy_page
from concertation.dpo.searches import address_of
from concertation.situations import reading as situations
from ethics import gate

KINDS: Final = {"csv": "text/csv", "jsonl": "application/jsonl"}


@door(Door.CIRCLE)
@require_http_methods(["GET", "HEAD", "POST"])
def ledger(request: CircleRequest, slug: str) -> HttpResponse:
    """The ledger of the concertation: proof, alarms, search. For the DPO alone.

    A search comes by POST and goes on to its own address, which holds numbers only: what was typed
    stands in no history and in no log of a proxy.
    """
    if request.method != "POST":
        return _ledger_page(request, VerifyForm())
    reading.check_may_read(request.actor)
    form = SearchForm(request.POST, actor=request.actor)
    if form.is_valid():
        return redirect(_address(slug, form.kept()))
    return _ledger_page(request, VerifyForm(), form=form)


@door(Door.CIRCLE)
@require_POST
def verify(request: CircleRequest, slug: str) -> HttpResponse:
    """Recompute the ledgers; the page then says what was found."""
    form = VerifyForm(request.POST)
    if form.is_valid():
        try:
            actions.verify_ledgers(request.actor, kept=form.cleaned_data["kept"])
        except KeptStateUnusable:
            form.add_error(
                "kept",
                _(
                    "Ce texte n’est pas un état signé de ce journal, ou il a été altéré. Copiez-le"
                    " en entier, de la première ligne à la signature."
                ),
            )
        else:
            return redirect(f"{reverse('ledger', args=[slug])}#preuve")
    return _ledger_page(request, form)


@door(Door.CIRCLE)
@require_safe
def checkpoint(request: CircleRequest, slug: str) -> HttpResponse:
    """The last signed state as a file to keep outside the board."""
    found = reading.last_checkpoint(request.actor)
    if found is None:
        raise Http404
    note, size = found
    response = HttpResponse(note, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="etat-signe-{size}.txt"'
    return response


@door(Door.CIRCLE)
@require_safe
def export(request: CircleRequest, slug: str, kind: str) -> HttpResponseBase:
    """The entries that fit the search, as a file; one with a mistake gives no file."""
    reading.check_may_read(request.actor)
    if kind not in KINDS:
        raise Http404
    search = _asked(request).search()
    if search is None:
        return redirect(_address(slug, request.GET.dict()))
    lines = actions.export_log(request.actor, search, kind)
    response = StreamingHttpResponse(lines, content_type=f"{KINDS[kind]}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="journal.{kind}"'
    return response


@door(Door.CIRCLE)
@require_POST
def keep(request: CircleRequest, slug: str) -> HttpResponse:
    """Keep the search of the address under a name."""
    reading.check_may_read(request.actor)
    search, form = _asked(request), SaveSearchForm(request.POST)
    if search.is_valid() and form.is_valid():
        try:
            actions.keep_search(request.actor, form.cleaned_data["name"], search.kept())
        except gate.IdentifierFound as found:
            form.show_found(request.actor, found)
        except TooManySearches:
            form.add_error("name", _("Vous en gardez déjà vingt : oubliez-en une d’abord."))
        else:
            messages.success(request, _("La recherche est gardée."))
            return redirect(_address(slug, search.kept()))
    else:
        form.show_found(request.actor)
    return _ledger_page(request, VerifyForm(), save_form=form)


@door(Door.CIRCLE)
@require_POST
def forget(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """Forget one of one's own kept searches."""
    actions.forget_search(request.actor, number)
    return redirect("ledger", slug=slug)


@door(Door.CIRCLE)
@require_safe
def policy(request: CircleRequest, slug: str) -> HttpResponse:
    """Who may see what, and why: the table that decides, for every member."""
    return render(request, "dpo/policy.html", {"page": policy_page(request.hat.role_set)})


def _asked(request: CircleRequest) -> SearchForm:
    return SearchForm(searched(request.actor, request.GET), actor=request.actor)


def _address(slug: str, filters: dict[str, str]) -> str:
    query = address_of(filters)
    address = reverse("ledger", args=[slug])
    return f"{address}?{query}" if query else address


def _ledger_page(
    request: CircleRequest,
    verify_form: VerifyForm,
    *,
    form: SearchForm | None = None,
    save_form: SaveSearchForm | None = None,
) -> HttpResponse:
    reading.check_may_read(request.actor)
    form = form or _asked(request)
    page = reading.desk(request.actor, form.search())
    advice = situations.reminders(request.actor).advice
    parts = {
        "page": page,
        "form": form,
        "verify_form": verify_form,
        "save_form": save_form or SaveSearchForm(),
        "query": address_of(form.kept()) if page.results else "",
        "advice": advice,
        "opinions": situations.opinions_waiting(request.actor),
        "log_opinion": waits_for_opinion(request.actor),
    }
    return render(request, "dpo/ledger.html", parts)
