"""Which targets are covered, and which next sites would cover most."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Choice:
    """One proposed site: candidate, what it adds, and how much is covered with it in all."""

    candidate: int
    gain: float
    covered: float


def greedy(
    reach: Sequence[Any], weights: Any, covered: Any, count: int
) -> list[Choice]:
    """The next `count` candidates, each adding most to what is covered then.

    Greedy maximum coverage is at least 1 − 1/e of the best (Nemhauser, Wolsey, Fisher 1978).
    Lazy: a gain can only fall, so a candidate is looked at again when it comes to the top.
    Equal gains: the lower index. Candidates that add nothing are left out.

    Args:
        reach: for each candidate the indices of the targets it covers.
        weights: what each target counts for, at least 0.
        covered: which targets are covered before.
        count: how many candidates at most.
    """
    weights = np.asarray(weights, dtype=float)
    is_covered = np.array(covered, dtype=bool)
    total = float(weights[is_covered].sum())
    heap = [
        (-float(weights[near][~is_covered[near]].sum()), index)
        for index, near in enumerate(reach)
    ]
    heapq.heapify(heap)
    chosen: list[Choice] = []
    while heap and len(chosen) < count:
        old, index = heapq.heappop(heap)
        near = reach[index]
        gain = float(weights[near][~is_covered[near]].sum())
        if gain <= 0:
            if -old <= 0:
                break
            continue
        if heap and (-gain, index) > heap[0]:
            heapq.heappush(heap, (-gain, index))
            continue
        is_covered[near] = True
        total += gain
        chosen.append(Choice(index, gain, total))
    return chosen
