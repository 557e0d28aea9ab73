"""The entry point for the web server; it refuses an unsafe start."""

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

# The checks need the apps, which the line above loads.
from concertation.checks import refuse_unsafe_start  # noqa: E402

refuse_unsafe_start()
