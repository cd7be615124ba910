"""Units, resources and joint committees for tests."""

import datetime as dt
from typing import Any

from django.utils import timezone

from grids.actions import committees
from grids.actions.resources import save_resource, save_unit
from grids.models import JointMeeting, Resource, SupportUnit


def make_unit(name: str, *, by: Any, grid: Any = None, **more: Any) -> SupportUnit:
    return save_unit(
        None, {"name": name, "kind": "social", "grid": grid, **more}, by=by
    )


def make_resource(
    name: str, *, by: Any, areas: Any = (), kind: str = "venue", **more: Any
) -> Resource:
    values = {"name": name, "kind": kind, "areas": list(areas), **more}
    if not values["areas"]:
        values["is_whole_district"] = True
    return save_resource(None, values, by=by)


def make_meeting(grid: Any, *, by: Any, ago: int = 10) -> JointMeeting:
    """A committee of one part-time and one ordinary member that met some days ago."""
    committee = committees.save_committee(
        None, {"grid": grid, "name": f"{grid.name}大党委", "chair": "书记"}, by=by
    )
    committees.add_member(committee, by=by, name="书记", kind="ordinary")
    committees.add_member(committee, by=by, name="单位甲", unit="某单位")
    held_on = timezone.localdate() - dt.timedelta(days=ago)
    return committees.save_meeting(
        None,
        {
            "committee": committee,
            "held_on": held_on,
            "venue": "会议室",
            "first_topic": "学习",
            "agenda": ["议题一", "议题二"],
        },
        by=by,
    )
