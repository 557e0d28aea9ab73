"""Routes of meetings, under a concertation; and the home page, which is the concertation's own
address."""

from django.urls import URLPattern, path

from concertation.meetings import (
    views,
    views_after,
    views_agenda,
    views_calendar,
    views_live,
    views_notes,
    views_without_account,
)
from concertation.meetings.views_home import home

urlpatterns: list[URLPattern] = [
    path("reunions", views.meetings, name="meetings"),
    path("reunions/prevoir", views.plan, name="meeting-plan"),
    path("reunions/calendrier", views_calendar.address, name="calendar-address"),
    path("reunions/calendrier.ics", views_calendar.file, name="calendar-file"),
    path("reunions/<uuid:number>/modifier", views_calendar.change, name="meeting-change"),
    path("reunions/<uuid:number>/annuler", views_calendar.cancel, name="meeting-cancel"),
    path("reunions/<uuid:number>", views_agenda.meeting, name="meeting"),
    path("reunions/<uuid:number>/ordre-du-jour", views_agenda.edit, name="meeting-agenda"),
    path("reunions/<uuid:number>/points", views_agenda.add, name="meeting-point"),
    path("reunions/<uuid:number>/demander", views_agenda.ask, name="meeting-ask"),
    path("reunions/<uuid:number>/demandes", views_agenda.answer, name="meeting-request"),
    path("reunions/<uuid:number>/reponse", views_agenda.reply, name="meeting-reply"),
    path("reunions/<uuid:number>/seance", views_live.live, name="meeting-live"),
    path("reunions/<uuid:number>/seance/presences", views_live.presence, name="meeting-presence"),
    path("reunions/<uuid:number>/seance/sorties", views_live.send_out, name="meeting-send-out"),
    path("reunions/<uuid:number>/seance/point", views_live.go, name="meeting-go"),
    path("reunions/<uuid:number>/seance/pause", views_live.pause, name="meeting-pause"),
    path("reunions/<uuid:number>/seance/autre", views_live.other, name="meeting-other"),
    path("reunions/<uuid:number>/seance/actions", views_live.agree, name="meeting-agree"),
    path(
        "reunions/<uuid:number>/seance/actions/<uuid:action>",
        views_live.review,
        name="meeting-review",
    ),
    path("reunions/<uuid:number>/seance/fil", views_live.entry, name="meeting-entry"),
    path("reunions/<uuid:number>/seance/suivi", views_live.manager, name="meeting-manager"),
    path("reunions/<uuid:number>/notes", views_notes.note, name="meeting-note"),
    path("reunions/<uuid:number>/actions", views_notes.agree, name="meeting-collective"),
    path(
        "reunions/<uuid:number>/actions/<uuid:action>",
        views_notes.answer,
        name="meeting-collective-action",
    ),
    path("reunions/<uuid:number>/suivre", views_live.follow, name="meeting-follow"),
    path("reunions/<uuid:number>/suivre/fil", views_live.follow_entry, name="meeting-follow-entry"),
    path("reunions/<uuid:number>/version", views_live.version, name="meeting-version"),
    path("reunions/<uuid:number>/completer", views_after.complete, name="meeting-complete"),
    path("reunions/<uuid:number>/seance/clore", views_after.close, name="meeting-close"),
    path("reunions/<uuid:number>/compte-rendu", views_after.minutes, name="meeting-minutes"),
    path(
        "reunions/<uuid:number>/compte-rendu.pdf",
        views_after.minutes_pdf,
        name="meeting-minutes-pdf",
    ),
    path(
        "reunions/<uuid:number>/inviter", views_without_account.invite_guest, name="meeting-invite"
    ),
    path(
        "reunions/<uuid:number>/sans-compte",
        views_without_account.without_account,
        name="meeting-without-account",
    ),
    path(
        "reunions/<uuid:number>/sans-compte/<uuid:present>/contresigner",
        views_without_account.countersign,
        name="meeting-countersign",
    ),
    path(
        "reunions/<uuid:number>/sans-compte/<uuid:present>/retirer",
        views_without_account.withdraw,
        name="meeting-without-account-withdraw",
    ),
    path(
        "reunions/<uuid:number>/sans-compte/<uuid:present>/sortie",
        views_without_account.step_out,
        name="meeting-without-account-out",
    ),
    path(
        "reunions/<uuid:number>/sans-compte/<uuid:present>/recu",
        views_without_account.receipt,
        name="meeting-without-account-receipt",
    ),
    path("reunions/<uuid:number>/tenir", views.hold, name="meeting-hold"),
]

# Included with the prefix "<slug:slug>", without a slash behind it.
home_urlpatterns: list[URLPattern] = [path("", home, name="home")]

# Without a concertation: the token says whose it is.
open_urlpatterns: list[URLPattern] = [
    path("calendrier/<str:token>.ics", views_calendar.feed, name="calendar"),
    path(
        "charte/accepter/<str:token>", views_without_account.acceptance, name="charter-acceptance"
    ),
]
