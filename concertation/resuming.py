"""A form posted on a session that had ended: kept for its author, and back after sign-in.

What was typed is sealed at once to the author's own key (`ethics.gate.interrupted`), never stored
in the browser or in the clear. After sign-in the form's own page comes back, filled, and nothing
is done until it is sent again.
"""

from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from concertation.accounts.models import Concertation
from ethics import gate
from ethics.secrecy.chain import ChainBroken

# The field that says: this is a text given back, show it and do nothing.
RESUMED: Final = "reprendre"
READ_AGAIN: Final = _("Voici ce que vous aviez écrit. Relisez, puis envoyez.")
NEVER_KEPT: Final = frozenset({"password", "searched"})
# Longer than a number or a code: an answer of a closed list is quickly given again.
_TYPED: Final = 40


class ResumableForm(forms.Form):
    """A form whose text may come back: the first time it is shown only."""

    def is_valid(self) -> bool:
        valid = super().is_valid()
        if self.is_bound and RESUMED in self.data:
            self.add_error(None, str(READ_AGAIN))
            return False
        return valid


def keep_interrupted(request: HttpRequest, slug: str, person: UUID, keys: UUID) -> bool:
    """Keep what was posted to a page of the circle, if there is text in it; says whether.

    A form that asks a password is never kept, nor are words looked for: they are kept nowhere.
    """
    fields = {name: request.POST.getlist(name) for name in request.POST}
    fields.pop("csrfmiddlewaretoken", None)
    values = [each for several in fields.values() for each in several]
    if NEVER_KEPT & fields.keys() or not any(_is_typed(each) for each in values):
        return False
    circle = Concertation.objects.filter(slug=slug).values_list("id", flat=True).first()
    if circle is None:
        return False
    number = str(request.request_number)  # type: ignore[attr-defined]
    try:
        return gate.keep_text(person, keys, circle, request.path, fields, number)
    except ChainBroken:
        # Sealing stops where the chain doesn't hold; the next sign-in raises the alarm.
        return False


def _is_typed(value: Any) -> bool:
    text = str(value).strip()
    return len(text) > _TYPED or any(each.isspace() for each in text)


def is_back(request: HttpRequest, actor: gate.Actor) -> None:
    """The form came back to its page: the kept copy has served."""
    try:
        gate.forget_text(actor, UUID(request.POST.get(RESUMED, "")))
    except (ValueError, gate.Refused):
        # Sent twice, or an invented number: the form is shown, and nothing else happens.
        return
