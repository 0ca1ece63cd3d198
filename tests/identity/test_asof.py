"""The unified table as of earlier snapshots and days."""

from __future__ import annotations

from pathlib import Path

import pytest

from linker.errors import WorkspaceError
from linker.identity.asof import Rebuilt, open_as_of
from linker.identity.lookup import find
from linker.registry.snapshot import SnapshotWriter, open_current
from tests.registry.small import tables

RUNS = ("abc de", "abcde f", "abde")


def published(workspace: Path, keep: int) -> Path:
    for grouping in RUNS:
        SnapshotWriter(workspace, keep=keep).write(tables(grouping, workspace, pin="110001"), {})
    return workspace


def test_what_is_kept_is_read_as_it_is(tmp_path: Path) -> None:
    workspace = published(tmp_path, keep=10)
    for number in (1, 2, 3):
        opened = open_as_of(workspace, str(number))
        assert not isinstance(opened, Rebuilt)
        assert opened.number == number
    assert open_as_of(workspace) == open_current(workspace)


def test_what_is_thinned_out_is_made_again(tmp_path: Path) -> None:
    whole, thin = published(tmp_path / "whole", keep=10), published(tmp_path / "thin", keep=1)
    for number in (1, 2):
        then, again = open_as_of(whole, str(number)), open_as_of(thin, str(number))
        assert isinstance(again, Rebuilt)
        gone = {1: {"s/c"}, 2: {"s/c", "s/f"}}[number]  # withdrawn since: no snapshot holds them
        assert (again.source, again.missing) == (3, len(gone))
        expected = [r for r in then.table("crosswalk").to_pylist() if r["record_id"] not in gone]
        assert again.table("crosswalk").to_pylist() == expected
        kept = {r["identity_id"] for r in expected}
        named = again.table("identity", ["identity_id", "pin"]).to_pylist()
        assert {r["identity_id"] for r in named} == kept
        assert {r["pin"] for r in named} == {"110001"}


def test_an_identity_is_found_where_its_snapshot_was_thinned_out(tmp_path: Path) -> None:
    workspace = published(tmp_path, keep=1)
    [found] = find(workspace, open_as_of(workspace, "1"), "s/d")
    assert found.records["record_id"].to_pylist() == ["s/d", "s/e"]
    [today] = find(workspace, open_current(workspace), found.identity_id)
    assert today.note == f"{found.identity_id} is superseded by {today.identity_id}"


def test_a_day_names_the_snapshot_in_force_at_its_end(tmp_path: Path) -> None:
    workspace = published(tmp_path, keep=10)
    today = str(open_current(workspace).manifest["published"])[:10]
    assert open_as_of(workspace, f" {today} ").number == 3


@pytest.mark.parametrize("when", ["yesterday", "1999-01-01", "9", "-1", "2025-3-1"])
def test_what_there_never_was_is_said(tmp_path: Path, when: str) -> None:
    workspace = published(tmp_path, keep=10)
    with pytest.raises(WorkspaceError):
        open_as_of(workspace, when)


def test_an_identity_that_did_not_exist_then(tmp_path: Path) -> None:
    workspace = published(tmp_path, keep=10)
    [later] = find(workspace, open_as_of(workspace, "2"), "s/f")
    with pytest.raises(WorkspaceError, match="did not exist in snapshot 1"):
        find(workspace, open_as_of(workspace, "1"), later.identity_id)
