"""Accounts. Where somebody is posted is `grids.Post`; what a role may do is a group."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class User(AbstractUser):
    """A person who signs in."""

    name = models.CharField(_("name"), max_length=60, blank=True)
    title = models.CharField(
        pgettext_lazy("of a person", "title"), max_length=60, blank=True
    )
    phone_tail = models.CharField(
        _("last four digits of the phone"), max_length=4, blank=True
    )
    is_demo = models.BooleanField(_("demo account"), default=False)
    must_change_password = models.BooleanField(_("must change password"), default=False)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self) -> str:
        return self.name or self.username

    @property
    def initial(self) -> str:
        return str(self)[:1]
