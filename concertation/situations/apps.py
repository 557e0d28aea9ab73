from django.apps import AppConfig


class SituationsConfig(AppConfig):
    name = "concertation.situations"
    label = "situations"
