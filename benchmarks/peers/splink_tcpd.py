"""Plain Splink on the election candidates (record_id, source, state, name, relative, birth_year, constituency,
district, party)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import SettingsCreator, block_on

from benchmarks.peers.latin import plain_latin_column
from benchmarks.peers.plain_splink import Scored, score


def link(rows: pd.DataFrame, veto: bool = False) -> Scored:
    """Scored pairs of a linkage benchmark's input. With `veto`, two candidates of one contest are never a pair."""
    prepared = _prepare(rows)
    training = [block_on("state", "constituency"), block_on("state", "name")]
    scored = score(prepared, _settings(), training, ([block_on("state", "name", "constituency")], 0.7))
    if not veto:
        return scored
    contest = pd.factorize(rows["source"] + "\t" + rows["constituency"])[0]
    return scored.without(np.asarray(contest[scored.left] == contest[scored.right]))


def _prepare(rows: pd.DataFrame) -> pd.DataFrame:
    name = plain_latin_column(rows["name"])
    return pd.DataFrame(
        {
            "unique_id": np.arange(len(rows)),
            "state": rows["state"],
            "name": name,
            "given": name.str.partition(" ")[0],
            "surname": name.str.rpartition(" ")[2].where(name.str.contains(" ", na=False)),
            "birth_year": pd.to_numeric(rows["birth_year"], errors="coerce").astype("Int64"),
            "constituency": rows["constituency"].where(rows["constituency"] != ""),
            "district": rows["district"].where(rows["district"] != ""),
            "party": rows["party"].where(rows["party"] != ""),
        }
    )


def _settings() -> SettingsCreator:
    year = "abs(birth_year_l - birth_year_r)"
    birth = cl.CustomComparison(
        [
            cll.NullLevel("birth_year"),
            *[cll.CustomLevel(f"{year} <= {gap}", f"within {gap}") for gap in (0, 1, 2, 3, 5)],
            cll.ElseLevel(),
        ],
        "birth_year",
    )
    place = cl.CustomComparison(
        [
            cll.NullLevel("constituency"),
            cll.ExactMatchLevel("constituency", term_frequency_adjustments=True),
            cll.ExactMatchLevel("district"),
            cll.ElseLevel(),
        ],
        "place",
    )
    name = cl.CustomComparison(
        [
            cll.NullLevel("name"),
            cll.ExactMatchLevel("name", term_frequency_adjustments=True),
            cll.JaroWinklerLevel("name", 0.95),
            cll.JaroWinklerLevel("name", 0.9),
            cll.JaroWinklerLevel("name", 0.85),
            cll.JaroWinklerLevel("name", 0.7),
            cll.ElseLevel(),
        ],
        "name",
    )
    party = cl.ExactMatch("party").configure(term_frequency_adjustments=True)
    return SettingsCreator(
        "dedupe_only",
        comparisons=[name, birth, place, party],
        blocking_rules_to_generate_predictions=[
            block_on("state", "name"),
            block_on("state", "constituency", "given"),
            block_on("state", "constituency", "surname"),
            block_on("state", "constituency", "substr(name, 1, 3)"),
            block_on("state", "district", "given"),
            block_on("state", "district", "surname", "birth_year"),
            block_on("state", "given", "surname"),
        ],
        retain_matching_columns=False,
    )
