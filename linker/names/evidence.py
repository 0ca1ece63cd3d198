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
from numpy.typing import NDArray

from linker.names.dictionary import Ending

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


class Slip(IntEnum):
    """What one slip of the keyboard has done."""

    NONE = 0
    LETTER = 1
    """A letter too much, too few or another one."""
    SWAP = 2
    """Two letters exchanged: their order says nothing of a final vowel (Sarabjit, Sarabjti)."""
    VOWEL = 3
    """A vowel too much, too few or another one: likelier than a consonant."""
    REGIONAL = 4
    """No slip: letters that regions pronounce or write alike (शिव, शिब; Iqbal, इकबाल)."""


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


def judge(
    a: NDArray[np.void],
    b: NDArray[np.void],
    channel: NDArray[np.float32],
    family_cost: NDArray[np.float32],
    slip: NDArray[np.int8],
) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
    """Weight and `Grade` of pairs of different tokens.

    `a`, `b` are token rows, `channel` the channel's weight of each pair, `family_cost` the cost of the family they share or infinity,
    `slip` a `Slip`: whether one slip of the keyboard makes one of the other.
    """
    rarity = np.minimum(a["bits"], b["bits"]).astype(np.float64)
    channel = channel.astype(np.float64)
    ceiling = -np.logaddexp2(-channel, -rarity)
    lift = (_lift(a) + _lift(b)) / 2
    same_sound = a["sound"] == b["sound"]
    ceiling = np.where(same_sound, np.maximum(ceiling, rarity - SOUND_COST), ceiling)
    weight = np.where(same_sound, ceiling, np.minimum(channel - lift, ceiling))
    weight = np.where(
        (a["regional"] == b["regional"]) | (slip == Slip.REGIONAL), np.maximum(weight, rarity - REGIONAL_COST), weight
    )
    cost = np.array(SLIP_COSTS)[slip] + ACROSS_COST * (a["script"] != b["script"])
    mistyped = np.maximum(_information(a), _information(b)) - cost
    typed = (slip != Slip.NONE) & (slip != Slip.REGIONAL)
    weight = np.where(typed, np.maximum(weight, np.minimum(mistyped, rarity - SOUND_COST)), weight)
    related = np.isfinite(family_cost)
    through_family = np.minimum(rarity, FAMILY_CEILING) - family_cost
    weight = np.where(related, np.maximum(weight, through_family), weight)
    grade = np.where(weight >= SAME_SHARE * np.minimum(rarity, FAMILY_CEILING), Grade.SAME, Grade.SIMILAR)
    grade = np.where(weight < SIMILAR_WEIGHT, Grade.NONE, grade)
    alike = (a["strict"] == b["strict"]) & ~related & (slip != Slip.SWAP)
    conflict = np.where(alike, _CONFLICT[a["ending"], b["ending"]], 0)
    weight = np.where(conflict == 1, weight - FINAL_VOWEL_COST, weight)
    weight = np.where(conflict == 2, np.minimum(weight - FINAL_VOWEL_COST, FINAL_VOWEL_WEIGHT), weight)
    grade = np.where(
        conflict == 2, Grade.FINAL_VOWEL, np.where((conflict == 1) & (grade == Grade.SAME), Grade.SIMILAR, grade)
    )
    return weight.astype(np.float32), grade.astype(np.int8)


def _information(rows: NDArray[np.void]) -> NDArray[np.float64]:
    """-log2 of the chance of meeting a spelling, drawn by its letters or among names."""
    return np.asarray(np.minimum(rows["surprise"], rows["spelling_bits"]), np.float64)


def _lift(rows: NDArray[np.void]) -> NDArray[np.float64]:
    """How much likelier a spelling is among names than its letters say, in bits."""
    return np.asarray(np.logaddexp2(0.0, rows["surprise"].astype(np.float64) - rows["spelling_bits"]))


def family_cost(
    left: Sequence[list[tuple[int, float]]], right: Sequence[list[tuple[int, float]]]
) -> NDArray[np.float32]:
    """The least cost of a family that both tokens of a pair belong to; infinity if there is none."""
    out = np.full(len(left), np.inf, np.float32)
    for k, (a, b) in enumerate(zip(left, right, strict=True)):
        costs = dict(a)
        out[k] = min((costs[family] + cost for family, cost in b if family in costs), default=np.inf)
    return out
