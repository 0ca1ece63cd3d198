"""Plain Splink on the four extracts.

It is given the engine's own persons (phrases parsed, legacy fonts converted, dates and identifiers normalised), which
a user would have to build first; what is measured is the linking. Names go through ICU's plain Latin.
"""

from __future__ import annotations

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
    training = [block_on("given", "surname"), block_on("birth_date"), block_on("father", "district")]
    return score(_prepared(rows), _settings(), training, (certain, 0.5))


def _prepared(rows: pd.DataFrame) -> pd.DataFrame:
    names = rows["name"]
    given = names.str.partition(" ")[0]
    surname = names.str.rpartition(" ")[2].where(names.str.contains(" ", na=False))
    father = rows["father"].str.split(" ").str[0]
    return rows.assign(
        given=given,
        surname=surname,
        given_sound=_sound(given),
        surname_sound=_sound(surname),
        father_sound=_sound(father),
        sex=rows["sex"].where(rows["sex"] != 0).astype("Int64"),
    )


def _settings() -> SettingsCreator:
    return SettingsCreator(
        "dedupe_only",
        comparisons=[
            _name("given", [0.92, 0.85, 0.75]),
            _name("surname", [0.92, 0.85, 0.75]),
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
            block_on("given_sound", "father_sound"),
            block_on("given_sound", "surname_sound", "birth_year"),
            block_on("given_sound", "surname_sound", "district"),
            block_on("given_sound", "district", "birth_year"),
            block_on("father_sound", "district", "birth_year"),
            block_on("birth_date", "given_sound"),
            block_on("aliases", "father_sound", arrays_to_explode=["aliases"]),
        ],
        retain_matching_columns=False,
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


def _sound(words: pd.Series[str]) -> pd.Series[str]:
    return words.map({w: jellyfish.metaphone(w) or None for w in words.dropna().unique()})


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
