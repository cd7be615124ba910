"""Places where a test can kill the process, to prove that nothing hangs on luck.

Outside such a test a fault point is one dictionary look-up.
"""

import os
import signal

VARIABLE = "ONEGRID_FAULT_POINT"


def fault_point(name: str) -> None:
    """Die here, as by `kill -9`, when the environment names this point."""
    if os.environ.get(VARIABLE) == name:
        os.kill(os.getpid(), signal.SIGKILL)
