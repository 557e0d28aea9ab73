from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "concertation.meetings"
    label = "meetings"
