"""What is known of a token by itself, as one row of numbers; and the part of it that the alignment reads."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

TOKEN = np.dtype(
    [
        ("sound", np.int64),  # key by which frequencies are pooled
        ("regional", np.int64),  # key of the sound with regional differences folded
        ("strict", np.int64),  # key of the consonant skeleton
        ("loose", np.int64),
        ("value", np.uint64),  # skeleton as a number that can be joined: value(ab) = value(a) * power(b) + inner(b)
        ("inner", np.uint64),  # the same for a token in the middle of a word
        ("power", np.uint64),
        ("part", np.uint64),  # the same three under the codes PART and INNER_PART, for recognising joined words
        ("part_inner", np.uint64),
        ("part_power", np.uint64),
        ("part_first", np.uint8),
        ("part_last", np.uint8),
        ("families", np.uint64),  # one bit per family (hashed): two tokens may be of one family if they share a bit
        ("letters", np.uint32),  # one bit per letter of the loose code: what two spellings of one name share
        ("starts", np.uint32),  # one bit per Latin letter that the token may begin with
        ("surprise", np.float32),  # bits under the character language model of its script
        ("bits", np.float32),  # -log2 of the share of names that bear its sound
        ("spelling_bits", np.float32),  # -log2 of the share of names that bear this spelling
        ("women", np.float32),  # share of women among bearers, -1 unknown
        ("first", np.uint8),  # first and last letter of the strict code
        ("last", np.uint8),
        ("ending", np.int8),  # an `Ending`
        ("script", np.int8),
    ]
)
"""One token's numbers; `bits` and `spelling_bits` depend on the names at hand, the rest on the token alone."""


class Ending:
    """How a token ends. Latin 'a' may be written for ā or for nothing (Yadava), and is neutral behind a cluster (Mishra, Krishna).

    Behind i and one consonant it makes a woman's name of a man's (Nazira, Kapila, Rashida).
    """

    CONSONANT, AA, II, UU, EE, OO, LATIN_A, LATIN_E, NEUTRAL, WOMAN_A = range(10)


HOT = np.dtype(
    {
        "names": ["part", "inner", "power", "families", "letters", "starts", "sound", "bits", "own", "first", "last"],
        "formats": ["u8", "u8", "u8", "u8", "u4", "u4", "u4", "f4", "f4", "u1", "u1"],
        "itemsize": 64,
    }
)
"""What the alignment reads of a token, in one cache line; `own` is the weight of the token against itself."""


def hot(rows: NDArray[np.void]) -> NDArray[np.void]:
    """The part of token rows that the alignment reads."""
    out = np.zeros(len(rows), HOT)
    for name in ("part", "families", "letters", "starts", "bits"):
        out[name] = rows[name]
    for name in ("inner", "power", "first", "last"):
        out[name] = rows[f"part_{name}"]
    out["sound"] = rows["sound"].astype(np.uint64) >> np.uint64(32)
    surprise, bits = rows["surprise"].astype(np.float64), rows["bits"].astype(np.float64)
    out["own"] = -np.logaddexp2(-surprise, -bits)
    return out
