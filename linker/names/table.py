"""Distinct names, made comparable once and compared by number afterwards."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linker.names.levels import KeyKind, NameLevel

if TYPE_CHECKING:
    from linker.names.channel import Channel

_DEV = dict(
    zip(
        "कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसह",
        "k kh g gh n ch chh j jh n t th d dh n t th d dh n p f b bh m y r l v sh sh s h".split(),
        strict=True,
    )
)
_VOWELS = dict(zip("अआइईउऊऋएऐओऔािीुूृेैोौ", "a a i i u u ri e ai o au a i i u u ri e ai o au".split(), strict=True))


@dataclass(frozen=True)
class NameAgreement:
    """What pairs of names are worth: `weight` in bits (float32) and `level` (int8, a `NameLevel`)."""

    weight: NDArray[np.float32]
    level: NDArray[np.int8]


@dataclass(frozen=True)
class NameKeys:
    """Keys of names, several rows per name, all arrays of one length.

    `name_id` (int32) whose, `token` (int16) which word from 0, `kind` (int8, a `KeyKind`), `key` (int64, the same in every process),
    `bits` (float32) its rarity: -log2 of the share of records that bear it.
    """

    name_id: NDArray[np.int32]
    token: NDArray[np.int16]
    kind: NDArray[np.int8]
    key: NDArray[np.int64]
    bits: NDArray[np.float32]


class TokenMatch(NamedTuple):
    left: str
    right: str
    weight: float
    why: str


@dataclass(frozen=True)
class NameExplanation:
    left: str
    right: str
    weight: float
    level: NameLevel
    matches: tuple[TokenMatch, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "left": self.left, "right": self.right, "weight": self.weight, "level": self.level.name.lower(),
            "matches": [m._asdict() for m in self.matches],
        }  # fmt: skip


def _latin(token: str) -> str:
    out: list[str] = []
    for c in token:
        if c in _DEV:
            out.append(_DEV[c] + "a")
        elif c in "्ािीुूृेैोौ":
            if out and out[-1].endswith("a"):
                out[-1] = out[-1][:-1]
            out.append(_VOWELS.get(c, ""))
        else:
            out.append({"ं": "n", "ँ": "n"}.get(c, _VOWELS.get(c, c)))
    text = "".join(out)
    return text[:-1] if len(token) > 1 and token[-1] in _DEV and text.endswith("a") else text


def _skeleton(latin: str, loose: bool) -> str:
    s = (
        latin.replace("ph", "f")
        .replace("w", "v")
        .replace("z", "j")
        .replace("q", "k")
        .replace("x", "ks")
        .replace("ck", "k")
        .replace("c", "k")
        .replace("kh", "K")
        .replace("kk", "k")
    )
    s = re.sub(r"(.)\1+", r"\1", s)
    if loose:
        s = re.sub(r"(?<=.)h", "", s.lower()).replace("b", "v").replace("m", "n").replace("d", "r").replace("y", "j")
    head = "a" if s[:1] in "aeiou" else ""
    return re.sub(r"(.)\1+", r"\1", head + re.sub("[aeiouy]" if not loose else "[aeiou]", "", s))


def _hash(text: str, salt: int) -> int:
    value = 1469598103934665603 + salt
    for byte in text.encode():
        value = ((value ^ byte) * 1099511628211) & 0xFFFFFFFFFFFFFFFF
    return value - (1 << 64) if value >= 1 << 63 else value


class NameTable:
    """Distinct name texts with all that comparing needs. First version: skeletons and frequencies only."""

    def __init__(self, names: list[str], counts: NDArray[np.int64]) -> None:
        self._names, self._counts = names, counts
        self._tokens = [[t for t in re.split(r"[\s.,/()-]+", n.lower()) if t] for n in names]
        vocabulary = {t for ts in self._tokens for t in ts}
        self._latin = {t: _latin(t) for t in vocabulary}
        self._strict = {t: _skeleton(x, False) for t, x in self._latin.items()}
        self._loose = {t: _skeleton(x, True) for t, x in self._latin.items()}
        self._frequency: Counter[str] = Counter()
        self._loose_frequency: Counter[str] = Counter()
        for ts, n in zip(self._tokens, counts.tolist(), strict=True):
            for t in set(ts):
                self._frequency[self._strict[t]] += n
                self._loose_frequency[self._loose[t]] += n
        self._total = max(int(counts.sum()), 1)

    @classmethod
    def build(
        cls, names: Sequence[str] | pa.Array, channel: Channel | None = None, counts: NDArray[np.int64] | None = None
    ) -> NameTable:
        """A table of distinct `names`, free of police-phrase parts; `counts` says how many records bear each (default 1)."""
        texts = names.to_pylist() if isinstance(names, pa.Array | pa.ChunkedArray) else list(names)
        return cls(texts, np.ones(len(texts), np.int64) if counts is None else np.asarray(counts, np.int64))

    def __len__(self) -> int:
        return len(self._names)

    def text(self, i: int) -> str:
        """The name as it was given."""
        return self._names[i]

    def _bits(self, skeleton: str) -> float:
        return -math.log2((self._frequency[skeleton] + 1) / (self._total + 1000))

    def _pair(
        self, a: list[str], b: list[str], owner_a: list[str], owner_b: list[str]
    ) -> tuple[float, NameLevel, list[TokenMatch]]:
        if not a or not b:
            return 0.0, NameLevel.UNKNOWN, []
        shared = {self._strict[t] for t in owner_a} & {self._strict[t] for t in owner_b}
        free, total, matches = list(range(len(b))), 0.0, []
        met = set()
        for i, t in enumerate(a):
            grade = [
                (2 if self._strict[t] == self._strict[b[j]] else int(self._loose[t] == self._loose[b[j]]), j)
                for j in free
            ]
            best = max(grade, default=(0, -1))
            if best[0] == 0:
                continue
            free.remove(best[1])
            met.add(i)
            bits = 0.0 if self._strict[t] in shared else self._bits(self._strict[t]) * best[0] / 2
            total += bits
            matches.append(TokenMatch(t, b[best[1]], bits, "same sound" if best[0] == 2 else "similar sound"))
        loose_a, loose_b = [i for i in range(len(a)) if i not in met], free
        total -= 2.0 * (len(loose_a) + len(loose_b)) + (12.0 if loose_a and loose_b else 0.0)
        if a == b:
            return total, NameLevel.EXACT, matches
        if loose_a and loose_b:
            return total, NameLevel.GIVEN_CONFLICT if met else NameLevel.DIFFERENT, matches
        if loose_a or loose_b:
            return total, NameLevel.PARTIAL, matches
        return total, NameLevel.SAME if all(m.why == "same sound" for m in matches) else NameLevel.SIMILAR, matches

    def agree(
        self,
        left: NDArray[np.int32],
        right: NDArray[np.int32],
        owner_left: NDArray[np.int32] | None = None,
        owner_right: NDArray[np.int32] | None = None,
    ) -> NameAgreement:
        """Weight and level of each pair of names; id -1 gives weight 0 and level UNKNOWN."""
        weight, level = np.zeros(len(left), np.float32), np.zeros(len(left), np.int8)
        cache: dict[tuple[int, int, int, int], tuple[float, NameLevel]] = {}
        none = np.full(len(left), -1, np.int32)
        owners = (none if owner_left is None else owner_left, none if owner_right is None else owner_right)
        quads = zip(left.tolist(), right.tolist(), owners[0].tolist(), owners[1].tolist(), strict=True)
        for k, quad in enumerate(quads):
            if quad[0] < 0 or quad[1] < 0:
                continue
            if quad not in cache:
                tokens = [self._tokens[i] if i >= 0 else [] for i in quad]
                cache[quad] = self._pair(tokens[0], tokens[1], tokens[2], tokens[3])[:2]
            weight[k], level[k] = cache[quad]
        return NameAgreement(weight, level)

    def keys(self) -> NameKeys:
        """Keys of every name."""
        rows = []
        for i, ts in enumerate(self._tokens):
            for p, t in enumerate(ts):
                rows.append((i, p, KeyKind.STRICT, _hash(self._strict[t], 0), self._bits(self._strict[t])))
                loose = -math.log2((self._loose_frequency[self._loose[t]] + 1) / (self._total + 1000))
                rows.append((i, p, KeyKind.LOOSE, _hash(self._loose[t], 7), loose))
                if p + 1 < len(ts):
                    joined = _skeleton(self._latin[t] + self._latin[ts[p + 1]], False)
                    rows.append((i, p, KeyKind.NEAR, _hash(joined, 0), self._bits(joined)))
        columns = list(zip(*rows, strict=True)) or [(), (), (), (), ()]
        return NameKeys(
            np.array(columns[0], np.int32), np.array(columns[1], np.int16), np.array(columns[2], np.int8),
            np.array(columns[3], np.int64), np.array(columns[4], np.float32),
        )  # fmt: skip

    def latin(self) -> pa.Array:
        """Canonical Latin spelling of every name, upper case."""
        return pa.array([" ".join(self._latin[t] for t in ts).upper() for ts in self._tokens], pa.string())

    def devanagari(self, ids: NDArray[np.int32] | Sequence[int]) -> list[str]:
        """Devanagari spelling of the names `ids`."""
        return [self._names[int(i)] for i in ids]

    def gender(self) -> NDArray[np.int8]:
        """What each name suggests: 0 nothing, 1 male, 2 female."""
        female = {"devi", "kumari", "kaur", "bano", "begum", "khatun", "khatoon", "smt", "bai"}
        male = {"kumar", "lal", "singh", "sinh"}
        out = np.zeros(len(self), np.int8)
        for i, ts in enumerate(self._tokens):
            said = {self._latin[t] for t in ts}
            out[i] = 2 if said & female else 1 if said & male else 0
        return out

    def extend(self, names: Sequence[str]) -> NameTable:
        """The same table with further names after its own; frequencies stay as they are."""
        more = NameTable(list(names), np.zeros(len(names), np.int64))
        out = object.__new__(NameTable)
        out._names, out._tokens = self._names + more._names, self._tokens + more._tokens
        out._counts = np.concatenate([self._counts, more._counts])
        out._latin, out._strict, out._loose = (
            self._latin | more._latin,
            self._strict | more._strict,
            self._loose | more._loose,
        )
        out._frequency, out._loose_frequency, out._total = self._frequency, self._loose_frequency, self._total
        return out

    def explain(self, left: int, right: int) -> NameExplanation:
        """Which word met which, and what that is worth."""
        weight, level, matches = self._pair(self._tokens[left], self._tokens[right], [], [])
        return NameExplanation(self._names[left], self._names[right], weight, level, tuple(matches))
