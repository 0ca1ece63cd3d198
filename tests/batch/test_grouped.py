"""A link that groups made together says by which figures, on a real run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest

from linker.batch.grouped import group_links
from linker.identity.lookup import find, neighbours
from linker.index.store import SETTINGS
from linker.matching.figures import FIGURES
from linker.registry.snapshot import Snapshot, open_current
from tests.commandline import linker
from tests.generated import extracts, run


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("grouped") / "workspace"
    ended = run(folder, extracts(1500, malformed=0.0))
    assert ended.code == 0, ended.text
    return folder


@pytest.fixture(scope="module")
def snapshot(workspace: Path) -> Snapshot:
    return open_current(workspace)


@pytest.fixture(scope="module")
def pooled(snapshot: Snapshot) -> str:
    """A record that a pooled link ties."""
    edge = snapshot.table("edge")
    found = edge.filter(pc.equal(edge["rule"], "pooled"))
    assert found.num_rows
    return str(found["record_id_l"][0].as_py())


def test_shares_add_up_to_the_probability_that_policy_asks_for(
    workspace: Path, snapshot: Snapshot, pooled: str
) -> None:
    (at,) = find(workspace, snapshot, pooled)
    links = group_links(neighbours(snapshot, at)[0], snapshot)
    assert links
    for link in links:
        assert tuple(link.figures) == FIGURES
        bits = link.start + sum(share for _, share in link.figures.values())
        assert link.probability == pytest.approx(1 / (1 + np.exp2(-bits)))
        assert link.probability >= 0.92
        assert set(link.left) | set(link.right) <= set(at.records["record_id"].to_pylist())
        assert not set(link.left) & set(link.right)


def test_show_tells_the_figures(workspace: Path, pooled: str) -> None:
    told = linker("show", pooled, "--workspace", workspace, environment={"COLUMNS": "250"})
    assert "groups that are one person together" in told.text
    assert "bits on average" in told.text
    assert "before any evidence" in told.text and "name: the names agree" in told.text
    assert "name_and_" not in told.text and "__" not in told.text, "levels are told in sentences"


def test_a_snapshot_of_an_older_version_is_shown_without_them(workspace: Path, pooled: str, tmp_path: Path) -> None:
    older = shutil.copytree(workspace, tmp_path / "older")
    model = open_current(older).path / "model.json"
    content = json.loads(model.read_text(encoding="utf-8"))
    content["comparisons"][0]["comparison_levels"].pop()
    model.write_text(json.dumps(content), encoding="utf-8")
    told = linker("show", pooled, "--workspace", older)
    assert told.code == 0, told.text
    assert "why these are one person" in told.text and "groups that are one person together" not in told.text


def test_a_snapshot_whose_settings_are_no_longer_known_is_shown_and_cannot_be_searched(
    workspace: Path, pooled: str, tmp_path: Path
) -> None:
    older = shutil.copytree(workspace, tmp_path / "older")
    file = open_current(older).path / SETTINGS
    content = json.loads(file.read_text(encoding="utf-8"))
    content["policy"]["rules"]["no_longer_known"] = 1
    file.write_text(json.dumps(content), encoding="utf-8")
    told = linker("show", pooled, "--workspace", older)
    assert told.code == 0, told.text
    assert "why these are one person" in told.text
    told = linker("search", "Ramesh Kumar", "--workspace", older)
    assert told.code != 0
    assert "another version of the program" in told.text and "linker run" in told.text and "Traceback" not in told.text


def test_an_identity_without_such_links_has_nothing_to_tell(snapshot: Snapshot) -> None:
    edge = snapshot.table("edge")
    assert group_links(edge.filter(pc.not_equal(edge["rule"], "pooled")), snapshot) == []
