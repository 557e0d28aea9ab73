"""What every request goes through: a number, a language, the door."""

import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.enums import Purpose, Verb
from concertation.accounts.actions.keys import renew_due
from concertation.accounts.models import Concertation, Participation
from concertation.accounts.reading import wearing, worn_of
from concertation.door import Door
from concertation.facts import place_facts
from concertation.guarding import answers, labelled
from concertation.resuming import RESUMED, is_back, keep_interrupted
from ethics import gate
from ethics.gate.alarms import chain_alarm
from ethics.gate.refusals import refuse
from ethics.policy import Refusal
from ethics.secrecy.chain import ChainBroken
from ethics.secrecy.passwords import Busy
from ethics.secrecy.suites import SecrecyError

KEYS_RENEWED = gettext_lazy(
    "Quelqu’un a quitté le cercle depuis : votre visite a renouvelé les clés de la concertation."
    " Vous n’avez rien à faire."
)
Respond = Callable[[HttpRequest], HttpResponseBase]


class RequestNumberMiddleware:
    """Give each request our own random number: it ties the operator's log to the ledger."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # A number sent by the client is not believed: it could carry text into the log.
        number = uuid.uuid4().hex
        request.META["HTTP_X_REQUEST_ID"] = number
        request.__dict__.pop("headers", None)  # a cached copy would still hold the client's
        request.request_number = number  # type: ignore[attr-defined]
        response = self.get_response(request)
        response.headers["Permissions-Policy"] = (
            "camera=(), microphone=(), geolocation=(), browsing-topics=()"
        )
        if not request.path.startswith(settings.STATIC_URL):
            add_never_cache_headers(response)
            response.headers["Cache-Control"] = "no-store, private"
        return response


class PageStaysMiddleware:
    """A page that waits for the answer to its form is told where to go, instead of led there.

    A script that followed the redirect itself would read the next page twice, and each reading is
    recorded.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if "X-Page-Stays" in request.headers and "Location" in response.headers:
            response.status_code = HTTPStatus.NO_CONTENT
            response.headers["X-Go"] = response.headers["Location"]
            del response.headers["Location"]
        return response


class PersonLocaleMiddleware:
    """The language a person chose: their cookie, else their browser's, else French."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        language = translation.get_language_from_request(request)
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        response.headers.setdefault("Content-Language", translation.get_language() or "fr")
        return response


class DoorMiddleware:
    """Let nobody further than the view's door allows, on every method; refusals are recorded."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.actor = None  # type: ignore[attr-defined]
        response = self.get_response(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and request.method == "GET":
            # The address of a form that was refused, asked for again (a language switch, the
            # address bar): the page it belongs to is one step up.
            return redirect(request.path.rsplit("/", 1)[0] or "/")
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        level = getattr(view, "door", None)
        if level is None:
            raise Http404
        if level == Door.OPEN:
            return None
        try:
            return self._guard(request, level, kwargs.get("slug", ""))
        except ChainBroken as error:
            # Django doesn't pass what is raised here to process_exception.
            chain_alarm(_actor_of(request), error)
            return self.process_exception(request, error)
        except (gate.Refused, Busy) as error:
            return self.process_exception(request, error)

    def _guard(self, request: HttpRequest, level: Door, slug: str) -> HttpResponseBase | None:
        held = request.session.held_keys()  # type: ignore[attr-defined]
        # The second cookie must open the keys, and they must be this person's.
        if (
            not request.user.is_authenticated
            or held is None
            or held.person != request.user.id
            or not gate.opens(held)
        ):
            ended = request.session.ended_session()  # type: ignore[attr-defined]
            typed = ended is not None and request.method == "POST" and level == Door.CIRCLE
            kept = typed and keep_interrupted(request, slug, ended.person, ended.keys)
            return _to_sign_in(request, kept=kept)
        if level == Door.PASSWORD:
            return None
        # django_otp's middleware adds the method.
        verified = request.user.is_verified()  # type: ignore[attr-defined]
        if not held.second_factor or not verified:
            # Asked again in the middle of the work: whoever it is gave the password of these keys.
            if request.method == "POST" and level == Door.CIRCLE:
                keep_interrupted(request, slug, held.person, held.keys)
            return redirect("second-factor")
        number = request.request_number  # type: ignore[attr-defined]
        actor = gate.Actor(
            person=request.user.id, keys=held, request_id=number, answers=answers(request)
        )
        if level == Door.CIRCLE:
            return self._enter(request, actor, slug)
        request.actor = actor  # type: ignore[attr-defined]
        return None

    def _enter(self, request: HttpRequest, actor: gate.Actor, slug: str) -> HttpResponseBase | None:
        hat = _hat(request, slug)
        if hat is None:
            known = Concertation.objects.filter(slug=slug).values_list("id", flat=True).first()
            raise refuse(
                actor,
                Refusal.NO_PARTICIPATION,
                verb=Verb.READ,
                concertation=known,
                purpose=Purpose.SHEET,
            )
        actor = wearing(actor, hat)
        request.actor = actor  # type: ignore[attr-defined]
        refusal = gate.standing(actor, place_facts(hat))
        if refusal is None:
            request.hat = hat  # type: ignore[attr-defined]
            if request.method == "POST" and RESUMED in request.POST:
                is_back(request, actor)
            if hat.concertation.rotation_pending and renew_due(actor):
                messages.info(request, KEYS_RENEWED)
            return None
        if refusal in {Refusal.PARTICIPATION_ENDED, Refusal.NO_PARTICIPATION}:
            raise refuse(
                actor, refusal, verb=Verb.READ, concertation=hat.concertation_id, purpose=None
            )
        # Charter, subscription, admission: a page of the account says what is missing.
        return redirect("threshold", participation=hat.id)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, gate.Flooded):
            response = render(request, "429.html", status=429)
            response.headers["Retry-After"] = str(exception.retry_after)
            return response
        if isinstance(exception, gate.Refused):
            return render(request, "404.html", status=404)
        if isinstance(exception, gate.IdentifierFound):
            # A page that shows it beside its field has caught it before; this one loses nothing
            # either, one step back.
            passages = [labelled(each, frozenset()) for each in exception.passages]
            return render(request, "guard/refused.html", {"passages": passages}, status=422)
        if isinstance(exception, ChainBroken):
            return render(request, "closed.html", {"why": "chain"}, status=503)
        if isinstance(exception, Busy):
            return render(request, "closed.html", {"why": "busy"}, status=503)
        if isinstance(exception, SecrecyError):
            # Recorded where it happened: nothing was saved over what did not open.
            return render(request, "closed.html", {"why": "unopenable"}, status=503)
        return None


def _actor_of(request: HttpRequest) -> gate.Actor:
    actor: gate.Actor = request.actor  # type: ignore[attr-defined]
    return actor


def _hat(request: HttpRequest, slug: str) -> Participation | None:
    """The participation worn here: of the current ones the chosen, the admitted, the newest."""
    rows = (
        Participation.objects.filter(person=request.user.pk, concertation__slug=slug)
        .select_related("concertation", "organisation")
        .order_by("-starts_on", "id")
    )
    return worn_of(rows, request.session.get(f"hat:{slug}"))


def _to_sign_in(request: HttpRequest, *, kept: bool = False) -> HttpResponseBase:
    session: Any = request.session
    ended = session.has_ended or request.user.is_authenticated
    if request.user.is_authenticated:
        # The second cookie is gone: without it this session can open nothing.
        logout(request)
    if kept:
        messages.info(
            request,
            _(
                "Votre session s’est terminée, mais votre texte est gardé, scellé pour vous"
                " seul·e : connectez-vous, il reviendra."
            ),
        )
    elif ended:
        messages.info(request, _("Votre session est terminée. Connectez-vous pour continuer."))
    query = urlencode({"next": request.path}) if request.method == "GET" else ""
    return redirect(f"{reverse('sign-in')}?{query}" if query else reverse("sign-in"))
