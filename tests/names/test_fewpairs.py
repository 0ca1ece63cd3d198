"""What a few words are worth is what they are worth in the whole table, whether it is kept there or not."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from linker.names import NameTable

BASE = ("Rakesh Kumar", "राकेश कुमार", "Ram Lal", "Ramlal", "Mohd Salim", "मोहम्मद सलीम", "Suresh Yadav", "Kalu", "सुरेश")
ASKED = ("Rakesh Kumar", "Rakesj Kumar", "रमलाल", "Mohammad Saleem", "Suresh", "Ram Lall", "Kalu", "Zubin Mehta")


@given(
    st.lists(st.sampled_from(ASKED), min_size=1, max_size=4, unique=True),
    st.lists(st.integers(0, 8), min_size=1, max_size=9),
)
def test_few_are_compared_as_many_are(asked: list[str], partners: list[int]) -> None:
    base = NameTable.build(BASE)
    first = base.extend(asked)
    left = np.array(partners * len(asked), np.int32)
    right = np.repeat(len(BASE) + np.arange(len(asked)), len(partners)).astype(np.int32)
    found, again = first.agree(left, right), base.extend(asked).agree(left, right)
    assert found.weight.tolist() == again.weight.tolist()
    one_by_one = [base.extend(asked).agree(left[k : k + 1], right[k : k + 1]) for k in range(len(left))]
    assert found.weight.tolist() == [float(one.weight[0]) for one in one_by_one]
    assert found.level.tolist() == [int(one.level[0]) for one in one_by_one]


def test_known_words_are_kept_from_one_question_to_the_next() -> None:
    base = NameTable.build(BASE)
    left, right = np.arange(len(BASE), dtype=np.int32), np.full(len(BASE), len(BASE), np.int32)
    base.extend(["Rakesh Lal"]).agree(left, right)  # both words are known, the name is not
    kept = base._base.pairs.count
    assert kept > 0
    base.extend(["Rakesh Lal"]).agree(left, right)
    assert base._base.pairs.count == kept
