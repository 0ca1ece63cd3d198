"""Plain Splink on the four extracts.

It is given the engine's own persons (phrases parsed, legacy fonts converted, dates and identifiers normalised), which
a user would have to build first; what is measured is the linking. Names go through ICU's plain Latin.
"""

from __future__ import annotations

import re
from typing import Any

import jellyfish
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import SettingsCreator, block_on

from benchmarks.peers.latin import plain_latin
from benchmarks.peers.plain_splink import Scored, score
from linker.schema import BirthKind, IdType

SHARED = {IdType.RATION_CARD, IdType.VEHICLE, IdType.IMEI}
"""Identifiers of a household or a device are left out: as a match key they do harm."""

FOLDS = [
    (re.compile(pattern), letter)
    for pattern, letter in (
        ("sh", "s"),
        ("ee", "i"),
        ("oo", "u"),
        ("w", "v"),
        (r"(.)\1", r"\1"),
        (r"(?<=[^aeiou ])a\b", ""),
    )
]


def rows_of(person: pa.Table) -> pd.DataFrame:
    """One simple row per person: unique_id (row number), name, father, aliases, birth_date, birth_year, sex,
    district, village, phones, ids. Texts are plain Latin; missing is None."""
    father = pc.coalesce(person["father"], person["husband"], person["guardian"])
    middle = pc.divide(pc.add(person["birth_from"].cast(pa.int64()), person["birth_to"].cast(pa.int64())), 2)
    exact = pc.equal(person["birth_kind"], int(BirthKind.DATE))
    day = pc.if_else(exact, person["birth_from"], None).cast(pa.date32())
    return pd.DataFrame(
        {
            "unique_id": np.arange(len(person)),
            "name": _latin(person["name"]),
            "father": _latin(father),
            "aliases": _latin_lists(person["aliases"]),
            "birth_date": pc.strftime(day.cast(pa.timestamp("s")), "%Y-%m-%d").to_pylist(),
            "birth_year": pd.array(pc.year(middle.cast(pa.int32()).cast(pa.date32())).to_pylist(), dtype="Int64"),
            "sex": person["sex"].to_pylist(),
            "district": _latin(person["district"]),
            "village": _latin(person["village"]),
            "phones": _lists(person["phones"]),
            "ids": _identifiers(person),
        }
    )


def link(rows: pd.DataFrame) -> Scored:
    """Scored pairs of `rows_of` persons."""
    certain = [
        block_on("ids", arrays_to_explode=["ids"]),
        block_on("name", "father", "birth_year"),
        block_on("name", "phones", arrays_to_explode=["phones"]),
    ]
    training = [block_on("name"), block_on("birth_date"), block_on("father", "district")]
    return score(_prepared(rows), _settings(), training, (certain, 0.5))


def _prepared(rows: pd.DataFrame) -> pd.DataFrame:
    name, father = _folded(rows["name"]), _folded(rows["father"])
    given = name.str.partition(" ")[0]
    surname = name.str.rpartition(" ")[2].where(name.str.contains(" ", na=False))
    return rows.assign(
        name=name,
        father=father,
        aliases=rows["aliases"].map(lambda aliases: [_fold(alias) for alias in aliases], na_action="ignore"),
        given=given,
        surname=surname,
        name_sounds=_sounds(name),
        father_sounds=_sounds(father),
        sex=rows["sex"].where(rows["sex"] != 0).astype("Int64"),
    )


def _settings() -> SettingsCreator:
    return SettingsCreator(
        "dedupe_only",
        comparisons=[
            _names(),
            _name("father", [0.95, 0.9, 0.8, 0.7]),
            cl.ArrayIntersectAtSizes("aliases", [1]),
            _birth(),
            cl.ExactMatch("sex"),
            _place(),
            cl.ArrayIntersectAtSizes("phones", [1]),
            cl.ArrayIntersectAtSizes("ids", [1]),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("ids", arrays_to_explode=["ids"]),
            block_on("phones", arrays_to_explode=["phones"]),
            block_on("name_sounds", "father_sounds", arrays_to_explode=["name_sounds", "father_sounds"]),
            block_on("name_sounds", "birth_year", arrays_to_explode=["name_sounds"]),
            block_on("name_sounds", "district", arrays_to_explode=["name_sounds"]),
            block_on("name_sounds", "village", arrays_to_explode=["name_sounds"]),
            block_on("given", "surname"),
            block_on("father_sounds", "village", "birth_year", arrays_to_explode=["father_sounds"]),
            block_on("aliases", "district", arrays_to_explode=["aliases"]),
        ],
        retain_matching_columns=False,
    )


def _names() -> cl.CustomComparison:
    """The whole name, also with its first and last word exchanged."""
    levels = [cll.JaroWinklerLevel("name", t) for t in (0.95, 0.9)]
    return cl.CustomComparison(
        [
            cll.NullLevel("name"),
            cll.ExactMatchLevel("name", term_frequency_adjustments=True),
            *levels,
            cll.ColumnsReversedLevel("given", "surname", symmetrical=True),
            cll.ExactMatchLevel("given", term_frequency_adjustments=True),
            cll.JaroWinklerLevel("name", 0.85),
            cll.JaroWinklerLevel("given", 0.85),
            cll.ElseLevel(),
        ],
        "name",
    )


def _name(column: str, thresholds: list[float]) -> cl.CustomComparison:
    return cl.CustomComparison(
        [
            cll.NullLevel(column),
            cll.ExactMatchLevel(column, term_frequency_adjustments=True),
            *[cll.JaroWinklerLevel(column, t) for t in thresholds],
            cll.ElseLevel(),
        ],
        column,
    )


def _birth() -> cl.CustomComparison:
    gap = "abs(birth_year_l - birth_year_r)"
    return cl.CustomComparison(
        [
            cll.NullLevel("birth_year"),
            cll.ExactMatchLevel("birth_date"),
            *[cll.CustomLevel(f"{gap} <= {years}", f"within {years} years") for years in (1, 3, 5, 10)],
            cll.ElseLevel(),
        ],
        "birth",
    )


def _place() -> cl.CustomComparison:
    return cl.CustomComparison(
        [
            cll.NullLevel("district"),
            cll.CustomLevel("village_l = village_r and district_l = district_r", "village"),
            cll.JaroWinklerLevel("village", 0.9),
            cll.ExactMatchLevel("district", term_frequency_adjustments=True),
            cll.ElseLevel(),
        ],
        "place",
    )


def _fold(text: str) -> str:
    """What anybody does who looks at ICU's output: the `a` at the end of words goes, and a few spellings meet."""
    for pattern, letter in FOLDS:
        text = pattern.sub(letter, text)
    return text


def _folded(texts: pd.Series[str]) -> pd.Series[str]:
    return texts.map({text: _fold(text) for text in texts.dropna().unique()})


def _sounds(texts: pd.Series[str]) -> pd.Series[Any]:
    """Soundex of every word of two letters or more."""
    known = {
        text: sorted({jellyfish.soundex(w) for w in text.split() if len(w) > 1}) for text in texts.dropna().unique()
    }
    return texts.map({text: sounds for text, sounds in known.items() if sounds})


def _latin(column: pa.ChunkedArray) -> list[str | None]:
    known = {text: plain_latin(text) or None for text in column.unique().to_pylist() if text}
    return [known.get(text) for text in column.to_pylist()]


def _latin_lists(column: pa.ChunkedArray) -> list[list[str] | None]:
    lists = ([plain_latin(text) for text in texts or []] for texts in column.to_pylist())
    return [[t for t in texts if t] or None for texts in lists]


def _lists(column: pa.ChunkedArray) -> list[list[str] | None]:
    return [texts or None for texts in column.to_pylist()]


def _identifiers(person: pa.Table) -> list[list[str] | None]:
    """`kind:value` of every personal identifier."""
    found: list[list[str]] = [[] for _ in range(len(person))]
    for kind in IdType:
        if kind in SHARED:
            continue
        for row, value in enumerate(person[str(kind)].to_pylist()):
            if value:
                found[row].append(f"{kind}:{value}")
    return [ids or None for ids in found]
