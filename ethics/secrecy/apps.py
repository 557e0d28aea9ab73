from django.apps import AppConfig


class SecrecyConfig(AppConfig):
    name = "ethics.secrecy"
    label = "secrecy"
