"""Tables of the requests app, by topic."""

from requests_hub.models.assessment import AssessmentRule, Bulletin, Scorecard
from requests_hub.models.calls import Extension, Mark, Pause, Return, Score
from requests_hub.models.clients import ApiClient, ApiKey, Subscription
from requests_hub.models.escalation import (
    Escalation,
    EscalationContact,
    EscalationRung,
    Finding,
    Ladder,
    Naming,
    Supervision,
)
from requests_hub.models.hotline import HotlineMessage, HotlineState
from requests_hub.models.households import HouseholdRequest
from requests_hub.models.imports import ImportRun
from requests_hub.models.likeness import GramTable, HotIssue, Likeness, Supporter
from requests_hub.models.open311 import (
    Open311Question,
    Open311Report,
    Open311Service,
    Open311Update,
)
from requests_hub.models.proposals import Proposal
from requests_hub.models.replies import ReplyTemplate
from requests_hub.models.requests import Request
from requests_hub.models.revisits import Revisit
from requests_hub.models.sendings import Incoming, Sending
from requests_hub.models.statistics import StatCheck, StatDelta, StatFlow, StatStock
from requests_hub.models.tasks import Task
from requests_hub.models.whistles import Whistle

__all__ = [
    "ApiClient",
    "ApiKey",
    "AssessmentRule",
    "Bulletin",
    "Escalation",
    "EscalationContact",
    "EscalationRung",
    "Extension",
    "Finding",
    "GramTable",
    "HotIssue",
    "HotlineMessage",
    "HotlineState",
    "HouseholdRequest",
    "ImportRun",
    "Incoming",
    "Ladder",
    "Likeness",
    "Mark",
    "Naming",
    "Open311Question",
    "Open311Report",
    "Open311Service",
    "Open311Update",
    "Pause",
    "Proposal",
    "ReplyTemplate",
    "Request",
    "Return",
    "Revisit",
    "Score",
    "Scorecard",
    "Sending",
    "StatCheck",
    "StatDelta",
    "StatFlow",
    "StatStock",
    "Subscription",
    "Supervision",
    "Supporter",
    "Task",
    "Whistle",
]
