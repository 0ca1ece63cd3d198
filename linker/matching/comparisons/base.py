"""What a comparison is: one kind of evidence, its named levels, and the function that finds the level of every pair."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from functools import cached_property

import numba as nb
import numpy as np
from numpy.typing import NDArray

from linker.matching.columns import PersonColumns

Rows = NDArray[np.int32]
Codes = NDArray[np.int8]
Measure = Callable[[PersonColumns, Rows, Rows], Codes]


class Side(StrEnum):
    """Which way a level speaks, whatever its trained weight."""

    FOR = "for"
    NEUTRAL = "neutral"
    AGAINST = "against"
    MISSING = "missing"


@dataclass(frozen=True)
class Level:
    """One outcome. `code` is what kernels return; `english` and `hindi` are the sentences that a reader sees."""

    code: int
    name: str
    side: Side
    english: str
    hindi: str
    grade: str = ""
    """how much it says beside other evidence, for joint comparisons: levels of one grade are alike there; '' takes no part"""


class Cost(IntEnum):
    """Cheap evidence is looked at first: where it already rules a pair out, the names need not be aligned."""

    NUMBERS = 0
    RELATIVES = 1
    NAMES = 2
    JOINT = 3


@dataclass(frozen=True)
class Glance:
    """A quick first look at pairs: `look` gives each a number, and `outcomes[number]` are the level codes that it may turn out to have."""

    look: Measure
    outcomes: tuple[frozenset[int], ...]

    def best(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """The greatest weight that each number of `look` leaves open, given the weight of every code."""
        return np.array([max(weights[code] for code in codes) for codes in self.outcomes])


@dataclass(frozen=True)
class Comparison:
    """One kind of evidence. Level code 0 is always MISSING: no evidence either way."""

    name: str
    levels: tuple[Level, ...]
    measure: Measure
    cost: Cost = Cost.NUMBERS
    fixed_u: Mapping[str, float] = field(default_factory=dict)
    """u by level name where it is known better than any sample can tell"""
    parts: tuple[str, ...] = ()
    """of a joint comparison: the two comparisons whose levels it looks at, instead of at the persons"""
    joined: NDArray[np.int8] | None = None
    """of a joint comparison: the level code by the codes of the two, shape (levels of the first, levels of the second)"""
    glance: Glance | None = None
    """for costly evidence: what can be ruled out before it is measured"""
    weaker: Mapping[str, tuple[str, float]] = field(default_factory=dict)
    """by level name another level, and the bits that it says less than that one, whatever the labels say"""

    balanced: bool = False
    """Training moves its levels against each other, but not all of them together: for evidence that nearly every pair has, whose levels
    would otherwise take up what the prior lacks, and a pair without it would be judged by another prior."""

    def level(self, name: str) -> Level:
        return next(level for level in self.levels if level.name == name)

    @cached_property
    def against(self) -> NDArray[np.bool_]:
        """Which level codes speak against one person."""
        return np.array([level.side == Side.AGAINST for level in self.levels])

    @cached_property
    def speaks_for(self) -> NDArray[np.bool_]:
        """Which level codes speak for one person."""
        return np.array([level.side == Side.FOR for level in self.levels])

    @cached_property
    def is_alias(self) -> NDArray[np.bool_]:
        """Which level codes rest on an alias."""
        return np.array([level.name.startswith("ALIAS") for level in self.levels])

    @cached_property
    def codes(self) -> Mapping[str, int]:
        """The code of every level by its name."""
        return {level.name: level.code for level in self.levels}


def levels_of(
    enum: type[IntEnum], sentences: Mapping[str, tuple[Side, str, str]], grades: Mapping[str, str] | None = None
) -> tuple[Level, ...]:
    """The levels of an enum with their side, sentences (every member needs an entry) and grade."""
    grades = grades or {}
    return tuple(
        Level(int(member), member.name, *sentences[member.name], grade=grades.get(member.name, "")) for member in enum
    )


@nb.njit("int8[::1](int8[:], int32[:], int32[:], int8[:, ::1])", cache=True, nogil=True)
def levels_by(code: NDArray[np.int8], left: Rows, right: Rows, levels: NDArray[np.int8]) -> Codes:
    """The level of each pair by what both records are coded as: `levels[code of the left one, code of the right one]`."""
    codes = np.empty(len(left), dtype=np.int8)
    for i in range(len(left)):
        codes[i] = levels[code[left[i]], code[right[i]]]
    return codes
