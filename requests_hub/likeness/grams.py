"""Groups of characters in a request's words, and its fingerprint under a district's weights."""

import math
import re
import unicodedata
import zlib
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

SIZES = (2, 3, 4)
READ = 600
"""Characters of the body that are read; what follows repeats."""
IN_TITLE = 3
KEPT, MATTERS, PROBES = 48, 24, 24
SCALE = 10_000
"""A fingerprint's weights are whole numbers; their squares add up to about SCALE²."""
TOO_COMMON = 0.03
MATTER = (0.004, 0.12)
"""Groups that say what kind of thing it is stand in this share of all requests."""
UNKNOWN = 0.4
"""What a group that was never seen counts: it may be a slip of the pen."""
FEW = 200
"""With fewer requests than this, shares say little: every group tells and matters."""

_PARTS = re.compile(r"[\W_]+")
Vector = dict[int, int]
Buffer = bytes | memoryview


def groups(text: str) -> Iterator[int]:
    """The 32-bit hash of every group of characters; signs and spaces part them."""
    for part in _PARTS.split(unicodedata.normalize("NFKC", text).lower()):
        for size in SIZES:
            for start in range(len(part) - size + 1):
                piece = part[start : start + size].encode()
                yield zlib.crc32(piece) - 2**31


def count(title: str, body: str) -> Counter[int]:
    """How often each group stands there; those of the title count three times."""
    found = Counter(groups(body[:READ]))
    for gram in groups(title):
        found[gram] += IN_TITLE
    return found


@dataclass(frozen=True)
class Weights:
    """In how many of `documents` requests a group stood; those seen once are not kept."""

    documents: int = 0
    hashes: "array[int]" = field(default_factory=lambda: array("i"))
    counts: "array[int]" = field(default_factory=lambda: array("i"))

    @classmethod
    def learn(cls, texts: Iterable[tuple[str, str]]) -> "Weights":
        """Read (title, body) pairs."""
        seen: Counter[int] = Counter()
        documents = 0
        for title, body in texts:
            seen.update(count(title, body).keys())
            documents += 1
        kept = sorted((gram, n) for gram, n in seen.items() if n > 1)
        return cls(
            documents,
            array("i", [gram for gram, _n in kept]),
            array("i", [n for _gram, n in kept]),
        )

    @classmethod
    def unpack(cls, documents: int, hashes: Buffer, counts: Buffer) -> "Weights":
        return cls(documents, _unpacked(hashes), _unpacked(counts))

    def packed(self) -> tuple[bytes, bytes]:
        """(hashes, counts), compressed, for a table."""
        return zlib.compress(self.hashes.tobytes()), zlib.compress(
            self.counts.tobytes()
        )

    def seen(self, gram: int) -> int:
        """In how many requests; 0 or 1 are both 1."""
        at = bisect_left(self.hashes, gram)
        if at < len(self.hashes) and self.hashes[at] == gram:
            return self.counts[at]
        return 1


def _unpacked(data: Buffer) -> "array[int]":
    out = array("i")
    out.frombytes(zlib.decompress(bytes(data)))
    return out


@dataclass(frozen=True)
class Print:
    """A fingerprint: what tells it from others, and what kind of matter it is."""

    tells: Vector
    matters: Vector

    @property
    def probes(self) -> list[int]:
        """Its heaviest groups, by which others are looked up."""
        return list(self.tells)[:PROBES]


def fingerprint(title: str, body: str, weights: Weights) -> Print:
    """Of one request's words."""
    total = max(weights.documents, 2)
    is_small = weights.documents < FEW
    tells: dict[int, float] = {}
    matters: dict[int, float] = {}
    for gram, times in count(title, body).items():
        seen = weights.seen(gram)
        share = 0.0 if is_small else seen / total
        rarity = 1.0 if is_small else math.log(1 + total / seen)
        weight = (1 + math.log(times)) * rarity
        if share < TOO_COMMON:
            known = seen > 1 or is_small
            tells[gram] = weight if known else weight * UNKNOWN
        if is_small or MATTER[0] <= share <= MATTER[1]:
            matters[gram] = weight
    return Print(top(tells, KEPT), top(matters, MATTERS))


def top(weighed: Mapping[int, float], most: int) -> Vector:
    """The heaviest groups first, scaled to length `SCALE`."""
    kept = sorted(weighed, key=lambda gram: (-weighed[gram], gram))[:most]
    length = math.sqrt(sum(weighed[gram] ** 2 for gram in kept)) or 1.0
    return {gram: round(weighed[gram] / length * SCALE) for gram in kept}


def cosine(one: Mapping[int, int], two: Mapping[int, int]) -> float:
    """From 0, nothing in common, to 1."""
    if len(two) < len(one):
        one, two = two, one
    common = sum(weight * two[gram] for gram, weight in one.items() if gram in two)
    if not common:
        return 0.0
    return common / (_length(one) * _length(two))


def _length(vector: Mapping[int, int]) -> float:
    return math.sqrt(sum(weight * weight for weight in vector.values()))
