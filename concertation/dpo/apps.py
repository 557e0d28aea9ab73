from django.apps import AppConfig


class DpoConfig(AppConfig):
    name = "concertation.dpo"
    label = "dpo"
