"""Routes of the DPO's pages, under a concertation."""

from django.urls import URLPattern, path

from concertation.dpo import views

urlpatterns: list[URLPattern] = [
    path("journal", views.ledger, name="ledger"),
    path("journal/verifier", views.verify, name="ledger-verify"),
    path("journal/etat-signe", views.checkpoint, name="ledger-checkpoint"),
    path("qui-peut-voir-quoi", views.policy, name="policy"),
]
