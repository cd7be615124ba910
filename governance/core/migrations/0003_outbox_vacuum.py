"""Every event updates its outbox row two or three times: vacuum it early and often."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("core", "0002_calendar_years_versions_loose_files")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE core_outbox SET (autovacuum_vacuum_scale_factor = 0.01,"
            " autovacuum_vacuum_threshold = 1000, autovacuum_analyze_scale_factor = 0.02)",
            "ALTER TABLE core_outbox RESET (autovacuum_vacuum_scale_factor,"
            " autovacuum_vacuum_threshold, autovacuum_analyze_scale_factor)",
        )
    ]
