"""Addresses of the requests API."""

from django.urls import path

from requests_hub.api import hotline, tasks, views, whistles

urlpatterns = [
    path("requests/", views.requests, name="api_requests"),
    path("requests/<str:key>/", views.request_detail, name="api_request"),
    path(
        "requests/<str:key>/<slug:step>/", views.request_step, name="api_request_step"
    ),
    path("tasks/", tasks.tasks, name="api_tasks"),
    path("tasks/<int:pk>/", tasks.task_detail, name="api_task"),
    path("tasks/<int:pk>/<slug:step>/", tasks.task_step, name="api_task_step"),
    path("hotline/messages/", hotline.messages, name="api_hotline_messages"),
    path("hotline/updates/", hotline.updates, name="api_hotline_updates"),
    path("whistles/<int:pk>/", whistles.whistle_detail, name="api_whistle"),
    path(
        "whistles/<int:pk>/<slug:step>/",
        whistles.whistle_step,
        name="api_whistle_step",
    ),
    path("attachments/", tasks.store_file, name="api_attachments"),
]
