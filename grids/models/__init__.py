"""Tables of the grids app, by topic."""

from grids.models.agreements import (
    Agreement,
    AgreementItem,
    AgreementParty,
    AgreementReminder,
    AgreementReview,
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
from grids.models.posts import Post
from grids.models.support import Department
from grids.models.tree import District, Grid, GridShape, GridVersion

__all__ = [
    "Agreement",
    "AgreementItem",
    "AgreementParty",
    "AgreementReminder",
    "AgreementReview",
    "Department",
    "District",
    "Grid",
    "GridShape",
    "GridVersion",
    "LineDuty",
    "LineGrid",
    "LineList",
    "LineMapping",
    "LineShape",
    "MatchRun",
    "MemberHousehold",
    "MembershipSpell",
    "PartyMember",
    "PartyOrganisation",
    "Post",
    "WorkLine",
]
