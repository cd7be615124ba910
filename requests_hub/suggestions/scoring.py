"""How good suggestions are on messages whose category is known."""

from collections.abc import Sequence
from typing import Any

import numpy as np

BINS = 10


def figures(
    shares: np.ndarray, truth: Sequence[str], categories: Sequence[str]
) -> dict[str, Any]:
    """n, macro_f1, top1, top3, calibration_error; shares have a column per category.

    The mean of F1 goes over the categories that the truth has; all others compete all the same.
    """
    told = [categories[n] for n in shares.argmax(axis=1)]
    three = np.argsort(-shares, axis=1, kind="stable")[:, :3]
    in_three = [
        true in [categories[n] for n in row]
        for true, row in zip(truth, three, strict=True)
    ]
    right = np.array([a == b for a, b in zip(told, truth, strict=True)])
    scores = f1(told, truth)
    return {
        "n": len(truth),
        "macro_f1": round(float(np.mean([s for s, _n in scores.values()])), 4),
        "top1": round(float(right.mean()), 4),
        "top3": round(float(np.mean(in_three)), 4),
        "calibration_error": round(calibration_error(shares.max(axis=1), right), 4),
    }


def f1(told: Sequence[str], truth: Sequence[str]) -> dict[str, tuple[float, int]]:
    """F1 and number of rows for each category that the truth has."""
    found = {}
    for code in set(truth):
        hits = sum(a == b == code for a, b in zip(told, truth, strict=True))
        both = list(told).count(code) + list(truth).count(code)
        found[code] = (2 * hits / both, list(truth).count(code))
    return found


def calibration_error(sure: np.ndarray, right: np.ndarray) -> float:
    """Expected calibration error over ten equal bins of the share of the first suggestion."""
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    error = 0.0
    for n in range(BINS):
        inside = bins == n
        if inside.any():
            gap = abs(float(right[inside].mean() - sure[inside].mean()))
            error += float(inside.mean()) * gap
    return float(error)
