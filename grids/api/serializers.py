"""What programs read of grids and departments."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from grids.models import Department, Grid


class GridSerializer(serializers.ModelSerializer[Grid]):
    """One grid; `parent` is the parent's code."""

    parent: Any = serializers.SlugRelatedField[Grid](
        slug_field="code", read_only=True, allow_null=True
    )
    district = serializers.SlugRelatedField[Any](slug_field="code", read_only=True)
    is_retired = serializers.SerializerMethodField()

    class Meta:
        model = Grid
        fields: tuple[str, ...] = (
            "id",
            "code",
            "name",
            "short_name",
            "level",
            "parent",
            "district",
            "area_type",
            "is_dedicated",
            "is_retired",
        )

    def get_is_retired(self, grid: Grid) -> bool:
        return grid.retired_on is not None


class GridShapeSerializer(GridSerializer):
    """A grid with its polygon (null when none is drawn)."""

    geometry = serializers.SerializerMethodField()
    is_schematic = serializers.SerializerMethodField()

    class Meta(GridSerializer.Meta):
        fields = (*GridSerializer.Meta.fields, "geometry", "is_schematic")

    @extend_schema_field({"type": "object", "nullable": True})
    def get_geometry(self, grid: Grid) -> Any:
        shape = getattr(grid, "shape", None)
        return shape.geometry if shape else None

    def get_is_schematic(self, grid: Grid) -> bool:
        shape = getattr(grid, "shape", None)
        return bool(shape and shape.is_schematic)


class GridLinkSerializer(serializers.Serializer[Any]):
    """A grid by code, name and level."""

    id = serializers.IntegerField(source="grid_id")
    code = serializers.CharField()
    name = serializers.CharField()
    level = serializers.CharField()


class GridDetailSerializer(GridShapeSerializer):
    """One grid with its chain of ancestors (town first) and its live children."""

    ancestors = serializers.SerializerMethodField()
    children = serializers.SerializerMethodField()

    class Meta(GridShapeSerializer.Meta):
        fields = (*GridShapeSerializer.Meta.fields, "ancestors", "children")

    @extend_schema_field(GridSerializer(many=True))
    def get_ancestors(self, grid: Grid) -> Any:
        rows = grid.get_ancestors().select_related("parent", "district")
        return GridSerializer(rows, many=True).data

    @extend_schema_field(GridSerializer(many=True))
    def get_children(self, grid: Grid) -> Any:
        rows = Grid.objects.live().filter(parent=grid).order_by("code")
        return GridSerializer(rows.select_related("parent", "district"), many=True).data


class LocatedSerializer(serializers.Serializer[Any]):
    """Where a point lies: the deepest grid and its ancestors, town first."""

    lon = serializers.FloatField(help_text="Degrees east, WGS 84.")
    lat = serializers.FloatField(help_text="Degrees north, WGS 84.")
    grid = GridLinkSerializer()
    chain = GridLinkSerializer(many=True)


class DepartmentSerializer(serializers.ModelSerializer[Department]):
    """One department, in official order."""

    class Meta:
        model = Department
        fields = (
            "id",
            "code",
            "name",
            "short_name",
            "name_en",
            "kind",
            "duties",
            "duty_phone",
            "order",
        )
