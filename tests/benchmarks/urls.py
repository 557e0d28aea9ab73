"""The board's routes, and the plain twins of two pages."""

from django.urls import include, path

from concertation.door import Door, door
from tests.benchmarks import pages

urlpatterns = [
    path("plain/<slug:slug>/tableau", door(Door.OPEN)(pages.plain_board)),
    path("plain/<slug:slug>/situations/<str:code>", door(Door.OPEN)(pages.plain_sheet)),
    path("", include("concertation.urls")),
]
