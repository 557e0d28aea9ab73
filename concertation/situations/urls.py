"""Routes of this sub-app."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
