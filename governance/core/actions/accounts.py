"""Accounts: made and changed by administrators, passwords, tokens for programs."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from governance.core import events
from governance.core.errors import Invalid, NotHere
from governance.core.models import User


def create(
    username: str,
    password: str,
    *,
    by: events.Actor = None,
    must_change: bool = True,
    **fields: Any,
) -> User:
    """A new account whose first password must be changed at the first sign-in.

    Raises:
        Invalid: with field "username" or "password".
    """
    user = User(username=username, must_change_password=must_change, **fields)
    _check(user, password)
    with transaction.atomic():
        user.set_password(password)
        user.save()
        events.record("account.created", user, by, {"username": username})
    return user


def set_password(user: User, password: str, *, by: events.Actor) -> None:
    """A new password; one that somebody else has set must be changed by its owner.

    The rules for passwords are the form's to check, so that its field can say what is missing.
    """
    is_own = isinstance(by, User) and by.pk == user.pk
    with transaction.atomic():
        user.set_password(password)
        user.must_change_password = not is_own
        user.save(update_fields=["password", "must_change_password"])
        events.record("account.password_set", user, by, {"own": is_own})


def record_change(user: User, changed: Iterable[str], *, by: events.Actor) -> None:
    """Keep in the log which fields of an account an administrator changed."""
    fields = sorted(set(changed))
    if fields:
        events.record("account.changed", user, by, {"fields": fields})


def api_token(username: str, *, by: events.Actor = None) -> str:
    """The token of an account, made when it has none.

    Raises:
        NotHere: no such account.
        Invalid: with field "username"; the account is closed.
    """
    user = User.objects.filter(username=username).first()
    if user is None:
        raise NotHere(_("There is no account %(name)s.") % {"name": username})
    if not user.is_active:
        sentence = _("The account %(name)s is closed.") % {"name": username}
        raise Invalid(sentence, fields={"username": [sentence]})
    with transaction.atomic():
        tokens = apps.get_model("authtoken", "Token").objects
        token, created = tokens.get_or_create(user=user)
        if created:
            events.record("account.token_made", user, by, {})
    return str(token.key)


def _check(user: User, password: str) -> None:
    faults: dict[str, list[str]] = {}
    try:
        user.set_unusable_password()
        user.full_clean()
    except ValidationError as error:
        faults.update(error.message_dict)
    try:
        validate_password(password, user)
    except ValidationError as error:
        faults["password"] = error.messages
    if faults:
        raise Invalid(fields=faults)
