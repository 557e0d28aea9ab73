from django.apps import AppConfig


class SecrecyConfig(AppConfig):
    name = "ethics.secrecy"
    label = "secrecy"

    def ready(self) -> None:
        # Registers a lookup of the databases.
        from ethics.secrecy import among  # noqa: F401, PLC0415
