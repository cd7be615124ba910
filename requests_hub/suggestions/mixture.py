"""Words and model together: the shares that people see, and the words that decided."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from requests_hub.suggestions.learned import Model
from requests_hub.suggestions.words import Branches, Message, WordList, softmax

COLD_FLOOR = 1e-4
COLD_TRUST = 1.5  # how much the words count beside a model that nobody has taught
HALF_TRUST_AT = 400  # labels after which they count half as much
SHARPNESS = 0.55  # fitted so that a share of 0.8 is right 8 times in 10


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

    def shares(self, messages: Sequence[Message]) -> np.ndarray:
        """A row per message, a column per first-level category."""
        cold = self.words.probabilities(messages)
        if self.model is None:
            return cold
        learned = self.model.probabilities(messages, self.words.categories)
        trust = COLD_TRUST / (1 + self.model.taught / HALF_TRUST_AT)
        mixed = np.log(learned) + trust * np.log(cold + COLD_FLOOR)
        return softmax(mixed * SHARPNESS)

    def suggest(self, message: Message, most: int = 3) -> list[Suggestion]:
        """The likeliest categories, best first."""
        shares = self.shares([message])[0]
        found = []
        for n in np.argsort(-shares, kind="stable")[:most]:
            top = self.words.categories[n]
            found.append(
                Suggestion(
                    self.branches.best(message, top),
                    top,
                    float(shares[n]),
                    tuple(self.words.reasons(message, top)),
                )
            )
        return found
