"""Measure the suggestions of categories on a labelled file."""

import csv
import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from requests_hub.suggestions import learned, words
from requests_hub.suggestions.mixture import Suggester
from requests_hub.suggestions.words import Message

COLUMNS = {"subject", "body", "level1"}
BINS = 10


class Command(BaseCommand):
    help = (
        "Suggest a first-level category for every row of FILE (columns subject, body, level1) and"
        " compare. Cold: from the word list, and from FILE's own texts without their labels, as"
        " the product learns from messages that nobody has classified yet. With --train also from"
        " the labels of another file. The last line is JSON."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--train", type=Path, help="labelled rows to learn from")
        parser.add_argument("--words-only", action="store_true", help="no model at all")

    def handle(self, *args: Any, **options: Any) -> None:
        branches, names = words.tree_from_file()
        codes = {name: code for code, name in names.items()}
        messages, truth = _read(options["file"], codes)
        began = time.perf_counter()
        model = None
        if not options["words_only"]:
            taught, labels = (
                _read(options["train"], codes) if options["train"] else ([], [])
            )
            model = learned.train(
                words.from_file(),
                [*messages, *taught],
                [*[None] * len(messages), *labels],
            )
        suggester = Suggester(words.from_file(), branches, model)
        shares = suggester.shares(messages)
        for message in messages[:200]:
            suggester.suggest(message)
        spent = (time.perf_counter() - began) / len(messages) * 1000
        self._tell(shares, truth, suggester.words.categories, names, spent)

    def _tell(
        self,
        shares: np.ndarray,
        truth: list[str],
        categories: tuple[str, ...],
        names: dict[str, str],
        spent: float,
    ) -> None:
        told = [categories[n] for n in shares.argmax(axis=1)]
        scores = _f1(told, truth)
        for code, (score, count) in sorted(scores.items()):
            self.stdout.write(f"{names[code]}  F1 {score:.3f}  n {count}")
        three = np.argsort(-shares, axis=1, kind="stable")[:, :3]
        in_three = [
            t in [categories[n] for n in row]
            for t, row in zip(truth, three, strict=True)
        ]
        right = np.array([a == b for a, b in zip(told, truth, strict=True)])
        result = {
            "n": len(truth),
            "macro_f1": round(float(np.mean([s for s, _n in scores.values()])), 4),
            "top1": round(float(right.mean()), 4),
            "top3": round(float(np.mean(in_three)), 4),
            "ms_per_message": round(spent, 3),
            "calibration_error": round(
                _calibration_error(shares.max(axis=1), right), 4
            ),
        }
        self.stdout.write(json.dumps(result))


def _read(path: Path, codes: dict[str, str]) -> tuple[list[Message], list[str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(_("%(path)s cannot be read.") % {"path": path}) from error
    if not rows or not set(rows[0]) >= COLUMNS:
        raise CommandError(_("The file needs the columns subject, body and level1."))
    strange = {row["level1"] for row in rows} - set(codes)
    if strange:
        words_ = ", ".join(sorted(strange)[:5])
        raise CommandError(_("No such category: %(names)s") % {"names": words_})
    messages = [Message(row["subject"] or "", row["body"] or "") for row in rows]
    return messages, [codes[row["level1"]] for row in rows]


def _f1(told: list[str], truth: list[str]) -> dict[str, tuple[float, int]]:
    """F1 and number of rows for each category that the file has."""
    found = {}
    for code in set(truth):
        hits = sum(a == b == code for a, b in zip(told, truth, strict=True))
        both = told.count(code) + truth.count(code)
        found[code] = (2 * hits / both, truth.count(code))
    return found


def _calibration_error(sure: np.ndarray, right: np.ndarray) -> float:
    """Expected calibration error over ten equal bins of the share of the first suggestion."""
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    error = 0.0
    for n in range(BINS):
        inside = bins == n
        if inside.any():
            error += inside.mean() * abs(
                float(right[inside].mean() - sure[inside].mean())
            )
    return float(error)
