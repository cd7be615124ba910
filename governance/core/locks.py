"""Named locks that live as long as the transaction."""

import pglock
from django.db import DEFAULT_DB_ALIAS


def hold(name: str, *, using: str = DEFAULT_DB_ALIAS) -> None:
    """Wait for the advisory lock `name` and keep it until the transaction ends.

    The 64-bit lock id is the head of the name's SHA-256, so it is the same in every process and
    release. Take several locks in one fixed order, or two writers wait for each other.

    Raises:
        RuntimeError: there is no transaction to hold it.
    """
    pglock.advisory(f"onegrid:{name}", xact=True, using=using).acquire()
