"""Category tree and phone tiles, as proposals; who may attach documents, what auditors see."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

from requests_hub import seeds

STAFF = ["district", "township", "grid_leader", "grid_worker", "liaison", "officer"]
ADMIN_CHANGES = "calendaryear dictionary dictionaryitem"
ADMIN_VIEWS = "attachment notice heartbeat idempotencykey"
AUDITOR_VIEWS = "event user outbox delivery attachment calendarday calendaryear"


def load(apps, schema_editor):
    Dictionary = apps.get_model("core", "Dictionary")
    DictionaryItem = apps.get_model("core", "DictionaryItem")
    for seed in seeds.dictionaries():
        dictionary, _made = Dictionary.objects.get_or_create(
            code=seed.code,
            defaults={"label_zh": seed.label_zh, "label_en": seed.label_en},
        )
        have = {item.code: item for item in dictionary.items.all()}
        waiting = [entry for entry in seed.entries if entry.code not in have]
        while waiting:
            rows = DictionaryItem.objects.bulk_create(
                DictionaryItem(
                    dictionary=dictionary,
                    code=entry.code,
                    parent=have.get(entry.parent),
                    label_zh=entry.label_zh,
                    label_en=entry.label_en,
                    icon=entry.icon,
                    order=entry.order,
                    data=entry.data,
                )
                for entry in waiting
                if not entry.parent or entry.parent in have
            )
            have.update({row.code: row for row in rows})
            waiting = [entry for entry in waiting if entry.code not in have]


def grant(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    config = apps.get_app_config("core")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    wanted = [(role, "attach_document") for role in STAFF]
    wanted += [("auditor", f"view_{model}") for model in AUDITOR_VIEWS.split()]
    wanted += [("admin", f"view_{model}") for model in ADMIN_VIEWS.split()]
    wanted += [
        ("admin", f"{verb}_{model}")
        for model in ADMIN_CHANGES.split()
        for verb in ("view", "add", "change")
    ]
    wanted += [("admin", "delete_calendarday"), ("admin", "delete_dictionaryitem")]
    for role, codename in wanted:
        group, _made = Group.objects.get_or_create(name=role)
        group.permissions.add(
            *Permission.objects.filter(
                content_type__app_label="core", codename=codename
            )
        )


class Migration(migrations.Migration):
    dependencies = [
        ("requests_hub", "0002_routes_limits_and_checks"),
        ("core", "0004_seed_calendar"),
        ("grids", "0003_role_groups"),
    ]
    operations = [
        migrations.RunPython(load, migrations.RunPython.noop),
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]
