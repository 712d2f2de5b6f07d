"""Tables of admissions, one file per noun."""

from registry.admissions.models.applications import (
    Answer,
    Application,
    EligibilityResult,
    FormMove,
    Nomination,
    StagedDecision,
)
from registry.admissions.models.attachments import Attachment
from registry.admissions.models.audience import AudienceMail, AudienceRow, AudienceText
from registry.admissions.models.corrections import CorrectionItem, CorrectionRequest
from registry.admissions.models.exports import Export
from registry.admissions.models.forms import FormSection, FormVersion, Question, QuestionCondition
from registry.admissions.models.guardians import GuardianQuestion, GuardianRequest
from registry.admissions.models.invitations import Invitation
from registry.admissions.models.lists import ApplicationTag, BulkRow, BulkRun, SavedFilter, Tag
from registry.admissions.models.nominees import NomineeImport, NomineeRow
from registry.admissions.models.releases import DecisionRelease
from registry.admissions.models.reviews import (
    Assignment,
    ConflictDeclaration,
    Criterion,
    Review,
    Score,
)
from registry.admissions.models.seats import (
    ApplicationCount,
    ApplicationStatusCount,
    ApplicationWeekCount,
    Offer,
    SeatEntry,
    WaitlistEntry,
)
from registry.admissions.models.selection import SelectionEntry, SelectionRun
from registry.admissions.models.wordings import MessageWording

__all__ = [
    "Answer",
    "Application",
    "ApplicationCount",
    "ApplicationStatusCount",
    "ApplicationTag",
    "ApplicationWeekCount",
    "Assignment",
    "Attachment",
    "AudienceMail",
    "AudienceRow",
    "AudienceText",
    "BulkRow",
    "BulkRun",
    "ConflictDeclaration",
    "CorrectionItem",
    "CorrectionRequest",
    "Criterion",
    "DecisionRelease",
    "EligibilityResult",
    "Export",
    "FormMove",
    "FormSection",
    "FormVersion",
    "GuardianQuestion",
    "GuardianRequest",
    "Invitation",
    "MessageWording",
    "Nomination",
    "NomineeImport",
    "NomineeRow",
    "Offer",
    "Question",
    "QuestionCondition",
    "Review",
    "SavedFilter",
    "Score",
    "SeatEntry",
    "SelectionEntry",
    "SelectionRun",
    "StagedDecision",
    "Tag",
    "WaitlistEntry",
]
