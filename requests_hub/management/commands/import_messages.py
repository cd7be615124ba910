"""Import a hotline file: resumable, running it twice adds nothing."""

import csv
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core.errors import Invalid
from grids.models import District, Grid
from requests_hub.actions import hotline as actions
from requests_hub.hotline import Message, MessageFile, read
from requests_hub.management.asked import district_of
from requests_hub.models import ImportRun

BATCH = 500
BAR = 30


class Command(BaseCommand):
    help = "Import a hotline file (CSV: message_id, subject, posted_at, body; reply, replied_at)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("csv", type=Path)
        parser.add_argument("--district", default=settings.DISTRICT_CODE)
        parser.add_argument("--town", default="", help="code of the town that gets it")
        parser.add_argument(
            "--scatter", type=int, metavar="SEED", help="demo positions instead"
        )
        parser.add_argument("--limit", type=int, default=0, help="first N rows only")
        parser.add_argument(
            "--history",
            action="store_true",
            help="received when it was written; closed with its reply when that was given",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        file, district = self._read(options["csv"]), district_of(options["district"])
        place = self._placer(district, options)
        if options["limit"]:
            file = MessageFile(
                f"{file.sha256[:48]}-{options['limit']}",
                file.messages[: options["limit"]],
            )
        run, _made = ImportRun.objects.get_or_create(
            district=district,
            kind="hotline",
            sha256=file.sha256,
            finished_at=None,
            defaults={"file_name": options["csv"].name, "total": len(file.messages)},
        )
        if run.done:
            self.stdout.write(_("Going on after %(n)s rows.") % {"n": run.done})
        self._run(run, file.messages, district, place, is_history=options["history"])
        self._faults(options["csv"], file.messages)
        self.stdout.write(
            _(
                "%(total)s rows: %(added)s added, %(repeated)s there already, %(wrong)s wrong"
            )
            % {
                "total": run.total,
                "added": run.added,
                "repeated": run.repeated,
                "wrong": run.wrong,
            }
        )

    def _run(
        self,
        run: ImportRun,
        messages: list[Message],
        district: District,
        place: actions.Placer,
        *,
        is_history: bool,
    ) -> None:
        bar = Bar(len(messages), run.done)
        for n in range(run.done, len(messages), BATCH):
            actions.import_batch(
                messages[n : n + BATCH],
                district=district,
                place=place,
                run=run,
                is_history=is_history,
            )
            bar.show(run.done)
        bar.end()
        run.finished_at = timezone.now()
        run.save(update_fields=["finished_at"])

    def _read(self, path: Path) -> MessageFile:
        try:
            return read(path.read_bytes())
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from None
        except Invalid as error:
            raise CommandError(f"{path}: {error.message}") from None

    def _placer(self, district: District, options: dict[str, Any]) -> actions.Placer:
        if options["scatter"] is not None:
            try:
                return actions.scattered(district, options["scatter"])
            except ValueError:
                raise CommandError(
                    _("There are no micro grids to scatter over.")
                ) from None
        towns = Grid.objects.filter(district=district, level="large")
        if options["town"]:
            towns = towns.filter(code=options["town"])
        town = towns.filter(retired_on__isnull=True).order_by("order", "code").first()
        if town is None:
            raise CommandError(_("There is no such town."))
        return actions.at_town(town)

    def _faults(self, path: Path, messages: list[Message]) -> None:
        """Write the bad rows beside the file, or here when that folder is not ours."""
        wrong = [message for message in messages if message.fault]
        if not wrong:
            return
        out = path.with_name(path.name + ".errors.csv")
        try:
            handle = out.open("w", encoding="utf-8-sig", newline="")
        except OSError:
            out = Path(out.name)
            handle = out.open("w", encoding="utf-8-sig", newline="")
        with handle:
            writer = csv.writer(handle)
            writer.writerow(["line", "message_id", "reason"])
            writer.writerows([m.line, m.external_id, m.fault] for m in wrong)
        self.stderr.write(
            _("%(n)s rows could not go in; see %(file)s")
            % {"n": len(wrong), "file": out}
        )


class Bar:
    """Rows done, rate and time left on one line of a terminal; silent elsewhere."""

    def __init__(self, total: int, done: int) -> None:
        self.total, self.first = total, done
        self.began = time.monotonic()
        self.is_shown = sys.stderr.isatty()

    def show(self, done: int) -> None:
        if not self.is_shown:
            return
        spent = max(time.monotonic() - self.began, 0.001)
        rate = max((done - self.first) / spent, 0.1)
        filled = BAR * done // max(self.total, 1)
        text = _("%(done)s / %(total)s rows, %(rate)s a second, %(left)s s left") % {
            "done": done,
            "total": self.total,
            "rate": round(rate),
            "left": round((self.total - done) / rate),
        }
        sys.stderr.write(f"\r[{'#' * filled}{'.' * (BAR - filled)}] {text}\x1b[K")
        sys.stderr.flush()

    def end(self) -> None:
        if self.is_shown:
            sys.stderr.write("\n")
