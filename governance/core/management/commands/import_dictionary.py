"""Fill one list of terms from a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from governance.core import dictionary_import
from governance.core.actions import dictionaries
from governance.core.errors import Invalid


class Command(BaseCommand):
    help = (
        "Add to and update one dictionary from a CSV or Excel file with the columns code, "
        "label_zh and, if wanted, parent, label_en, icon, order, is_active, data (JSON)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--code", help="the dictionary; the file's name without it")
        parser.add_argument("--label-zh", default="", help="name of a new dictionary")
        parser.add_argument("--label-en", default="", help="its English name")

    def handle(self, **options: Any) -> None:
        path: Path = options["file"]
        try:
            with path.open("rb") as file:
                entries = dictionary_import.from_file(file)
            dictionary = dictionaries.fill(
                options["code"] or path.stem,
                entries,
                label_zh=options["label_zh"],
                label_en=options["label_en"],
                by="import",
            )
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from None
        except Invalid as refusal:
            lines = [line for each in refusal.fields.values() for line in each]
            raise CommandError("\n".join(lines or [refusal.message])) from None
        self.stdout.write(f"{dictionary.code}: {dictionary.items.count()} entries")
