"""Where a person stands with the law: words of both languages, days, places; and from there into the person table."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from linker.normalise.custody import COLUMNS, custody
from linker.normalise.dates import day_number, day_of
from linker.normalise.prisons import prison_in, prison_place
from linker.normalise.standing import NOTHING, Standing, parse_standing, telling
from linker.schema import RECORD
from tests.normalise.tables import cases
from tests.normalise.tables import given as stated

LATEST = 2026
WORDS = [line[0] for line in cases("standings.tsv", 6)]
PIECES = st.sampled_from(
    [*" ,;./-\x00\n", "12.3.2019", "से", "तक", "to", "not", "जेल", "jail", "Agra", "died", "bail", "३१/१२/२०२०", "ab"]
)


def iso(day: int | None) -> str | None:
    return None if day is None else day_of(day).isoformat()


@pytest.mark.parametrize(("text", "standing", "first", "last", "place", "died"), cases("standings.tsv", 6))
def test_what_is_written(text: str, standing: str, first: str, last: str, place: str, died: str) -> None:
    found = parse_standing(text, LATEST)
    assert (found.standing, iso(found.held_from), iso(found.held_to), found.held_at, iso(found.died_on)) == tuple(
        map(stated, (standing, first, last, place, died))
    )


@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=14).map("".join), st.sampled_from(WORDS)))
@example("jail" * 5000)
@example("- " * 200 + "1.1.2019")
def test_any_text_is_read_and_what_is_read_makes_sense(text: str) -> None:
    found = parse_standing(text, LATEST)
    assert found == parse_standing(text, LATEST)
    if found.held_from is not None and found.held_to is not None:
        assert found.held_from <= found.held_to
    if found.died_on is not None:
        assert found.standing is Standing.DEAD
    assert all(d is None or day_of(d).year <= LATEST for d in (found.held_from, found.held_to, found.died_on))
    assert prison_place(text) is None or isinstance(prison_place(text), str)


@given(st.one_of(st.text(max_size=40), st.sampled_from(WORDS)))
def test_only_texts_that_may_tell_something_do(text: str) -> None:
    if parse_standing(text, LATEST) != NOTHING:
        assert pc.match_substring_regex(pa.array([text]), telling())[0].as_py() or not text.isascii()


@given(st.dates(date(1950, 1, 1), date(2025, 12, 31)), st.dates(date(1950, 1, 1), date(2025, 12, 31)))
def test_both_languages_and_all_forms_say_the_same(a: date, b: date) -> None:
    first, last = sorted((a, b))
    hindi = "०१२३४५६७८९"
    day = "{0.day}.{0.month}.{0.year}".format
    said = [
        f"in custody from {first:%d/%m/%Y} to {last:%d-%m-%Y}", f"in jail {first.isoformat()} till {last.isoformat()}",
        f"जेल में {day(first)} से {day(last)} तक", f"{day(first)} से {day(last)} तक जेल में".translate(str.maketrans("0123456789", hindi)),
    ]  # fmt: skip
    assert {(iso(r.held_from), iso(r.held_to)) for r in (parse_standing(t, LATEST) for t in said)} == {
        (first.isoformat(), last.isoformat())
    }


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Central Jail No. 5, Tihar", "delhi"), ("तिहाड़ जेल", "delhi"), ("DISTRICT JAIL AGRA", "agra"), ("जिला कारागार, मेरठ", "meerut"),
        ("Jila Karagar Gautam Buddha Nagar", "gautam buddha nagar"), ("Sub Jail", None), ("Springfield", None), ("", None),
        ("District Jail Agra, Central Jail Meerut", None), ("Rohini Jail", "delhi"),
    ],
)  # fmt: skip
def test_a_prison_is_where_its_name_says(text: str, place: str | None) -> None:
    assert prison_place(text) == place


def test_only_what_stands_beside_a_word_for_a_prison_is_its_place() -> None:
    assert prison_in("resident of Agra, in custody") is None
    assert prison_in("Agra jail") == "agra"


def records(*rows: dict[str, str]) -> pa.Table:
    return pa.table({c: pa.array([r.get(c) for r in rows], t) for c, t in RECORD.columns.items() if c != "aliases"})


def test_columns_outrank_words_and_the_rest_is_looked_through() -> None:
    table = records(
        {
            "status": "in jail since 1.1.2019, Agra jail",
            "custody_from": "2.2.2019",
            "custody_to": "3.3.2019",
            "custody_place": "Tihar Jail",
        },
        {"status": "in jail since 1.1.2019"},
        {"status": "on bail", "custody_from": "2019-05-01"},
        {"rest": "फरार"},
        {"rest": "sells vegetables"},
        {"status": "died 1.1.2019", "died_on": "2.1.2019"},
        {"custody_from": "5.5.2020", "custody_to": "4.4.2020"},
        {},
    )
    day = day_number(2019, 6, 30)
    assert day is not None
    found = custody(table, pa.array([day] * len(table)).to_numpy(), LATEST)
    assert [tuple(found[c][k].as_py() for c in COLUMNS) for k in range(len(table))] == [
        ("custody", "2019-02-02", "2019-03-03", "delhi", None),
        ("custody", "2019-01-01", "2019-06-30", None, None),
        ("bail", "2019-05-01", None, None, None),
        ("absconding", None, None, None, None),
        (None, None, None, None, None),
        ("dead", None, None, None, "2019-01-02"),
        (None, None, None, None, None),
        (None, None, None, None, None),
    ]
