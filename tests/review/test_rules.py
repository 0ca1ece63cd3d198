"""What becomes of a question."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linker.config.review import FourEyes
from linker.review.items import Answer, Status
from linker.review.rules import Circumstances, Opinion, overrides, settle, why_two

S, D, U, P = Answer.SAME, Answer.DIFFERENT, Answer.UNSURE, Answer.SPLIT


def said(*answers: Answer | tuple[Answer, str]) -> list[Opinion]:
    found = []
    for k, given_answer in enumerate(answers, start=1):
        answer, groups = given_answer if isinstance(given_answer, tuple) else (given_answer, None)
        found.append(Opinion(k, 1, f"person {k}", answer, groups, "r", "", "t", 1.0))
    return found


@pytest.mark.parametrize(
    ("answers", "needs", "status", "outcome"),
    [
        ([], 1, Status.OPEN, None),
        ([S], 1, Status.DECIDED, "same"),
        ([U], 1, Status.DECIDED, "unsure"),
        ([S], 2, Status.SECOND, None),
        ([S, S], 2, Status.DECIDED, "same"),
        ([S, D], 2, Status.THIRD, None),
        ([S, U], 2, Status.THIRD, None),
        ([S, D, D], 2, Status.DECIDED, "different"),
        ([S, D, U], 2, Status.DECIDED, "unsure"),
        ([(P, "[[1]]"), (P, "[[1]]")], 2, Status.DECIDED, "split"),
        ([(P, "[[1]]"), (P, "[[2]]")], 2, Status.THIRD, None),
    ],
)
def test_settle(answers: list[Answer], needs: int, status: Status, outcome: str | None) -> None:
    settled = settle(said(*answers), needs)
    assert (settled.status, settled.outcome) == (status, outcome)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([S, D, U])), max_size=8))
def test_nobody_counts_twice(given_opinions: list[tuple[str, Answer]]) -> None:
    opinions = [Opinion(k, 1, who, what, None, "r", "", "t", 1.0) for k, (who, what) in enumerate(given_opinions)]
    settled = settle(opinions, 2)
    people = {o.account for o in opinions}
    if settled.status is Status.DECIDED:
        assert len(people) >= 2
        if settled.counts:
            last = {o.account: o.said for o in opinions}
            assert sum(v == settled.counts.said for v in last.values()) >= 2


def test_why_two_must_look() -> None:
    rules = FourEyes(large_cluster=5)
    assert why_two(Circumstances(), rules) == ()
    assert why_two(Circumstances(juvenile=True, states=2, records=5), rules) == (
        "juvenile", "across_states", "large_cluster",
    )  # fmt: skip
    off = FourEyes(juvenile=False, across_states=False, large_cluster=100)
    assert why_two(Circumstances(juvenile=True, states=2, records=5), off) == ()


@pytest.mark.parametrize(
    ("answer", "engine", "undoes"),
    [
        (D, "same", True),
        (P, "same", True),
        (S, "same", False),
        (S, "different", True),
        (U, "same", False),
        (S, "", False),
    ],
)
def test_what_undoes_the_engine(answer: Answer, engine: str, undoes: bool) -> None:
    assert overrides(answer, engine) is undoes
