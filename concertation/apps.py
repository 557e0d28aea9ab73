from django.apps import AppConfig


class ConcertationConfig(AppConfig):
    name = "concertation"
    label = "concertation"

    def ready(self) -> None:
        # Here, not at the top: models and checks may only be loaded once every app is known.
        from audit.keeping import register_ends  # noqa: PLC0415
        from concertation import checks, facts  # noqa: F401, PLC0415
        from concertation.accounts.reading.ends import access_ends  # noqa: PLC0415
        from ethics import gate  # noqa: PLC0415

        gate.register_facts_provider(facts.provider)
        register_ends(access_ends)
