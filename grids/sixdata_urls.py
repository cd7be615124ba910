"""Addresses under /registry/ that are no register: the overview, feeds, the queue."""

from django.urls import path

from grids.views import claims, feed_runs, feeds, record_acts, sixdata

urlpatterns = [
    path("", sixdata.six_data, name="six_data"),
    path("feeds/", feeds.feed_list, name="feeds"),
    path("feeds/new/", feeds.feed_new, name="feed_new"),
    path("feeds/<int:pk>/", feeds.feed, name="feed"),
    path("feeds/<int:pk>/columns/", feeds.feed_columns, name="feed_columns"),
    path("feeds/<int:pk>/rules/", feeds.feed_rules, name="feed_rules"),
    path("feeds/<int:pk>/schedule/", feeds.feed_schedule, name="feed_schedule"),
    path("feeds/<int:pk>/upload/", feeds.feed_upload, name="feed_upload"),
    path("feeds/<int:pk>/fetch/", feeds.feed_fetch, name="feed_fetch"),
    path("feeds/runs/<int:pk>/", feed_runs.feed_run, name="feed_run"),
    path("feeds/runs/<int:pk>/go-on/", feed_runs.feed_go_on, name="feed_go_on"),
    path(
        "feeds/runs/<int:pk>/errors.xlsx",
        feed_runs.feed_errors,
        name="feed_errors",
    ),
    path(
        "sentiments/<int:pk>/pass-on/",
        record_acts.sentiment_pass_on,
        name="sentiment_pass_on",
    ),
    path("resources/<int:pk>/take/", record_acts.resource_take, name="resource_take"),
    path(
        "resources/uses/<int:pk>/back/",
        record_acts.resource_back,
        name="resource_back",
    ),
    path("conflicts/", claims.conflicts, name="conflicts"),
    path("conflicts/decide/", claims.conflicts_decide, name="conflicts_decide"),
    path("conflicts/undo/", claims.conflicts_undo, name="conflicts_undo"),
]
