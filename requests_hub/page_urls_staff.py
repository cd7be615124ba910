"""Addresses of the staff pages."""

from django.urls import path

from requests_hub.views import (
    department,
    dispatch,
    escalation,
    hot,
    households,
    requests,
    similar,
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
    path("hot/", hot.hot, name="hot"),
    path("hot/export/", hot.export, name="hot_export"),
    path("hot/print/", hot.paper, name="hot_print"),
    path("hot/<int:pk>/", hot.issue, name="hot_issue"),
    path("hot/<int:pk>/name/", hot.rename, name="hot_rename"),
    path("hot/<int:pk>/topic/", hot.topic, name="hot_topic"),
    path("hot/<int:pk>/add/", hot.put_in, name="hot_put_in"),
    path("hot/<int:pk>/join/", hot.join, name="hot_join"),
    path("hot/<int:pk>/out/<str:no>/", hot.take_out, name="hot_take_out"),
    path("hot/<int:pk>/back/<str:no>/", hot.put_back, name="hot_put_back"),
    path("requests/", requests.request_list, name="requests"),
    path("requests/new/", requests.new, name="request_new"),
    path("requests/<str:no>/", requests.detail, name="request"),
    path("requests/<str:no>/similar/", similar.similar, name="request_similar"),
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
