"""Forms of situations: what is typed stays in the page, and errors say what to do."""

from concertation.situations.forms.audience import (
    AskForm,
    AudienceForm,
    RequestForm,
    WithdrawForm,
)
from concertation.situations.forms.extensions import (
    DecisionForm,
    ExtensionForm,
    OpinionForm,
)
from concertation.situations.forms.following import (
    AnswerForm,
    CloseForm,
    ContributeForm,
    ManagerForm,
    ProposeForm,
    SheetForms,
)
from concertation.situations.forms.frameworks import FrameworkForm
from concertation.situations.forms.guests import OpenToGuestForm
from concertation.situations.forms.presenting import (
    BringForm,
    Conflict,
    PresentationForm,
    ShareForm,
    VoiceForm,
)
from concertation.situations.forms.sharing import AgreementForm, DecideForm, QuestionForm

__all__ = [
    "AgreementForm",
    "AnswerForm",
    "AskForm",
    "AudienceForm",
    "BringForm",
    "CloseForm",
    "Conflict",
    "ContributeForm",
    "DecideForm",
    "DecisionForm",
    "ExtensionForm",
    "FrameworkForm",
    "ManagerForm",
    "OpenToGuestForm",
    "OpinionForm",
    "PresentationForm",
    "ProposeForm",
    "QuestionForm",
    "RequestForm",
    "ShareForm",
    "SheetForms",
    "VoiceForm",
    "WithdrawForm",
]
