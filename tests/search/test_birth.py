"""A birth read by itself against the batch's columns."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from linker.normalise.birth import births
from linker.normalise.columns import ABSENT
from linker.search.birth import birth_of

LATEST = 2026
FIELDS = ("birth_date", "birth_year", "age", "record_date")
DATES = (
    "1990-05-21", "21.05.90", "21/05/1990", "01-01-1990", "01/01/09", "93-05-21", "5-1990", "1990", "xx/03/1989", "31-02-1990",
    "1899-01-01", "32874", "12/31/1985", "2025-01-01", "05-06-12", "1970-01-01", "कल", "",
)  # fmt: skip
YEARS = ("1990", "90", "09", "1990.0", "2025", "21/05/1990", "1850", "x", "")
AGES = ("25", "लगभग 25", "25-30", "8 माह", "नाबालिग", "17", "18", "35", "35+", "1990", "150", "0", "below 18", "")


def by_columns(statements: Sequence[tuple[str, ...]]) -> list[dict[str, Any]]:
    columns = {
        f: pa.array([text or None for text in texts], pa.string())
        for f, texts in zip(FIELDS, zip(*statements, strict=True), strict=True)
    }
    columns |= {f: pa.nulls(len(statements), pa.string()) for f in ("fir_date", "fir_number")}
    born = births(pa.table(columns), LATEST)
    days = {"birth_from": born.first, "birth_to": born.last, "record_day": born.record_day}
    return [
        {"birth_kind": int(born.kind[k]), "juvenile": bool(born.juvenile[k])}
        | {name: int(column[k]) for name, column in days.items() if column[k] != ABSENT}
        for k in range(len(statements))
    ]


def by_itself(stated: tuple[str, ...]) -> dict[str, Any]:
    return birth_of(*(text or None for text in stated), latest=LATEST)


def test_all_statements_together_as_columns_are_read() -> None:
    statements = [stated for stated in itertools.product(DATES, YEARS, AGES, DATES) if any(stated)]
    assert len(statements) > 40_000
    for stated, found in zip(statements, by_columns(statements), strict=True):
        assert by_itself(stated) == found, stated


def test_nothing_stated() -> None:
    assert by_itself(("", "", "", "")) == {}


@given(st.tuples(*[st.text("0123456789-/. xलगभवर्ष", max_size=12)] * 4))
def test_odd_cells_as_columns_are_read(stated: tuple[str, ...]) -> None:
    if any(stated):
        assert [by_itself(stated)] == by_columns([stated])
