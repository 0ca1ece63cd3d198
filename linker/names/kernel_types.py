"""Numba types by short names, and how much of a name the kernels look at."""

from __future__ import annotations

from typing import Any

from numba import njit, types

MOST_TOKENS = 8
"""Tokens of a name that are aligned; further ones are ignored."""

TABLE = types.int64[:, ::1]
I8, I8S, I4S, U1, U1S = types.int64, types.int64[::1], types.int32[::1], types.uint8, types.uint8[::1]
F4, F4S, I1, I1S = types.float32, types.float32[::1], types.int8, types.int8[::1]


def uncounted(signature: Any, **options: Any) -> Any:
    """Decorates a kernel that is handed all arrays it uses, and calls others with them for every pair.

    Numba counts the references to an array in and out of every call. The counts are atomic: they cost more than a short kernel's own
    work, and two threads that work on the same arrays wait for each other. Here nothing is counted; such a kernel cannot make arrays.
    """
    return njit(signature, cache=True, nogil=True, _nrt=False, **options)  # type: ignore[call-overload]
