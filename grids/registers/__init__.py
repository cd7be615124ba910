"""The registers of this app, one module a topic; each is found by itself (`registers.find`).

No line here imports a topic: actions import `base`, and the topics import actions.
"""

from grids.registers import places as _places  # noqa: F401
