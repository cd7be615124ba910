"""Words and model together: the shares that people see, and the words that decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from requests_hub.suggestions.learned import Model
from requests_hub.suggestions.words import (
    TEMPERATURE,
    Branches,
    Message,
    WordList,
    softmax,
)


@dataclass(frozen=True)
class Suggestion:
    """One category: code of the entry, of its first level, share from 0 to 1, and why."""

    code: str
    top: str
    share: float
    words: tuple[str, ...]


@dataclass(frozen=True)
class Suggester:
    """What suggests: the word list, the tree, and a model if there is one."""

    words: WordList
    branches: Branches
    model: Model | None = None

    def shares(
        self,
        messages: Sequence[Message],
        found: Sequence[Mapping[str, float]] | None = None,
    ) -> np.ndarray:
        """A row per message, a column per first-level category.

        `found`: what the word list found in each, where it is known already.
        """
        scores = self.words.scores(found or [self.words.found(m) for m in messages])
        if self.model is None:
            return softmax(scores / TEMPERATURE)
        return self.model.probabilities(messages, scores, self.words.categories)

    def suggest(self, message: Message, most: int = 3) -> list[Suggestion]:
        """The likeliest categories, best first."""
        found = self.words.found(message)
        likeness = self.branches.likeness(message)
        shares = self.shares([message], [found])[0]
        tops = [
            (self.words.categories[n], float(shares[n]))
            for n in np.argsort(-shares, kind="stable")[:most]
        ]
        return [
            Suggestion(
                self.branches.best(likeness, top),
                top,
                share,
                tuple(self.words.reasons(found, top)),
            )
            for top, share in tops
        ]
