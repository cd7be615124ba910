"""The days off of 2004 to 2026, as the installed package knows them."""

from chinese_calendar import constants
from django.db import migrations

FIRST, LAST, SOURCE = 2004, 2026, "chinesecalendar"


def load(apps, schema_editor):
    CalendarDay = apps.get_model("core", "CalendarDay")
    CalendarYear = apps.get_model("core", "CalendarYear")
    CalendarYear.objects.bulk_create(
        [CalendarYear(year=year, source=SOURCE) for year in range(FIRST, LAST + 1)],
        ignore_conflicts=True,
    )
    CalendarDay.objects.bulk_create(
        [
            CalendarDay(
                date=day,
                kind=kind,
                name=constants.Holiday(name).chinese,
                source=SOURCE,
            )
            for kind, days in (
                ("holiday", constants.holidays),
                ("make_up", constants.workdays),
            )
            for day, name in days.items()
            if FIRST <= day.year <= LAST
        ],
        ignore_conflicts=True,
    )


def unload(apps, schema_editor):
    apps.get_model("core", "CalendarDay").objects.filter(source=SOURCE).delete()
    apps.get_model("core", "CalendarYear").objects.filter(source=SOURCE).delete()


class Migration(migrations.Migration):
    dependencies = [("core", "0003_outbox_vacuum")]
    operations = [migrations.RunPython(load, unload)]
