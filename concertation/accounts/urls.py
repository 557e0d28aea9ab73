"""Routes of this sub-app; included at the root, so members' routes spell the slug themselves."""

from django.urls import path

from concertation.accounts.views import (
    administration,
    charters,
    joining,
    members,
    own_account,
    signing_in,
)

urlpatterns = [
    path("", own_account.start, name="start"),
    path("connexion", signing_in.sign_in, name="sign-in"),
    path("connexion/code", signing_in.second_factor, name="second-factor"),
    path("connexion/appareil", signing_in.second_factor_setup, name="second-factor-setup"),
    path("deconnexion", signing_in.sign_out, name="sign-out"),
    path("invitation/<str:token>", joining.invitation, name="invitation"),
    path("acces/<uuid:participation>", joining.threshold, name="threshold"),
    path("acces/<uuid:participation>/cles", joining.found, name="found"),
    path("charte/<uuid:participation>", joining.charter, name="charter"),
    path("charte/versions", charters.charter_versions, name="charter-versions"),
    path("charte/versions/<int:number>", charters.charter_version, name="charter-version"),
    path(
        "charte/versions/<int:number>/<str:language>.md",
        charters.charter_text,
        name="charter-text",
    ),
    path("charte/recu/<uuid:signature>", charters.charter_receipt, name="charter-receipt"),
    path(
        "charte/recu/<uuid:signature>.pdf",
        charters.charter_receipt_pdf,
        name="charter-receipt-pdf",
    ),
    path("organisations/<uuid:organisation>/adhesion", joining.subscription, name="subscription"),
    path(
        "organisations/<uuid:organisation>/personnes",
        charters.organisation_people,
        name="organisation-people",
    ),
    path(
        "organisations/<uuid:organisation>/adhesion/fin",
        charters.subscription_end,
        name="subscription-end",
    ),
    path(
        "organisations/<uuid:organisation>/adhesion/recu/<uuid:subscription>",
        charters.subscription_receipt,
        name="subscription-receipt",
    ),
    path("compte", own_account.account, name="account"),
    path("compte/langue", own_account.account_language, name="account-language"),
    path("compte/codes", own_account.account_codes, name="account-codes"),
    path("compte/role", own_account.account_hat, name="account-hat"),
    path("administration", administration.administration, name="administration"),
    path(
        "administration/concertation",
        administration.concertation,
        name="administration-concertation",
    ),
    path(
        "administration/organisation",
        administration.organisation,
        name="administration-organisation",
    ),
    path(
        "administration/concertation/<uuid:concertation>/coordination",
        administration.coordinator,
        name="administration-coordinator",
    ),
    path(
        "administration/organisation/<uuid:organisation>/representation",
        administration.representative,
        name="administration-representative",
    ),
    path("administration/charte", charters.charter_desk, name="charter-desk"),
    path("administration/charte/projet", charters.charter_draft, name="charter-draft"),
    path("administration/charte/projet/jeter", charters.charter_discard, name="charter-discard"),
    path("administration/charte/publier", charters.charter_publish, name="charter-publish"),
    path("confidentialite", own_account.privacy, name="privacy"),
    path("accessibilite", own_account.accessibility, name="accessibility"),
    path("<slug:slug>/membres", members.members, name="members"),
    path("<slug:slug>/membres/inviter", members.invite, name="member-invite"),
    path("<slug:slug>/membres/<uuid:participation>/admettre", members.admit, name="member-admit"),
    path("<slug:slug>/membres/<uuid:participation>/retirer", members.remove, name="member-remove"),
    path("<slug:slug>/membres/<uuid:participation>/renvoyer", members.resend, name="member-resend"),
]
