"""Imports and large exports that were asked for go to a worker.

The message is a hint: what a lost one leaves behind is found by `tasks.sweep_register_files`.
"""

from functools import partial

from django.db import transaction

from governance.core.events import consumer
from governance.core.models import Event, RegisterExport
from governance.core.registers import exports


@consumer("core.write_export", "register.exported")
def write_export(event: Event) -> None:
    """Hand a large export on once the delivery is committed."""
    from governance.core.registers.tasks import write_export as task

    export = RegisterExport.objects.filter(pk=event.subject_id).first()
    if export is not None and not exports.is_small(export):
        transaction.on_commit(partial(task.delay, export.pk), robust=True)


@consumer("core.work_import", "import.uploaded", "import.asked")
def work_import(event: Event) -> None:
    """Hand an import on to be checked, run or undone."""
    from governance.core.registers.tasks import work_import as task

    transaction.on_commit(partial(task.delay, event.subject_id), robust=True)
