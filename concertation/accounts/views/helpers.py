"""What the views of this sub-app share."""

from collections.abc import Callable
from typing import TypeVar, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from concertation.accounts.actions import Invited
from concertation.accounts.errors import BUSY, AccountError
from concertation.accounts.models import User
from concertation.resuming import READ_AGAIN, RESUMED
from ethics import gate
from ethics.secrecy.passwords import Busy
from ethics.secrecy.session import SessionStore

Answer = TypeVar("Answer")


def attempt(form: forms.Form, call: Callable[[], Answer]) -> Answer | None:
    """Call an action for a valid form; what a rule refused becomes an error of the form.

    Gives `None` when the form isn't valid or the action said no: what was typed stays there.
    """
    if not form.is_valid():
        return None
    if RESUMED in form.data:
        form.add_error(None, str(READ_AGAIN))
        return None
    try:
        return call()
    except AccountError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
    except Busy:
        form.add_error(None, str(BUSY))
    return None


def actor_of(request: HttpRequest) -> gate.Actor:
    """The actor that the door let in."""
    return cast("gate.Actor", request.actor)  # type: ignore[attr-defined]


def person_of(request: HttpRequest) -> User:
    """The account signed in; only behind a door that asks the password."""
    return cast("User", request.user)


def store_of(request: HttpRequest) -> SessionStore:
    """The session, with the keys it carries."""
    return cast("SessionStore", request.session)


def link_of(request: HttpRequest) -> Callable[[str], str]:
    """Turns an invitation's token into a full address of this site; "" is the sign-in page."""

    def link(token: str) -> str:
        path = reverse("invitation", args=[token]) if token else reverse("sign-in")
        return request.build_absolute_uri(path)

    return link


def tell_sent(request: HttpRequest, invited: Invited) -> None:
    """Say whether the invitation's e-mail left; if not, it can be sent again."""
    if invited.sent:
        messages.success(request, _("L’invitation est partie par courriel."))
    else:
        messages.warning(
            request,
            _(
                "L’invitation est enregistrée, mais le courriel n’est pas parti. Réessayez dans"
                " quelques minutes avec « Renvoyer »."
            ),
        )
