"""The stock of name words: tables, compound names and derived rustic names, each group with Zipf weights."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
import numpy.typing as npt

from .tables import Token, forms, rows

IntArray = npt.NDArray[np.int32]
FloatArray = npt.NDArray[np.float64]

_MIDDLE_M = (
    ("कुमार|कुमर", "kumar|kr|kumaar", 30),
    ("सिंह|सिहं|सिह|सिँह", "singh|sing|sinh", 26),
    ("लाल", "lal", 14),
    ("प्रसाद|परसाद", "prasad|parsad", 6),
    ("राम", "ram", 6),
    ("चन्द|चंद|चन्द्र", "chand|chander", 3),
    ("बाबू", "babu", 2),
    ("नाथ", "nath", 2),
    ("प्रताप", "pratap|partap", 2),
)
_MIDDLE_F = (("देवी|देबी", "devi", 60), ("कुमारी", "kumari", 18), ("बाई", "bai", 8), ("रानी", "rani", 6))
_SECOND_F = (("खातून", "khatoon|khatun", 30), ("बानो", "bano", 25), ("बेगम", "begum|begam", 25), ("परवीन", "parveen", 8))
_PREFIX = "मोहम्मद|मौहम्मद|मो0|मो०|मु0|मौ0|मुहम्मद"
_PREFIX_LATIN = "mohd|mohammad|md|mohd.|mohammed|mohamad"


@dataclass(frozen=True)
class Stock:
    """Token ids with the chance of each."""

    ids: IntArray
    shares: FloatArray

    def draw(self, count: int, rng: np.random.Generator) -> IntArray:
        """Independent draws, shape (count,)."""
        picks = np.searchsorted(np.cumsum(self.shares), rng.random(count), side="right")
        return self.ids[np.minimum(picks, len(self.ids) - 1)]


@dataclass(frozen=True)
class Lexicon:
    """All words; `groups` names the stocks that people's names are drawn from."""

    tokens: tuple[Token, ...]
    groups: dict[str, Stock]
    prefix: int
    surnames: dict[tuple[str, str], Stock]


def zipf(count: int, exponent: float, offset: float) -> FloatArray:
    """Shares of ranks 1..count, proportional to 1 / (rank + offset) ** exponent."""
    weights = 1.0 / (np.arange(1, count + 1) + offset) ** exponent
    shares: FloatArray = weights / weights.sum()
    return shares


class _Builder:
    def __init__(self) -> None:
        self.tokens: list[Token] = []
        self.seen: dict[tuple[str, ...], int] = {}

    def add(self, deva: tuple[str, ...], latin: tuple[str, ...] = ()) -> int:
        key = (*deva, "/", *latin)
        if key not in self.seen:
            self.seen[key] = len(self.tokens)
            self.tokens.append(Token(deva, latin))
        return self.seen[key]

    def stock(self, ids: list[int], exponent: float = 0.75, offset: float = 12.0) -> Stock:
        return Stock(np.array(ids, dtype=np.int32), zipf(len(ids), exponent, offset))

    def weighted(self, words: tuple[tuple[str, str, int], ...]) -> Stock:
        shares = np.array([share for _, _, share in words], dtype=float)
        ids = np.array([self.add(forms(deva), forms(latin)) for deva, latin, _ in words], dtype=np.int32)
        return Stock(ids, shares / shares.sum())


@cache
def lexicon() -> Lexicon:
    """The whole stock, built once per process; the same on every machine."""
    builder = _Builder()
    prefix = builder.add(forms(_PREFIX), forms(_PREFIX_LATIN))
    groups: dict[str, list[int]] = {}
    for row in rows("given"):
        groups.setdefault(row["group"], []).append(builder.add(forms(row["forms"]), forms(row["latin"])))
    for row in rows("compose"):
        name = f"{row['group']}.{row['place']}"
        groups.setdefault(name, []).append(builder.add(forms(row["forms"]), forms(row["latin"])))
    for row in rows("aliases"):
        groups.setdefault(f"alias.{row['sex']}", []).append(builder.add(forms(row["forms"]), forms(row["latin"])))
    stocks = {name: builder.stock(ids) for name, ids in groups.items()}
    rustic = rows("rustic")
    for sex in "mf":
        stems, endings = ([row["devanagari"] for row in rustic if row["kind"] == kind] for kind in ("stem", sex))
        words = sorted({stem + ending for stem, ending in product(stems, endings)}, key=hash_of)
        stocks[f"rustic.{sex}"] = builder.stock([builder.add((word,)) for word in words], 0.5, 30.0)
    stocks["middle.m"] = builder.weighted(_MIDDLE_M)
    stocks["middle.f"] = builder.weighted(_MIDDLE_F)
    stocks["middle.mf"] = builder.weighted(_SECOND_F)
    surnames = _surnames(builder)
    return Lexicon(tuple(builder.tokens), stocks, prefix, surnames)


def hash_of(word: str) -> int:
    """A stable pseudo-random number of a word (Python's own hash differs from run to run)."""
    value = 2166136261
    for byte in word.encode():
        value = (value ^ byte) * 16777619 % (1 << 32)
    return value


def _surnames(builder: _Builder) -> dict[tuple[str, str], Stock]:
    table = [(row["community"], set(row["region"].split()), row) for row in rows("surnames")]
    result: dict[tuple[str, str], Stock] = {}
    for community, state in product("hms", ("DL", "UP", "RJ", "HR")):
        ids = [
            builder.add(forms(row["forms"]), forms(row["latin"]))
            for of, region, row in table
            if of == community and (not region or state in region)
        ]
        result[community, state] = builder.stock(ids, 0.8, 2.0)
    return result
