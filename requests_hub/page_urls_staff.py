"""Addresses of the staff pages."""

from django.urls import path

from requests_hub.views import (
    department,
    dispatch,
    escalation,
    households,
    requests,
    steps,
    todo,
    whistles,
    workbench,
)

urlpatterns = [
    path("workbench/", workbench.workbench, name="workbench"),
    path("todo/", todo.todo, name="todo"),
    path(
        "households/<int:pk>/requests/",
        households.household_request,
        name="household_request",
    ),
    path("dispatch/", dispatch.dispatch, name="dispatch"),
    path("dispatch/accept/", dispatch.bulk_accept, name="dispatch_accept"),
    path("desk/", department.desk, name="desk"),
    path("desk/report-in/", department.bulk_report_in, name="desk_report_in"),
    path("whistles/", whistles.board, name="whistles"),
    path("whistles/<int:pk>/", whistles.whistle, name="whistle"),
    path("requests/", requests.request_list, name="requests"),
    path("requests/new/", requests.new, name="request_new"),
    path("requests/<str:no>/", requests.detail, name="request"),
    path("requests/<str:no>/unmask/", requests.unmask, name="request_unmask"),
    path("requests/<str:no>/print/", requests.paper, name="request_print"),
    path("requests/<str:no>/verify/", steps.verify, name="request_verify"),
    path(
        "requests/<str:no>/step/<slug:step>/", steps.request_step, name="request_step"
    ),
    path("tasks/<int:pk>/step/<slug:step>/", steps.task_step, name="task_step"),
    path("tasks/<int:pk>/remind/", escalation.remind, name="task_remind"),
    path("tasks/<int:pk>/supervise/", escalation.supervise, name="task_supervise"),
    path("supervisions/", escalation.supervisions, name="supervisions"),
    path("supervisions/<int:pk>/", escalation.supervision, name="supervision"),
    path(
        "supervisions/<int:pk>/<slug:step>/",
        escalation.supervision_step,
        name="supervision_step",
    ),
    path("namings/<int:pk>/strike/", escalation.naming_strike, name="naming_strike"),
    path("escalation/", escalation.policy, name="escalation"),
    path("escalation/versions/", escalation.version_new, name="escalation_version"),
    path("escalation/rungs/<int:pk>/drop/", escalation.rung_drop, name="rung_drop"),
    path("checks/", escalation.checks, name="checks"),
    path("checks/<int:pk>/mend/", escalation.check_mend, name="check_mend"),
]
