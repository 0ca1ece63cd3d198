"""Numba types by short names, and how much of a name the kernels look at."""

from __future__ import annotations

from numba import types

MOST_TOKENS = 8
"""Tokens of a name that are aligned; further ones are ignored."""

TABLE = types.int64[:, ::1]
I8, I8S, I4S, U1, U1S = types.int64, types.int64[::1], types.int32[::1], types.uint8, types.uint8[::1]
F4, F4S, I1, I1S = types.float32, types.float32[::1], types.int8, types.int8[::1]
