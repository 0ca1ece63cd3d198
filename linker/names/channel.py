"""How likely two spellings are one name: match weights of tokens in either script, and spellings of a token in the other script.

A weight is pointwise mutual information in bits, log2 P(a, b | one name) / (P(a) P(b)). For two scripts it is estimated both ways, as
log2 P(b | a) / P(b) and as log2 P(a | b) / P(a), and averaged: what one direction misjudges the other corrects. The parameters come from
`configs/models/names.npz`, written by `training/names.py`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linker.config.loading import CONFIGS
from linker.names.channel_file import ADAPTED, DIRECTIONS, ChannelModel
from linker.names.decode import Decoder
from linker.names.emissions import LONGEST
from linker.names.forward import HOPELESS, Direction, Tables, forward
from linker.names.units import DEVANAGARI, LATIN, OTHER, Tokens, read

__all__ = ["DEVANAGARI", "LATIN", "OTHER", "Channel", "Encoded"]

SHIPPED = CONFIGS / "models" / "names.npz"
LOWEST = HOPELESS
"""Weights are not told apart below this."""

COARSE_SHARE = 0.05
"""How often a unit is written with little regard to its surroundings: people slip, and not all surroundings were seen in training."""
LONG_BITS, LONG_SHARE = 16.0, 0.4
"""Of every bit of surprise beyond LONG_BITS `likeness` leaves out this share: long names are made of parts that many names share (-endra,
-prasad, -lakshmi), so that two of them agree by chance more often than their letters say."""

SAME_COST = 1.0
"""Bits lost by the chance that one name is spelled in two ways; equal spellings lose no more."""
_BLOCK = 1 << 18

Numbers = NDArray[np.int32]

_ACROSS = ("dl", "ld")  # within a script, what differs was written so on purpose


@dataclass(frozen=True)
class Encoded:
    """Distinct tokens as unit arrays. `script` is LATIN, DEVANAGARI or OTHER per token; the rest is for the kernels."""

    tokens: tuple[str, ...]
    script: NDArray[np.int8]
    read: Tokens
    bits: NDArray[np.float32]
    identity: NDArray[np.int64]
    rows: dict[str, NDArray[np.int32]]
    numbers: dict[str, NDArray[np.int16]]

    def __len__(self) -> int:
        return len(self.tokens)


_NO_ROWS, _NO_NUMBERS = np.empty(0, np.int32), np.empty((0, LONGEST), np.int16)


def identities(tokens: Sequence[str]) -> NDArray[np.int64]:
    """A number per token by which equal spellings are told; of this process only."""
    return np.fromiter(map(hash, tokens), np.int64, len(tokens))


class Channel:
    """The trained channel of both scripts."""

    def __init__(self, model: ChannelModel, coarse_share: float = COARSE_SHARE) -> None:
        self.model = model
        self._directions = {
            name: Direction.of(counts.emissions(coarse_share if name in _ACROSS else 0.0))
            for name, counts in model.counts.items()
        }

    @classmethod
    def load(cls, path: Path | None = None) -> Channel:
        """The channel in `path`, or the shipped one.

        Raises:
            ModelError: there is no usable model.
        """
        return cls(ChannelModel.load(path or SHIPPED))

    @classmethod
    def kept_in(cls, folder: Path) -> Channel | None:
        """The adapted channel that a snapshot or a folder of names was made with, None if that was the shipped one.

        Raises:
            ModelError: the file is damaged.
        """
        path = folder / ADAPTED
        return cls(ChannelModel.load(path)) if path.is_file() else None

    @property
    def kept(self) -> bytes | None:
        """What `kept_in` reads: the channel as it is, None for the shipped one."""
        return None if self.model.local_lm is None else self.model.packed(exact=True)

    def encode(self, tokens: Sequence[str]) -> Encoded:
        """Tokens as the kernels read them. Tokens are folded (`linker.names.unicode.fold`)."""
        sounds = read(tokens)
        scripts = frozenset(np.flatnonzero(np.bincount(sounds.script)).tolist())
        bits = np.zeros(len(tokens), np.float32)
        for script in scripts - {OTHER}:
            found = self._surprise(sounds, script)
            if len(scripts) == 1:
                bits = found
            else:
                mine = sounds.script == script
                bits[mine] = found[mine]
        if OTHER in scripts:
            strange = sounds.script == OTHER
            bits[strange] = np.fromiter((4.0 * len(t) for t in tokens), np.float32, len(tokens))[strange]
        rows, numbers = {}, {}
        for name, (source, target) in DIRECTIONS.items():
            direction = self._directions[name]
            rows[name] = direction.emissions.rows(sounds) if source in scripts else _NO_ROWS
            numbers[name] = direction.numbers(sounds) if target in scripts else _NO_NUMBERS
        return Encoded(tuple(tokens), sounds.script, sounds, bits, identities(tokens), rows, numbers)

    @cached_property
    def fingerprint(self) -> NDArray[np.uint8]:
        """A digest of all that `encode` depends on: what one channel encoded is of no use to a channel with another digest."""
        emissions = [self._directions[name].emissions for name in DIRECTIONS]
        arrays: list[NDArray[Any]] = [array for e in emissions for array in (e.keys, e.chunks.codes)]
        for lm in (*self.model.lm, *(self.model.local_lm or ())):
            arrays += [np.array([lm.order]), lm.grams, lm.bits, lm.contexts, lm.backoff]
        digest = hashlib.blake2b(digest_size=16)
        for array in arrays:
            digest.update(np.ascontiguousarray(array).tobytes())
        return np.frombuffer(digest.digest(), np.uint8)

    def _surprise(self, sounds: Tokens, script: int) -> NDArray[np.float32]:
        """Bits of every token by the language model of a script, or by that and the local one half and half."""
        bits = self.model.lm[script].bits_of(sounds.symbols, sounds.s_start)
        if self.model.local_lm is None:
            return bits
        local = self.model.local_lm[script].bits_of(sounds.symbols, sounds.s_start)
        return np.asarray(1 - np.logaddexp2(-bits, -local), np.float32)

    def weights(self, left: Encoded, right: Encoded, i: NDArray[np.int32], j: NDArray[np.int32]) -> NDArray[np.float32]:
        """Match weight in bits of token `left[i[k]]` against `right[j[k]]` for every k, any combination of scripts.

        Symmetric, and calibrated: a weight means the same likelihood ratio whichever scripts met. Never below LOWEST. Tokens without
        letters agree only with themselves. Fastest where equal `i` follow one another.
        """
        out = np.full(len(i), LOWEST, np.float32)
        bounds = range(0, len(i), _BLOCK)

        def run(first: int) -> None:
            part = slice(first, first + _BLOCK)
            out[part] = self._block(left, right, i[part], j[part])

        if len(i) <= _BLOCK // 16:
            for first in bounds:
                run(first)
        else:
            with ThreadPoolExecutor(2) as pool:
                list(pool.map(run, bounds))
        return out

    def likeness(
        self, left: Encoded, right: Encoded, i: NDArray[np.int32], j: NDArray[np.int32]
    ) -> NDArray[np.float32]:
        """The same, for ranking and for a threshold on single words without any knowledge of how common names are.

        Long words lose a share of what they are worth (see LONG_SHARE). Where names are weighed with their frequencies, `weights` is right.
        """
        out = self.weights(left, right, i, j)
        surprise = (left.bits[i] + right.bits[j]) / 2
        out -= np.where(out > LOWEST, LONG_SHARE * np.maximum(surprise - np.float32(LONG_BITS), 0), 0).astype(
            np.float32
        )
        return np.maximum(out, np.float32(LOWEST))

    def _block(self, left: Encoded, right: Encoded, i: Numbers, j: Numbers) -> NDArray[np.float32]:
        i, j = np.ascontiguousarray(i, np.int32), np.ascontiguousarray(j, np.int32)
        out = np.full(len(i), LOWEST, np.float32)
        a, b = left.script[i], right.script[j]
        combinations = (
            (LATIN, LATIN, ("ll", "ll"), 0),
            (DEVANAGARI, DEVANAGARI, ("dd", "dd"), 1),
            (DEVANAGARI, LATIN, ("dl", "ld"), 2),
            (LATIN, DEVANAGARI, ("ld", "dl"), 2),
        )
        for script_a, script_b, directions, calibration in combinations:
            chosen = np.flatnonzero((a == script_a) & (b == script_b))
            if len(chosen):
                raw = self._both_ways(left, right, i[chosen], j[chosen], directions)
                slope, shift = self.model.calibration[calibration]
                out[chosen] = np.maximum(LOWEST, raw * slope + shift)
        same = left.identity[i] == right.identity[j]
        out[same] = np.maximum(out[same], left.bits[i[same]] - SAME_COST)
        return out

    def _both_ways(
        self, left: Encoded, right: Encoded, i: Numbers, j: Numbers, directions: tuple[str, str]
    ) -> NDArray[np.float32]:
        """Mean of the two directions' bits; a pair that either finds hopeless is hopeless."""
        first = self._one_way(left, right, i, j, directions[0])
        likely = np.flatnonzero(first > HOPELESS)
        order = likely[np.argsort(j[likely], kind="stable")]
        second = self._one_way(right, left, j[order], i[order], directions[1])
        first[order] = np.where(second > HOPELESS, (first[order] + second) / 2, HOPELESS)
        return first

    def _one_way(self, source: Encoded, target: Encoded, i: Numbers, j: Numbers, name: str) -> NDArray[np.float32]:
        """log2 P(target | source) / P(target)."""
        out = np.empty(len(i), np.float32)
        forward(
            self._directions[name].tables(),
            (source.read.units, source.read.u_start, source.rows[name]),
            (target.numbers[name], target.read.s_start, target.bits),
            i,
            j,
            out,
        )
        return out

    def tables(self, direction: str) -> Tables:
        """What `forward` reads of a direction."""
        return self._directions[direction].tables()

    def romanise(self, tokens: Sequence[str], n: int = 1) -> list[list[tuple[str, float]]]:
        """The n likeliest Latin spellings of every Devanagari token, each with its log2 probability, best first."""
        return Decoder(self._directions["dl"], self.model.lm[LATIN]).best(tokens, n)

    def romanise_encoded(self, encoded: Encoded, n: int = 1) -> list[list[tuple[str, float]]]:
        """The same of tokens that are all in Devanagari, once they are encoded."""
        return Decoder(self._directions["dl"], self.model.lm[LATIN]).best_of(encoded.read, encoded.rows["dl"], n)

    def devanagari(self, tokens: Sequence[str], n: int = 1) -> list[list[tuple[str, float]]]:
        """The n likeliest Devanagari spellings of every Latin token, each with its log2 probability, best first."""
        return Decoder(self._directions["ld"], self.model.lm[DEVANAGARI]).best(tokens, n)

    def log_prior(self, encoded: Encoded) -> NDArray[np.float32]:
        """Bits of surprise of every token's spelling under the character language model of its script (larger = rarer)."""
        return encoded.bits
