"""Tables of this app."""

from volunteers.models.ties import Tie

__all__ = ["Tie"]
