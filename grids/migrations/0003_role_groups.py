"""One group per role; administrators may look after reference data."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

ROLES = [
    "district",
    "leader",
    "township",
    "grid_leader",
    "grid_worker",
    "liaison",
    "officer",
    "good_person",
    "resident",
    "admin",
    "auditor",
]
ADMIN_MODELS = {
    "core": "user calendarday dictionary dictionaryitem",
    "grids": "district department post",
}
ADMIN_VIEWS = {"core": "event outbox delivery", "grids": "grid gridshape"}


def make_groups(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    for role in ROLES:
        Group.objects.get_or_create(name=role)
    for label in ("core", "grids"):
        config = apps.get_app_config(label)
        config.models_module = True
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = None
    wanted = [
        (label, f"{verb}_{model}")
        for table, verbs in (
            (ADMIN_MODELS, ("view", "add", "change")),
            (ADMIN_VIEWS, ("view",)),
        )
        for label, models in table.items()
        for model in models.split()
        for verb in verbs
    ]
    admin = Group.objects.get(name="admin")
    for label, codename in wanted:
        admin.permissions.add(
            *Permission.objects.filter(content_type__app_label=label, codename=codename)
        )


def drop_groups(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=ROLES).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("grids", "0002_shapes_apart"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(make_groups, drop_groups)]
