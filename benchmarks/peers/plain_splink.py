"""Plain Splink as a skilled user sets it up in an afternoon: the yardstick that the engine must leave behind.

Names are written in plain Latin letters (what PyICU gives), compared by Jaro-Winkler with term frequencies; birth
dates, arrays of aliases, phones and identifiers, places; m by EM over several blocking rules, u from random pairs.
The threshold is the caller's: `Scored.clusters(threshold)`; tune it on another seed with `best_threshold`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from splink import DuckDBAPI, Linker, SettingsCreator
from splink.internals.blocking_rule_creator import BlockingRuleCreator

from linker.evaluate.metrics import measure

FLOOR = -5.0
"""Pairs below this many bits are dropped: no threshold worth trying lies there."""

Rule = str | BlockingRuleCreator

THRESHOLDS = np.arange(-4.0, 30.5, 0.5)


@dataclass(frozen=True)
class Scored:
    """Scored pairs as row numbers of the input, and their match weights in bits."""

    rows: int
    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    weight: npt.NDArray[np.float64]

    def clusters(self, threshold: float) -> npt.NDArray[np.int64]:
        """A cluster number for every input row: connected components of the pairs at or above the threshold."""
        keep = self.weight >= threshold
        ones = np.ones(int(keep.sum()), dtype=np.int8)
        graph = coo_matrix((ones, (self.left[keep], self.right[keep])), shape=(self.rows, self.rows))
        labels: npt.NDArray[np.int64] = connected_components(graph, directed=False)[1].astype(np.int64)
        return labels

    def without(self, forbidden: npt.NDArray[np.bool_]) -> Scored:
        """The same without some pairs."""
        keep = ~forbidden
        return Scored(self.rows, self.left[keep], self.right[keep], self.weight[keep])


def best_threshold(scored: Scored, person: npt.NDArray[np.int64]) -> float:
    """The threshold whose clusters have the highest pairwise F1. `person` is a code of each row's true person, −1 if
    unknown."""
    known = person >= 0
    f1 = [measure(scored.clusters(t)[known], person[known]).pairwise.f1 for t in THRESHOLDS]
    return float(THRESHOLDS[int(np.argmax(f1))])


def score(
    rows: pd.DataFrame, settings: SettingsCreator, training: Sequence[Rule], certain: tuple[Sequence[Rule], float]
) -> Scored:
    """Trains and predicts.

    Args:
        rows: one row per record, with an integer column `unique_id` from 0.
        settings: comparisons and blocking rules.
        training: blocking rules, each for one session of EM.
        certain: rules that find hardly anything but matches, and the share of all matches that they find; for the
            prior.
    """
    logging.getLogger("splink").setLevel(logging.ERROR)
    with duckdb.connect() as connection:
        api = DuckDBAPI(connection)
        linker = Linker(api.register(rows), settings, log_level=logging.ERROR)
        linker.training.estimate_probability_two_random_records_match(list(certain[0]), recall=certain[1])
        linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
        for rule in training:
            linker.training.estimate_parameters_using_expectation_maximisation(rule)
        found = linker.inference.predict(threshold_match_weight=FLOOR).as_duckdbpyrelation().df()
    return Scored(
        len(rows),
        found["unique_id_l"].to_numpy(dtype=np.int64),
        found["unique_id_r"].to_numpy(dtype=np.int64),
        found["match_weight"].to_numpy(dtype=np.float64),
    )
