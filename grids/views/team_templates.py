"""The templates of teams: which posts there are, editable without the administration."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from grids.actions import team_templates as actions
from grids.forms_teams import SlotForm, TemplateForm
from grids.models import District, TeamSlot, TeamTemplate
from grids.rights import READERS
from grids.scoping import posts_of, scope_of
from grids.views.access import signed_in, staff
from grids.views.drawers import drawer

KEEPERS = ("district", "admin")


def _templates(http: HttpRequest) -> "QuerySet[TeamTemplate]":
    districts = {post.district_id for post in posts_of(http.user)}
    return TeamTemplate.objects.filter(district_id__in=sorted(districts))


def _may_keep(http: HttpRequest) -> bool:
    return scope_of(http.user).has_role(*KEEPERS)


@staff(*READERS)
@require_safe
def templates(http: HttpRequest) -> HttpResponse:
    """Every template with its posts."""
    order = {"large": 0, "medium": 1, "small": 2, "micro": 3}
    slots = TeamSlot.objects.active().order_by("order", "pk")
    rows = _templates(http).prefetch_related(Prefetch("slots", slots))
    found = sorted(rows, key=lambda t: (order[t.level], t.area_type))
    context = {"templates": found, "may_keep": _may_keep(http)}
    return render(http, "grids/teams/templates.html", context)


@staff(*READERS)
@require_safe
def template(http: HttpRequest, pk: int) -> HttpResponse:
    """One template: its posts, how many hold each now."""
    row = get_object_or_404(_templates(http), pk=pk)
    today = timezone.localdate()
    lasts = Q(assignments__ended_on__isnull=True) | Q(assignments__ended_on__gte=today)
    held = Count("assignments", filter=lasts & Q(assignments__starts_on__lte=today))
    slots = TeamSlot.objects.active().filter(template=row).annotate(held=held)
    context = {"template": row, "slots": slots, "may_keep": _may_keep(http)}
    return render(http, "grids/teams/template.html", context)


@staff(*KEEPERS)
@require_POST
def proposals(http: HttpRequest) -> HttpResponse:
    """Begin with the proposed templates."""
    user = signed_in(http)
    district = District.objects.get(pk=posts_of(user)[0].district_id)
    added = actions.load_proposals(district, by=user)
    messages.success(http, _("%(n)s templates added as a proposal.") % {"n": added})
    return redirect("team_templates")


@staff(*KEEPERS)
@require_http_methods(["GET", "POST"])
def template_new(http: HttpRequest) -> HttpResponse:
    """A template for a level and area type, with the posts of the level's other one."""
    user = signed_in(http)
    initial = {"starts_on": timezone.localdate(), "level": "medium"}
    form = TemplateForm(http.POST or None, initial=initial)

    def do(data: dict[str, Any]) -> TeamTemplate:
        model = _templates(http).filter(level=data["level"]).order_by("pk").first()
        values = {**data, "district_id": posts_of(user)[0].district_id}
        return actions.save_template(None, values, by=user, copy_of=model)

    return drawer(
        http,
        form,
        do,
        title=_("New template"),
        verb=_("Add the template"),
        back=reverse("team_templates"),
        said=lambda row: _("%(name)s is there.") % {"name": row.name},
        then=_("It begins with the posts of the level's first template."),
    )


@staff(*KEEPERS)
@require_http_methods(["GET", "POST"])
def template_edit(http: HttpRequest, pk: int) -> HttpResponse:
    """Name, level, area type and first day of a template."""
    row, user = get_object_or_404(_templates(http), pk=pk), signed_in(http)
    names = ("name", "level", "area_type", "starts_on")
    initial = {name: getattr(row, name) for name in names}
    return drawer(
        http,
        TemplateForm(http.POST or None, initial=initial),
        lambda data: actions.save_template(row, data, by=user),
        title=row.name,
        verb=_("Keep"),
        back=reverse("team_template", args=[row.pk]),
        said=lambda done: _("%(name)s is kept.") % {"name": done.name},
    )


@staff(*KEEPERS)
@require_http_methods(["GET", "POST"])
def slot_new(http: HttpRequest, pk: int) -> HttpResponse:
    """One more post in a template."""
    row, user = get_object_or_404(_templates(http), pk=pk), signed_in(http)
    form = SlotForm(http.POST or None)
    return drawer(
        http,
        form,
        lambda _data: actions.save_slot(
            None, {**form.values(), "template": row}, by=user
        ),
        title=_("Add a post to %(name)s") % {"name": row.name},
        verb=_("Add a post"),
        back=reverse("team_template", args=[row.pk]),
        said=lambda slot: _("%(post)s is in the template.") % {"post": slot.label},
    )


def _slot(http: HttpRequest, pk: int) -> TeamSlot:
    rows = TeamSlot.objects.active().filter(template__in=_templates(http))
    return get_object_or_404(rows.select_related("template"), pk=pk)


@staff(*KEEPERS)
@require_http_methods(["GET", "POST"])
def slot_edit(http: HttpRequest, pk: int) -> HttpResponse:
    """Change one post of a template."""
    slot, user = _slot(http, pk), signed_in(http)
    initial = {name: getattr(slot, name) for name in SlotForm.base_fields}
    form = SlotForm(http.POST or None, initial=initial)
    return drawer(
        http,
        form,
        lambda _data: actions.save_slot(
            slot, form.values(), by=user, version=slot.version
        ),
        title=slot.label,
        subtitle=slot.template.name,
        verb=_("Keep"),
        back=reverse("team_template", args=[slot.template_id]),
        said=lambda done: _("%(post)s is kept.") % {"post": done.label},
    )


@staff(*KEEPERS)
@require_POST
def slot_remove(http: HttpRequest, pk: int) -> HttpResponse:
    """Take a post that nobody holds out of a template."""
    slot = _slot(http, pk)
    actions.remove_slot(slot, by=signed_in(http))
    messages.success(http, _("%(post)s is taken out.") % {"post": slot.label})
    return redirect("team_template", pk=slot.template_id)
