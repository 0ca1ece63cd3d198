"""Figures of the report, counted by hand or against their tables."""

from __future__ import annotations

import numpy as np
import pytest

from linker.evaluate.examples import choose_examples
from linker.evaluate.figures import (
    cluster_sizes,
    held_back,
    links_by_key,
    quarantine_matrix,
    state_matrix,
    totals,
    weights,
)
from linker.evaluate.words import bits, count, file_name, masked, number, probability, share, sure
from linker.schema import EDGE, IDENTITY, QUARANTINE
from tests.evaluate.sample_run import filled, sample_run


def test_state_matrix() -> None:
    identity = filled(IDENTITY, [{"states": s} for s in (["X", "Y"], ["X"], ["Y", "Z", "X"], None, [])])
    matrix = state_matrix(identity)
    assert matrix.states == ("X", "Y", "Z")
    assert matrix.shared.tolist() == [[3, 2, 1], [2, 2, 1], [1, 1, 1]]
    assert matrix.busiest() == ("X", "Y", 2)


def test_links_by_key() -> None:
    rows = [("name,phone", 2), ("name", 2), ("name", 1), ("phone", 2), (None, 2)]
    edge = filled(EDGE, [{"keys": k, "decision": d} for k, d in rows])
    assert links_by_key(edge) == {"name": (2, 1), "phone": (2, 1)}


def test_cluster_sizes() -> None:
    identity = filled(IDENTITY, [{"records": n} for n in (1, 1, 2, 7, 12)])
    classes = {c.label: (c.identities, c.records) for c in cluster_sizes(identity)}
    assert classes == {"1": (2, 2), "2": (1, 2), "3": (0, 0), "4": (0, 0), "5 to 9": (1, 7), "10 to 19": (1, 12)}


def test_quarantine_matrix_puts_the_most_frequent_reason_first() -> None:
    rows = [("a", "no_name"), ("b", "nul_byte"), ("b", "nul_byte")]
    table = filled(QUARANTINE, [{"source": s, "reason": r} for s, r in rows])
    assert quarantine_matrix(table) == (["a", "b"], [("nul_byte", [0, 2]), ("no_name", [1, 0])])


def test_sums_agree_with_the_tables() -> None:
    run = sample_run(150, seed=3)
    edge = run.tables.edge
    summed = totals(run.sources, run.tables.identity, edge)
    assert summed.rows == summed.accepted + summed.quarantined + summed.repeated
    drawn = weights(run.matching, edge, (-3.2, 11.0))
    assert summed.linked == drawn.linked.sum()
    assert summed.review == drawn.review.sum()
    assert drawn.every.sum() + drawn.given_up == run.matching.histogram.sum()
    assert drawn.start < -3.2
    assert summed.review == sum(pairs for _, pairs in held_back(edge))
    assert summed.records == sum(c.records for c in cluster_sizes(run.tables.identity))


def test_waterfalls_end_at_the_weight_and_examples_repeat_no_pair() -> None:
    run = sample_run()
    examples = choose_examples(run.tables.edge, run.tables.record, 11.0)
    assert {e.kind for e in examples} >= {"linked across scripts and states", "the weakest link"}
    assert len({e.records for e in examples}) == len(examples)
    for example in examples:
        assert example.steps[-1].end == pytest.approx(example.weight, abs=0.01)
        assert example.low <= example.prior
        assert all(step.level != "MISSING" for step in example.steps)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (number(1234567), "1,234,567"),
        (number(0.04), "0.0"),
        (number(3.0), "3"),
        (number(np.float64(2.75)), "2.8"),
        (share(0, 10), "0%"),
        (share(1, 100_000), "under 0.1%"),
        (share(99_999, 100_000), "over 99.9%"),
        (share(1, 0), "–"),
        (count(1, "row"), "1 row"),
        (count(2, "identity", "identities"), "2 identities"),
        (bits(-3.17), "−3.2"),
        (sure(0), "wrong about once in 2"),
        (sure(-10), "right about once in 1,025"),
        (sure(40), "wrong less than once in a million"),
        (probability(0.5), "50%"),
        (probability(1e-5), "1 in 100,000"),
        (probability(1e-9), "1 in 1e9"),
        (file_name("/data/up.csv"), "up.csv"),
        (file_name("C:\\Data\\up.xlsx"), "up.xlsx"),
        (file_name("postgresql://user:secret@host/records?sslmode=require"), "records"),
        (masked("on 1990-05-07"), "on 1990-05-07"),
        (masked("फोन 98765 43210, PIN 110001"), "फोन XXXXX X3210, PIN 110001"),
    ],
)
def test_words(said: str, expected: str) -> None:
    assert said == expected
