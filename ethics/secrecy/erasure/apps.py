from django.apps import AppConfig


class ErasureConfig(AppConfig):
    name = "ethics.secrecy.erasure"
    label = "erasure"
