"""What a spreadsheet is allowed to see."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linker.share.cells import flat, guard

CASES = [
    ("=1+1", "'=1+1"),
    ("+91 98", "'+91 98"),
    ("-1", "'-1"),
    ("@SUM(A1)", "'@SUM(A1)"),
    ("\t=1", "'\t=1"),
    ("\r=1", "'\r=1"),
    ("  =1", "'  =1"),
    ("＝1", "'＝1"),
    ("\nhidden", "'\nhidden"),
    ("रमेश", "रमेश"),
    ("a=b", "a=b"),
    ("2-3", "2-3"),
    ("'=1", "'=1"),
    ("", ""),
    (None, None),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_guard(text: str | None, expected: str | None) -> None:
    assert guard(pa.chunked_array([[text]], pa.string())).to_pylist() == [expected]


@given(st.lists(st.one_of(st.none(), st.text()), min_size=1))
def test_no_text_begins_a_formula_and_nothing_else_changes(texts: list[str | None]) -> None:
    guarded = guard(pa.chunked_array([texts], pa.string()))
    for before, after in zip(texts, guarded.to_pylist(), strict=True):
        assert after in (before, f"'{before}")
        assert after is None or not after.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert guard(guarded) == guarded


def test_lists_become_one_cell_and_numbers_stay_numbers() -> None:
    table = pa.table(
        {
            "aliases": pa.array([["कालू", "=Kalu"], ["=x"], [], None, [None, "a"]], pa.list_(pa.string())),
            "records": pa.array([-1, 2, 3, None, 5], pa.int32()),
        }
    )
    result = flat(table)
    assert result["aliases"].to_pylist() == ["कालू | =Kalu", "'=x", None, None, " | a"]
    assert result["records"].to_pylist() == [-1, 2, 3, None, 5]


def test_sliced_and_chunked_lists() -> None:
    chunks = [[["a"], ["b", "c"], None], [["d"], []]]
    column = pa.chunked_array([pa.array(c, pa.list_(pa.string())) for c in chunks])
    table = pa.table({"x": column}).slice(1, 3)
    assert flat(table)["x"].to_pylist() == ["b | c", None, "d"]
