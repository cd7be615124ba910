"""Forms of the account pages, where those of the library say what does not hold here."""

from typing import Any

from allauth.account.forms import ChangePasswordForm as LibraryForm


class ChangePasswordForm(LibraryForm):
    """The change of a password, without the way to a reset by mail, which is closed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].help_text = ""
