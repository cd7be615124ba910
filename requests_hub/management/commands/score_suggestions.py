"""Measure the suggestions of categories on a labelled file."""

import csv
import io
import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from requests_hub.suggestions import learned, scoring, words
from requests_hub.suggestions.mixture import Suggester
from requests_hub.suggestions.words import Message

COLUMNS = ("subject", "body", "level1")
ORDER = ("n", "macro_f1", "top1", "top3", "ms_per_message", "calibration_error")
MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
WARM_UP = Message("路灯不亮", "门口的路灯坏了")


class Command(BaseCommand):
    help = (
        "Suggest a first-level category for every row of FILE (columns subject, body, level1) and"
        " compare. Cold: from the word list alone. With --train also from the labels of another"
        " file. Rows without a known category are left out. Time is that of suggesting, three"
        " entries of the tree and their words for each message; teaching is not in it. The last"
        " line is JSON."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--train", type=Path, help="labelled rows to learn from")

    def handle(self, *args: Any, **options: Any) -> None:
        branches, names = words.tree_from_file()
        messages, truth = self._read(options["file"], names)
        if not messages:
            raise CommandError(_("No row of the file has a known category."))
        suggester = Suggester(
            words.from_file(), branches, self._taught(options["train"], names)
        )
        suggester.suggest(WARM_UP)
        began = time.perf_counter()
        found = [suggester.suggest(message) for message in messages]
        spent = (time.perf_counter() - began) / len(found) * 1000
        shares = suggester.shares(messages)
        self._tell(shares, truth, suggester.words.categories, names, spent)

    def _taught(self, path: Path | None, names: dict[str, str]) -> learned.Model | None:
        if path is None:
            return None
        messages, labels = self._read(path, names)
        model = learned.train(words.from_file(), messages, labels)
        if model is None:
            self.stdout.write(_("Too few labels to learn from; the words stand alone."))
        return model

    def _read(
        self, path: Path, names: dict[str, str]
    ) -> tuple[list[Message], list[str]]:
        """The rows with a known category, which may be written as its name or its two digits."""
        rows = _rows(path)
        codes = {name: code for code, name in names.items()}
        labels = [(row["level1"] or "").strip() for row in rows]
        found = [codes.get(label, label if label in names else "") for label in labels]
        if left := found.count(""):
            told = _("%(path)s: %(n)s rows without a known category are left out.")
            self.stdout.write(told % {"path": path.name, "n": left})
        kept = [(row, code) for row, code in zip(rows, found, strict=True) if code]
        messages = [
            Message(row["subject"] or "", row["body"] or "") for row, _c in kept
        ]
        return messages, [code for _row, code in kept]

    def _tell(
        self,
        shares: np.ndarray,
        truth: list[str],
        categories: tuple[str, ...],
        names: dict[str, str],
        spent: float,
    ) -> None:
        told = [categories[n] for n in shares.argmax(axis=1)]
        for code, (score, count) in sorted(scoring.f1(told, truth).items()):
            self.stdout.write(f"{names[code]}  F1 {score:.3f}  n {count}")
        result = scoring.figures(shares, truth, categories)
        result["ms_per_message"] = round(spent, 3)
        self.stdout.write(json.dumps({name: result[name] for name in ORDER}))


def _rows(path: Path) -> list[dict[str, str]]:
    """The rows of a file of values set apart by commas, in whichever usual encoding."""
    try:
        text = _decoded(path.read_bytes())
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(_("%(path)s cannot be read.") % {"path": path}) from error
    csv.field_size_limit(10_000_000)
    reader = csv.DictReader(io.StringIO(text, newline=""))
    reader.fieldnames = [name.strip() for name in reader.fieldnames or ()]
    if not set(reader.fieldnames) >= set(COLUMNS):
        raise CommandError(_("The file needs the columns subject, body and level1."))
    return list(reader)


def _decoded(data: bytes) -> str:
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return data.decode(encoding)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")
