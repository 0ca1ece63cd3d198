"""Golden records: cases in golden_cases.tsv, and what holds for all."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linker.identity.golden import golden_records
from linker.schema import IDENTITY
from tests.registry.small import person_table, record_table

LINES = (Path(__file__).parent / "golden_cases.tsv").read_text(encoding="utf-8").splitlines()
CASES = [tuple(line.split("\t")) for line in LINES if not line.startswith("#")]
WHOLE = {"day": "record_day", "kind": "birth_kind", "sex": "sex"}
SPANS = ("birth", "height")


class TwoNames:
    """The name table of two names; `golden_records` needs no more of it."""

    texts = pa.array(["रमेश कुमार", "RAMESH KUMAR"])

    def __len__(self) -> int:
        return 2

    def latin(self) -> pa.Array:
        return pa.array(["RAMESH KUMAR", "RAMESH KUMAR"])

    def devanagari(self, ids: np.ndarray) -> list[str]:
        return ["रमेश कुमार" for _ in ids]


def parsed(text: str) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for cell in filter(None, text.strip().split(";")):
        field, _, value = cell.partition("=")
        if field in SPANS:
            first, last = value.split("-")
            row |= {f"{field}_from": int(first) if first else None, f"{field}_to": int(last)}
        elif field in WHOLE:
            row[WHOLE[field]] = int(value)
        else:
            row[field] = value.split(",") if field in {"aliases", "phones", "marks"} else value
    return row


def identity_of(rows: list[dict[str, Any]], names: Any = None) -> dict[str, Any]:
    """The identity of rows of PERSON fields; fields named 'r.…' belong to RECORD."""
    base = [{"record_id": f"s/{i}", "source": "s", "state": "delhi"} | row for i, row in enumerate(rows)]
    shared = ("record_id", "source", "state", "status")
    record = [
        {k: v for k, v in row.items() if k in shared} | {k[2:]: v for k, v in row.items() if k.startswith("r.")}
        for row in base
    ]
    ids = pa.array(["P-1"] * len(rows))
    one: dict[str, Any] = golden_records(record_table(record), person_table(base), ids, names).to_pylist()[0]
    return one


@pytest.mark.parametrize(("case", "records", "expected"), CASES, ids=[c[0] for c in CASES])
def test_cases(case: str, records: str, expected: str) -> None:
    got = identity_of([parsed(r) for r in records.split(" | ")], TwoNames())
    for cell in expected.split(";"):
        field, _, value = cell.partition("=")
        assert _shown(got, field) == value


def _shown(got: dict[str, Any], field: str) -> str:
    if field == "birth":
        return "None" if got["birth_from"] is None else f"{_day(got['birth_from'])}-{_day(got['birth_to'])}"
    if field == "height":
        return f"{got['height_from']}-{got['height_to']}"
    value = got[field]
    return _day(value) if isinstance(value, date) else str(value)


def _day(value: date) -> str:
    return str((value - date(1970, 1, 1)) // timedelta(days=1))


def test_a_name_that_nobody_wrote_in_devanagari_is_turned_into_it() -> None:
    assert identity_of([{"name": "RAMESH KUMAR"}], TwoNames())["name_devanagari"] == "रमेश कुमार"
    assert identity_of([{"name": "RAMESH KUMAR"}])["name_devanagari"] is None


def test_provenance_names_the_record_and_its_support() -> None:
    rows = [{"name": "A", "father": "X"}, {"name": "A", "pin": "110001"}, {"name": "B", "father": "X", "sex": 1}]
    assert json.loads(identity_of(rows)["provenance"]) == {
        "name": ["s/0", 2], "name_latin": ["s/0", 2], "father": ["s/0", 2], "pin": ["s/1", 1], "sex": ["s/2", 1],
    }  # fmt: skip
    assert json.loads(identity_of(rows[:1])["provenance"]) == {"*": ["s/0", 1]}


def test_record_ids_of_any_kind_stand_in_provenance() -> None:
    odd = ['s/"quoted"', "s/back\\slash", "s/नौ\n"]
    base = [{"record_id": i, "source": "s", "state": "x", "name": "A"} for i in odd]
    made = golden_records(
        record_table([{k: r[k] for k in ("record_id", "source", "state")} for r in base]),
        person_table(base),
        pa.array(["P"] * 3),
    )
    assert json.loads(made["provenance"][0].as_py())["name"] == [odd[0], 3]


def test_no_records_give_no_identities() -> None:
    made = golden_records(record_table([]), person_table([]), pa.array([], pa.string()))
    assert made.num_rows == 0
    assert made.schema.names == list(IDENTITY.columns)


texts = st.sampled_from([None, "A", "B", "C"])
people = st.lists(
    st.fixed_dictionaries(
        {"group": st.integers(0, 3), "father": texts, "name": texts, "record_day": st.sampled_from([None, 1, 2, 3])}
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(people)
def test_every_value_is_that_of_its_record_and_the_best(rows: list[dict[str, Any]]) -> None:
    """Against a plain count in Python: most records, then last seen, then the smallest record id."""
    base = [{"record_id": f"s/{i:02}", "source": "s", "state": "x"} | row for i, row in enumerate(rows)]
    record = record_table([{k: r[k] for k in ("record_id", "source", "state")} for r in base])
    person = person_table([{k: v for k, v in r.items() if k != "group"} for r in base])
    made = golden_records(record, person, pa.array([f"P-{r['group']}" for r in rows], pa.string()))
    assert made["identity_id"].to_pylist() == sorted({f"P-{r['group']}" for r in rows})
    for identity in made.to_pylist():
        own = [r for r in base if f"P-{r['group']}" == identity["identity_id"]]
        assert identity["records"] == len(own)
        ranked = []
        for value in {r["father"] for r in own} - {None}:
            having = [r for r in own if r["father"] == value]
            latest = max(-1 if r["record_day"] is None else r["record_day"] for r in having)
            ranked.append((-len(having), -latest, having[0]["record_id"], value))
        assert identity["father"] == (min(ranked)[3] if ranked else None)
        days = [r["record_day"] for r in own if r["record_day"] is not None]
        assert _shown(identity, "first_seen") == (str(min(days)) if days else "None")


def test_the_weakest_link_of_an_identity() -> None:
    base = [{"record_id": f"s/{i}", "source": "s", "state": "x"} for i in range(3)]
    weakest = np.array([7.5, 7.5, np.nan], np.float32)
    made = golden_records(record_table(base), person_table(base), pa.array(["P-1", "P-1", "P-2"]), None, weakest)
    assert made["weakest_link"].to_pylist() == [7.5, None]
