"""Whole columns of FIR numbers."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from linker.normalise.firs import Firs
from linker.normalise.offences import parse_fir

LATEST = 2026
TYPED = st.one_of(
    st.none(), st.from_regex(r"\A[0-9]{1,7}[/-]([0-9]{2}|[0-9]{4}|[0-9]{3})\Z"), st.text("0123456789/- मु0अ०सं५", max_size=14),
    st.sampled_from(["0533/2022", "५१६/२००९", "0/1900", "7/00", "5/26", "5/27", "1/1879", "1/2027", "12345678250123"]),
)  # fmt: skip


@given(st.lists(TYPED, max_size=20))
@settings(max_examples=400, deadline=None)
def test_whole_columns_and_single_cells_are_read_alike(cells: list[str | None]) -> None:
    found = Firs.of(pa.array(cells, pa.string()), LATEST)
    read = [parse_fir(cell, LATEST) if cell is not None else None for cell in cells]
    assert found.text.to_pylist() == [str(fir) if fir and fir.year else None for fir in read]
    assert found.year.tolist() == [fir.year or 0 if fir else 0 for fir in read]
