"""The four levels of grid, as a forest: one MPTT tree per town.

`parent` is the truth; `lft`, `rght`, `tree_id` are a cache that `check_grid_tree --fix` rebuilds.
Only `grids/actions/tree.py` writes structure, under one advisory lock. A request or task copies
its four ancestors when it is made, so moving a grid never moves the past.
Polygons lie in a table of their own: making room in a tree rewrites many rows of `Grid`, and they
must be small.
"""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from mptt.managers import TreeManager
from mptt.models import MPTTModel, TreeForeignKey
from mptt.querysets import TreeQuerySet


class District(models.Model):  # type: ignore[django-manager-missing]
    """The tenant: every hot row carries its id. `code` is GB/T 2260, six digits."""

    code = models.CharField(_("code"), max_length=6, unique=True)
    name = models.CharField(_("name"), max_length=60)
    area_code = models.CharField(_("telephone area code"), max_length=4, blank=True)

    class Meta:
        verbose_name = _("district")
        verbose_name_plural = _("districts")

    def __str__(self) -> str:
        return self.name


class GridQuerySet(TreeQuerySet):
    def live(self) -> "GridQuerySet":
        return self.filter(retired_on__isnull=True)

    def at_level(self, level: str) -> "GridQuerySet":
        return self.filter(level=level)


class Grid(MPTTModel):
    """One grid. `code` is unique and starts with the parent's code; names are not unique."""

    class Level(models.TextChoices):
        LARGE = "large", _("large grid (town or street)")
        MEDIUM = "medium", _("medium grid (village or community)")
        SMALL = "small", _("small grid")
        MICRO = "micro", _("micro grid")

    class AreaType(models.TextChoices):
        RURAL = "rural", _("rural")
        COMMUNITY = "community", _("community")
        INDUSTRIAL = "industrial", _("industrial enterprise")

    district = models.ForeignKey(
        District, models.PROTECT, related_name="grids", db_index=False
    )
    code = models.CharField(_("code"), max_length=17, unique=True)
    name = models.CharField(_("name"), max_length=60)
    short_name = models.CharField(_("short name"), max_length=20, blank=True)
    level = models.CharField(_("level"), max_length=8, choices=Level.choices)
    parent = TreeForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    area_type = models.CharField(
        _("area type"), max_length=10, choices=AreaType.choices, default=AreaType.RURAL
    )
    is_dedicated = models.BooleanField(
        _("dedicated grid"),
        default=False,
        help_text=_("School, hospital, market, park."),
    )
    order = models.PositiveIntegerField(_("official order"), default=0)
    duty_phone = models.CharField(_("duty phone"), max_length=20, blank=True)
    retired_on = models.DateField(_("retired on"), null=True, blank=True)
    heir = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text=_("Who took over what it had when it was retired."),
    )

    # As MPTT declares it, without an index of its own: the one on (tree_id, lft) answers the same,
    # and a new leaf moves every row to its right in all indexes.
    tree_id = models.PositiveIntegerField(editable=False)

    objects = TreeManager.from_queryset(GridQuerySet)()

    class MPTTMeta:
        level_attr = "depth"

    class Meta:
        verbose_name = _("grid")
        verbose_name_plural = _("grids")
        indexes: tuple[models.Index, ...] = ()
        constraints = [
            models.UniqueConstraint(
                name="grids_grid_one_root_per_tree",
                fields=["tree_id"],
                condition=Q(parent__isnull=True),
            ),
            models.CheckConstraint(
                name="grids_grid_left_of_right", condition=Q(lft__lt=models.F("rght"))
            ),
            models.CheckConstraint(
                name="grids_grid_has_a_name", condition=~Q(name__regex=r"^\s*$")
            ),
            models.CheckConstraint(
                name="grids_grid_code_fits_level",
                condition=Q(level="large", code__regex=r"^\d{9}$")
                | Q(level="medium", code__regex=r"^\d{12}$")
                | Q(level="small", code__regex=r"^\d{14}$")
                | Q(level="micro", code__regex=r"^\d{17}$"),
                violation_error_message=_(
                    "The code has 9, 12, 14 or 17 digits, by level."
                ),
            ),
            models.CheckConstraint(
                name="grids_grid_only_towns_are_roots",
                condition=Q(level="large", parent__isnull=True)
                | (~Q(level="large") & Q(parent__isnull=False)),
            ),
            models.CheckConstraint(
                name="grids_grid_dedicated_below_village",
                condition=Q(is_dedicated=False) | Q(level__in=["small", "micro"]),
            ),
        ]
        triggers = [
            # A whole statement at once: a row trigger would double the time of an import.
            pgtrigger.Trigger(
                name="new_below_parent",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="fresh"),
                declare=[("bad", "record")],
                func="""
                    SELECT n.code AS code, n.level AS level, up.code AS up_code,
                           up.level AS up_level INTO bad
                      FROM fresh n JOIN grids_grid up ON up.id = n.parent_id
                     WHERE (up.level, n.level) NOT IN
                           (('large','medium'),('medium','small'),('small','micro'))
                        OR left(n.code, length(up.code)) <> up.code
                        OR up.district_id <> n.district_id
                     LIMIT 1;
                    IF FOUND THEN
                      RAISE EXCEPTION 'onegrid: % grid % does not fit under % grid %',
                        bad.level, bad.code, bad.up_level, bad.up_code
                        USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="new_codes_are_unused",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="fresh"),
                declare=[("bad", "text")],
                func="""
                    INSERT INTO grids_gridcode (code, grid_id)
                         SELECT code, id FROM fresh ON CONFLICT (code) DO NOTHING;
                    SELECT n.code INTO bad FROM fresh n
                      JOIN grids_gridcode used ON used.code = n.code
                     WHERE used.grid_id <> n.id LIMIT 1;
                    IF FOUND THEN
                      RAISE EXCEPTION 'onegrid: code % was used by another grid', bad
                        USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="new_code_is_unused",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("code"),
                condition=pgtrigger.AnyChange("code"),
                func="""
                    INSERT INTO grids_gridcode (code, grid_id)
                         VALUES (NEW.code, NEW.id) ON CONFLICT (code) DO NOTHING;
                    PERFORM 1 FROM grids_gridcode
                      WHERE code = NEW.code AND grid_id <> NEW.id;
                    IF FOUND THEN
                      RAISE EXCEPTION 'onegrid: code % was used by another grid',
                        NEW.code USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="one_level_below_parent",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("parent_id", "level", "code"),
                declare=[("up", "grids_grid%ROWTYPE")],
                func="""
                    IF NEW.parent_id IS NULL THEN RETURN NEW; END IF;
                    SELECT * INTO up FROM grids_grid WHERE id = NEW.parent_id;
                    IF (up.level, NEW.level) NOT IN
                       (('large','medium'),('medium','small'),('small','micro')) THEN
                      RAISE EXCEPTION 'onegrid: a % grid cannot hang under a % grid',
                        NEW.level, up.level USING ERRCODE = 'check_violation';
                    END IF;
                    IF left(NEW.code, length(up.code)) <> up.code THEN
                      RAISE EXCEPTION 'onegrid: code % does not start with parent code %',
                        NEW.code, up.code USING ERRCODE = 'check_violation';
                    END IF;
                    IF up.district_id <> NEW.district_id THEN
                      RAISE EXCEPTION 'onegrid: a grid lies in its parent''s district'
                        USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="children_keep_prefix",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("level", "code", "district_id"),
                timing=pgtrigger.Deferred,
                condition=pgtrigger.AnyChange("level", "code", "district"),
                func="""
                    PERFORM 1 FROM grids_grid child JOIN grids_grid up ON up.id = NEW.id
                     WHERE child.parent_id = NEW.id
                       AND (left(child.code, length(up.code)) <> up.code
                            OR child.district_id <> up.district_id
                            OR (up.level, child.level) NOT IN
                            (('large','medium'),('medium','small'),('small','micro')));
                    IF FOUND THEN
                      RAISE EXCEPTION 'onegrid: grids below % no longer fit its code',
                        NEW.code USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def short(self) -> str:
        return self.short_name or self.name


class GridShape(models.Model):
    """The polygon of a grid, with its bounds in degrees."""

    grid = models.OneToOneField(
        Grid, models.CASCADE, primary_key=True, related_name="shape"
    )
    geometry = models.JSONField(
        _("polygon"), help_text=_("GeoJSON, CGCS2000 (WGS 84).")
    )
    is_schematic = models.BooleanField(_("schematic polygon"), default=False)
    min_lon = models.FloatField(editable=False)
    min_lat = models.FloatField(editable=False)
    max_lon = models.FloatField(editable=False)
    max_lat = models.FloatField(editable=False)

    class Meta:
        verbose_name = _("polygon")
        verbose_name_plural = _("polygons")
        constraints = [
            models.CheckConstraint(
                name="grids_gridshape_bounds",
                condition=Q(min_lon__lte=models.F("max_lon"))
                & Q(min_lat__lte=models.F("max_lat"))
                & Q(min_lon__gte=-180, max_lon__lte=180)
                & Q(min_lat__gte=-90, max_lat__lte=90),
            )
        ]

    def __str__(self) -> str:
        return str(self.grid_id)


class GridVersion(models.Model):
    """A counter per district that moves with every structural or polygon change.

    Caches (locator, ancestors, map geometry) are keyed by it.
    """

    district = models.OneToOneField(District, models.CASCADE, primary_key=True)
    number = models.PositiveBigIntegerField(default=1)

    def __str__(self) -> str:
        return str(self.number)
