"""Whose name it is: a man's or a woman's."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from linker.names.canonical import FEMALE, MALE, NameTokens, Role
from linker.names.kernel_types import F4S, I1S, I4S, U1S

SURE_SHARE = 0.9
"""Share of the bearers of a given name that are of one sex, from which on it is that sex's name."""


_HEAD, _MALE, _FEMALE = int(Role.HEAD), np.int8(MALE), np.int8(FEMALE)
_MOSTLY, _SELDOM = np.float32(SURE_SHARE), np.float32(1 - SURE_SHARE)


def sexes(names: NameTokens, women: NDArray[np.float32]) -> NDArray[np.int8]:
    """MALE, FEMALE or 0 per name: what its title or suffix says, else its given name. `women` is the share of women per token of a name."""
    return _sexes(names.offsets, names.role, names.gender, women)  # type: ignore[no-any-return]


@njit(I1S(I4S, U1S, I1S, F4S), cache=True, nogil=True)
def _sexes(offsets, role, gender, women):  # type: ignore[no-untyped-def]
    out = gender.copy()
    for name in range(len(gender)):
        if gender[name] != 0:
            continue
        for k in range(offsets[name], offsets[name + 1]):
            if role[k] & _HEAD and women[k] >= 0:
                if women[k] <= _SELDOM:
                    out[name] = _MALE
                elif women[k] >= _MOSTLY and out[name] != _MALE:
                    out[name] = _FEMALE
    return out
