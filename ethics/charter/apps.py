from django.apps import AppConfig


class CharterConfig(AppConfig):
    name = "ethics.charter"
    label = "charter"
