"""The page that changes an agreed action: another day, somebody else, or taken back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from concertation.door import CircleRequest, Door, door
from concertation.situations import actions, reading
from concertation.situations.enums import ActionState
from concertation.situations.errors import SituationError, StaleVersion, TransitionRefused
from concertation.situations.forms import AnswerForm, HandOverForm, PostponeForm
from concertation.situations.views.following import (
    CHANGED_MEANWHILE,
    beside_saved,
    sheet_page,
    version_seen,
)


@door(Door.CIRCLE)
@require_http_methods(["GET", "POST"])
def change(request: CircleRequest, slug: str, code: str, number: UUID) -> HttpResponse:
    """Postpone with the reason, hand over, or take back; refused, the typed text stays."""
    if reading.has_ended(request.actor, code, number):
        typed = request.POST.get("text", "") or request.POST.get("note", "")
        if typed.strip():
            return _ended_meanwhile(request, slug, code, number, typed)
        # Left by “back”.
        return redirect(reverse("situation", args=[slug, code]) + "#actions")
    page = reading.action_page(request.actor, code, number)
    what = request.POST.get("what", "")
    seen = {"version": page.version}
    postpone = PostponeForm(request.POST if what == "postpone" else None, initial=seen)
    hand_over = HandOverForm(
        request.POST if what == "hand_over" else None, initial=seen, people=page.people
    )
    done: Any = False
    if what == "postpone":
        done = postpone.attempt(actions.postpone_action, request.actor, action=number)
    elif what == "hand_over":
        done = hand_over.attempt(actions.hand_over_action, request.actor, action=number)
    elif what == "withdraw":
        done = _withdraw(request, number)
    for form in (postpone, hand_over):
        done = done or beside_saved(request, form, number)
    if done:
        messages.success(request, _("L’action est modifiée ; le groupe le voit sur la fiche."))
        return redirect(reverse("situation", args=[slug, code]) + "#actions")
    context = {"page": page, "postpone": postpone, "hand_over": hand_over, "slug": slug}
    return render(request, "situations/action.html", context)


def _ended_meanwhile(
    request: CircleRequest, slug: str, code: str, number: UUID, typed: str
) -> HttpResponse:
    """Somebody ended the action while this was written: the words wait under it, on the sheet."""
    form = AnswerForm({"text": typed}, auto_id=f"id_{number}_%s")
    form.is_valid()
    form.refuse(TransitionRefused())
    return sheet_page(request, slug, code, {str(number): form})


def _withdraw(request: CircleRequest, number: UUID) -> bool:
    try:
        actions.move_action(
            request.actor,
            action=number,
            state=ActionState.WITHDRAWN,
            expected_version=version_seen(request),
        )
    except StaleVersion:
        messages.warning(request, CHANGED_MEANWHILE)
        return False
    except SituationError as error:
        messages.warning(request, str(error))
        return False
    return True
