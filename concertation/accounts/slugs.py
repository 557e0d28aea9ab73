"""The first words of the board's own addresses: no concertation may be called like one."""

from typing import Final

RESERVED: Final = frozenset(
    {
        "acces",
        "accessibilite",
        "administration",
        "calendrier",
        "charte",
        "compte",
        "confidentialite",
        "connexion",
        "deconnexion",
        "invitation",
        "langue",
        "mes-actions",
        "organisations",
        "static",
    }
)
