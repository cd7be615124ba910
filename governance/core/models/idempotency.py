"""First answers, kept so that a repeated submission gets the same one."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class IdempotencyKey(models.Model):
    """One answer per (scope, key) for ever. `scope` names the operation and the caller."""

    id = models.BigAutoField(primary_key=True)
    scope = models.CharField(_("scope"), max_length=80)
    key = models.CharField(_("key"), max_length=120)
    body_hash = models.CharField(_("hash of the body"), max_length=64)
    subject_id = models.BigIntegerField(null=True)
    response = models.JSONField(_("answer"), null=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = [
            models.UniqueConstraint(
                fields=["scope", "key"], name="core_idempotency_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.scope}:{self.key}"
