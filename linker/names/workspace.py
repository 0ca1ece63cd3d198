"""What the alignment kernels share: numba types, the parameters, and the working space of one pair of names.

The working space is one record, because numba hands records over by their address; arrays would be counted in and out of every call.
"""

from __future__ import annotations

import numpy as np
from numba.np.numpy_support import from_dtype
from numpy.typing import NDArray

from linker.names.kernel_types import F4, F4S, I1, I1S, I4S, I8, I8S, MOST_TOKENS, TABLE, U1, U1S
from linker.names.token_rows import HOT

__all__ = [
    "F4", "F4S", "I1", "I1S", "I4S", "I8", "I8S", "MOST_TOKENS", "NOTHING", "PARAMETERS", "PARAMETER_VALUES", "TABLE", "TOKENS",
    "U1", "U1S", "WORKSPACE", "P", "S", "workspace",
]  # fmt: skip

NOTHING = np.float32(-99.0)
"""The weight of a token pair that cannot be aligned."""

PARAMETERS = np.dtype(
    [
        ("gap", np.float32),  # an unmatched token costs gap + gap_slope * min(bits, gap_bits)
        ("gap_slope", np.float32),
        ("gap_bits", np.float32),
        ("gap_head", np.float32),  # and this more if it is the given name
        ("gap_prefix", np.float32),  # Mohd, Thakur: cheap
        ("gap_optional", np.float32),
        ("gap_initial", np.float32),
        ("clash", np.float32),  # two unmatched tokens facing each other cost clash + clash_slope * the lesser bits more
        ("clash_slope", np.float32),
        ("clash_head", np.float32),  # and this more if both are the given names
        ("initial", np.float32),  # an initial that fits a word
        ("initials", np.float32),  # two equal initials
        ("join", np.float32),  # two words written as one cost this
        ("order", np.float32),  # words that changed places cost this, once
        ("surname_cap", np.float32),  # what other parts may count for when given names conflict
    ]
)

PARAMETER_VALUES = np.array([(0.4, 0.25, 12.0, 3.0, 0.3, 0.3, 0.8, 1.0, 0.5, 3.0, 1.2, 2.5, 0.5, 0.3, 2.0)], PARAMETERS)
"""Set by hand on the order of magnitude that dropped and added words have in public lists of candidates; see benchmarks/names_full.py."""

_K = (MOST_TOKENS,)
WORKSPACE = np.dtype(
    [
        ("w", np.float32, _K * 2),  # weight and grade of every token of a against every token of b
        ("g", np.int8, _K * 2),
        ("joined_a", np.float32, _K * 2),  # tokens i, i+1 of a against token j of b
        ("joined_b", np.float32, _K * 2),  # token i of a against tokens j, j+1 of b
        ("gap_a", np.float32, _K),
        ("gap_b", np.float32, _K),
        ("bits_a", np.float32, _K),
        ("bits_b", np.float32, _K),
        ("id_a", np.int32, _K),
        ("id_b", np.int32, _K),
        ("role_a", np.uint8, _K),
        ("role_b", np.uint8, _K),
        ("partner_a", np.int8, _K),  # the answer: numbers of the other side's tokens, or -1
        ("partner_b", np.int8, _K),
        ("owned_a", np.uint8, _K),  # the token stands in the owner's name
        ("owned_b", np.uint8, _K),
        ("best", np.float32, (MOST_TOKENS + 1, 1 << MOST_TOKENS)),
        ("choice", np.int16, (MOST_TOKENS + 1, 1 << MOST_TOKENS)),
    ],
    align=True,
)


def workspace() -> NDArray[np.void]:
    """Fresh working space of one thread, as an array of one record."""
    return np.zeros(1, WORKSPACE)


TOKENS = from_dtype(HOT)[::1]
P, S = from_dtype(PARAMETERS), from_dtype(WORKSPACE)
