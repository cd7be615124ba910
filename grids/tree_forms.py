"""The forms behind each change of the tree; `data()` gives what `actions.plans` takes."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from governance.core.action_forms import ActionForm
from governance.core.days import DayField
from grids.actions.codes import LEVEL_ABOVE, LEVEL_BELOW
from grids.models import District, Grid

MOST_PARTS = 6
MOST_NEARBY = 300
WORK = (
    ("move", gettext_lazy("Open requests and tasks go along")),
    ("stay", gettext_lazy("Open requests and tasks stay where they are")),
)


class GridCodeField(forms.CharField):
    """A grid by its code or by a name that fits only one of those offered."""

    def __init__(self, offered: Iterable[Grid], **kwargs: Any) -> None:
        self.offered = {grid.code: grid for grid in offered}
        super().__init__(max_length=60, **kwargs)

    def clean(self, value: Any) -> Any:
        text = str(super().clean(value) or "").strip().split(" ")[0]
        if not text:
            return None
        if text in self.offered:
            return self.offered[text]
        named = [grid for grid in self.offered.values() if grid.name == text]
        grid = named[0] if len(named) == 1 else None
        grid = grid or Grid.objects.live().filter(code=text).first()
        if grid is None:
            raise forms.ValidationError(_("No grid has this code."))
        return grid


class ChangeForm(ActionForm):
    """What every change asks: the day and the reason."""

    kind = ""
    on = DayField(
        label=gettext_lazy("In force from"),
        help_text=gettext_lazy(
            "Today, a day past, or a day within a year: then it is carried out on that day."
        ),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("It stays in the history of the grid."),
    )

    def __init__(self, grid: Grid | None, *args: Any, **kwargs: Any) -> None:
        self.grid = grid
        super().__init__(*args, **kwargs)
        self.lists: dict[str, list[Grid]] = {}
        self.initial.setdefault("on", timezone.localdate().isoformat())
        self.add_fields()
        self.order_fields([*(n for n in self.fields if n not in LAST), *LAST])

    def add_fields(self) -> None:
        """Fields that depend on the grid."""

    def data_for(self) -> dict[str, Any]:
        """Ids and words, as `actions.plans.perform` takes them."""
        raise NotImplementedError

    def offer(self, name: str, grids: Sequence[Grid]) -> GridCodeField:
        """A field for a grid with a list to choose from."""
        self.lists[name] = list(grids)
        field = GridCodeField(grids)
        field.widget.attrs |= {"list": f"list-{name}", "autocomplete": "off"}
        return field

    def own(self) -> Grid:
        """The grid that is changed."""
        assert self.grid is not None  # noqa: S101 - only towns are made without one
        return self.grid


LAST = ("work", "on", "reason")


def _work() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=gettext_lazy("Open requests and tasks"),
        choices=WORK,
        initial="move",
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Closed ones always keep the grid they had."),
    )


class CreateForm(ChangeForm):
    kind = "created"
    name = forms.CharField(label=pgettext_lazy("of a grid", "Name"), max_length=60)
    code = forms.CharField(
        label=pgettext_lazy("of a grid", "Code"), max_length=17, required=False
    )
    area_type = forms.ChoiceField(
        label=gettext_lazy("Area type"), choices=Grid.AreaType.choices
    )
    is_dedicated = forms.BooleanField(
        label=gettext_lazy("Dedicated grid"),
        required=False,
        help_text=gettext_lazy("School, hospital, market, park."),
    )

    def __init__(
        self, grid: Grid | None, *args: Any, district: District, **kwargs: Any
    ) -> None:
        self.district = district
        super().__init__(grid, *args, **kwargs)

    def add_fields(self) -> None:
        level = LEVEL_BELOW[self.grid.level] if self.grid else "large"
        code = self.fields["code"]
        if level in ("large", "medium"):
            del self.fields["is_dedicated"]
            code.required = True
            code.help_text = _("The official code, %(n)s digits.") % {
                "n": 9 if level == "large" else 12
            }
            code.initial = self.grid.code if self.grid else self.district.code
        else:
            code.help_text = _("Left empty, the next free number is taken.")
        if self.grid:
            self.fields["area_type"].initial = self.grid.area_type

    def data_for(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        where = {"parent": self.grid.pk} if self.grid else {}
        names = ("name", "code", "area_type", "is_dedicated")
        given = {name: data[name] for name in names if name in data}
        return {**where, "district": self.district.pk, **given}


class RenameForm(ChangeForm):
    kind = "renamed"
    name = forms.CharField(label=gettext_lazy("New name"), max_length=60)
    short_name = forms.CharField(
        label=gettext_lazy("Short name"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("For lists and maps."),
    )

    def add_fields(self) -> None:
        self.fields["name"].initial = self.own().name

    def data_for(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "grid": self.own().pk,
            "name": data["name"],
            "short_name": data["short_name"],
        }


class EditForm(ChangeForm):
    kind = "edited"
    area_type = forms.ChoiceField(
        label=gettext_lazy("Area type"), choices=Grid.AreaType.choices
    )
    short_name = forms.CharField(
        label=gettext_lazy("Short name"), max_length=20, required=False
    )
    duty_phone = forms.CharField(
        label=gettext_lazy("Duty phone"), max_length=20, required=False
    )
    order = forms.IntegerField(
        label=gettext_lazy("Official order"), min_value=0, max_value=99999
    )
    is_dedicated = forms.BooleanField(
        label=gettext_lazy("Dedicated grid"), required=False
    )
    names = ("area_type", "short_name", "duty_phone", "order", "is_dedicated")

    def add_fields(self) -> None:
        if self.own().level in ("large", "medium"):
            del self.fields["is_dedicated"]
        for name in self.names:
            if name in self.fields:
                self.fields[name].initial = getattr(self.own(), name)

    def data_for(self) -> dict[str, Any]:
        given = {n: self.cleaned_data[n] for n in self.names if n in self.cleaned_data}
        return {"grid": self.own().pk, **given}


class RecodeForm(ChangeForm):
    kind = "recoded"
    code = forms.CharField(
        label=gettext_lazy("New code"),
        max_length=17,
        help_text=gettext_lazy(
            "Everything below gets the new beginning. The old code stays this grid's for ever."
        ),
    )

    def add_fields(self) -> None:
        self.fields["code"].initial = self.own().code

    def data_for(self) -> dict[str, Any]:
        return {"grid": self.own().pk, "code": self.cleaned_data["code"].strip()}


class MoveForm(ChangeForm):
    kind = "moved"

    def add_fields(self) -> None:
        grid = self.own()
        level = LEVEL_ABOVE[grid.level]
        found = Grid.objects.live().filter(district=grid.district_id, level=level)
        if level == "small":
            found = found.filter(tree_id=grid.tree_id)
        found = found.exclude(pk=grid.parent_id).order_by("code")
        field = self.offer("to", found[:MOST_NEARBY])
        field.label = _("Under which grid")
        field.help_text = _("Type a code or choose from the list.")
        self.fields["to"] = field
        code = forms.CharField(label=_("New code"), max_length=17)
        code.required = grid.level == "medium"
        code.help_text = (
            _("A village that moves needs its new official code.")
            if code.required
            else _("Left empty, the last digits are kept where they are free.")
        )
        self.fields["code"] = code
        self.fields["work"] = _work()

    def data_for(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "grid": self.own().pk,
            "to": data["to"].pk,
            "code": data["code"].strip(),
            "work": data["work"],
        }


class MergeForm(ChangeForm):
    kind = "merged"

    def add_fields(self) -> None:
        grid = self.own()
        like = Grid.objects.live().filter(parent=grid.parent_id, level=grid.level)
        like = like.filter(district=grid.district_id).exclude(pk=grid.pk)
        self.fields["grids"] = forms.ModelMultipleChoiceField(
            like.order_by("code"),
            label=_("Grids that are merged into %(grid)s") % {"grid": grid.name},
            widget=forms.CheckboxSelectMultiple,
            help_text=_("They are retired; all that lies below them hangs here."),
        )
        name = forms.CharField(label=_("Name after it"), max_length=60, required=False)
        name.initial = grid.name
        self.fields["name"] = name
        self.fields["work"] = _work()

    def data_for(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "grid": self.own().pk,
            "grids": [grid.pk for grid in data["grids"]],
            "name": data["name"],
            "work": data["work"],
        }


class RetireForm(ChangeForm):
    kind = "retired"

    def add_fields(self) -> None:
        grid = self.own()
        like = Grid.objects.live().filter(parent=grid.parent_id, level=grid.level)
        like = like.filter(district=grid.district_id).exclude(pk=grid.pk)
        above = list(grid.get_ancestors(ascending=True))
        field = self.offer("heir_grid", [*like.order_by("code")[:MOST_NEARBY], *above])
        field.required = False
        field.label = _("Who takes over")
        field.help_text = _(
            "A grid of the same level or one above it. Needed while anything is left here."
        )
        self.fields["heir_grid"] = field
        self.fields["work"] = _work()

    def data_for(self) -> dict[str, Any]:
        heir = self.cleaned_data["heir_grid"]
        return {
            "grid": self.own().pk,
            "heir_grid": heir.pk if heir else None,
            "work": self.cleaned_data["work"],
        }


class SplitForm(ChangeForm):
    """`parts` new grids, each with name, code, outline; each grid below says where it goes."""

    kind = "split"

    def __init__(
        self, grid: Grid | None, *args: Any, parts: int = 1, **kwargs: Any
    ) -> None:
        self.parts = min(max(parts, 1), MOST_PARTS)
        super().__init__(grid, *args, **kwargs)

    def add_fields(self) -> None:
        grid = self.own()
        takers = [("0", _("%(grid)s (stays)") % {"grid": grid.name})]
        for n in range(1, self.parts + 1):
            takers.append((str(n), _("New grid %(n)s") % {"n": n}))
            self._add_part(grid, n)
        for child in Grid.objects.live().filter(parent=grid).order_by("code"):
            self.fields[f"child_{child.pk}"] = forms.ChoiceField(
                label=_("Grid below %(name)s %(code)s goes to")
                % {"name": child.name, "code": child.code},
                choices=takers,
                initial="0",
            )
        self.fields["heir"] = forms.ChoiceField(
            label=_("Who takes the rest"), choices=takers, initial="0"
        )
        self.fields["heir"].help_text = _(
            "Posts stay with the old grid while it stays. Records and open requests go by the"
            " grid below they lie in, then by their position; the rest goes here."
        )
        self.fields["ends"] = forms.BooleanField(
            label=_("The old grid ends with it"), required=False
        )
        self.fields["work"] = _work()

    def _add_part(self, grid: Grid, n: int) -> None:
        of = {"n": n}
        self.fields[f"name_{n}"] = forms.CharField(
            label=_("New grid %(n)s: name") % of, max_length=60
        )
        is_official = grid.level in ("large", "medium")
        code = forms.CharField(label=_("New grid %(n)s: code") % of, max_length=17)
        code.required = is_official
        if not is_official:
            code.help_text = _("Left empty, the next free number is taken.")
        self.fields[f"code_{n}"] = code
        self.fields[f"geometry_{n}"] = forms.CharField(
            label=_("New grid %(n)s: outline") % of,
            required=False,
            widget=forms.Textarea(attrs={"rows": 2}),
            help_text=_(
                "GeoJSON polygon, if it has no grids below; it can be drawn later too."
            ),
        )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for n in range(1, self.parts + 1):
            name = f"geometry_{n}"
            text = (data.get(name) or "").strip()
            try:
                data[name] = json.loads(text) if text else None
            except ValueError:
                self.add_error(name, _("A GeoJSON polygon is needed."))
        return data

    def data_for(self) -> dict[str, Any]:
        data = self.cleaned_data
        children: dict[str, list[int]] = {}
        for name, value in data.items():
            if name.startswith("child_"):
                children.setdefault(value, []).append(int(name[6:]))
        parts = [
            {
                "name": data[f"name_{n}"],
                "code": data[f"code_{n}"].strip(),
                "geometry": data[f"geometry_{n}"],
                "children": children.get(str(n), []),
            }
            for n in range(1, self.parts + 1)
        ]
        return {
            "grid": self.own().pk,
            "parts": parts,
            "heir": int(data["heir"]),
            "ends": data["ends"],
            "work": data["work"],
        }
