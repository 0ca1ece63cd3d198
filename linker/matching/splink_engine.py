"""The only place that talks to Splink: scoring distinct comparison vectors and training by expectation–maximisation."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Self

import duckdb
import numpy as np
import pyarrow as pa
from splink import DuckDBAPI, Linker

from linker.matching.model import PROBE, VECTOR_ID, VECTOR_RULE, MatchModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from linker.matching.comparisons import Comparison


def vector_table(vectors: NDArray[np.int8], comparisons: Sequence[Comparison]) -> pa.Table:
    """Comparison vectors (rows: vectors, columns: level codes) as Splink's input: one row each, and the probe."""
    count = len(vectors)
    ids = pa.array([f"{i:09d}" for i in range(count)] + [PROBE])
    columns = {VECTOR_ID: ids, "is_probe": pa.array(np.r_[np.zeros(count, dtype=np.int8), np.int8(1)])}
    for k, comparison in enumerate(comparisons):
        columns[comparison.name] = pa.array(np.r_[vectors[:, k], np.int8(0)])
    return pa.table(columns)


def _linker(table: Any, comparisons: Sequence[Comparison], model: MatchModel) -> Linker:
    """Splink on a registered table of vectors. What is untrained, the model itself reports."""
    return Linker(table, model.to_splink(comparisons), log_level=logging.ERROR)


class VectorScorer:
    """Splink, set up once for a model and asked several times: its setting up takes longer than scoring thousands of vectors. Close it, or
    use it in a with statement."""

    def __init__(self, model: MatchModel, comparisons: Sequence[Comparison]) -> None:
        self._comparisons = comparisons
        self._connection = duckdb.connect()
        self._api = DuckDBAPI(self._connection)
        self._input = self._api.register(vector_table(np.zeros((0, len(comparisons)), np.int8), comparisons))
        self._linker = _linker(self._input, comparisons, model)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def weights(self, vectors: NDArray[np.int8]) -> NDArray[np.float64]:
        """Match weight in bits (prior included) of each distinct comparison vector, as Splink's `predict` gives it.

        The vectors are handed to Splink as pairs that it need not block for: (vector, probe).
        """
        if not len(vectors):
            return np.empty(0)
        self._connection.unregister(self._input.physical_name)
        self._connection.register(self._input.physical_name, vector_table(vectors, self._comparisons))
        self._linker.table_management.invalidate_cache()  # type: ignore[no-untyped-call]
        pairs = pa.table(
            {
                "join_key_l": pa.array([f"{i:09d}" for i in range(len(vectors))]),
                "join_key_r": pa.array([PROBE] * len(vectors)),
                "match_key": pa.array(["0"] * len(vectors)),
            }
        )
        self._linker.table_management.register_blocked_pairs_for_predict(self._api.register(pairs))
        scored = self._linker.inference.predict().as_duckdbpyrelation()
        table = scored.project(f"{VECTOR_ID}_l, match_weight").order(f"{VECTOR_ID}_l").to_arrow_table()
        return np.asarray(table["match_weight"].to_numpy(), dtype=np.float64)


def train_by_em(start: MatchModel, comparisons: Sequence[Comparison], vectors: NDArray[np.int8]) -> MatchModel:
    """m of every level by Splink's EM over the comparison vectors of candidate pairs (repeated vectors count as often as they stand);
    u stays what `start` says. Levels that no vector shows are named in `untrained` and keep the start's m."""
    with duckdb.connect() as connection:
        api = DuckDBAPI(connection)
        linker = _linker(api.register(vector_table(vectors, comparisons)), comparisons, start)
        linker.training.estimate_parameters_using_expectation_maximisation(VECTOR_RULE, fix_u_probabilities=True)
        trained = MatchModel.from_splink(linker.misc.save_model_to_json(), "trained on the data at hand")
    seen = {
        c.name: {level.name for level in c.levels if bool(np.any(vectors[:, k] == level.code))}
        for k, c in enumerate(comparisons)
    }
    untrained, levels = [], {}
    for comparison in comparisons:
        of_comparison = {}
        for level in comparison.levels:
            if not level.code:
                continue
            if level.name in seen[comparison.name]:
                of_comparison[level.name] = trained.levels[comparison.name][level.name]
            else:
                of_comparison[level.name] = start.levels[comparison.name][level.name]
                untrained.append(f"{comparison.name}.{level.name}")
        levels[comparison.name] = of_comparison
    return MatchModel(start.prior, levels, tuple(untrained), "trained on the data at hand")
