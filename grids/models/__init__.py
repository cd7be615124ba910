"""Tables of the grids app, by topic."""

from grids.models.agreements import (
    Agreement,
    AgreementItem,
    AgreementParty,
    AgreementReminder,
    AgreementReview,
)
from grids.models.changes import (
    ChangeKind,
    GridChange,
    GridChangeSide,
    GridCode,
    GridPlan,
)
from grids.models.circle import (
    CircleCell,
    CircleMiss,
    CircleRule,
    CircleRun,
    WalkNetwork,
)
from grids.models.committees import (
    CommitteeMember,
    Decision,
    JointCommittee,
    JointMeeting,
    MeetingNeed,
    MeetingOffer,
    NeedMatch,
)
from grids.models.feeds import Claim, Feed, FeedRowError, FeedRun, FieldRule
from grids.models.households import (
    CareEntry,
    House,
    Household,
    HouseholdLink,
    HouseholdNeed,
    ServiceReceived,
    Visit,
)
from grids.models.nets import (
    LineDuty,
    LineGrid,
    LineList,
    LineMapping,
    LineShape,
    MatchRun,
    WorkLine,
)
from grids.models.party import (
    MemberHousehold,
    MembershipSpell,
    PartyMember,
    PartyOrganisation,
)
from grids.models.persons import AccessRecord, Person, PersonPair
from grids.models.posts import Post
from grids.models.resources import Resource, ResourceUse, SupportUnit
from grids.models.sites import Site, SitePhoto
from grids.models.sixdata import Organisation, Place, PublicObject, Sentiment
from grids.models.support import Department
from grids.models.teams import Assignment, TeamSlot, TeamTemplate
from grids.models.tree import District, Grid, GridShape, GridVersion
from grids.models.uploads import GridUpload

__all__ = [
    "AccessRecord",
    "Agreement",
    "AgreementItem",
    "AgreementParty",
    "AgreementReminder",
    "AgreementReview",
    "Assignment",
    "CareEntry",
    "ChangeKind",
    "CircleCell",
    "CircleMiss",
    "CircleRule",
    "CircleRun",
    "Claim",
    "CommitteeMember",
    "Decision",
    "Department",
    "District",
    "Feed",
    "FeedRowError",
    "FeedRun",
    "FieldRule",
    "Grid",
    "GridChange",
    "GridChangeSide",
    "GridCode",
    "GridPlan",
    "GridShape",
    "GridUpload",
    "GridVersion",
    "House",
    "Household",
    "HouseholdLink",
    "HouseholdNeed",
    "JointCommittee",
    "JointMeeting",
    "LineDuty",
    "LineGrid",
    "LineList",
    "LineMapping",
    "LineShape",
    "MatchRun",
    "MeetingNeed",
    "MeetingOffer",
    "MemberHousehold",
    "MembershipSpell",
    "NeedMatch",
    "Organisation",
    "PartyMember",
    "PartyOrganisation",
    "Person",
    "PersonPair",
    "Place",
    "Post",
    "PublicObject",
    "Resource",
    "ResourceUse",
    "Sentiment",
    "ServiceReceived",
    "Site",
    "SitePhoto",
    "SupportUnit",
    "TeamSlot",
    "TeamTemplate",
    "Visit",
    "WalkNetwork",
    "WorkLine",
]
