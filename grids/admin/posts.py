"""Posts, by themselves and inside an account; forms call the actions."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.core.admin.accounts import UserAdmin
from governance.core.errors import DomainError
from governance.core.models import User
from grids.actions import posts
from grids.models import District, Post

if TYPE_CHECKING:
    PostBase = admin.ModelAdmin[Post]
    InlineBase = admin.TabularInline[Post, User]
    FormBase = forms.ModelForm[Post]
    FormSetBase = BaseInlineFormSet[Post, User, forms.ModelForm[Post]]
else:
    PostBase, InlineBase = admin.ModelAdmin, admin.TabularInline
    FormBase, FormSetBase = forms.ModelForm, BaseInlineFormSet
PLACE = ("role", "district", "grid", "department", "section", "starts_on")


class PostForm(FormBase):
    """A new post; the district is the only one there is, or the place's."""

    class Meta:
        model = Post
        fields = ("user", *PLACE)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "district" in self.fields and not self.instance.pk:
            self.fields["district"].initial = District.objects.order_by("pk").first()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.instance.pk and "role" in data:
            wrong = posts.faults(
                str(data["role"]),
                data.get("grid"),
                data.get("department"),
                data.get("district"),
            )
            for name, sentences in wrong.items():
                self.add_error(name if name in self.fields else None, sentences)
        return data


def _appoint(form: FormBase, user: User, by: User) -> Post:
    data: dict[str, Any] = {name: form.cleaned_data.get(name) for name in PLACE}
    return posts.appoint(user, data.pop("role"), by=by, **data)


class PostFormSet(FormSetBase):
    """Saves new lines by the action."""

    actor: User

    def save_new(self, form: FormBase, commit: bool = True) -> Post:
        return _appoint(form, self.instance, self.actor)


class PostInline(InlineBase):
    """The posts of an account; lines are added here and ended in the list of posts."""

    model = Post
    form = PostForm
    formset = PostFormSet
    fields = (*PLACE, "ends_on")
    readonly_fields = ("ends_on",)
    autocomplete_fields = ("grid", "department")
    extra = 0
    can_delete = False

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset: Any = super().get_formset(request, obj, **kwargs)
        formset.actor = request.user
        return formset

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Post]:
        return (
            super()
            .get_queryset(request)
            .select_related("grid", "department", "district")
        )


UserAdmin.inlines = [*UserAdmin.inlines, PostInline]


@admin.register(Post)
class PostAdmin(PostBase):
    """Posts are begun here and ended by the list's action; none is changed or deleted."""

    form = PostForm
    list_display = ("user", "role", "grid", "department", "starts_on", "ends_on")
    list_filter = ("role", ("ends_on", admin.EmptyFieldListFilter))
    list_select_related = ("user", "grid", "department")
    list_per_page = 50
    show_full_result_count = False
    search_fields = (
        "user__username",
        "user__name",
        "grid__name",
        "grid__code",
        "department__name",
    )
    search_help_text = _("Account, name, grid or department")
    autocomplete_fields = ("user", "grid", "department")
    ordering = ("-pk",)
    actions = ("end_posts",)

    def save_model(
        self, request: HttpRequest, obj: Post, form: Any, change: bool
    ) -> None:
        by = request.user
        if not change and isinstance(by, User):
            obj.pk = _appoint(form, form.cleaned_data["user"], by).pk
            obj.refresh_from_db()

    def get_readonly_fields(
        self, request: HttpRequest, obj: Any = None
    ) -> tuple[str, ...]:
        return ("user", *PLACE, "ends_on") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description=_("End the posts chosen"), permissions=["change"])
    def end_posts(self, request: HttpRequest, chosen: QuerySet[Post]) -> None:
        done = 0
        for post in chosen:
            try:
                posts.end(post, by=request.user)
                done += 1
            except DomainError as error:
                messages.error(request, f"{post}: {error.message}")
        today = timezone.localdate()
        messages.success(
            request,
            _("%(count)s posts ended before %(day)s.") % {"count": done, "day": today},
        )
