"""Indexes over small person tables, without a workspace."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from linker.config.loading import CONFIGS, load
from linker.config.matching import Key, Matching
from linker.config.policy import Policy
from linker.index import SnapshotIndex
from linker.index.postings import Postings, feature_names
from linker.index.rows import Rows
from linker.index.scoring import Scorer
from linker.matching.columns import PersonColumns
from linker.matching.csr import Csr
from linker.matching.keys import Features
from linker.matching.model import MatchModel
from tests.matching.people import columns_of

NOBODY = Rows([], [])


def scorer(keys: Sequence[Key] | None = None) -> Scorer:
    """The shipped configuration, with other keys if given."""
    matching = load(CONFIGS / "matching" / "offenders.yaml", Matching)
    if keys is not None:
        matching = matching.model_copy(update={"keys": tuple(keys)})
    model = MatchModel.load(CONFIGS / "models" / "offenders.json").with_prior(1e-4)
    return Scorer(matching, load(CONFIGS / "policy.yaml", Policy), model)


def index_over(columns: PersonColumns, keys: Sequence[Key] | None = None) -> SnapshotIndex:
    """An index of these persons, each an identity of its own."""
    scoring = scorer(keys)
    everyone = np.arange(columns.n)
    return SnapshotIndex(
        Path(),
        {"snapshot": "000001"},
        columns,
        Postings.of(Features(columns), feature_names(scoring.matching.keys)),
        scoring,
        pa.array([f"s:{i:04d}" for i in everyone]),
        everyone.astype(np.int32),
        Csr.of_column(everyone),
        NOBODY,
        NOBODY,
        pa.array([], pa.string()),
        np.zeros(columns.n, np.int16),
        ("uttar_pradesh",),
        everyone.astype(np.int32),
    )


def index_of(people: Sequence[dict[str, Any]], keys: Sequence[Key] | None = None) -> SnapshotIndex:
    return index_over(columns_of(people), keys)
