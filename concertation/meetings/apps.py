from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "concertation.meetings"
    label = "meetings"

    def ready(self) -> None:
        # Here, not at the top: models may only be loaded once every app is known.
        from concertation.meetings.home import last_held  # noqa: PLC0415
        from concertation.situations.meeting_days import register_last_met  # noqa: PLC0415

        register_last_met(last_held)
