"""One query's reading against that of the batch, on the records of generated extracts and on odd cells."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linker.normalise.aadhaar import AadhaarKey
from linker.normalise.cells import stated
from linker.normalise.persons import PersonOptions, to_persons
from linker.normalise.records import to_records
from linker.schema import ROW, ROW_LIST_FIELDS
from linker.search.fields import ALLOWED, checked, is_blank, record_of
from linker.search.person import person_of, person_table
from tests.published import workspace_of

OPTIONS = PersonOptions(aadhaar_key=AadhaarKey(bytes(range(32)), "v7"), latest_year=2026)


def by_batch(queries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the batch makes of rows that say the same, the first person of each."""
    columns = {}
    for name, kind in ROW.columns.items():
        columns[name] = pa.array([q.get(name) for q in queries], kind)
    columns["source"] = pa.array(["new"] * len(queries))
    columns["native_id"] = pa.array([f"{i:06d}" for i in range(len(queries))])
    columns["line"] = pa.array(np.arange(len(queries), dtype=np.int32))
    record = to_records(pa.table(columns)).record
    record = record.filter(pa.compute.equal(record["part"], 1))
    # one at a time: the batch also takes numbers away that many rows share, which no single query can know
    found: list[dict[str, Any]] = [{} for _ in queries]
    for k, line in enumerate(record["line"].to_pylist()):
        found[line] = to_persons(record.slice(k, 1), OPTIONS).to_pylist()[0]
    return [plain(person) for person in found]


def plain(person: dict[str, Any]) -> dict[str, Any]:
    """What a person states; the FIR is no part of a query."""
    unsaid = {"record_id", "fir", "fir_district", "fir_state"}
    return {k: v for k, v in person.items() if k not in unsaid and v not in (None, [], 0, False)}


def by_query(queries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    persons = [person_of(record_of(checked(query)), OPTIONS) for query in queries]
    return [plain(person) for person in person_table(persons).to_pylist()]


@pytest.fixture(scope="module")
def queries() -> list[dict[str, Any]]:
    """The records of a snapshot as queries: their parsed fields, and their texts as typed."""
    record = workspace_of(400).table("record")
    fields = [f for f in record.column_names if f in ALLOWED]
    whole = record.select(fields).to_pylist()
    typed = record["name_typed"].to_pylist()
    asked = [{k: v for k, v in row.items() if v} for row in whole]
    asked += [{"phrase": text} for text in typed]
    asked += [{"name": text, "address": row["address"]} for text, row in zip(typed, whole, strict=True)]
    asked += [{"name": row["name"], "relation": "S/o", "relative": row["father"]} for row in whole]
    return asked


def test_queries_are_read_as_rows_are(queries: list[dict[str, Any]]) -> None:
    assert len(queries) > 1500
    for query, batch, single in zip(queries, by_batch(queries), by_query(queries), strict=True):
        assert single == batch, query


@given(
    st.dictionaries(
        st.sampled_from(sorted(ALLOWED - {"address", "present_address"} - set(ROW_LIST_FIELDS))),
        st.text(alphabet="aA1 0/-.@:रामउर्फपुत्र२", max_size=20),
        max_size=4,
    )
)
def test_odd_queries_are_read_as_rows_are(query: dict[str, str]) -> None:
    query = {"name": "Rakesh", **query}
    (batch,), (single,) = by_batch([query]), by_query([query])
    if batch:  # a row without a name goes to quarantine
        assert single == batch


@given(st.text(alphabet="nNaA/.?0 -xXअज्ञातé१", max_size=12))
def test_blank_cells(text: str) -> None:
    assert is_blank(text) == (not stated(pa.array([text], pa.string())).is_valid()[0].as_py())
