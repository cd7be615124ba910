"""Rebuild the partial indexes for the new open states; each statement by itself, so that no lock lasts.

Two states more are open (to verify, on hold), and an index of open rows serves only what its own
condition implies.
"""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations, models

from governance.core.migration_operations import together


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("requests_hub", "0013_verify_hold_merge_exclude_revisit")]

    operations = [
        migrations.RemoveIndex(
            model_name="request",
            name="hub_req_district_open",
        ),
        migrations.RemoveIndex(
            model_name="request",
            name="hub_req_large_open",
        ),
        migrations.RemoveIndex(
            model_name="request",
            name="hub_req_medium_open",
        ),
        migrations.RemoveIndex(
            model_name="request",
            name="hub_req_small_open",
        ),
        migrations.RemoveIndex(
            model_name="request",
            name="hub_req_micro_open",
        ),
        migrations.RemoveIndex(
            model_name="request",
            name="hub_req_due",
        ),
        migrations.AddIndex(
            model_name="request",
            index=models.Index(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "draft",
                            "submitted",
                            "accepted",
                            "verify",
                            "dispatched",
                            "signed",
                            "handling",
                            "whistled",
                            "replied",
                            "checking",
                            "reworked",
                            "held",
                            "reopened",
                        ],
                    )
                ),
                fields=["district", "-id"],
                name="hub_req_district_open",
            ),
        ),
        migrations.AddIndex(
            model_name="request",
            index=models.Index(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "draft",
                            "submitted",
                            "accepted",
                            "verify",
                            "dispatched",
                            "signed",
                            "handling",
                            "whistled",
                            "replied",
                            "checking",
                            "reworked",
                            "held",
                            "reopened",
                        ],
                    )
                ),
                fields=["large", "-id"],
                name="hub_req_large_open",
            ),
        ),
        migrations.AddIndex(
            model_name="request",
            index=models.Index(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "draft",
                            "submitted",
                            "accepted",
                            "verify",
                            "dispatched",
                            "signed",
                            "handling",
                            "whistled",
                            "replied",
                            "checking",
                            "reworked",
                            "held",
                            "reopened",
                        ],
                    )
                ),
                fields=["medium", "-id"],
                name="hub_req_medium_open",
            ),
        ),
        migrations.AddIndex(
            model_name="request",
            index=models.Index(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "draft",
                            "submitted",
                            "accepted",
                            "verify",
                            "dispatched",
                            "signed",
                            "handling",
                            "whistled",
                            "replied",
                            "checking",
                            "reworked",
                            "held",
                            "reopened",
                        ],
                    )
                ),
                fields=["small", "-id"],
                name="hub_req_small_open",
            ),
        ),
        migrations.AddIndex(
            model_name="request",
            index=models.Index(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "draft",
                            "submitted",
                            "accepted",
                            "verify",
                            "dispatched",
                            "signed",
                            "handling",
                            "whistled",
                            "replied",
                            "checking",
                            "reworked",
                            "held",
                            "reopened",
                        ],
                    )
                ),
                fields=["micro", "-id"],
                name="hub_req_micro_open",
            ),
        ),
        migrations.AddIndex(
            model_name="request",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", False)),
                fields=["merged_into"],
                name="hub_req_merged_into",
            ),
        ),
        migrations.AddIndex(
            model_name="request",
            index=models.Index(
                fields=["due_at"],
                name="hub_req_due",
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "draft",
                            "submitted",
                            "accepted",
                            "verify",
                            "dispatched",
                            "signed",
                            "handling",
                            "whistled",
                            "replied",
                            "checking",
                            "reworked",
                            "held",
                            "reopened",
                        ],
                    )
                ),
            ),
        ),
        ValidateConstraint(
            model_name="request", name="requests_hub_request_known_state"
        ),
        ValidateConstraint(
            model_name="request", name="requests_hub_request_merged_somewhere"
        ),
    ]

    operations = together(operations)
