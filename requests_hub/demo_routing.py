"""Demo routing rules, tried and in force, and what they say of the demo's requests."""

from typing import Any

from governance.core.models import User
from grids.models import Department, District
from requests_hub.actions import routing, suggestions, trials
from requests_hub.models import Request, RoutingRule

RULES: tuple[dict[str, Any], ...] = (
    {
        "name": "路灯井盖归城管",
        "words": "路灯 井盖",
        "lead": "urban_management",
        "assist": ["power"],
        "due": "3d",
    },
    {
        "name": "夜间噪声油烟",
        "words": "噪音 噪声 油烟 音响",
        "hours": [{"days": "1234567", "from": "18:00", "to": "24:00"}],
        "lead": "ecology",
        "assist": ["urban_management", "police"],
    },
    {
        "name": "欠薪",
        "category": "1503",
        "lead": "human_resources",
        "kind": "campaign",
        "urgency": "urgent",
    },
    {"name": "停水找供水公司", "words": "停水 水压 漏水", "lead": "water_supply"},
)
IN_FORCE = 3  # the last one stays a draft, to be tried


def load(district: District) -> int:
    """Write the rules that are not there yet; gives how many."""
    keeper = User.objects.filter(username="district").first()
    named = {d.code: d for d in Department.objects.filter(district=district)}
    if keeper is None or not named:
        return 0
    made = 0
    for n, given in enumerate(RULES):
        if RoutingRule.objects.filter(district=district, name=given["name"]).exists():
            continue
        values = {**given, "grid": None, "lead": named.get(given["lead"])}
        values["assist"] = [named[c] for c in given.get("assist", ()) if c in named]
        rule = routing.save_rule(None, values, by=keeper)
        if n < IN_FORCE:
            trials.run_trial(trials.start_trial(rule, by=keeper, wanted=200).pk)
            rule.refresh_from_db()
            routing.put_in_force(rule, by=keeper)
        made += 1
    if made:
        for row in Request.objects.filter(
            district=district, state__in=("submitted", "accepted", "reopened")
        ):
            suggestions.suggest(row)
            routing.route(row)
    return made
