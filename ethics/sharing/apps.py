from django.apps import AppConfig


class SharingConfig(AppConfig):
    name = "ethics.sharing"
    label = "sharing"
