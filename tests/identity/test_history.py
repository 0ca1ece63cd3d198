"""History over published runs: rebuilt crosswalks, superseded ids, and what `show` finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from linker.errors import WorkspaceError
from linker.identity import history
from linker.identity.lookup import find, neighbours
from linker.registry.snapshot import SnapshotWriter, open_current
from tests.registry.small import tables

RUNS = ("abc de", "abcde", "abc de f", "ab de f", "abde f")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Two identities, merged, split again with a newcomer, one record withdrawn, merged again; only the last snapshot keeps its tables."""
    for grouping in RUNS:
        SnapshotWriter(tmp_path, keep=1).write(tables(grouping, tmp_path), {})
    return tmp_path


def first_ids() -> tuple[str, str]:
    made = tables(RUNS[0])["crosswalk"]["identity_id"].to_pylist()
    return made[0], made[3]


def test_the_crosswalk_of_any_run_is_rebuilt_from_events(workspace: Path) -> None:
    for number, grouping in enumerate(RUNS, start=1):
        then = history.crosswalk_then(workspace, number)
        together: dict[str, set[str]] = {}
        for record, identity in zip(then["record_id"].to_pylist(), then["identity_id"].to_pylist(), strict=True):
            together.setdefault(identity, set()).add(record[-1])
        assert sorted("".join(sorted(t)) for t in together.values()) == sorted(grouping.split())
    now = open_current(workspace).table("crosswalk", ["record_id", "identity_id"]).sort_by("record_id")
    assert history.crosswalk_then(workspace, len(RUNS)).to_pylist() == now.to_pylist()
    with pytest.raises(WorkspaceError, match="no snapshot 0"):
        history.crosswalk_then(workspace, 0)


def test_every_id_is_known_with_its_first_run(workspace: Path) -> None:
    past = history.past(workspace)
    known = dict(zip(past.identity_id.to_pylist(), past.first.to_pylist(), strict=True))
    a, d = first_ids()
    assert known[a] == known[d] == 1
    assert sorted(known.values()) == [1, 1, 3]


def test_a_superseded_id_leads_to_its_successor(workspace: Path) -> None:
    a, d = first_ids()
    assert history.successors(workspace, a) == [a]
    assert history.successors(workspace, d) == [a]
    [found] = find(workspace, open_current(workspace), d.lower())
    assert found.identity_id == a
    assert "superseded" in found.note
    told = [(e.snapshot, str(e.kind)) for e in history.of_identity(workspace, d)]
    assert told == [(1, "created"), (2, "merged"), (3, "revived"), (3, "split"), (5, "merged")]


def test_an_identity_is_found_by_its_id_a_record_or_a_native_id(workspace: Path) -> None:
    a, _ = first_ids()
    snapshot = open_current(workspace)
    for asked in (a, "s/a", "a", f" {a.replace('-', '')} "):
        [found] = find(workspace, snapshot, asked)
        assert found.identity_id == a
        assert found.records["record_id"].to_pylist() == ["s/a", "s/b", "s/d", "s/e"]
    inside, outside = neighbours(snapshot, found)
    assert (inside.num_rows, outside.num_rows) == (6, 0)


@pytest.mark.parametrize(
    ("asked", "what"),
    [("nobody", "nothing is known"), ("P-XXXXXX-XXXXXX", "wrong character"), ("P-M28A4N-PBJD2G", "no identity")],
)
def test_what_is_not_there_is_said(workspace: Path, asked: str, what: str) -> None:
    with pytest.raises(WorkspaceError) as caught:
        find(workspace, open_current(workspace), asked)
    assert what in str(caught.value)


def test_the_snapshot_of_a_day(workspace: Path) -> None:
    today = str(open_current(workspace).manifest["published"])[:10]
    assert history.snapshot_then(workspace, today) == len(RUNS)
    with pytest.raises(WorkspaceError, match="nothing was published"):
        history.snapshot_then(workspace, "1999-01-01")
