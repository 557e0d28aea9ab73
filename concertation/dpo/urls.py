"""Routes of the DPO's pages, under a concertation."""

from django.urls import URLPattern, path

from concertation.dpo import views, views_keeping, views_own, views_review

urlpatterns: list[URLPattern] = [
    path("journal", views.ledger, name="ledger"),
    path("journal/verifier", views.verify, name="ledger-verify"),
    path("journal/etat-signe", views.checkpoint, name="ledger-checkpoint"),
    path("journal/fichier.<str:kind>", views.export, name="ledger-export"),
    path("journal/recherches", views.keep, name="ledger-keep"),
    path("journal/recherches/<uuid:number>/oublier", views.forget, name="ledger-forget"),
    path("journal/consultations", views_own.consulted, name="ledger-consultations"),
    path("journal/conservation", views_keeping.page, name="log-keeping"),
    path("journal/conservation/demander", views_keeping.ask, name="log-keeping-ask"),
    path("journal/conservation/avis", views_keeping.advise, name="log-keeping-advise"),
    path("journal/conservation/decider", views_keeping.decide, name="log-keeping-decide"),
    path("journal/conservation/fin", views_keeping.take_back, name="log-keeping-end"),
    path("mon-journal", views_own.my_log, name="my-log"),
    path("qui-peut-voir-quoi", views.policy, name="policy"),
    path("revue", views_review.queue, name="review"),
    path("revue/preparer", views_review.prepare, name="review-prepare"),
    path("revue/regles", views_review.rules, name="review-rules"),
    path("revue/question/<uuid:number>", views_review.answer, name="review-answer"),
    path("revue/signer", views_review.sign, name="review-sign"),
    path("revue/rapport/<str:month>.<str:kind>", views_review.report_file, name="review-report"),
    path("revue/<uuid:number>", views_review.item, name="review-item"),
]
