"""What messages teach: character n-grams and logistic regression, with or without labels.

Messages that somebody has classified teach with full weight. All others teach what the word list
makes of them, weighed by how sure it is: the words that stand beside known words get a meaning.
scikit-learn is imported late; it costs a third of a second at start.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from requests_hub.suggestions.words import Message, WordList, softmax

LEAST_MESSAGES = 50
MOST_FEATURES = 120_000
SURE_SHARE = 0.8
UNLABELLED_WEIGHT = 0.5
FLOOR = 1e-3


@dataclass
class Model:
    """A trained model: `classes` are category codes, `taught` how many labels it saw."""

    classes: tuple[str, ...]
    taught: int
    vectoriser: Any
    coefficients: np.ndarray
    intercepts: np.ndarray

    def probabilities(
        self, messages: Sequence[Message], categories: Sequence[str]
    ) -> np.ndarray:
        """A row per message, a column for each of `categories`; never quite zero."""
        features = self.vectoriser.transform([text_of(m) for m in messages])
        shares = softmax(np.asarray(features @ self.coefficients.T) + self.intercepts)
        table = np.full((len(messages), len(categories)), FLOOR)
        for n, code in enumerate(categories):
            if code in self.classes:
                table[:, n] += shares[:, self.classes.index(code)]
        full: np.ndarray = table / table.sum(axis=1, keepdims=True)
        return full

    def to_bytes(self) -> bytes:
        """Numbers and words only: nothing that is run when it is read again."""
        file = io.BytesIO()
        vocabulary = self.vectoriser.vocabulary_
        np.savez_compressed(
            file,
            classes=np.array(self.classes),
            taught=np.array(self.taught),
            words=np.array(sorted(vocabulary, key=vocabulary.get)),
            idf=self.vectoriser.idf_.astype(np.float32),
            coefficients=self.coefficients.astype(np.float32),
            intercepts=self.intercepts.astype(np.float32),
        )
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Model":
        """The model that `to_bytes` wrote.

        Raises:
            ValueError: these are other bytes.
        """
        with np.load(io.BytesIO(data), allow_pickle=False) as kept:
            vectoriser = _vectoriser(1)
            words = [str(word) for word in kept["words"]]
            vectoriser.vocabulary_ = {word: n for n, word in enumerate(words)}
            vectoriser.idf_ = kept["idf"].astype(float)
            return cls(
                tuple(str(code) for code in kept["classes"]),
                int(kept["taught"]),
                vectoriser,
                kept["coefficients"].astype(float),
                kept["intercepts"].astype(float),
            )


def text_of(message: Message) -> str:
    """The title twice, then the beginning of the text."""
    clean = message.cleaned()
    return f"{clean.subject}。{clean.subject}。{clean.body[:300]}"


def train(
    words: WordList,
    messages: Sequence[Message],
    labels: Sequence[str | None],
) -> Model | None:
    """Learn from messages; `labels` are category codes, None where nobody has decided.

    Gives None when there is too little to learn from.
    """
    from sklearn.linear_model import LogisticRegression

    taught = sum(label is not None for label in labels)
    if len(messages) < LEAST_MESSAGES:
        return None
    targets, weights = _targets(words, messages, labels)
    keep = weights > 0
    if len({t for t, k in zip(targets, keep, strict=True) if k}) < 2:
        return None
    vectoriser = _vectoriser(2 if len(messages) < 1000 else 3)
    features = vectoriser.fit_transform([text_of(m) for m in messages])
    machine = LogisticRegression(C=20, max_iter=300)
    machine.fit(features[keep], np.array(targets)[keep], sample_weight=weights[keep])
    coefficients, intercepts = machine.coef_, machine.intercept_
    if len(machine.classes_) == 2:
        coefficients = np.vstack([-coefficients[0], coefficients[0]]) / 2
        intercepts = np.array([-intercepts[0], intercepts[0]]) / 2
    classes = tuple(str(code) for code in machine.classes_)
    return Model(classes, taught, vectoriser, coefficients, intercepts)


def _targets(
    words: WordList, messages: Sequence[Message], labels: Sequence[str | None]
) -> tuple[list[str], np.ndarray]:
    """A category and a weight for each message; unsure ones without a label get none."""
    shares = words.probabilities(messages)
    sure = shares.max(axis=1)
    told = [words.categories[n] for n in shares.argmax(axis=1)]
    open_ones = np.array([label is None for label in labels])
    least = np.quantile(sure[open_ones], 1 - SURE_SHARE) if open_ones.any() else 0.0
    weights = np.where(sure >= least, sure * UNLABELLED_WEIGHT, 0.0)
    weights[~open_ones] = 1.0
    targets = [label or cold for label, cold in zip(labels, told, strict=True)]
    return targets, weights


def _vectoriser(least: int) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(
        analyzer="char",
        ngram_range=(1, 3),
        sublinear_tf=True,
        min_df=least,
        max_features=MOST_FEATURES,
    )
