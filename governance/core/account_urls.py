"""Sign-in addresses: those of allauth that are offered; the others keep their name and are 404."""

from allauth.account import views
from django.urls import path, re_path

from governance.core.views.account import closed

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("signup/", closed, name="account_signup"),
    path("inactive/", closed, name="account_inactive"),
    path("reauthenticate/", closed, name="account_reauthenticate"),
    path("email/", closed, name="account_email"),
    path("confirm-email/", closed, name="account_email_verification_sent"),
    re_path(r"^confirm-email/(?P<key>[-:\w]+)/$", closed, name="account_confirm_email"),
    path("password/set/", closed, name="account_set_password"),
    path("password/reset/", closed, name="account_reset_password"),
    path("password/reset/done/", closed, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        closed,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        closed,
        name="account_reset_password_from_key_done",
    ),
    path("login/code/confirm/", closed, name="account_confirm_login_code"),
]
