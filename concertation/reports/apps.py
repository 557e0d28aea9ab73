from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "concertation.reports"
    label = "reports"
