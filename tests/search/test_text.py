"""Queries as people type them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linker.errors import InputError
from linker.normalise.persons import PersonOptions
from linker.search.query import read_query

OPTIONS = PersonOptions(aadhaar_key=None, latest_year=2026)


def cases() -> list[tuple[str, dict[str, str]]]:
    lines = (Path(__file__).parent / "typed.tsv").read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [(row["typed"], dict(part.split("=", 1) for part in row["understood"].split("|"))) for row in rows]


@pytest.mark.parametrize(("typed", "expected"), cases())
def test_typed(typed: str, expected: dict[str, str]) -> None:
    understood = read_query(typed, OPTIONS).understood
    assert {k: ", ".join(v) if isinstance(v, list) else v for k, v in understood.items()} == expected


def test_a_bare_place_is_read_as_village_and_as_station() -> None:
    query = read_query("Rakesh, Sohna", OPTIONS)
    keys = [{k: p[k] for k in ("village", "station") if k in p} for p in query.persons]
    assert keys == [{"village": keys[0]["village"]}, {"station": keys[0]["village"]}]


def test_numbers_are_told_by_their_form_and_not_repeated() -> None:
    query = read_query("Rakesh, 9812345670, ABCPK1234F, ABC1234566", OPTIONS)
    (person,) = query.persons
    assert person["phones"] == ["9812345670"]
    assert person["pan"] == "ABCPK1234F"
    assert person["epic"] == "ABC1234566"
    assert set(query.understood) == {"name"}, "what an answer repeats holds no number"


def test_an_age_counts_from_today() -> None:
    (person,) = read_query({"name": "Rakesh", "age": 25}, OPTIONS).persons
    assert 365 < person["birth_to"] - person["birth_from"] + 2 < 368
    assert 24 < (person["record_day"] - person["birth_to"]) / 365.25 < 25.1


def test_of_several_persons_the_first_is_looked_for() -> None:
    query = read_query("राकेश पुत्र राम व सुरेश पुत्र श्याम", OPTIONS)
    assert query.understood == {"name": "राकेश", "father": "राम"}
    assert "2 persons" in query.notes[0]


@pytest.mark.parametrize("empty", ["", "  ,, ", "unknown", "अज्ञात", "----"])
def test_an_empty_query_is_refused(empty: str) -> None:
    with pytest.raises(InputError, match=r"empty|nobody"):
        read_query(empty, OPTIONS)


def test_mistakes_are_told() -> None:
    with pytest.raises(InputError, match="did you mean 'father'"):
        read_query({"name": "Rakesh", "fahter": "Ram"}, OPTIONS)
    with pytest.raises(InputError, match="holds a dict"):
        read_query({"name": {"a": 1}}, OPTIONS)
    with pytest.raises(InputError, match="more than 500"):
        read_query("x" * 501, OPTIONS)
    with pytest.raises(InputError, match="more than 500"):
        read_query({"name": "x" * 501}, OPTIONS)
    with pytest.raises(InputError, match="entries"):
        read_query({"name": "x", "aliases": ["y"] * 100}, OPTIONS)
    with pytest.raises(InputError, match="names nobody"):
        read_query({"sex": "male"}, OPTIONS)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        assert read_query(text, OPTIONS).persons
    except InputError as error:
        assert error.do


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "name",
                "father",
                "age",
                "birth_date",
                "phone",
                "village",
                "pin",
                "epic",
                "aadhaar",
                "height_from",
                "sex",
                "address",
                "phrase",
                "aliases",
            ]
        ),
        st.text(max_size=60),
    )
)
def test_any_fields_are_read_or_refused(fields: dict[str, str]) -> None:
    try:
        assert read_query(fields, OPTIONS).persons
    except InputError as error:
        assert error.do
