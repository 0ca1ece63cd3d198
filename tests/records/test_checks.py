"""Duplicates: what is repeated, what conflicts, and that no row is counted twice or lost."""

from __future__ import annotations

from collections import Counter, defaultdict

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linker.errors import AuditError
from linker.records.checks import check_rows
from linker.records.raw import EXCERPT, Reject, excerpt, quarantine_table
from linker.records.reading import SourceRows
from linker.schema import QUARANTINE, ROW, Quarantined

ids = st.sampled_from([None, "1", "2", "3"])
names = st.sampled_from([None, "RAM", "राम", "-", "12"])
lists = st.sampled_from([None, ["A"], ["A", "B"], ["AB"]])


def table(cells: list[tuple[str, str | None, str | None, list[str] | None]]) -> pa.Table:
    rows = [
        dict.fromkeys(ROW.columns)
        | {"source": s, "native_id": i, "line": n, "state": "X", "name": name, "aliases": aliases}
        for n, (s, i, name, aliases) in enumerate(cells, 2)
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema(list(ROW.columns.items())))


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(st.sampled_from("ab"), ids, names, lists), max_size=14))
def test_every_row_ends_in_one_place(cells: list[tuple[str, str | None, str | None, list[str] | None]]) -> None:
    rows, rejects, repeated = check_rows(table(cells), 100)
    assert len(rows) + len(rejects) + repeated == len(cells)
    contents: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for source, native_id, name, aliases in cells:
        if native_id is not None:
            contents[source, native_id][repr((name, aliases))] += 1
    conflicting = sum(len(c) for c in contents.values() if len(c) > 1)
    reasons = Counter(r.reason for r in rejects)
    assert reasons[Quarantined.NO_NATIVE_ID] == sum(c[1] is None for c in cells)
    assert reasons[Quarantined.DUPLICATE_ID] == conflicting
    assert repeated == sum(c.total() - len(c) for c in contents.values())
    kept = rows.to_pylist()
    assert len({(r["source"], r["native_id"]) for r in kept}) == len(kept)
    assert all(r["name"] in ("RAM", "राम") for r in kept)
    assert [r["line"] for r in kept] == sorted(r["line"] for r in kept)


def test_phrase_alone_is_enough() -> None:
    rows = table([("a", "1", None, None), ("a", "2", "-", None)])
    rows = rows.set_column(rows.column_names.index("phrase"), "phrase", pa.array(["राम पुत्र श्याम", "SITA W/o RAM"]))
    assert len(check_rows(rows, 100)[0]) == 2


def test_counts_that_do_not_add_up_are_a_fault() -> None:
    with pytest.raises(AuditError, match="do not add up"):
        SourceRows("a", ROW.empty(), QUARANTINE.empty(), repeated=1, rows_in=2)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Aadhaar 2797 9799 8736", "Aadhaar #### #### ####"),
        ("आधार २७९७", "आधार ####"),
        ("two\nlines\tand\x1b[31mcolour\x00", "two lines and [##mcolour"),
        ("right\u202eto left\u200b", "rightto left"),
        ("a" * 200, "a" * 79 + "…"),
        ("", ""),
    ],
)
def test_excerpt(text: str, shown: str) -> None:
    assert excerpt(text) == shown


@given(st.text())
def test_any_excerpt_is_safe(text: str) -> None:
    shown = excerpt(text)
    assert len(shown) <= EXCERPT
    assert shown.isprintable()
    assert not any(c.isdecimal() for c in shown)


def test_quarantine_is_in_the_order_of_the_file() -> None:
    rejects = [Reject(9, Quarantined.NO_NAME, "x", "y", "7"), Reject(2, Quarantined.NUL_BYTE, "z")]
    assert quarantine_table("delhi", rejects).to_pylist() == [
        {"source": "delhi", "line": 2, "native_id": None, "reason": "nul_byte", "detail": "z", "excerpt": ""},
        {"source": "delhi", "line": 9, "native_id": "7", "reason": "no_name", "detail": "x", "excerpt": "y"},
    ]
