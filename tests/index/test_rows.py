"""Rows kept as texts give back what the table held."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linker.index import rows
from linker.index.rows import get_rows, put_rows

KINDS = {
    "name": pa.string(), "part": pa.int16(), "late": pa.bool_(), "born": pa.date32(), "aliases": pa.list_(pa.string()),
    "weakest": pa.float32(),
}  # fmt: skip
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.none() | st.text(st.characters(codec="utf-8"), max_size=8),
            "part": st.none() | st.integers(-9, 9),
            "late": st.none() | st.booleans(),
            "born": st.none() | st.dates(date(1900, 1, 1), date(2026, 12, 31)),
            "aliases": st.none() | st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=5), max_size=3),
            "weakest": st.none() | st.floats(-1e9, 1e9, width=32),
        }
    ),
    max_size=12,
)


def stated(row: dict[str, Any]) -> dict[str, Any]:
    """What a row says; the two marks that stand between values are blanks."""
    marks = str.maketrans("\x1e\x1f", "  ")
    plain = {k: v.translate(marks) if isinstance(v, str) else v for k, v in row.items() if v not in (None, "", [])}
    return {k: [entry.translate(marks) for entry in v] if isinstance(v, list) else v for k, v in plain.items()}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(ROWS)
def test_rows_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given_rows: list[dict[str, Any]]) -> None:
    monkeypatch.setattr(rows, "CHUNK", 5)
    table = pa.table({n: pa.array([r[n] for r in given_rows], kind) for n, kind in KINDS.items()})
    put_rows(tmp_path, "some", table)
    kept = get_rows(tmp_path, "some")
    assert len(kept) == len(given_rows)
    order = np.arange(len(given_rows))[::-1]
    assert kept.at(order) == [stated(row) for row in reversed(given_rows)]
