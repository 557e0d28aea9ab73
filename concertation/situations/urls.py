"""Routes of situations, under a concertation: included with the prefix "<slug:slug>"."""

from django.urls import URLPattern, path

from concertation.situations.views import (
    audience,
    boarding,
    bringing,
    erasing,
    following,
    frameworks,
    guard,
    guests,
    sharing,
)

_CODE = "/situations/<str:code>"

urlpatterns: list[URLPattern] = [
    path("/tableau", following.board, name="board"),
    path("/tableau/recherche", boarding.search, name="board-search"),
    path("/tableau/affichage", boarding.display, name="board-display"),
    path("/presenter", bringing.bring, name="situation-bring"),
    path("/brouillons", bringing.drafts, name="situation-drafts"),
    path("/brouillons/<uuid:number>", bringing.draft, name="situation-draft"),
    path("/brouillons/<uuid:number>/partager", bringing.share, name="situation-share"),
    path(
        "/brouillons/<uuid:number>/partager/questions",
        sharing.draft_questions,
        name="situation-share-questions",
    ),
    path(
        "/brouillons/<uuid:number>/partager/decision",
        sharing.draft_outcome,
        name="situation-share-outcome",
    ),
    path("/brouillons/<uuid:number>/supprimer", bringing.discard, name="situation-discard"),
    path("/demandes-acces", audience.requests, name="access-requests"),
    path("/demandes-acces/<uuid:number>", audience.answer, name="access-answer"),
    path("/garde-fou", guard.guard, name="guard"),
    path("/effacements", erasing.erasures, name="erasures"),
    path("/effacements/<uuid:number>", erasing.erasure, name="erasure"),
    path("/cadre-legal", frameworks.framework, name="framework"),
    path("/cadre-legal/<uuid:number>/fin", frameworks.end, name="framework-end"),
    path("/notice", frameworks.person_notice, name="person-notice"),
    path("/invites/<uuid:number>", guests.guest, name="situation-guest"),
    path(
        "/invites/<uuid:number>/<str:code>/reprendre",
        guests.take_back,
        name="situation-guest-back",
    ),
    path(_CODE, following.situation, name="situation"),
    path(f"{_CODE}/code", bringing.code, name="situation-code"),
    path(f"{_CODE}/fil", following.contribute, name="situation-contribute"),
    path(f"{_CODE}/actions", following.propose, name="situation-action-propose"),
    path(f"{_CODE}/actions/<uuid:number>", following.answer, name="situation-action"),
    path(f"{_CODE}/actions/<uuid:number>/convenir", following.agree, name="situation-action-agree"),
    path(f"{_CODE}/suivi", following.manager, name="situation-manager"),
    path(f"{_CODE}/etat", following.state, name="situation-state"),
    path(f"{_CODE}/modifier", following.edit, name="situation-edit"),
    path(f"{_CODE}/partager", sharing.questions, name="situation-sharing-questions"),
    path(f"{_CODE}/partager/decision", sharing.outcome, name="situation-sharing-outcome"),
    path(f"{_CODE}/voix", sharing.voice, name="situation-voice"),
    path(f"{_CODE}/accord-retire", sharing.agreement_withdrawn, name="situation-agreement"),
    path(f"{_CODE}/cloturer", following.close, name="situation-close"),
    path(f"{_CODE}/effacer", erasing.erase, name="situation-erase"),
    path(f"{_CODE}/lecteurs", audience.readers, name="situation-readers"),
    path(f"{_CODE}/retrait", audience.withdraw, name="situation-withdraw"),
    path(f"{_CODE}/historique", following.history, name="situation-history"),
]
