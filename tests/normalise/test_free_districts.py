"""Districts without a label in addresses."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from linker.normalise.records import to_records
from linker.schema import ROW
from tests.normalise.tables import cases, given


def _records(addresses: list[str], state: str) -> pa.Table:
    size = len(addresses)
    filled = {
        "source": pa.array(["s"] * size), "native_id": pa.array([str(i) for i in range(size)]), "line": pa.array(range(size), pa.int32()),
        "state": pa.array([state] * size), "name": pa.array(["Ram"] * size), "address": pa.array(addresses, pa.string()),
    }  # fmt: skip
    return to_records(pa.table({c: filled.get(c, pa.nulls(size, kind)) for c, kind in ROW.columns.items()})).record


@pytest.mark.parametrize(("address", "state", "district", "village", "station", "why"), cases("free_districts.tsv", 6))
def test_case(address: str, state: str, district: str, village: str, station: str, why: str) -> None:
    found = _records([address], state).to_pylist()[0]
    read = (found["district"], found["village"], found["station"])
    assert read == (given(district), given(village), given(station)), why


@over(
    st.lists(
        st.text(max_size=30) | st.text(st.sampled_from("Ka, गकरनाल12-UP.हरियाणा"), max_size=40), min_size=1, max_size=6
    )
)
def test_any_text_is_accepted(addresses: list[str]) -> None:
    addresses = [text.encode("utf-8", "ignore").decode() for text in addresses]
    assert len(_records(addresses, "haryana")) == len(addresses)
