"""Every route of the board. Each view is marked with its door; the list of open ones is short."""

from django.urls import include, path

from concertation.accounts.views.own_account import switch_language
from concertation.meetings.urls import home_urlpatterns, open_urlpatterns
from concertation.situations.urls import own_urlpatterns

urlpatterns = [
    path("langue", switch_language, name="set_language"),
    path("", include("concertation.accounts.urls")),
    path("", include(open_urlpatterns)),
    path("", include(own_urlpatterns)),
    path("<slug:slug>/", include("concertation.meetings.urls")),
    path("<slug:slug>/", include("concertation.reports.urls")),
    path("<slug:slug>/", include("concertation.dpo.urls")),
    path("<slug:slug>", include(home_urlpatterns)),
    path("<slug:slug>", include("concertation.situations.urls")),
]

handler400 = "concertation.views.bad_request"
handler403 = "concertation.views.forbidden"
handler404 = "concertation.views.not_found"
handler500 = "concertation.views.server_error"
