"""Routes of meetings, under a concertation; and the home page, which is the concertation's own
address."""

from django.urls import URLPattern, path

from concertation.meetings import views
from concertation.meetings.views_home import home

urlpatterns: list[URLPattern] = [
    path("reunions", views.meetings, name="meetings"),
    path("reunions/prevoir", views.plan, name="meeting-plan"),
    path("reunions/<uuid:number>", views.meeting, name="meeting"),
    path("reunions/<uuid:number>/tenir", views.hold, name="meeting-hold"),
]

# Included with the prefix "<slug:slug>", without a slash behind it.
home_urlpatterns: list[URLPattern] = [path("", home, name="home")]
