"""The cold start: words that speak for a first-level category, and the tree's own phrases.

A word in the title counts three times as much as one in the text, a long word more than a short
one, and the longest word that fits at a place is the one that counts there: 移动电源 is not 移动.
The list is a proposal of ours (`data/category_words.csv`), written from the terms that residents
use for each branch of the taxonomy; `docs/suggestions.md` has the rules that it follows.
"""

import csv
import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

DATA = Path(__file__).parent.parent / "data"
TITLE_WEIGHT = 3.0
BODY_CHARS, HEAD_CHARS = 500, 120
TEMPERATURE = 2.2
BLANK = re.compile(r"\s+")
CODED_PLACE = re.compile(r"[A-Z]\d*[市县区]")


@dataclass(frozen=True)
class Message:
    """What the resident wrote."""

    subject: str
    body: str

    def cleaned(self) -> "Message":
        """Half-width, without blanks and without place codes such as A3区."""
        return Message(_clean(self.subject), _clean(self.body)[:BODY_CHARS])


@dataclass(frozen=True)
class WordList:
    """`weights` maps a word to {category code: weight}; a weight of 0 only covers the place."""

    weights: Mapping[str, Mapping[str, float]]
    categories: tuple[str, ...]

    @cached_property
    def _lengths(self) -> Mapping[str, tuple[int, ...]]:
        """Lengths of the words that begin with a character, longest first."""
        found: dict[str, set[int]] = defaultdict(set)
        for word in self.weights:
            found[word[0]].add(len(word))
        return {c: tuple(sorted(sizes, reverse=True)) for c, sizes in found.items()}

    def places(self, text: str) -> list[tuple[int, str]]:
        """Where the words stand in a text, longest first, never one upon another."""
        found, at = [], 0
        while at < len(text):
            sizes = self._lengths.get(text[at], ())
            word = next(
                (w for n in sizes if (w := text[at : at + n]) in self.weights), ""
            )
            if word:
                found.append((at, word))
            at += len(word) or 1
        return found

    def found(self, message: Message) -> dict[str, float]:
        """How strongly each word of the list speaks in this message."""
        clean = message.cleaned()
        strength: dict[str, float] = defaultdict(float)
        for word in {word for _at, word in self.places(clean.subject)}:
            strength[word] += TITLE_WEIGHT
        told = self.places(clean.body)
        early = {word for at, word in told if at + len(word) <= HEAD_CHARS}
        for word, times in Counter(word for _at, word in told).items():
            strength[word] += min(1.6, 0.8 + 0.25 * times) + 0.4 * (word in early)
        return {w: s * (0.4 + 0.2 * min(len(w), 4)) for w, s in strength.items()}

    @cached_property
    def _column(self) -> Mapping[str, int]:
        return {code: n for n, code in enumerate(self.categories)}

    def scores(self, found: Sequence[Mapping[str, float]]) -> np.ndarray:
        """A row for each message whose words were `found`, a column per category."""
        table = np.zeros((len(found), len(self.categories)))
        for row, strengths in enumerate(found):
            for word, strength in strengths.items():
                for code, weight in self.weights[word].items():
                    table[row, self._column[code]] += strength * weight
        return table

    def reasons(
        self, found: Mapping[str, float], category: str, most: int = 4
    ) -> list[str]:
        """Of the words that were found, those that speak loudest for this category."""
        told = {
            word: strength * self.weights[word].get(category, 0.0)
            for word, strength in found.items()
        }
        best = sorted(told, key=lambda word: (-told[word], word))
        return [word for word in best if told[word] > 0][:most]


@dataclass(frozen=True)
class Branch:
    """One entry of the tree: `code` of six digits, `phrase` its second and third level."""

    code: str
    phrase: str


class Branches:
    """The third level, by likeness of two-character pieces (tf-idf, cosine)."""

    def __init__(self, branches: Iterable[Branch]) -> None:
        self.branches = tuple(branches)
        self._below: dict[str, list[int]] = defaultdict(list)
        for n, branch in enumerate(self.branches):
            self._below[branch.code[:2]].append(n)
        pieces = [_pieces(branch.phrase) for branch in self.branches]
        times = Counter(piece for found in pieces for piece in found)
        self._idf = {p: math.log(1 + len(pieces) / n) for p, n in times.items()}
        self._length = [
            math.sqrt(sum(self._idf[p] ** 2 for p in found)) or 1.0 for found in pieces
        ]
        self._by_piece: dict[str, list[int]] = defaultdict(list)
        for n, found in enumerate(pieces):
            for piece in found:
                self._by_piece[piece].append(n)

    def likeness(self, message: Message) -> dict[int, float]:
        """How much a message has in common with each entry, by its number; 0 is left out."""
        clean = message.cleaned()
        said = dict.fromkeys(_pieces(clean.body), 1.0)
        for piece in _pieces(clean.subject):
            said[piece] = said.get(piece, 0.0) + 3.0
        found: dict[int, float] = defaultdict(float)
        for piece in said.keys() & self._by_piece.keys():
            for n in self._by_piece[piece]:
                found[n] += said[piece] * self._idf[piece] ** 2 / self._length[n]
        return found

    def best(self, likeness: Mapping[int, float], top: str) -> str:
        """The code of the likeliest entry below the first-level category `top`."""
        fitting = [(likeness[n], -n) for n in self._below[top] if n in likeness]
        return self.branches[-max(fitting)[1]].code if fitting else self._plain(top)

    def _plain(self, top: str) -> str:
        """The entry for everything else of a first-level category."""
        inside = [self.branches[n] for n in self._below[top]]
        other = [b for b in inside if b.phrase.split()[:1] == ["其他"]]
        return (other or inside)[0].code if inside else top


def from_file(path: Path = DATA / "category_words.csv") -> WordList:
    """The seeded list: columns category (two digits), weight, words set apart by blanks."""
    weights: dict[str, dict[str, float]] = defaultdict(dict)
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            for word in row["words"].split():
                weights[word][row["category"]] = float(row["weight"])
    codes = {code for found in weights.values() for code in found}
    return WordList(dict(weights), tuple(sorted(codes)))


def tree_from_file(
    path: Path = DATA / "taxonomy.csv",
) -> tuple[Branches, dict[str, str]]:
    """The third level, and the names of the first by code."""
    with path.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    branches = Branches(
        Branch(row["code"], f"{row['level2']} {row['level3']}") for row in rows
    )
    return branches, {row["code"][:2]: row["level1"] for row in rows}


def softmax(table: np.ndarray) -> np.ndarray:
    """Each row as shares of one."""
    grown = np.exp(table - table.max(axis=1, keepdims=True))
    shares: np.ndarray = grown / grown.sum(axis=1, keepdims=True)
    return shares


def _clean(text: str) -> str:
    plain = BLANK.sub("", unicodedata.normalize("NFKC", text))
    return CODED_PLACE.sub("", plain)


def _pieces(text: str) -> set[str]:
    return {
        part[n : n + 2]
        for part in text.split()
        for n in range(len(part) - 1)
        if part[n : n + 2] != "其他"
    }
