"""How likely two spellings are one name: match weights of tokens in either script, and spellings of a token in the other script.

The signatures below are final; the parameters come from `configs/models/names.npz`, written by `training/names.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

LATIN, DEVANAGARI, OTHER = 0, 1, 2


@dataclass(frozen=True)
class Encoded:
    """Distinct tokens as unit arrays. `script` is LATIN, DEVANAGARI or OTHER per token; the rest is private to the channel."""

    tokens: tuple[str, ...]
    script: NDArray[np.int8]
    arrays: Any = None

    def __len__(self) -> int:
        return len(self.tokens)


class Channel:
    """The trained channel of both scripts."""

    @classmethod
    def load(cls, path: Path | None = None) -> Channel:
        """The channel in `path`, or the shipped one."""
        raise NotImplementedError

    def encode(self, tokens: Sequence[str]) -> Encoded:
        """Tokens as the kernels read them. Tokens are folded (`linker.names.unicode.fold`)."""
        raise NotImplementedError

    def weights(
        self, left: Encoded, right: Encoded, i: NDArray[np.int32], j: NDArray[np.int32]
    ) -> NDArray[np.float32]:
        """Match weight in bits of token `left[i[k]]` against `right[j[k]]` for every k, any combination of scripts."""
        raise NotImplementedError

    def romanise(self, tokens: Sequence[str], n: int = 1) -> list[list[tuple[str, float]]]:
        """The n likeliest Latin spellings of every Devanagari token, each with its log2 probability, best first."""
        raise NotImplementedError

    def devanagari(self, tokens: Sequence[str], n: int = 1) -> list[list[tuple[str, float]]]:
        """The n likeliest Devanagari spellings of every Latin token, each with its log2 probability, best first."""
        raise NotImplementedError

    def log_prior(self, encoded: Encoded) -> NDArray[np.float32]:
        """Bits of surprise of every token's spelling under the character language model of its script (larger = rarer)."""
        raise NotImplementedError
