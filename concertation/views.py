"""Pages that belong to no sub-app: what people see when something went wrong."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from concertation.door import Door, door


@door(Door.OPEN)
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came without its token: say so, without the reason an attacker would learn from."""
    return render(request, "403_csrf.html", status=403)


@door(Door.OPEN)
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The request could not be read."""
    return render(request, "400.html", status=400)


@door(Door.OPEN)
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Refused by the framework itself; the board answers 404."""
    return render(request, "403.html", status=403)


@door(Door.OPEN)
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Not there, or not yours: the same page, whatever the reason."""
    return render(request, "404.html", status=404)


@door(Door.OPEN)
def server_error(request: HttpRequest) -> HttpResponse:
    """Our mistake: a static page, with nothing of the request on it."""
    return render(None, "500.html", status=500)
