"""What the desk's decisions teach: character pieces and the word list, weighed by a linear SVC.

scikit-learn is needed for teaching alone and imported there; suggesting needs numpy. Digits are
no pieces, so that no number that somebody wrote is kept in a model.
"""

import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from requests_hub.suggestions.words import Message, WordList, softmax

LEAST_MESSAGES = 50
LEAST_PER_CLASS = 3
MOST_PIECES = 60_000
LONGEST_PIECE = 3
BODY_CHARS = 300
FOLDS = 3
STEPS = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0)
TRUSTS = (0.0, 0.1, 0.2, 0.3, 0.45, 0.6)
ABSENT = -2.0  # the margin of a category that nobody has taught
NUMBERS = re.compile(r"[0-9A-Za-z*]+")


@dataclass
class Model:
    """A taught model: `classes` are category codes, `taught` how many labels it saw.

    `pieces` maps a piece to its column; `weights` has a row per class and a column per piece,
    then one per category of the word list, then the constant. The shares are the softmax of
    `sharpness` times the margins plus `trust` times the word list's scores; both were fitted on
    messages that the margins had not seen.
    """

    classes: tuple[str, ...]
    taught: int
    pieces: dict[str, int]
    idf: np.ndarray
    weights: np.ndarray
    sharpness: float = 3.0
    trust: float = 0.0

    def probabilities(
        self,
        messages: Sequence[Message],
        scores: np.ndarray,
        categories: Sequence[str],
    ) -> np.ndarray:
        """A row per message, a column for each of `categories`, as in the words' `scores`."""
        margins = np.full(scores.shape, ABSENT)
        columns = [categories.index(code) for code in self.classes]
        shares = softmax(scores / 2)
        for row, message in enumerate(messages):
            margins[row, columns] = self._margins(message, shares[row])
        return softmax(self.sharpness * margins + self.trust * scores)

    def _margins(self, message: Message, shares: np.ndarray) -> np.ndarray:
        counts = Counter(
            at
            for piece in pieces_of(message)
            if (at := self.pieces.get(piece)) is not None
        )
        many = len(self.pieces)
        result = self.weights[:, many:-1] @ shares + self.weights[:, -1]
        if counts:
            columns = np.fromiter(counts, dtype=np.int64)
            times = np.fromiter(counts.values(), dtype=float)
            values = (1 + np.log(times)) * self.idf[columns]
            values /= np.sqrt((values**2).sum())
            result = result + self.weights[:, columns] @ values
        margins: np.ndarray = result
        return margins

    def to_bytes(self) -> bytes:
        """Numbers and words only: nothing that is run when it is read again."""
        file = io.BytesIO()
        np.savez_compressed(
            file,
            classes=np.array(self.classes),
            taught=np.array(self.taught),
            pieces=np.array(sorted(self.pieces, key=self.pieces.__getitem__)),
            idf=self.idf.astype(np.float32),
            weights=self.weights.astype(np.float32),
            mixture=np.array([self.sharpness, self.trust]),
        )
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Model":
        """The model that `to_bytes` wrote.

        Raises:
            ValueError: these are other bytes.
        """
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as kept:
                sharpness, trust = (float(n) for n in kept["mixture"])
                return cls(
                    tuple(str(code) for code in kept["classes"]),
                    int(kept["taught"]),
                    {str(piece): n for n, piece in enumerate(kept["pieces"])},
                    kept["idf"],
                    kept["weights"],
                    sharpness,
                    trust,
                )
        except (OSError, KeyError) as error:
            raise ValueError("not a kept model") from error


def pieces_of(message: Message) -> list[str]:
    """Every run of one to three characters; the title counts twice."""
    clean = message.cleaned()
    text = NUMBERS.sub(
        " ", f"{clean.subject}。{clean.subject}。{clean.body[:BODY_CHARS]}"
    )
    return [
        piece
        for size in range(1, LONGEST_PIECE + 1)
        for at in range(len(text) - size + 1)
        if " " not in (piece := text[at : at + size])
    ]


def train(
    words: WordList, messages: Sequence[Message], labels: Sequence[str]
) -> Model | None:
    """Learn from classified messages; None when there is too little to learn from.

    Args:
        words: the word list; its shares are features beside the pieces.
        messages: what residents wrote.
        labels: a category code of the word list for each.
    """
    counts = Counter(labels)
    known = {code for code, n in counts.items() if n >= LEAST_PER_CLASS}
    keep = [n for n, label in enumerate(labels) if label in known]
    if len(keep) < LEAST_MESSAGES or len(known) < 2:
        return None
    texts = [messages[n] for n in keep]
    truth = np.array([labels[n] for n in keep])
    scores = words.scores([words.found(text) for text in texts])
    pieces = [pieces_of(text) for text in texts]
    sharpness, trust = _mixture(words, pieces, scores, truth)
    vectoriser, machine = _fit(pieces, scores, truth)
    return Model(
        tuple(str(code) for code in machine.classes_),
        len(keep),
        {piece: int(n) for piece, n in vectoriser.vocabulary_.items()},
        vectoriser.idf_.astype(np.float32),
        _weights(machine).astype(np.float32),
        sharpness,
        trust,
    )


def _fit(pieces: list[list[str]], scores: np.ndarray, truth: np.ndarray) -> Any:
    """The vectoriser and the machine that these messages teach."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    vectoriser = TfidfVectorizer(
        analyzer=_as_they_are,
        sublinear_tf=True,
        min_df=2 if len(pieces) < 3000 else 3,
        max_features=MOST_PIECES,
    )
    features = _beside(vectoriser.fit_transform(pieces), scores)
    machine = LinearSVC(C=0.5, dual=True, max_iter=3000)
    machine.fit(features, truth)
    return vectoriser, machine


def _as_they_are(pieces: list[str]) -> list[str]:
    return pieces


def _beside(features: Any, scores: np.ndarray) -> Any:
    from scipy import sparse

    return sparse.hstack([features, sparse.csr_matrix(softmax(scores / 2))]).tocsr()


def _weights(machine: Any) -> np.ndarray:
    """A row per class, the constant last; two classes share one row of opposite signs."""
    table = np.hstack([machine.coef_, machine.intercept_[:, None]])
    full: np.ndarray = np.vstack([-table, table]) if len(table) == 1 else table
    return full


def _mixture(
    words: WordList, pieces: list[list[str]], scores: np.ndarray, truth: np.ndarray
) -> tuple[float, float]:
    """Sharpness and trust that fit best where the machine has not seen the message."""
    from sklearn.model_selection import StratifiedKFold

    margins = np.full(scores.shape, ABSENT)
    for seen, unseen in StratifiedKFold(FOLDS, shuffle=True, random_state=1).split(
        scores, truth
    ):
        part = [pieces[n] for n in seen]
        vectoriser, machine = _fit(part, scores[seen], truth[seen])
        features = _beside(
            vectoriser.transform([pieces[n] for n in unseen]), scores[unseen]
        )
        table = _weights(machine)
        columns = [words.categories.index(code) for code in machine.classes_]
        margins[np.ix_(unseen, columns)] = features @ table[:, :-1].T + table[:, -1]
    right = np.array([words.categories.index(code) for code in truth])
    best = min(
        (_surprise(softmax(s * margins + t * scores), right), s, t)
        for s in STEPS
        for t in TRUSTS
    )
    return best[1], best[2]


def _surprise(shares: np.ndarray, right: np.ndarray) -> float:
    """Mean negative logarithm of the share that the right category got."""
    told = shares[np.arange(len(right)), right]
    return float(-np.log(np.maximum(told, 1e-9)).mean())
