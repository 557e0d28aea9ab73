"""Forms of situations: what is typed stays in the page, and errors say what to do."""

from concertation.situations.forms.audience import (
    AskForm,
    AudienceForm,
    RequestForm,
    WithdrawForm,
)
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
    "AskForm",
    "AudienceForm",
    "BringForm",
    "CloseForm",
    "Conflict",
    "ContributeForm",
    "ManagerForm",
    "PresentationForm",
    "ProposeForm",
    "RequestForm",
    "ShareForm",
    "SheetForms",
    "WithdrawForm",
]
