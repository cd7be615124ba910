"""The registers of this app, one module a topic; importing a module declares its registers."""

from grids.registers import places as _places  # noqa: F401
