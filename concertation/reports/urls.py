"""Routes of the year's report, under a concertation."""

from django.urls import URLPattern, path

from concertation.reports import views

urlpatterns: list[URLPattern] = [
    path("rapport", views.report, name="report"),
    path("rapport/<int:year>", views.report_year, name="report-year"),
    path("rapport/<int:year>/petits-nombres", views.lift, name="report-lift"),
]
