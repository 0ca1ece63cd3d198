"""A small snapshot against a small truth, counted by hand."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest

from linker.errors import InputError
from linker.evaluate.labelfree import coincidence
from linker.evaluate.scoring import Evaluation, Tables, evaluate
from linker.evaluate.truth import Truth
from linker.schema import CROSSWALK, EDGE, IDENTITY, RECORD

# record: state, name, identity, person (None: the truth does not know it)
RECORDS = [
    ("a", "Delhi", "Ramesh Kumar", "I1", "P"),
    ("b", "Uttar Pradesh", "रमेश कुमार", "I1", "P"),
    ("c", "Delhi", "Ramesh Kumar", "I1", "Q"),
    ("d", "Delhi", "Sita", "I2", "Q"),
    ("e", "Delhi", "Gita", "I3", None),
]
EDGES = [("a", "b", 20.0, 2), ("a", "c", 12.0, 2), ("c", "d", 3.0, 0)]


def table(contract: object, rows: dict[str, list[object]]) -> pa.Table:
    empty = contract.empty()  # type: ignore[attr-defined]
    length = len(next(iter(rows.values())))
    columns = [
        pa.array(rows[field.name], field.type) if field.name in rows else pa.nulls(length, field.type)
        for field in empty.schema
    ]
    return pa.table(columns, schema=empty.schema)


@pytest.fixture
def tables() -> Tables:
    ids, states, names, identities, _ = map(list, zip(*RECORDS, strict=True))
    left, right, weight, decision = map(list, zip(*EDGES, strict=True))
    return Tables(
        crosswalk=table(CROSSWALK, {"record_id": ids, "identity_id": identities, "native_id": ids}),
        record=table(RECORD, {"record_id": ids, "state": states, "name": names}),
        edge=table(
            EDGE,
            {
                "record_id_l": left,
                "record_id_r": right,
                "weight": weight,
                "decision": decision,
                "probability": [0.999, 0.9, 0.5],
            },
        ),
    )


@pytest.fixture
def truth() -> Truth:
    known = [(r[0], r[4]) for r in RECORDS if r[4]] + [("gone", "P")]
    ids, persons = map(list, zip(*known, strict=True))
    return Truth(pa.table({"record_id": ids}), pa.chunked_array([persons]), "truth.csv")


@pytest.fixture
def evaluation(tables: Tables, truth: Truth) -> Evaluation:
    return evaluate(tables, truth)


def test_published_links(evaluation: Evaluation) -> None:
    pairwise = evaluation.metrics.pairwise
    assert (pairwise.hit, pairwise.predicted, pairwise.actual) == (1, 3, 2)
    assert evaluation.metrics.by_split["cross_script"].recall == 1
    assert evaluation.metrics.by_split["same_script"].recall == 0
    assert evaluation.metrics.by_split["cross_state"].predicted == 2


def test_records_that_only_one_side_knows_are_counted(evaluation: Evaluation) -> None:
    coverage = evaluation.coverage
    assert (coverage.both, coverage.only_truth, coverage.only_crosswalk) == (4, 1, 1)
    assert evaluation.recall_all_truth == pytest.approx(1 / 4)


def test_curve(evaluation: Evaluation) -> None:
    at = {p.threshold: p for p in evaluation.curve}
    assert at[20.0].closure.precision == 1
    assert at[3.0].closure.hit == 2
    assert at[3.0].closure.predicted == 6
    assert at[3.0].pair.predicted == 3


def test_the_worst_identity_is_named(evaluation: Evaluation) -> None:
    assert evaluation.worst[0]["identity_id"] == "I1"
    assert evaluation.worst[0]["names"] == ["Ramesh Kumar", "रमेश कुमार"]


def test_everything_can_be_written_as_json(evaluation: Evaluation) -> None:
    assert json.loads(json.dumps(evaluation.to_dict()))["pairwise"]["hit"] == 1


def test_a_truth_of_other_records_is_refused(tables: Tables) -> None:
    stranger = Truth(pa.table({"record_id": ["x"]}), pa.chunked_array([["P"]]), "truth.csv")
    with pytest.raises(InputError, match="none of the truth's 1 records"):
        evaluate(tables, stranger)


def test_coincidence(tables: Tables) -> None:
    day = 10_000
    identity = table(
        IDENTITY,
        {
            "identity_id": ["1", "2", "3", "4", "5"],
            "name": ["राम", "राम", "राम", "Sita", None],
            "birth_from": [day, day + 50, day + 500, None, day],
            "birth_to": [day + 100, day + 60, day + 600, None, day],
        },
    )
    chance = coincidence(tables.edge, identity)
    assert chance.links == 2
    assert chance.expected_false == pytest.approx(0.101, abs=1e-6)
    assert (chance.namesake_pairs, chance.namesake_same_birth_pairs) == (3, 1)
    assert chance.one_in == pytest.approx(10 / 3)
