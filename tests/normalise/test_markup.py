"""HTML that web forms leave in cells."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linker.normalise.cells import readable
from linker.normalise.markup import without_markup
from tests.normalise.tables import cases
from tests.normalise.tables import given as given_


@pytest.mark.parametrize(("typed", "shown", "why"), cases("markup.tsv", 3))
def test_case(typed: str, shown: str, why: str) -> None:
    assert readable(pa.array([typed])).to_pylist() == [given_(shown)], why


PIECES = st.lists(
    st.sampled_from(["<b>", "</b>", "<script>", "</script>", "<!--", "-->", "&amp;", "amp;", "lt;", "&lt;", "&gt;", "<", ">", "राम", " ",
                     "&#39;", "\u200d", "<br/>", "<a href='x'>", "&zwj;", "b"]),
    max_size=12,
).map("".join)  # fmt: skip


@given(PIECES | st.text(max_size=30))
def test_what_is_shown_shows_itself(text: str) -> None:
    assert without_markup(without_markup(text)) == without_markup(text)


def test_a_long_cell_of_brackets_takes_no_time() -> None:
    for piece in ("<", "<b", "<b ", "<!--", "<script>", "&amp;", "&", "<a href="):
        without_markup(piece * 8_000)
