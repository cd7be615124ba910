"""A form of one action, on whatever page it stands."""

from django import forms

from governance.core.errors import DomainError, Invalid


class ActionForm(forms.Form):
    """A form whose action may refuse it. `aliases` names the field of an action's input."""

    aliases: dict[str, str] = {}

    def refuse(self, error: DomainError) -> None:
        """Put what the action said beside its fields, the rest on top."""
        named = error.fields if isinstance(error, Invalid) else {}
        for name, sentences in named.items():
            own = name if name in self.fields else self.aliases.get(name, name)
            for sentence in sentences:
                self.add_error(own if own in self.fields else None, sentence)
        if not named:
            self.add_error(None, error.message)
