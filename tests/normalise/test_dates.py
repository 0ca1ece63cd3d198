"""Dates and ages as typed: the cases of dates.tsv and ages.tsv, and properties over any text."""

from __future__ import annotations

from datetime import date, timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linker.normalise.ages import OLDEST, parse_age
from linker.normalise.columns import ABSENT
from linker.normalise.datecolumns import Dates
from linker.normalise.dates import DateFlag, DateReading, Precision, day_of, parse_date, parse_year
from tests.normalise.tables import cases

LATEST = 2026


@pytest.mark.parametrize(("text", "first", "last", "precision", "flags"), cases("dates.tsv", 5))
def test_date(text: str, first: str, last: str, precision: str, flags: str) -> None:
    reading = parse_date(text, LATEST)
    shown = [str(day_of(day)) if day is not None else "-" for day in (reading.first, reading.last)]
    seen = "|".join(str(flag.name) for flag in DateFlag if flag and reading.flags & int(flag))
    assert (*shown, reading.precision.name, seen or "-") == (first, last, precision, flags)


@pytest.mark.parametrize(("text", "low", "high", "about", "year", "other"), cases("ages.tsv", 6))
def test_age(text: str, low: str, high: str, about: str, year: str, other: str) -> None:
    reading = parse_age(text)
    numbers = ["-" if n is None else str(n) for n in (reading.low, reading.high)]
    assert numbers == [low, high]
    assert reading.about is (about == "about")
    assert str(reading.year or "-") == year
    assert (reading.impossible, reading.minor) == (other == "impossible", other == "minor")


@pytest.mark.parametrize(("text", "year"), [("85", 1985), ("1985", 1985), ("1985.0", 1985), ("०५", 2005), ("27", 1927)])
def test_year(text: str, year: int) -> None:
    reading = parse_year(text, LATEST)
    assert reading.first is not None
    assert day_of(reading.first).year == year


DAYS = st.dates(date(1900, 1, 2), date(2026, 12, 31))
FORMATS = (
    "{d:02d}/{m:02d}/{y}",
    "{d}.{m}.{y}",
    "{d:02d}-{m:02d}-{y}",
    "{y}-{m:02d}-{d:02d}",
    "{y}-{m:02d}-{d:02d} 00:00:00",
)


@given(DAYS, st.sampled_from(FORMATS), st.booleans())
@settings(max_examples=500, deadline=None)
def test_every_written_day_is_read_back(day: date, form: str, hindi: bool) -> None:
    text = form.format(d=day.day, m=day.month, y=day.year)
    if hindi:
        text = text.translate(str.maketrans("0123456789", "०१२३४५६७८९"))
    reading = parse_date(text, LATEST)
    assert reading.precision is Precision.DAY
    assert reading.first == reading.last == (day - date(1970, 1, 1)).days


@given(DAYS)
@settings(max_examples=200, deadline=None)
def test_two_digit_years_are_never_in_the_future(day: date) -> None:
    reading = parse_date(day.strftime("%d.%m.%y"), 2015)
    if reading.first is not None:
        assert day_of(reading.first) <= date(2015, 12, 31)


@given(st.integers(10_000, 46_000))
def test_spreadsheet_serials(serial: int) -> None:
    reading = parse_date(str(serial), LATEST)
    assert reading.first is not None
    assert day_of(reading.first) == date(1899, 12, 30) + timedelta(days=serial)


@given(st.text(max_size=60), st.integers(1990, 2060))
@settings(max_examples=1000, deadline=None)
def test_any_text_is_accepted(text: str, latest: int) -> None:
    for reading in (parse_date(text, latest), parse_year(text, latest)):
        assert (reading.first is None) == (reading.last is None) == (reading.precision is Precision.NONE)
        if reading.first is not None and reading.last is not None:
            assert reading.first <= reading.last
            assert parse_date(str(day_of(reading.first)), latest).first in (reading.first, None)
    age = parse_age(text)
    assert (age.low is None) == (age.high is None)
    assert age.low is None or 0 <= age.low <= (age.high or 0) <= OLDEST


WRITTEN = st.one_of(
    DAYS.map(lambda d: d.strftime("%d/%m/%Y")), DAYS.map(lambda d: d.strftime("%m-%d-%y")), DAYS.map(str),
    st.from_regex(r"\A[0-9]{2}[./-][0-9]{2}[./-]([0-9]{2}|[0-9]{4})\Z"), st.from_regex(r"\A[0-9]{4}[./-][0-9]{2}[./-][0-9]{2}\Z"),
    st.from_regex(r"\A[0-3][0-9][./-][01][0-9][./-](19|20)?[0-9]{2}\Z"), st.sampled_from([case[0] for case in cases("dates.tsv", 5)]),
    st.text(max_size=12),
)  # fmt: skip


@given(st.lists(st.none() | WRITTEN, max_size=30), st.integers(1995, 2030))
@settings(max_examples=500, deadline=None)
def test_whole_columns_and_single_cells_read_dates_alike(cells: list[str | None], latest: int) -> None:
    column = Dates.of(pa.array(cells, pa.string()), latest)
    for row, cell in enumerate(cells):
        reading = parse_date(cell, latest) if cell is not None else DateReading()
        read = (column.first, column.last, column.century_first, column.century_last)
        days = [None if day[row] == ABSENT else int(day[row]) for day in read]
        assert days == [reading.first, reading.last, reading.century_first, reading.century_last], cell
        assert (column.precision[row], column.flags[row]) == (reading.precision, reading.flags), cell
