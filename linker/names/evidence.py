"""What a pair of tokens is worth, in bits.

The channel says how much likelier two spellings are if one name was meant than if two names were drawn by their letters alone. Real names
are not drawn by their letters: many people are called Singh. With P(b) = P_letters(b) + share(b), the ratio P(b | a) / P(b) is

- for tokens of one sound or family: -log2(2**-channel + share), so agreement is never worth more than the rarity of the name;
- for other tokens: channel - log2(1 + share(b) / P_letters(b)), so two well-known names that sound alike (Mohan, Sohan) are two names.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
from numba import njit, types
from numba.np.numpy_support import from_dtype
from numpy.typing import NDArray

from linker.names.kernel_types import F4, I1, I8
from linker.names.slips import Slip
from linker.names.token_rows import TOKEN, Ending

FINAL_VOWEL_WEIGHT = -4.0
"""What tokens are worth at most that differ by a final vowel which both spell out (Kumar, Kumari)."""
FINAL_VOWEL_COST = 4.0
"""Bits off where one of the final vowels may be a way of writing (Ashok, Ashoka)."""
SOUND_COST = 1.0
"""Tokens of one sound are worth their rarity less this, whatever the channel thinks of the spelling."""
REGIONAL_COST = 3.0
"""The same for tokens whose sounds differ as regions differ (v/b, aspirates)."""
SLIP_COSTS = (0.0, 12.5, 8.5, 8.0, 0.0)
"""-log2 of the chance of one certain slip, by `Slip`: that there is one, where, and which letter. Counted between spellings of one person's
name in generated records: 2% of words have a wrong consonant, 2% two letters exchanged, 6% a vowel too much, too few or another one."""
ACROSS_COST = 1.0
"""A slip is the less sure where the other name is in another script and its spelling was guessed."""
FAMILY_CEILING = 12.0
"""A family shows no more than this, however rare its spellings are."""
SAME_SHARE = 0.6
"""Tokens that keep this share of the weight that their rarity allows are one name."""
SIMILAR_WEIGHT = 1.0
"""Below this many bits tokens have nothing in common."""


class Grade(IntEnum):
    """How two tokens agree."""

    FINAL_VOWEL = -1
    """Alike but for a final vowel that marks another name or a woman's."""
    NONE = 0
    SIMILAR = 1
    SAME = 2
    EXACT = 3


def _conflicts() -> NDArray[np.int8]:
    """0 where two endings may be one, 1 where they may be but seldom are, 2 where they are not."""
    e = Ending
    soft = [
        (e.CONSONANT, e.EE), (e.CONSONANT, e.OO), (e.CONSONANT, e.LATIN_A), (e.AA, e.EE), (e.AA, e.OO), (e.AA, e.LATIN_E),
        (e.II, e.EE), (e.II, e.LATIN_E), (e.EE, e.OO), (e.EE, e.LATIN_A), (e.OO, e.LATIN_A), (e.OO, e.LATIN_E),
        (e.LATIN_A, e.LATIN_E), (e.NEUTRAL, e.EE), (e.NEUTRAL, e.OO), (e.NEUTRAL, e.LATIN_E),
        (e.WOMAN_A, e.EE), (e.WOMAN_A, e.OO), (e.WOMAN_A, e.LATIN_E),
    ]  # fmt: skip
    hard = [
        (e.CONSONANT, e.AA), (e.CONSONANT, e.WOMAN_A), (e.CONSONANT, e.II), (e.CONSONANT, e.UU), (e.AA, e.II), (e.AA, e.UU),
        (e.II, e.UU), (e.II, e.OO),
        (e.II, e.LATIN_A), (e.UU, e.EE), (e.UU, e.LATIN_A), (e.UU, e.LATIN_E), (e.NEUTRAL, e.II), (e.NEUTRAL, e.UU),
        (e.WOMAN_A, e.II), (e.WOMAN_A, e.UU),
    ]  # fmt: skip
    table = np.zeros((10, 10), np.int8)
    for pairs, value in ((soft, 1), (hard, 2)):
        for a, b in pairs:
            table[a, b] = table[b, a] = value
    return table


_CONFLICT = _conflicts()


_ROW = from_dtype(TOKEN)
_SLIP_COSTS = np.array(SLIP_COSTS)
_REGIONAL, _SWAP = int(Slip.REGIONAL), int(Slip.SWAP)
_FINAL_VOWEL, _NONE, _SIMILAR, _SAME = (int(g) for g in (Grade.FINAL_VOWEL, Grade.NONE, Grade.SIMILAR, Grade.SAME))


@njit(types.float64(_ROW), cache=True, nogil=True, inline="always")
def _information(row):  # type: ignore[no-untyped-def]
    """-log2 of the chance of meeting a spelling, drawn by its letters or among names."""
    return np.float64(min(row.surprise, row.spelling_bits))


@njit(types.float64(_ROW), cache=True, nogil=True, inline="always")
def _lift(row):  # type: ignore[no-untyped-def]
    """How much likelier a spelling is among names than its letters say, in bits."""
    return np.logaddexp2(0.0, np.float64(row.surprise) - np.float64(row.spelling_bits))


@njit(types.Tuple((F4, I1))(_ROW, _ROW, F4, F4, I8), cache=True, nogil=True)  # type: ignore[no-untyped-call]
def judge(a, b, channel, family_cost, slip):  # type: ignore[no-untyped-def]
    """Weight and `Grade` of a pair of different tokens.

    `a`, `b` are token rows, `channel` is the channel's weight of the pair, `family_cost` the cost of the family they share or infinity,
    `slip` a `Slip`: whether one slip of the keyboard makes one of the other.
    """
    rarity = np.float64(min(a.bits, b.bits))
    channel = np.float64(channel)
    ceiling = -np.logaddexp2(-channel, -rarity)
    lift = (_lift(a) + _lift(b)) / 2
    weight = max(ceiling, rarity - SOUND_COST) if a.sound == b.sound else min(channel - lift, ceiling)
    if a.regional == b.regional or slip == _REGIONAL:
        weight = max(weight, rarity - REGIONAL_COST)
    if slip and slip != _REGIONAL:
        cost = _SLIP_COSTS[slip] + (ACROSS_COST if a.script != b.script else 0.0)
        weight = max(weight, min(max(_information(a), _information(b)) - cost, rarity - SOUND_COST))
    related = family_cost < np.inf
    if related:
        weight = max(weight, min(rarity, FAMILY_CEILING) - np.float64(family_cost))
    grade = (
        _NONE if weight < SIMILAR_WEIGHT else _SAME if weight >= SAME_SHARE * min(rarity, FAMILY_CEILING) else _SIMILAR
    )
    if a.strict == b.strict and not related and slip != _SWAP:
        conflict = _CONFLICT[a.ending, b.ending]
        if conflict:
            weight -= FINAL_VOWEL_COST
            if conflict == 2:
                weight, grade = min(weight, FINAL_VOWEL_WEIGHT), _FINAL_VOWEL
            elif grade == _SAME:
                grade = _SIMILAR
    return np.float32(weight), np.int8(grade)


def family_cost(
    left: Sequence[list[tuple[int, float]]], right: Sequence[list[tuple[int, float]]]
) -> NDArray[np.float32]:
    """The least cost of a family that both tokens of a pair belong to; infinity if there is none."""
    out = np.full(len(left), np.inf, np.float32)
    for k, (a, b) in enumerate(zip(left, right, strict=True)):
        costs = dict(a)
        out[k] = min((costs[family] + cost for family, cost in b if family in costs), default=np.inf)
    return out
