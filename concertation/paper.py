"""PDF files from templates: tagged (PDF/UA-1), and nothing is fetched while they are made.

WeasyPrint needs libraries of the system (Pango). Where they are missing, `NoPaperError` says so and
the page's own print view remains.
"""

from typing import Any

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


class NoPaperError(Exception):
    """This server can't make PDF files."""


def pdf_response(
    request: HttpRequest, template: str, context: dict[str, Any], name: str
) -> HttpResponse:
    """A template as a PDF to keep. Raises `NoPaperError`.

    The file is made in memory and never stored: a temporary file would be a second way to text.
    """
    try:
        # Imported only here: it loads libraries of the system that a server may lack.
        from weasyprint import CSS, HTML  # noqa: PLC0415
        from weasyprint.urls import URLFetcher  # noqa: PLC0415
    except OSError as error:
        raise NoPaperError from error

    # No protocol is allowed: a text must not make the server ask for an address.
    nothing = URLFetcher(allowed_protocols=())
    html = HTML(string=render_to_string(template, context, request), url_fetcher=nothing)
    sheet = CSS(filename=finders.find("concertation/css/paper.css"), url_fetcher=nothing)
    response = HttpResponse(
        html.write_pdf(stylesheets=[sheet], pdf_variant="pdf/ua-1"),
        content_type="application/pdf",
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response
