"""Whose name it is: a man's or a woman's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linker.names.canonical import FEMALE, MALE, NameTokens, Role

SURE_SHARE = 0.9
"""Share of the bearers of a given name that are of one sex, from which on it is that sex's name."""


def sexes(names: NameTokens, women: NDArray[np.float32]) -> NDArray[np.int8]:
    """MALE, FEMALE or 0 per name: what its title or suffix says, else its given name. `women` is the share of women per token of a name."""
    out = names.gender.copy()
    name = np.repeat(np.arange(len(names)), np.diff(names.offsets))
    head = np.flatnonzero((names.role & int(Role.HEAD) != 0) & (women >= 0) & (out[name] == 0))
    out[name[head[women[head] >= SURE_SHARE]]] = FEMALE
    out[name[head[women[head] <= 1 - SURE_SHARE]]] = MALE
    return out
