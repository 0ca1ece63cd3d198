"""Columns → fields: joins, lists, constants, digits, dates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linker.config.source import SourceConfig
from linker.records import read_source
from tests.records.layouts import write_csv

COLUMNS = ["id", "a", "b", "c"]


def mapped(tmp_path: Path, field: str, cells: Any, *rows: tuple[str, str, str], **settings_: object) -> list[Any]:
    """The values of one field for rows of the columns a, b, c."""
    fields = {"name": {"constant": "RAM"}, field: cells}
    config = SourceConfig.model_validate(
        {"name": "test", "state": "Delhi", "format": "csv", "native_id": "id", "script": "latin", "fields": fields}
        | settings_
    )
    data = [dict(zip(COLUMNS, (str(n), *row), strict=True)) for n, row in enumerate(rows)]
    values: list[Any] = read_source(config, write_csv(tmp_path / "a.csv", COLUMNS, data)).rows[field].to_pylist()
    return values


@pytest.mark.parametrize(
    ("cells", "value"),
    [
        ("a", "X"),
        ({"column": "a"}, "X"),
        ({"join": ["a", "b", "c"]}, "X Y, Z"),
        ({"join": ["c", "a"], "glue": "/"}, "X"),
        ({"join": ["a", "b"], "glue": ""}, "XY, Z"),
        ({"constant": "always"}, "always"),
    ],
)
def test_text_fields(tmp_path: Path, cells: Any, value: str) -> None:
    assert mapped(tmp_path, "address", cells, ("X", "Y, Z", " "), ("", "", "")) == [
        value,
        value if value == "always" else None,
    ]


@pytest.mark.parametrize(
    ("cells", "value"),
    [
        ("a", ["X", "Y"]),
        ({"list": ["a"]}, ["X", "Y"]),
        ({"list": ["a", "b"]}, ["X", "Y", "Z /W"]),
        ({"list": ["b", "a"], "separators": ["/", ";"]}, ["Z", "W", "Y", "X,Y"]),
        ({"list": ["a", "b"], "separators": []}, ["X,Y", "Z /W; Y"]),
        ({"list": ["c"]}, None),
    ],
)
def test_list_fields(tmp_path: Path, cells: Any, value: list[str] | None) -> None:
    assert mapped(tmp_path, "aliases", cells, ("X,Y", "Z /W; Y", " , ;"), ("", "", ""))[1] is None
    if cells != {"list": ["b", "a"], "separators": ["/", ";"]}:
        assert mapped(tmp_path, "aliases", cells, ("X,Y", "Z /W; Y", " , ;")) == [value]
    else:
        assert mapped(tmp_path, "aliases", cells, ("X,Y", "Z /W; Y", "")) == [value]


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("875413930", "0875413930"),
        ("5", "0000000005"),
        ("0875413930", "0875413930"),
        ("12345678901", "12345678901"),
        ("NA", "NA"),
        ("12-34", "12-34"),
        ("-5", "-5"),
        ("", None),
    ],
)
def test_digits(tmp_path: Path, typed: str, value: str | None) -> None:
    assert mapped(tmp_path, "nfn", {"column": "a", "digits": 10}, (typed, "", "")) == [value]


@pytest.mark.parametrize(
    ("formats", "typed", "value"),
    [
        (["dd/mm/yyyy"], "07/06/2009", "2009-06-07"),
        (["dd/mm/yyyy"], "7/6/2009", "2009-06-07"),
        (["mm/dd/yyyy"], "07/06/2009", "2009-07-06"),
        (["yyyy.mm.dd"], "2009.06.07", "2009-06-07"),
        (["yyyymmdd"], "20090607", "2009-06-07"),
        (["dd.mm.yyyy", "dd-mm-yyyy"], "07-06-2009", "2009-06-07"),
        (["dd.mm.yyyy"], "०७.०६.२००९", "2009-06-07"),
        (["dd.mm.yy"], "22.02.09", "22.02.09"),
        (["mm/dd/yy"], "02/22/09", "22.02.09"),
        (["dd/mm/yyyy"], "31/02/2009", "31/02/2009"),
        (["dd/mm/yyyy"], "02/22/2009", "02/22/2009"),
        (["dd/mm/yyyy", "mm/dd/yyyy"], "02/22/2009", "2009-02-22"),
        (["dd/mm/yyyy"], "29/02/2008", "2008-02-29"),
        (["dd/mm/yyyy"], "00/00/0000", "00/00/0000"),
        (["dd/mm/yyyy"], "06-जून-2009", "06-जून-2009"),
        (["dd/mm/yyyy"], "about 1970", "about 1970"),
        (["dd/mm/yyyy"], "", None),
    ],
)
def test_dates(tmp_path: Path, formats: list[str], typed: str, value: str | None) -> None:
    assert mapped(tmp_path, "birth_date", "a", (typed, "", ""), dates={"birth_date": formats}) == [value]


def test_several_columns_make_an_id(tmp_path: Path) -> None:
    fields = {"name": "c"}
    config = SourceConfig.model_validate(
        {
            "name": "test",
            "state": "Delhi",
            "format": "csv",
            "native_id": {"join": ["a", "b"], "glue": "/"},
            "script": "latin",
            "fields": fields,
        }
    )
    data = [{"a": "12", "b": "3", "c": "RAM"}, {"a": "1", "b": "23", "c": "RAM"}, {"a": "12", "b": "3", "c": "RAM"}]
    result = read_source(config, write_csv(tmp_path / "a.csv", COLUMNS, data))
    assert (result.rows["native_id"].to_pylist(), result.repeated) == (["12/3", "1/23"], 1)


cell = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6)
quiet = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@quiet
@given(rows=st.lists(st.tuples(cell, cell, cell), min_size=1, max_size=6))
def test_a_list_has_no_blank_and_no_double_entries(tmp_path: Path, rows: list[tuple[str, str, str]]) -> None:
    for row, entries in zip(rows, mapped(tmp_path, "aliases", {"list": ["a", "b", "c"]}, *rows), strict=True):
        assert entries is None or (all(e == e.strip() and e for e in entries) and len(set(entries)) == len(entries))
        typed = "".join(row).replace(",", "").replace(";", "")
        assert "".join(typed.split()) == "" or entries is not None or not typed.strip("\u200b\u200c\u200d\u2060\ufeff ")


@quiet
@given(rows=st.lists(st.tuples(cell, cell, cell), min_size=1, max_size=6))
def test_joined_text_holds_its_parts_in_order(tmp_path: Path, rows: list[tuple[str, str, str]]) -> None:
    for row, text in zip(rows, mapped(tmp_path, "address", {"join": ["a", "b", "c"]}, *rows), strict=True):
        at = 0
        for part in (p.strip() for p in row):
            kept = part.strip("\u200b\u200c\u200d\u2060\ufeff")
            if kept.strip():
                at = (text or "").index(kept.strip(), at)
