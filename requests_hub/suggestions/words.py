"""The cold start: words that speak for a first-level category, and the tree's own phrases.

A word in the title counts three times as much as one in the text, a long word more than a short
one. The list is a proposal of ours (`data/category_words.csv`), written from the terms that
residents use for each branch of the taxonomy.
"""

import csv
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
TEMPERATURE = 2.5
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
    """`weights` maps a word to {category code: weight}."""

    weights: Mapping[str, Mapping[str, float]]
    categories: tuple[str, ...]

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        longest_first = sorted(self.weights, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, longest_first)))

    def found(self, message: Message) -> dict[str, float]:
        """How strongly each word of the list speaks in this message."""
        clean = message.cleaned()
        in_title = set(self._pattern.findall(clean.subject))
        in_body = Counter(self._pattern.findall(clean.body))
        head = clean.body[:HEAD_CHARS]
        strength: dict[str, float] = defaultdict(float)
        for word in in_title:
            strength[word] += TITLE_WEIGHT
        for word, times in in_body.items():
            strength[word] += min(1.6, 0.8 + 0.25 * times) + 0.4 * (word in head)
        return {w: s * (0.4 + 0.2 * min(len(w), 4)) for w, s in strength.items()}

    def scores(self, messages: Sequence[Message]) -> np.ndarray:
        """A row per message, a column per category."""
        column = {code: n for n, code in enumerate(self.categories)}
        table = np.zeros((len(messages), len(self.categories)))
        for row, message in enumerate(messages):
            for word, strength in self.found(message).items():
                for code, weight in self.weights[word].items():
                    table[row, column[code]] += strength * weight
        return table

    def probabilities(self, messages: Sequence[Message]) -> np.ndarray:
        """The same as shares of one."""
        return softmax(self.scores(messages) / TEMPERATURE)

    def reasons(self, message: Message, category: str, most: int = 4) -> list[str]:
        """The words that speak loudest for this category."""
        told = {
            word: strength * self.weights[word].get(category, 0.0)
            for word, strength in self.found(message).items()
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
        pieces = [_pieces(branch.phrase) for branch in self.branches]
        times = Counter(piece for found in pieces for piece in found)
        self._idf = {p: np.log(1 + len(pieces) / n) for p, n in times.items()}
        self._length = [
            np.sqrt(sum(self._idf[p] ** 2 for p in found)) or 1.0 for found in pieces
        ]
        self._by_piece: dict[str, list[int]] = defaultdict(list)
        for n, found in enumerate(pieces):
            for piece in found:
                self._by_piece[piece].append(n)

    def best(self, message: Message, top: str) -> str:
        """The code of the likeliest entry below the first-level category `top`."""
        clean = message.cleaned()
        said = Counter(dict.fromkeys(_pieces(clean.body), 1.0))
        said.update(dict.fromkeys(_pieces(clean.subject), 3.0))
        likeness: dict[int, float] = defaultdict(float)
        for piece, weight in said.items():
            for n in self._by_piece.get(piece, ()):
                likeness[n] += weight * self._idf[piece] ** 2
        fitting = [
            (likeness[n] / self._length[n], -n, branch.code)
            for n, branch in enumerate(self.branches)
            if branch.code.startswith(top)
        ]
        return max(fitting)[2] if fitting else top


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
