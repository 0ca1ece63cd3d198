"""Birth intervals, kinds and juveniles of whole records: the cases of births.tsv, and properties."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linker.normalise.birth import births
from linker.normalise.columns import ABSENT
from linker.normalise.dates import day_of
from linker.schema import BirthKind
from tests.normalise.tables import cases
from tests.normalise.tables import given as stated

FIELDS = ("birth_date", "birth_year", "age", "record_date", "fir_date", "fir_number")
TOLERANCE = 2
"""Days: years are counted as 365.2425 days."""


def record(*rows: tuple[str | None, ...]) -> pa.Table:
    return pa.table({name: pa.array([row[i] for row in rows], pa.string()) for i, name in enumerate(FIELDS)})


@pytest.mark.parametrize("case", cases("births.tsv", 11), ids=lambda case: case[-1])
def test_birth(case: tuple[str, ...]) -> None:
    *cells, first, last, kind, juvenile, why = case
    born = births(record(tuple(stated(cell) for cell in cells)), 2026)
    assert BirthKind(int(born.kind[0])).name == kind, why
    assert bool(born.juvenile[0]) is (juvenile == "yes"), why
    for shown, day in ((first, int(born.first[0])), (last, int(born.last[0]))):
        if shown == "-":
            assert day == ABSENT
        else:
            assert abs((day_of(day) - date.fromisoformat(shown)).days) <= TOLERANCE, (why, day_of(day))


def test_what_is_remarkable_is_counted() -> None:
    rows = [
        ("01/06/2016", None, "25", "01/06/2015", None, None), ("31/02/1989", None, None, "01/06/2015", None, None),
        ("12/25/1989", None, None, "01/06/2015", None, None), ("32874", None, None, "01/06/2015", None, None),
        ("01.01.93", None, None, "01/06/2015", None, None), ("???", None, "25", None, None, None),
        ("10/03/1989", None, "40", "01/06/2015", None, None), (None, None, "150", None, None, None),
    ]  # fmt: skip
    seen = births(record(*rows), 2026).findings
    assert (seen.impossible_dates, seen.swapped_dates, seen.serial_dates, seen.short_years) == (2, 1, 1, 1)
    assert (seen.new_year_dates, seen.unread_dates, seen.ages_without_day, seen.conflicts, seen.unread_ages) == (
        2,
        0,
        1,
        1,
        1,
    )


CELL = st.none() | st.text(max_size=12) | st.sampled_from(
    ["10/03/1989", "01.01.93", "1975", "25", "लगभग 30 वर्ष", "17-19", "नाबालिग", "31/02/1990", "2015", "104/15", "45000", "99/99/9999"]
)  # fmt: skip


@given(st.lists(st.tuples(CELL, CELL, CELL, CELL, CELL, CELL), max_size=8))
@settings(max_examples=300, deadline=None)
def test_an_interval_is_whole_and_known_exactly_where_its_kind_is(rows: list[tuple[str | None, ...]]) -> None:
    born = births(record(*rows), 2026)
    known = born.kind != BirthKind.UNKNOWN
    assert (known == (born.first != ABSENT)).all()
    assert (known == (born.last != ABSENT)).all()
    assert (born.first <= born.last).all()


@given(st.lists(st.tuples(CELL, CELL, CELL, CELL, CELL, CELL), min_size=2, max_size=6))
@settings(max_examples=100, deadline=None)
def test_a_record_does_not_depend_on_the_others(rows: list[tuple[str | None, ...]]) -> None:
    together, alone = births(record(*rows), 2026), births(record(rows[0]), 2026)
    for name in ("first", "last", "kind", "record_day", "juvenile"):
        assert getattr(together, name)[0] == getattr(alone, name)[0]
