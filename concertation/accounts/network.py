"""Which address a request comes from: django-axes counts failed sign-ins by account and address."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """The client's address; `None` when nobody trustworthy told it.

    Behind our one proxy it is the last address of X-Forwarded-For: the proxy adds it at the end,
    everything before it came from the client and could be invented. Without a proxy the header is
    not believed at all.
    """
    told = str(request.META.get("REMOTE_ADDR", ""))
    if settings.BEHIND_PROXY:
        last = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rsplit(",", 1)[-1]
        return _valid(last) or _valid(told)
    return _valid(told)


def _valid(text: str) -> str | None:
    try:
        return str(ip_address(text.strip()))
    except ValueError:
        return None
