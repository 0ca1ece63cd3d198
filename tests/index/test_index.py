"""The index of a published snapshot: the batch's levels and weights, whoever asks; made aside, found again, swept."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from linker.errors import WorkspaceError
from linker.index import SnapshotIndex, open_index
from linker.index.store import index_folder, sweep
from linker.matching.candidates import find_candidates
from linker.matching.columns import build_columns
from linker.matching.keys import Features
from linker.matching.splink_engine import VectorScorer
from linker.matching.vectors import measure
from linker.names.table import NameTable
from linker.registry.files import sha256
from linker.registry.snapshot import open_current
from linker.schema import PERSON
from tests.commandline import inputs, linker
from tests.generated import CONFIG, KEY, extracts, run

PAIRS = 10_000


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("indexed")
    ended = run(folder, extracts(persons=1200, seed=11))
    assert ended.code == 0, ended.text
    return folder


@pytest.fixture(scope="module")
def index(workspace: Path) -> SnapshotIndex:
    return open_index(workspace)


def some_pairs(features: Features, index: SnapshotIndex) -> tuple[np.ndarray, np.ndarray]:
    """Candidate pairs and random ones, half of each, in random order of left and right."""
    rng = np.random.default_rng(5)
    candidates = find_candidates(features, index.scorer.matching.keys)
    chosen = rng.choice(len(candidates), PAIRS // 2, replace=False)
    a = np.concatenate([candidates.left[chosen], rng.integers(0, len(index), PAIRS // 2).astype(np.int32)])
    b = np.concatenate([candidates.right[chosen], rng.integers(0, len(index), PAIRS // 2).astype(np.int32)])
    turned = rng.random(PAIRS) < 0.5
    return np.where(turned, b, a).astype(np.int32), np.where(turned, a, b).astype(np.int32)


def test_parity_with_the_batch(workspace: Path, index: SnapshotIndex) -> None:
    """10,000 pairs: the same level in every comparison, and Splink's weight to 1e-9."""
    person = open_current(workspace).table("person")
    columns = build_columns(person, lambda names, counts: NameTable.build(names, counts=counts))
    new_row, partner = some_pairs(Features(columns), index)
    scorer = index.scorer
    batch = measure(columns, scorer.comparisons, np.minimum(new_row, partner), np.maximum(new_row, partner))
    distinct, back = np.unique(batch, axis=1, return_inverse=True)
    with VectorScorer(scorer.model, scorer.comparisons) as splink:
        weights = splink.weights(distinct.T)[back]
    scored = index.score(index.code(person), new_row, partner)
    assert np.array_equal(scored.left, partner)
    assert np.array_equal(scored.right, new_row)
    for k, comparison in enumerate(scorer.comparisons):
        differ = np.flatnonzero(scored.vectors[k] != batch[k])
        assert not len(differ), (comparison.name, [person.slice(i, 1).to_pylist() for i in (new_row[differ[0]],)])
    assert np.abs(scored.weight - weights).max() < 1e-9
    seen = {c.name: len(set(batch[k].tolist())) for k, c in enumerate(scorer.comparisons)}
    assert sum(count > 1 for count in seen.values()) >= 10, seen


def test_one_by_one_gives_what_all_together_give(workspace: Path, index: SnapshotIndex) -> None:
    person = open_current(workspace).table("person")
    for row in (3, 500, 900):
        new = index.code(person.slice(row, 1))
        partners = np.unique(index.search_candidates(new, 100).partner)
        partners = partners[partners < len(index)].astype(np.int32)
        assert row in partners
        zeros = np.zeros(len(partners), np.int32)
        one = index.score(new, zeros, partners)
        among = index.score(index.code(person), zeros + np.int32(row), partners)
        differ = np.flatnonzero((one.vectors != among.vectors).any(axis=1))
        assert not len(differ), [index.scorer.comparisons[k].name for k in differ]
        assert np.array_equal(one.weight, among.weight)


def test_a_floor_only_leaves_out(workspace: Path, index: SnapshotIndex) -> None:
    new = index.code(open_current(workspace).table("person").slice(40, 30))
    found = index.candidates(new)
    whole = index.score(new, found.row, found.partner)
    some = index.score(new, found.row, found.partner, floor=0.0)
    keep = whole.weight >= 0
    assert np.array_equal(whole.left[keep], some.left)
    assert np.array_equal(whole.weight[keep], some.weight)
    assert 0 < len(some) < len(whole)


def test_new_values_get_codes_of_their_own(index: SnapshotIndex) -> None:
    row = {
        "record_id": "new:1",
        "name": "Zzyx Qwrt",
        "epic": "ABC1234567",
        "village": "qqqq",
        "phones": ["+919999911111"],
    }
    table = pa.table({n: pa.array([row.get(n)] * 2, t) for n, t in PERSON.columns.items()})
    new = index.code(table)
    assert (new.place["village"] >= len(index.columns.dictionaries["village"].dictionary)).all()
    scored = index.score(new, np.array([0], np.int32), np.array([len(index) + 1], np.int32))
    levels = {
        c.name: c.levels[code].name for c, code in zip(index.scorer.comparisons, scored.vectors[:, 0], strict=True)
    }
    assert levels["documents"] == "SAME"
    assert levels["phone"] == "SAME"
    assert levels["place"] == "SAME_VILLAGE"
    assert levels["name"].startswith("AGREE")


def test_records_know_their_identity(workspace: Path, index: SnapshotIndex) -> None:
    crosswalk = open_current(workspace).table("crosswalk").to_pylist()
    rows = index.rows_of([r["record_id"] for r in crosswalk])
    ids = index.identity_ids.to_pylist()
    assert [ids[index.identity[row]] for row in rows] == [r["identity_id"] for r in crosswalk]
    assert index.rows_of(["nobody", crosswalk[0]["record_id"]]).tolist() == [-1, 0]


def test_an_index_is_found_again_and_a_damaged_one_is_made_anew(workspace: Path) -> None:
    open_index(workspace)
    folder = index_folder(workspace, open_current(workspace))
    before = (folder / "index.json").stat().st_mtime_ns
    open_index(workspace)
    assert (folder / "index.json").stat().st_mtime_ns == before
    (folder / "key_rows.npy").write_bytes(b"")
    assert len(open_index(workspace)) > 0
    assert (folder / "key_rows.npy").stat().st_size > 0


def test_an_index_goes_with_its_snapshot(workspace: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(workspace, tmp_path / "workspace"))
    first = open_index(copy)
    assert run(copy, extracts(persons=1200, seed=11)).code == 0
    second = open_index(copy)
    assert (first.snapshot, second.snapshot) == ("000001", "000002")
    assert not first.folder.exists()
    assert len(first.code(open_current(copy).table("person").slice(0, 5)).sex) == 5, "what is open stays readable"
    sweep(copy)
    assert not second.folder.exists()


def test_a_run_makes_the_same_index_from_its_own_columns(tmp_path: Path) -> None:
    folder = extracts()
    ended = linker("run", CONFIG, "--workspace", tmp_path, *inputs(folder), "--index", environment=KEY)
    assert ended.code == 0, ended.text
    place = index_folder(tmp_path, open_current(tmp_path))
    by_run = {f.name: sha256(f) for f in place.iterdir()}
    assert "index.json" in by_run
    sweep(tmp_path)
    open_index(tmp_path)
    assert {f.name: sha256(f) for f in place.iterdir()} == by_run


def test_without_a_snapshot_there_is_no_index(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="no snapshot"):
        open_index(tmp_path)
