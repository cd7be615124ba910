"""Tables of the requests app, by topic."""

from requests_hub.models.imports import ImportRun
from requests_hub.models.requests import Request
from requests_hub.models.sendings import Incoming, Sending
from requests_hub.models.tasks import Task
from requests_hub.models.whistles import Whistle

__all__ = ["ImportRun", "Incoming", "Request", "Sending", "Task", "Whistle"]
