"""Forms of situations: what is typed stays in the page, and errors say what to do."""

from concertation.situations.forms.audience import AudienceForm, WithdrawForm
from concertation.situations.forms.following import (
    AnswerForm,
    CloseForm,
    ContributeForm,
    ManagerForm,
    ProposeForm,
    SheetForms,
)
from concertation.situations.forms.presenting import (
    BringForm,
    Conflict,
    PresentationForm,
    ShareForm,
)

__all__ = [
    "AnswerForm",
    "AudienceForm",
    "BringForm",
    "CloseForm",
    "Conflict",
    "ContributeForm",
    "ManagerForm",
    "PresentationForm",
    "ProposeForm",
    "ShareForm",
    "SheetForms",
    "WithdrawForm",
]
