"""Addresses of the residents' and the grid workers' pages."""

from django.urls import path

from requests_hub.views import field, follow, public, similar

urlpatterns = [
    path("", public.home, name="home"),
    path("ask/sent/", public.sent, name="ask_sent"),
    path("ask/similar/", similar.before_sending, name="ask_similar"),
    path("ask/me-too/<str:token>/", similar.me_too, name="ask_me_too"),
    path("ask/<slug:kind>/", public.ask, name="ask"),
    path("follow/", follow.follow, name="follow"),
    path("follow/forget/", follow.forget, name="follow_forget"),
    path("follow/<str:code>/", follow.follow_code, name="follow_code"),
    path("follow/<str:code>/open/", follow.unlock, name="follow_open"),
    path("follow/<str:code>/add/", follow.add, name="follow_add"),
    path("follow/<str:code>/rate/", follow.rate, name="follow_rate"),
    path("follow/<str:code>/reopen/", follow.reopen, name="follow_reopen"),
    path("follow/<str:code>/withdraw/", follow.withdraw, name="follow_withdraw"),
    path("follow/<str:code>/photo/<int:pk>/", follow.photo, name="follow_photo"),
    path("field/", field.today, name="field"),
    path("field/report/", field.report, name="field_report"),
    path("field/report/<int:pk>/photo/", field.report_photo, name="field_report_photo"),
    path("field/report/<int:pk>/", field.reported, name="field_reported"),
    path("field/drafts/", field.drafts, name="field_drafts"),
    path("sw.js", field.service_worker, name="service_worker"),
]
