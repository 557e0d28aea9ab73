"""Routes of meetings, under a concertation; and the home page, which is the concertation's own
address."""

from django.urls import URLPattern, path

from concertation.meetings import views, views_agenda
from concertation.meetings.views_home import home

urlpatterns: list[URLPattern] = [
    path("reunions", views.meetings, name="meetings"),
    path("reunions/prevoir", views.plan, name="meeting-plan"),
    path("reunions/<uuid:number>", views_agenda.meeting, name="meeting"),
    path("reunions/<uuid:number>/ordre-du-jour", views_agenda.edit, name="meeting-agenda"),
    path("reunions/<uuid:number>/points", views_agenda.add, name="meeting-point"),
    path("reunions/<uuid:number>/demander", views_agenda.ask, name="meeting-ask"),
    path("reunions/<uuid:number>/demandes", views_agenda.answer, name="meeting-request"),
    path("reunions/<uuid:number>/reponse", views_agenda.reply, name="meeting-reply"),
    path("reunions/<uuid:number>/tenir", views.hold, name="meeting-hold"),
]

# Included with the prefix "<slug:slug>", without a slash behind it.
home_urlpatterns: list[URLPattern] = [path("", home, name="home")]
