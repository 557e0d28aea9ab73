"""Forms of situations: what is typed stays in the page, and errors say what to do."""

from concertation.situations.forms.audience import (
    AskForm,
    AudienceForm,
    RequestForm,
    WithdrawForm,
)
from concertation.situations.forms.comparing import ActionForm
from concertation.situations.forms.extensions import (
    DecisionForm,
    ExtensionForm,
    OpinionForm,
)
from concertation.situations.forms.following import (
    AnswerForm,
    CloseForm,
    ContributeForm,
    HandOverForm,
    ManagerForm,
    MoveForm,
    PostponeForm,
    ProposeForm,
    SheetForms,
)
from concertation.situations.forms.frameworks import FrameworkForm
from concertation.situations.forms.guests import OpenToGuestForm
from concertation.situations.forms.imports import ColumnsForm, StartForm, StepForm, UploadForm
from concertation.situations.forms.presenting import (
    BringForm,
    Conflict,
    PresentationForm,
    SendBackForm,
    ShareForm,
    SubmitForm,
    VoiceForm,
)
from concertation.situations.forms.sharing import AgreementForm, DecideForm, QuestionForm

__all__ = [
    "ActionForm",
    "AgreementForm",
    "AnswerForm",
    "AskForm",
    "AudienceForm",
    "BringForm",
    "CloseForm",
    "ColumnsForm",
    "Conflict",
    "ContributeForm",
    "DecideForm",
    "DecisionForm",
    "ExtensionForm",
    "FrameworkForm",
    "HandOverForm",
    "ManagerForm",
    "MoveForm",
    "OpenToGuestForm",
    "OpinionForm",
    "PostponeForm",
    "PresentationForm",
    "ProposeForm",
    "QuestionForm",
    "RequestForm",
    "SendBackForm",
    "ShareForm",
    "SheetForms",
    "StartForm",
    "StepForm",
    "SubmitForm",
    "UploadForm",
    "VoiceForm",
    "WithdrawForm",
]
