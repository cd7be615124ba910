"""The entries about requests, whistles and tasks, and the tabs of the phone."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from governance.core import menu
from governance.core.models import User
from grids.scoping import scope_of
from requests_hub.queries import deliveries, todo

TOWN = frozenset({"township", "district"})
DISTRICT = frozenset({"district"})
OFFICER = frozenset({"officer"})
FIELD = frozenset({"grid_worker", "grid_leader", "liaison"})
READERS = frozenset({"leader", "auditor"})
GOOD = frozenset({"good_person"})
KEEPERS = frozenset({"district", "admin", "auditor"})
DECIDERS = frozenset({"district", "leader"})
LOOP = _("Loop")
RULES = _("Supervision and rules")
OURS = _("Our department")
OUTSIDE = _("Outside systems")


def _counted(name: str, late: str) -> menu.Count:
    """A count out of the one statement that counts everything that waits for a person."""

    def count(request: HttpRequest) -> tuple[int, bool]:
        if not isinstance(request.user, User):
            return 0, False
        found = todo.counts_of(request.user)
        return found[name], found[late] > 0

    return count


def _set_aside(request: HttpRequest) -> tuple[int, bool]:
    """What failed so often that an administrator must look; it is late by its nature."""
    if not scope_of(request.user).has_role("admin"):
        return 0, False
    count = deliveries.waiting(request.user)
    return count, count > 0


MINE = _counted("mine", "late")
AT_DESK = _counted("requests", "never")
CALLED = _counted("called", "called_late")
TO_RULE = _counted("ruling", "ruling_late")

menu.add(
    menu.Entry(_("Workbench"), "house-door", "/workbench/", TOWN, "", 1),
    menu.Entry(_("To do"), "list-task", "/todo/", TOWN, "", 2, MINE),
    menu.Entry(
        _("Dispatch desk"), "signpost-split", "/dispatch/", TOWN, "", 3, AT_DESK
    ),
    menu.Entry(_("To rule on"), "bank", "/rulings/", DISTRICT, "", 4, TO_RULE),
    menu.Entry(_("Requests"), "chat-square-text", "/requests/", TOWN, LOOP, 20),
    menu.Entry(_("Whistles"), "megaphone", "/whistles/", TOWN, LOOP, 21),
    menu.Entry(
        _("Supervision and naming"),
        "binoculars",
        "/supervisions/",
        TOWN | READERS,
        RULES,
        26,
    ),
    menu.Entry(
        _("Supervision of us"), "binoculars", "/supervisions/", OFFICER, OURS, 12
    ),
    menu.Entry(
        _("Escalation policy"),
        "bar-chart",
        "/escalation/",
        TOWN | READERS | {"admin"},
        RULES,
        27,
    ),
    menu.Entry(
        _("Loop check"),
        "activity",
        "/checks/",
        DISTRICT | READERS | {"admin"},
        RULES,
        29,
    ),
    menu.Entry(_("Hot issues"), "graph-up", "/hot/", TOWN | READERS, LOOP, 23),
    menu.Entry(_("Revisits"), "telephone-outbound", "/revisits/", TOWN, LOOP, 24),
    menu.Entry(
        _("Problem library"), "pin-angle", "/problems/", TOWN | READERS, LOOP, 25
    ),
    menu.Entry(_("Holds and exclusions"), "funnel", "/proposals/", DECIDERS, "", 5),
    menu.Entry(
        _("Reply templates"),
        "chat-left-text",
        "/registry/reply-templates/",
        OFFICER,
        OURS,
        12,
    ),
    menu.Entry(
        _("Reply templates"),
        "chat-left-text",
        "/registry/reply-templates/",
        TOWN,
        RULES,
        28,
    ),
    menu.Entry(_("Routing rules"), "signpost-split", "/routing/", DISTRICT, RULES, 28),
    menu.Entry(
        _("Sensitive categories"),
        "eye-slash",
        "/sensitive/",
        DISTRICT | READERS | {"admin"},
        RULES,
        29,
    ),
    menu.Entry(_("Ledger and lists"), "journal-check", "/lists/", TOWN, LOOP, 25),
    menu.Entry(_("Time grid"), "calendar3", "/time-grid/", TOWN, LOOP, 25),
    menu.Entry(_("Department desk"), "building", "/desk/", OFFICER, "", 1, MINE),
    menu.Entry(
        _("To report in on"),
        "person-check",
        "/desk/?tab=report-in",
        OFFICER,
        "",
        2,
        CALLED,
    ),
    menu.Entry(_("Workbench"), "house-door", "/workbench/", OFFICER, "", 3),
    menu.Entry(_("All of ours"), "chat-square-text", "/requests/", OFFICER, OURS, 10),
    menu.Entry(_("Done by us"), "check2-square", "/desk/?tab=done", OFFICER, OURS, 11),
    menu.Entry(_("Today"), "calendar-check", "/field/", FIELD, "", 1),
    menu.Entry(_("To do"), "list-task", "/todo/", FIELD, "", 2, MINE),
    menu.Entry(_("Requests"), "chat-square-text", "/requests/", FIELD, "", 4),
    menu.Entry(_("Report"), "camera", "/field/report/", FIELD, "", 3),
    menu.Entry(_("Workbench"), "house-door", "/workbench/", READERS, "", 1),
    menu.Entry(_("Requests"), "chat-square-text", "/requests/", READERS, LOOP, 20),
    menu.Entry(_("Whistles"), "megaphone", "/whistles/", READERS, LOOP, 21),
)

menu.add(
    menu.Entry(
        _("Programs outside"), "key", "/registry/api-clients/", KEEPERS, OUTSIDE, 70
    ),
    menu.Entry(
        _("Subscriptions"),
        "broadcast",
        "/registry/subscriptions/",
        KEEPERS,
        OUTSIDE,
        71,
    ),
    menu.Entry(
        _("Open311 services"),
        "diagram-3",
        "/registry/open311-services/",
        KEEPERS,
        OUTSIDE,
        72,
    ),
    menu.Entry(
        _("States at the hotline"),
        "arrow-left-right",
        "/registry/hotline-states/",
        KEEPERS,
        OUTSIDE,
        73,
    ),
    menu.Entry(
        _("Hotline messages"),
        "telephone",
        "/registry/hotline-messages/",
        TOWN,
        LOOP,
        22,
    ),
    menu.Entry(_("Messages in"), "inbox", "/incoming/", KEEPERS, OUTSIDE, 74),
    menu.Entry(_("Messages out"), "send", "/sendings/", KEEPERS, OUTSIDE, 75),
    menu.Entry(
        _("Set aside"),
        "exclamation-triangle",
        "/deliveries/",
        KEEPERS,
        OUTSIDE,
        76,
        _set_aside,
    ),
)

menu.add(
    menu.Entry(_("Workbench"), "house-door", "/workbench/", TOWN, order=1, is_tab=True),
    menu.Entry(
        _("To do"), "list-task", "/todo/", TOWN, order=2, count=MINE, is_tab=True
    ),
    menu.Entry(
        _("Dispatch desk"), "signpost-split", "/dispatch/", TOWN, order=3, is_tab=True
    ),
    menu.Entry(
        _("Requests"), "chat-square-text", "/requests/", TOWN, order=4, is_tab=True
    ),
    menu.Entry(
        _("To do"), "inbox", "/todo/", OFFICER, order=1, count=MINE, is_tab=True
    ),
    menu.Entry(
        _("Department desk"), "building", "/desk/", OFFICER, order=2, is_tab=True
    ),
    menu.Entry(
        _("Done by us"),
        "check2-square",
        "/desk/?tab=done",
        OFFICER,
        order=3,
        is_tab=True,
    ),
    menu.Entry(_("Today"), "calendar-check", "/field/", FIELD, order=1, is_tab=True),
    menu.Entry(
        _("To do"), "list-task", "/todo/", FIELD, order=3, count=MINE, is_tab=True
    ),
    menu.Entry(
        _("Report"),
        "camera-fill",
        "/field/report/",
        FIELD,
        order=2,
        is_tab=True,
        is_big=True,
    ),
    menu.Entry(_("Orders"), "hand-thumbs-up", "/orders/", GOOD, order=1, is_tab=True),
)

DATA = _("Data and assessment")
ASSESSED = TOWN | OFFICER | READERS | frozenset({"admin"})
REST = OFFICER | frozenset(
    {"admin", "auditor"}
)  # the others have it from the top storey
menu.add(
    menu.Entry(_("Assessment"), "bar-chart", "/assessment/", ASSESSED, DATA, 60),
    menu.Entry(_("Bulletins"), "file-earmark-text", "/bulletins/", REST, DATA, 61),
)
menu.put_under("/routing/", "/registry/routing-rules/")
menu.put_under(
    "/escalation/", "/registry/escalation-rungs/", "/registry/escalation-contacts/"
)
menu.put_under("/assessment/", "/registry/scorecards/", "/registry/assessment-rules/")
