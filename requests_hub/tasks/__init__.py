"""What the workers do for requests: one module of tasks a topic, each idempotent on rows."""

from importlib import import_module
from pkgutil import iter_modules

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
