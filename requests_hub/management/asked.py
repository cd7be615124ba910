"""What commands are told by code or name, found or refused in words."""

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from governance.core.models import User
from grids.models import District


def district_of(code: str) -> District:
    """The district with this code.

    Raises:
        CommandError: there is none.
    """
    found = District.objects.filter(code=code).first()
    if found is None:
        raise CommandError(_("There is no district %(code)s.") % {"code": code})
    return found


def account_of(username: str) -> User:
    """The account in use with this name.

    Raises:
        CommandError: there is none.
    """
    found = User.objects.filter(username=username, is_active=True).first()
    if found is None:
        raise CommandError(_("There is no such account."))
    return found
