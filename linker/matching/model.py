"""The match model: a prior and, for every level of every comparison, m and u. Splink's settings are its form on disk and its engine.

m is the probability of a level among pairs of one person, u among pairs of two people, both given that the evidence is not missing. The
weight of a level is log2(m / u) bits (Fellegi and Sunter 1969). Splink sees one row per distinct comparison vector, so that what it
scores and learns from does not grow with the number of records: levels are found once, by the kernels in `comparisons`.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from linker.errors import ModelError
from linker.matching.forest import Forest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from linker.matching.comparisons import Comparison

MODEL, GROUPS = "model.json", "groups.json"
"""A snapshot's files that hold its model and, if it has one, the model of groups."""
SMALLEST = 1e-9
TRAIN_AGAIN = "train it again with this configuration (training/match.py)"
RUN_AGAIN = "this version of the program knows other levels than the one that made the snapshot: run the batch again (linker run)"
TRAIN_ONE = "train one (training/match.py), or remove 'model.file' to train on the data at hand"


@dataclass(frozen=True)
class LevelParameters:
    m: float
    u: float

    @property
    def weight(self) -> float:
        """log2 Bayes factor in bits."""
        return math.log2(max(self.m, SMALLEST) / max(self.u, SMALLEST))

    @classmethod
    def weighing(cls, m: float, weight: float) -> LevelParameters:
        """m, and the u that gives this weight in bits; where that would be above 1, u is 1 and m gives way."""
        u = max(m, SMALLEST) / 2**weight
        return cls(m, u) if u <= 1 else cls(2**weight, 1.0)


@dataclass(frozen=True)
class MatchModel:
    """`levels[comparison][level name]`; MISSING weighs nothing. `prior` is the probability that two random records are one person;
    `untrained` names levels for which no data was seen."""

    prior: float
    levels: dict[str, dict[str, LevelParameters]]
    untrained: tuple[str, ...] = ()
    origin: str = ""
    groups: Forest | None = None
    """how probable it is that two groups of records are one person (`matching.pooling`); a file of its own"""
    cure: str = TRAIN_AGAIN
    """what to do about a model that lacks levels"""

    def weights(self, comparisons: Sequence[Comparison]) -> list[NDArray[np.float64]]:
        """For each comparison the weight in bits by level code.

        Raises:
            ModelError: the model lacks a comparison or a level.
        """
        tables = []
        for comparison in comparisons:
            known = self.levels.get(comparison.name)
            lacking = [level.name for level in comparison.levels if level.code and level.name not in (known or {})]
            if known is None or lacking:
                what = (
                    f"levels {', '.join(lacking)} of '{comparison.name}'"
                    if known
                    else f"comparison '{comparison.name}'"
                )
                raise ModelError(f"the model lacks {what}", where=self.origin, do=self.cure)
            table = np.zeros(max(level.code for level in comparison.levels) + 1)
            for level in comparison.levels:
                if level.code:
                    table[level.code] = known[level.name].weight
            tables.append(table)
        return tables

    @property
    def prior_bits(self) -> float:
        return math.log2(self.prior / (1 - self.prior))

    def with_prior(self, prior: float) -> MatchModel:
        return replace(self, prior=prior)

    def to_splink(self, comparisons: Sequence[Comparison]) -> dict[str, Any]:
        """The model as Splink settings over a table of comparison vectors (columns named after the comparisons, level codes inside)."""
        return {
            "link_type": "dedupe_only",
            "unique_id_column_name": VECTOR_ID,
            "sql_dialect": "duckdb",
            "probability_two_random_records_match": self.prior,
            "retain_intermediate_calculation_columns": False,
            "retain_matching_columns": False,
            "blocking_rules_to_generate_predictions": [VECTOR_RULE],
            "comparisons": [
                {
                    "output_column_name": c.name,
                    "comparison_levels": [self._splink_level(c, code) for code in range(len(c.levels))],
                }
                for c in comparisons
            ],
        }

    def _splink_level(self, comparison: Comparison, code: int) -> dict[str, Any]:
        level = comparison.levels[code]
        condition = f'"{comparison.name}_l" = {level.code}'
        if code == 0:
            return {"sql_condition": condition, "label_for_charts": level.name, "is_null_level": True}
        parameters = self.levels[comparison.name][level.name]
        return {
            "sql_condition": condition,
            "label_for_charts": level.name,
            "m_probability": max(parameters.m, SMALLEST),
            "u_probability": max(parameters.u, SMALLEST),
            "fix_u_probability": True,
        }

    def to_json(self, comparisons: Sequence[Comparison]) -> str:
        """The model as a file of Splink settings that Splink itself can open."""
        return json.dumps(self.to_splink(comparisons), indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_splink(cls, settings: dict[str, Any], origin: str = "") -> MatchModel:
        levels: dict[str, dict[str, LevelParameters]] = {}
        untrained = []
        for comparison in settings["comparisons"]:
            of_comparison = {}
            for level in comparison["comparison_levels"]:
                if level.get("is_null_level"):
                    continue
                name = level["label_for_charts"]
                m, u = level.get("m_probability"), level.get("u_probability")
                if m is None or u is None:
                    untrained.append(f"{comparison['output_column_name']}.{name}")
                of_comparison[name] = LevelParameters(
                    m if m is not None else u or 0.5, u if u is not None else m or 0.5
                )
            levels[comparison["output_column_name"]] = of_comparison
        return cls(settings["probability_two_random_records_match"], levels, tuple(untrained), origin)

    def files(self, comparisons: Sequence[Comparison]) -> dict[str, str]:
        """The content of the files that a snapshot keeps the model in, by name."""
        files = {MODEL: self.to_json(comparisons)}
        return files if self.groups is None else files | {GROUPS: self.groups.to_json()}

    @classmethod
    def kept(cls, folder: Path) -> MatchModel:
        """The model that a snapshot keeps.

        Raises:
            ModelError: its file is missing or is no model.
        """
        groups = folder / GROUPS
        return replace(cls.load(folder / MODEL, groups if groups.is_file() else None), cure=RUN_AGAIN)

    @classmethod
    def load(cls, path: Path, groups: Path | None = None) -> MatchModel:
        """The model of a file, and of another that judges groups.

        Raises:
            ModelError: a file is missing or is no model.
        """
        try:
            model = cls.from_splink(json.loads(path.read_text(encoding="utf-8")), str(path))
            return model if groups is None else replace(model, groups=Forest.load(groups))
        except FileNotFoundError:
            raise ModelError("no such model file", where=str(path), do=TRAIN_ONE) from None
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise ModelError(f"not a model: {error!r}", where=str(path), do="train it again") from None


VECTOR_ID = "vector_id"
PROBE = "~"
"""Splink compares two records; here the left one carries the whole comparison vector and the right one is this empty probe."""
VECTOR_RULE = "l.is_probe + 1 = r.is_probe"
