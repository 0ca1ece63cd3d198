"""Things put together from pieces."""

from __future__ import annotations

import io
import pickle
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from linker.service.framed import Pieces, framed, taken

THINGS = st.lists(st.one_of(st.text(), st.binary(max_size=3000), st.tuples(st.booleans(), st.integers())), max_size=6)


@given(things=THINGS, cuts=st.lists(st.integers(0, 5000), max_size=8))
def test_however_it_is_cut_the_same_things_arrive(things: list[object], cuts: list[int]) -> None:
    whole, pieces = b"".join(map(framed, things)), Pieces()
    places = sorted({0, len(whole), *(cut % (len(whole) + 1) for cut in cuts)})
    came = [thing for a, b in pairwise(places) for thing in pieces.add(whole[a:b])]
    assert [pickle.loads(thing) for thing in came] == things


@given(things=THINGS, missing=st.integers(0, 20))
def test_what_ends_in_the_middle_is_nothing(things: list[object], missing: int) -> None:
    whole = b"".join(map(framed, things))
    stream, came = io.BytesIO(whole[: len(whole) - missing]), []
    while (thing := taken(stream)) is not None:
        came.append(pickle.loads(thing))
    assert came == things[: len(came)]
    assert missing or came == things
