"""What the workers do for files that go in and out of registers; each task is idempotent on rows."""

from celery import shared_task

from governance.core.registers import exports, work


@shared_task(name="core.write_export", time_limit=3600)
def write_export(export_id: int) -> None:
    """Write one large export; one that is done or being written is left alone."""
    exports.write(export_id)


@shared_task(name="core.work_import", time_limit=3600)
def work_import(run_id: int) -> None:
    """Work on one import for a while; what is left goes to the next message."""
    if work.advance(run_id):
        work_import.delay(run_id)


@shared_task(name="core.sweep_register_files")
def sweep_register_files() -> None:
    """Take up what a lost message or a dead worker left; remove old files and staged rows."""
    for pk in exports.forgotten():
        write_export.delay(pk)
    for pk in work.forgotten():
        work_import.delay(pk)
    exports.sweep()
    work.purge()
