"""Arrays and texts in files, and looking texts up."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from linker.arrays import find_texts, get_array, get_table, get_texts, put_array, put_table, put_texts

Texts = st.lists(st.one_of(st.none(), st.text(alphabet="aAé़क् \U0001f600", max_size=4)), max_size=20)


@given(Texts, Texts)
def test_texts_are_found_as_a_dictionary_finds_them(known: list[str | None], wanted: list[str | None]) -> None:
    ordered = sorted({t for t in known if t is not None}, key=str.encode)
    found = find_texts(pa.array(ordered, pa.string()), pa.array(wanted, pa.string()))
    assert found.tolist() == [ordered.index(t) if t in ordered else -1 for t in wanted]


def test_a_slice_of_texts_is_searched() -> None:
    texts = pa.array(["a", "b", "c", "d"])
    assert find_texts(texts[1:3], texts[0:3]).tolist() == [-1, 0, 1]


def test_what_is_written_is_read(tmp_path: Path) -> None:
    for name, array in {
        "some": np.arange(5),
        "none": np.zeros((0,), np.int32),
        "flags": np.array([True, False]),
    }.items():
        put_array(tmp_path, name, array)
        assert np.array_equal(get_array(tmp_path, name), array)
    put_texts(tmp_path, "texts", pa.array(["क", "b"]))
    assert get_texts(tmp_path, "texts").to_pylist() == ["क", "b"]
    put_texts(tmp_path, "no_texts", pa.array([], pa.string()))
    assert get_texts(tmp_path, "no_texts").to_pylist() == []
    table = pa.table({"a": pa.chunked_array([[1, 2], [3]])})
    put_table(tmp_path, "table", table)
    assert get_table(tmp_path, "table")["a"].num_chunks == 1
    assert get_table(tmp_path, "table").equals(table)


def test_writing_into_a_mapped_array_leaves_the_file_alone(tmp_path: Path) -> None:
    put_array(tmp_path, "some", np.arange(5))
    mapped = get_array(tmp_path, "some")
    mapped[0] = 99
    assert get_array(tmp_path, "some")[0] == 0
