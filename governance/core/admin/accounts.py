"""Accounts; the app that knows posts hangs them into the form with `UserAdmin.inlines`."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from governance.core import events
from governance.core.actions import accounts
from governance.core.models import User

if TYPE_CHECKING:  # the stubs know the row's type, Django's classes take none
    Base = DjangoUserAdmin[User]
    NewForm = AdminUserCreationForm[User]
    PasswordForm = AdminPasswordChangeForm[User]
else:
    Base = DjangoUserAdmin
    NewForm = AdminUserCreationForm
    PasswordForm = AdminPasswordChangeForm


class NewAccountForm(NewForm):
    """The first password is the administrator's, so it must be changed."""

    def save(self, commit: bool = True) -> User:
        self.instance.must_change_password = True
        user: User = super().save(commit)
        return user


class GivenPasswordForm(PasswordForm):
    """A password that an administrator sets must be changed by its owner."""

    def save(self, commit: bool = True) -> User:
        self.user.must_change_password = True
        user: User = super().save(commit)
        return user


@admin.register(User)
class UserAdmin(Base):
    """Accounts are closed, never deleted: the log names them for ever."""

    add_form = NewAccountForm
    change_password_form = GivenPasswordForm
    inlines: ClassVar[list[Any]] = []
    list_display = ("username", "name", "title", "is_active", "is_staff", "last_login")
    list_filter = ("groups", "is_active", "must_change_password", "is_demo")
    search_fields = ("username", "name")
    search_help_text = _("Account or name")
    ordering = ("username",)
    list_per_page = 50
    show_full_result_count = False
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("name", "title", "phone_tail", "email")}),
        (
            _("Sign-in"),
            {"fields": ("is_active", "must_change_password", "last_login", "is_demo")},
        ),
        (_("Rights"), {"fields": ("is_staff", "is_superuser", "groups")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("username", "name", "title", "password1", "password2"),
            },
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fixed = ["last_login", "is_demo", "groups"]
        if not request.user.is_superuser:  # nobody hands himself rights
            fixed += ["is_staff", "is_superuser"]
        return fixed

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        with transaction.atomic():
            return super().user_change_password(request, id, form_url)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        events.record("account.created", obj, request.user, {"username": obj.username})
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        parts = message if isinstance(message, list) else []
        changed = [
            name for p in parts for name in p.get("changed", {}).get("fields", [])
        ]
        accounts.record_change(obj, changed, by=request.user)
        return super().log_change(request, obj, message)
