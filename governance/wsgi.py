"""The WSGI entry point."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")

application = get_wsgi_application()
# Some seconds of work that Django leaves to the first request; done before the workers are
# forked, it is done once and nobody waits for it.
_addresses = get_resolver().reverse_dict
