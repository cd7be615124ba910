"""No foreign key points up: a lower storey lives without the ones above it."""

from django.apps import apps

STOREYS = ("core", "grids", "volunteers", "points", "requests_hub", "dashboards")


def test_foreign_keys_point_down_or_sideways():
    rank = {label: number for number, label in enumerate(STOREYS)}
    assert {"core", "grids", "requests_hub"} <= {
        c.label for c in apps.get_app_configs()
    }
    upward = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if field.is_relation
        and not field.auto_created
        and field.related_model not in (None, "self")
        and model._meta.app_label in rank
        and rank.get(field.related_model._meta.app_label, -1)
        > rank[model._meta.app_label]
    ]
    assert upward == []
