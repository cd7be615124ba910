"""Taking rows out of a register: always logged, marked with who and when, masked by default.

Small ones are written at once; above `AT_ONCE` rows a worker writes the file, and a notice leads
to it. Files lie sealed and go after a day.
"""

import tempfile
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import IO, Any

from django.db import transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import events
from governance.core.errors import Conflict, Invalid, NotAllowed
from governance.core.models import RegisterExport, User
from governance.core.notices import notify
from governance.core.registers import lists, places, sealed, spec, workbook
from governance.core.registers.spec import Register

AT_ONCE = 5000
KEEP = timedelta(hours=24)
SILENT = timedelta(seconds=90)
UNMASKERS = frozenset({"district", "township"})
REASON_MOST = 200
State = RegisterExport.State


def may_take_whole(register: Register, roles: frozenset[str]) -> bool:
    """Whether these posts may take sensitive values out as they are."""
    return has_sensitive(register) and bool(roles & UNMASKERS & register.writers)


def has_sensitive(register: Register) -> bool:
    return any(column.is_sensitive for column in register.file_columns)


@transaction.atomic
def ask(
    register: Register,
    *,
    by: User,
    roles: frozenset[str],
    query: str = "",
    is_whole: bool = False,
    reason: str = "",
) -> RegisterExport:
    """Log an export before any row leaves; one of more than `AT_ONCE` rows goes to a worker.

    Raises:
        NotAllowed: whole values are for the desk. Invalid: field "reason": whole without a reason.
    """
    reason = " ".join(reason.split())[:REASON_MOST]
    if is_whole and not may_take_whole(register, roles):
        raise NotAllowed(_("Only the desk may take sensitive values out whole."))
    if is_whole and not reason:
        raise Invalid(fields={"reason": [_("Write why whole values are needed.")]})
    found = lists.narrowed(register, by, QueryDict(query))
    export = RegisterExport.objects.create(
        register=register.key,
        by=by,
        district_id=places.known().district_id(by),
        query=query[:1000],
        is_whole=is_whole,
        reason=reason,
        total=found.count(),
    )
    told = {
        "register": register.key,
        "count": export.total,
        "filter": sorted(QueryDict(query)),
        "is_whole": is_whole,
        "reason": reason,
    }
    events.record("register.exported", export, by, told, district_id=export.district_id)
    return export


def is_small(export: RegisterExport) -> bool:
    return export.total <= AT_ONCE


def write_now(export: RegisterExport) -> IO[bytes]:
    """Write a small export to a nameless file, at its start."""
    target = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    export.written = _write(export, target)
    export.state, export.finished_at = State.READY, timezone.now()
    export.save(update_fields=["written", "state", "finished_at"])
    target.seek(0)
    return target


def write(export_id: int) -> bool:
    """Write a large export and tell who asked; False when another worker has it or it is done."""
    if not _claim(export_id):
        return False
    export = RegisterExport.objects.select_related("by").get(pk=export_id)
    with tempfile.TemporaryFile() as target:
        count = _write(export, target)
        target.seek(0)
        path = sealed.store(f"exports/{export.pk}.sealed", target)
    with transaction.atomic():
        held = RegisterExport.objects.select_for_update().get(pk=export_id)
        if held.state != State.WRITING:
            transaction.on_commit(partial(sealed.remove, path))
            return False
        held.path, held.written = path, count
        held.state, held.finished_at = State.READY, timezone.now()
        held.save(update_fields=["path", "written", "state", "finished_at"])
        _tell(held)
    return True


def _claim(export_id: int) -> bool:
    """Take a waiting export, or one whose worker has been silent."""
    silent = timezone.now() - SILENT
    rows = RegisterExport.objects.filter(pk=export_id)
    mine = rows.filter(state=State.WAITING) | rows.filter(
        state=State.WRITING, beat_at__lt=silent
    )
    return bool(mine.update(state=State.WRITING, beat_at=timezone.now(), written=0))


def _tell(export: RegisterExport) -> None:
    register = spec.find(export.register)
    event = events.record(
        "register.export_written", export, None, {"register": export.register}
    )
    words = _("The export of %(what)s is ready: %(n)s rows.")
    name = register.plural if register else export.register
    text = words % {"what": name, "n": export.written}
    notify([export.by_id], event, text, page_of(export))


def page_of(export: RegisterExport) -> str:
    return reverse(
        "registry_export_run", kwargs={"key": export.register, "pk": export.pk}
    )


def _write(export: RegisterExport, target: IO[bytes]) -> int:
    register = spec.find(export.register)
    if register is None:
        raise Conflict(_("There is no such register."))
    found = lists.narrowed(register, export.by, QueryDict(export.query))
    rows = lists.joined(found, register.file_columns).order_by(*register.order)
    return workbook.write_export(
        register,
        _with_progress(export, rows.iterator(chunk_size=500)),
        target,
        mark=workbook.mark_of(export.by),
        about=_about(export, register),
        is_whole=export.is_whole,
    )


def _with_progress(export: RegisterExport, rows: Iterator[Any]) -> Iterator[Any]:
    """The rows, with a sign of life and the number written now and then."""
    for count, row in enumerate(rows, 1):
        yield row
        if count % 1000 == 0 and not is_small(export):
            RegisterExport.objects.filter(pk=export.pk).update(
                written=count, beat_at=timezone.now()
            )


def _about(export: RegisterExport, register: Register) -> list[tuple[str, str]]:
    values = _("whole") if export.is_whole else _("masked")
    lines = [
        (_("Register"), str(register.plural)),
        (_("Filter"), export.query or _("none")),
        (_("Sensitive values"), values),
    ]
    if export.reason:
        lines.append((_("Reason"), export.reason))
    return lines


def forgotten() -> list[int]:
    """Large exports that nobody writes: their message or their worker was lost."""
    silent = timezone.now() - SILENT
    young = timezone.now() - KEEP
    rows = RegisterExport.objects.filter(created_at__gt=young, total__gt=AT_ONCE)
    lost = rows.filter(state=State.WAITING, created_at__lt=silent) | rows.filter(
        state=State.WRITING, beat_at__lt=silent
    )
    return list(lost.order_by("pk").values_list("pk", flat=True)[:20])


def sweep() -> int:
    """Remove the files of exports older than a day."""
    old = RegisterExport.objects.filter(
        state=State.READY, finished_at__lt=timezone.now() - KEEP
    ).exclude(path="")
    count = 0
    for export in old[:200]:
        sealed.remove(export.path)
        export.path, export.state = "", State.GONE
        export.save(update_fields=["path", "state"])
        count += 1
    return count
