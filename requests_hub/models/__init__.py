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
from requests_hub.models.likeness import (
    GramTable,
    HotIssue,
    IssueMember,
    IssueName,
    Likeness,
    Supporter,
)
from requests_hub.models.needs import NeedRequest
from requests_hub.models.open311 import (
    Open311Question,
    Open311Report,
    Open311Service,
    Open311Update,
)
from requests_hub.models.proposals import Proposal
from requests_hub.models.replies import ReplyTemplate
from requests_hub.models.requests import Request
from requests_hub.models.revisits import DepartmentAnswer, Revisit
from requests_hub.models.routing import RoutingDecision, RoutingRule, RoutingTrial
from requests_hub.models.sendings import Incoming, Sending
from requests_hub.models.sensitive import CategoryFlag, FlaggedRequest
from requests_hub.models.statistics import StatCheck, StatDelta, StatFlow, StatStock
from requests_hub.models.suggestions import (
    CategoryBatch,
    CategoryDecision,
    Suggested,
    SuggestionModel,
)
from requests_hub.models.tasks import Task
from requests_hub.models.whistles import Whistle

__all__ = [
    "ApiClient",
    "ApiKey",
    "AssessmentRule",
    "Bulletin",
    "CategoryBatch",
    "CategoryDecision",
    "CategoryFlag",
    "DepartmentAnswer",
    "Escalation",
    "EscalationContact",
    "EscalationRung",
    "Extension",
    "Finding",
    "FlaggedRequest",
    "GramTable",
    "HotIssue",
    "HotlineMessage",
    "HotlineState",
    "HouseholdRequest",
    "ImportRun",
    "Incoming",
    "IssueMember",
    "IssueName",
    "Ladder",
    "Likeness",
    "Mark",
    "Naming",
    "NeedRequest",
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
    "RoutingDecision",
    "RoutingRule",
    "RoutingTrial",
    "Score",
    "Scorecard",
    "Sending",
    "StatCheck",
    "StatDelta",
    "StatFlow",
    "StatStock",
    "Subscription",
    "Suggested",
    "SuggestionModel",
    "Supervision",
    "Supporter",
    "Task",
    "Whistle",
]
