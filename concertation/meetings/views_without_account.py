"""Pages of guests and of people present without an account; one of them is open to everybody."""

import json
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from concertation.accounts.actions import Invited
from concertation.accounts.errors import AccountError
from concertation.accounts.forms import PasswordAgain
from concertation.accounts.forms_visit import MeetingGuestForm
from concertation.accounts.views.helpers import attempt, link_of, tell_sent
from concertation.door import CircleRequest, Door, door
from concertation.meetings import inviting, reading
from concertation.meetings import reading_without_account as read
from concertation.meetings import without_account as act
from concertation.meetings.enums import Acceptance
from concertation.meetings.errors import LinkSpent, MeetingError
from concertation.meetings.forms import sentence
from concertation.meetings.forms_without_account import AcceptForm, WithoutAccountForm
from ethics.gate import IdentifierFound
from ethics.roles import SecrecyStatus

PAGE = ["GET", "HEAD", "POST"]


@door(Door.CIRCLE)
@require_http_methods(PAGE)
def invite_guest(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """Invite somebody to this meeting, and to nothing else; the coordinator's."""
    reading.check_may_plan(request.actor)
    line = reading.meeting_line(request.actor, number)
    if read.over(line):
        messages.warning(request, _("Cette réunion est passée : on n’y invite plus."))
        return redirect("meeting", slug=slug, number=number)
    form = MeetingGuestForm(request.POST or None, initial={"language": request.LANGUAGE_CODE})

    def call() -> Invited | None:
        given = dict(form.cleaned_data)
        status = SecrecyStatus(given.pop("secrecy_status"))
        try:
            return inviting.invite_to_meeting(
                request.actor, meeting=number, status=status, link=link_of(request), **given
            )
        except MeetingError as error:
            form.add_error(None, sentence(error))
            return None

    invited = attempt(form, call)
    if invited:
        tell_sent(request, invited)
        return redirect("meeting", slug=slug, number=number)
    return render(request, "meetings/invite_guest.html", {"form": form, "meeting": line})


@door(Door.CIRCLE)
@require_http_methods(PAGE)
def without_account(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """Who takes part without an account; add somebody, aloud or by a link."""
    reading.check_may_plan(request.actor)
    page = read.without_account_page(request.actor, number)
    languages = [code for code, _sentence in page.sentences]
    form = WithoutAccountForm(
        request.POST or None,
        languages=languages,
        initial={"language": get_language(), "how": Acceptance.ALOUD},
    )
    if request.method == "POST" and form.is_valid():
        done = _noted(request, slug, number, form)
        if done is not None:
            return done
        page = read.without_account_page(request.actor, number)
    return _page(request, page, form)


def _page(
    request: HttpRequest, page: read.WithoutAccountPage, form: WithoutAccountForm
) -> HttpResponse:
    return render(request, "meetings/without_account.html", {"page": page, "form": form})


def _noted(
    request: CircleRequest, slug: str, number: UUID, form: WithoutAccountForm
) -> HttpResponse | None:
    given = form.cleaned_data
    try:
        if given["how"] == Acceptance.LINK:
            offered = act.offer_link(
                request.actor,
                meeting=number,
                who=form.newcomer(),
                language=given["language"],
                email=given["email"],
                link=lambda token: request.build_absolute_uri(
                    reverse("charter-acceptance", args=[token])
                ),
            )
            return _offered(request, slug, number, offered)
        act.note_aloud(
            request.actor,
            meeting=number,
            who=form.newcomer(),
            language=given["language"],
            said=given["said"],
            password=given["password"],
        )
    except IdentifierFound as found:
        form.show_found(request.actor, found)
        return None
    except MeetingError as error:
        form.add_error(None, sentence(error))
        return None
    except AccountError as error:
        form.add_error("password", str(error))
        return None
    messages.success(request, _("C’est contresigné : la personne compte comme présente."))
    return redirect("meeting-without-account", slug=slug, number=number)


def _offered(request: CircleRequest, slug: str, number: UUID, offered: act.Offered) -> HttpResponse:
    if offered.sent:
        messages.success(request, _("Le lien est parti par courriel."))
        return redirect("meeting-without-account", slug=slug, number=number)
    # Shown in this answer and nowhere else: only its hash is kept.
    context = {"offered": offered, "number": number}
    return render(request, "meetings/link_offered.html", context)


@door(Door.CIRCLE)
@require_POST
def countersign(request: CircleRequest, slug: str, number: UUID, present: UUID) -> HttpResponse:
    """Sign under what was accepted by a link."""
    reading.check_may_plan(request.actor)
    form = PasswordAgain(request.POST)
    try:
        password = form.cleaned_data["password"] if form.is_valid() else ""
        act.countersign(request.actor, meeting=number, number=present, password=password)
    except MeetingError as error:
        messages.error(request, sentence(error))
    except AccountError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("C’est contresigné : la personne compte comme présente."))
    return redirect("meeting-without-account", slug=slug, number=number)


@door(Door.CIRCLE)
@require_POST
def withdraw(request: CircleRequest, slug: str, number: UUID, present: UUID) -> HttpResponse:
    """Take back a line that nobody signed."""
    reading.check_may_plan(request.actor)
    try:
        act.withdraw(request.actor, meeting=number, number=present)
    except MeetingError as error:
        messages.error(request, sentence(error))
    else:
        messages.success(request, _("La ligne est retirée, son lien ne fonctionne plus."))
    return redirect("meeting-without-account", slug=slug, number=number)


@door(Door.CIRCLE)
@require_POST
def step_out(request: CircleRequest, slug: str, number: UUID, present: UUID) -> HttpResponse:
    """Somebody left the room, or came back."""
    reading.check_may_plan(request.actor)
    try:
        act.step_out(request.actor, meeting=number, number=present, out="out" in request.POST)
    except MeetingError as error:
        messages.error(request, sentence(error))
    return redirect("meeting-without-account", slug=slug, number=number)


@door(Door.CIRCLE)
@require_safe
def receipt(request: CircleRequest, slug: str, number: UUID, present: UUID) -> HttpResponse:
    """The countersigned statement as a file that anybody can verify."""
    found = read.receipt(request.actor, number, present)
    text = json.dumps(found, ensure_ascii=False, indent=2) + "\n"
    response = HttpResponse(text, content_type="application/json")
    name = f"acceptation-{present}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@door(Door.OPEN)
@require_http_methods(PAGE)
def acceptance(request: HttpRequest, token: str) -> HttpResponse:
    """Read the charter and accept it, without an account; 404 for a link that was used, is too
    old, or never was, and nobody is told which."""
    try:
        row = act.offered(token)
        page = read.accept_page(row, request.GET.get("langue") or get_language() or "fr")
        if page is None:
            raise LinkSpent
        form = AcceptForm(
            request.POST or None, sentence=page.sentence, initial={"version": page.text.version}
        )
        if request.method == "POST" and form.is_valid():
            act.accept(
                token,
                version=form.cleaned_data["version"],
                language=page.language,
                request_id=str(request.request_number),  # type: ignore[attr-defined]
            )
            return render(request, "meetings/accepted.html", {"page": page})
    except LinkSpent:
        act.record_spent(str(request.request_number))  # type: ignore[attr-defined]
        return render(request, "meetings/link_spent.html", status=404)
    except MeetingError as error:
        form.add_error(None, sentence(error))
    return render(request, "meetings/accept.html", {"page": page, "form": form})
