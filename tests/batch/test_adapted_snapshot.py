"""A run with an adapted name channel keeps it: who asks of the snapshot weighs as the run did, from the index of the run, from one that is
made again, and after an update."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import yaml

from linker.batch.adapting import adapted_channel
from linker.config.loading import CONFIGS
from linker.index import open_index, sweep
from linker.names.channel import Channel
from linker.names.channel_file import ADAPTED, ChannelModel
from linker.names.table import NameTable
from linker.registry.snapshot import Snapshot, open_current
from linker.review.book import Book
from tests.commandline import linker
from tests.generated import KEY
from tests.names.test_adaptation import links

HEADER = (
    "Prisoner Id", "State", "Prisoner Name", "Relation", "Relative Name", "Gender", "Age", "Date of Birth", "Date of Admission",
    "Date of Release", "Crime No", "Police Station", "District of Case", "Sections", "Address", "PAN", "Prison", "Status",
)  # fmt: skip
PEOPLE = 2500


def register(path: Path, rows: list[tuple[str, str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, HEADER, restval="")
        out.writeheader()
        for number, name, pan in rows:
            out.writerow({"Prisoner Id": number, "State": "Uttar Pradesh", "Prisoner Name": name, "PAN": pan})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a run over names in two spellings."""
    folder = tmp_path_factory.mktemp("adapted")
    rows = []
    for k, names in enumerate(zip(*links(PEOPLE, 1), strict=True)):
        rows += [(f"{k}-{n}", name, f"ABCPK{k:04d}{chr(65 + k % 26)}") for n, name in enumerate(names)]
    register(folder / "prison.csv", rows)
    config = yaml.safe_load((CONFIGS / "four_states.yaml").read_text("utf-8"))
    config |= {k: str(CONFIGS / config[k]) for k in ("policy", "clusters") if k in config}
    matching = yaml.safe_load((CONFIGS / "matching" / "offenders.yaml").read_text("utf-8"))
    matching["names"] = {"adapt": True}
    matching["model"]["file"] = str(CONFIGS / "models" / "offenders.json")
    matching["model"]["groups"] = str(CONFIGS / "models" / "groups.json")
    (folder / "matching.yaml").write_text(yaml.safe_dump(matching), "utf-8")
    config["matching"] = "matching.yaml"
    config["sources"] = [{"config": str(CONFIGS / "sources" / "eprison.yaml"), "input": str(folder / "prison.csv")}]
    (folder / "run.yaml").write_text(yaml.safe_dump(config), "utf-8")
    ended = linker("run", folder / "run.yaml", "--workspace", folder / "work", "--index", environment=KEY)
    assert ended.code == 0, ended.text
    return folder


def weighed_alike(workspace: Path) -> tuple[Snapshot, int]:
    """The snapshot, once every edge's name weighs in its index what the run says; and how many edges differ with the shipped channel."""
    snapshot, index = open_current(workspace), open_index(workspace)
    edge = snapshot.table("edge")
    left, right = (index.rows_of(edge[side].to_pylist()) for side in ("record_id_l", "record_id_r"))
    columns = index.columns
    own = next(c for c in index.scorer.comparisons if c.name == "name")
    told = np.array([own.codes[json.loads(levels)["name"][0]] for levels in edge["levels"].to_pylist()])
    assert np.array_equal(own.measure(columns, left, right), told)
    scored = index.score(index.code(snapshot.table("person")), right, left)
    assert np.allclose(scored.weight, edge["weight"].to_numpy(), atol=1e-4)
    shipped = NameTable.build(columns.names.texts, counts=np.bincount(columns.name["name"]).astype(np.int64))
    names = columns.name["name"]
    pairs = names[left], names[right]
    return snapshot, int((np.abs(columns.names.agree(*pairs).weight - shipped.agree(*pairs).weight) > 0.5).sum())


def test_a_search_weighs_as_the_run_did(folder: Path) -> None:
    snapshot, different = weighed_alike(folder / "work")
    assert (snapshot.path / ADAPTED).is_file()
    assert ADAPTED in snapshot.manifest["files"]
    assert different > 100


def test_an_index_that_is_made_again_weighs_alike(folder: Path) -> None:
    sweep(folder / "work")
    assert weighed_alike(folder / "work")[1] > 100


def test_reviewers_see_the_names_as_the_run_did(folder: Path) -> None:
    book = Book.open(folder / "work", open_current(folder / "work"))
    k = np.arange(len(book.names), dtype=np.int32)
    texts = book.names.texts
    counts = book.names._base.counts
    adapted = NameTable.build(texts, Channel.kept_in(open_current(folder / "work").path), counts)
    assert np.array_equal(book.names.agree(k[:-1], k[1:]).weight, adapted.agree(k[:-1], k[1:]).weight)


def test_the_channel_is_kept_as_it_is(folder: Path, tmp_path: Path) -> None:
    learned = adapted_channel(open_current(folder / "work").table("person"), Channel.load()).channel
    kept = Channel.kept_in(open_current(folder / "work").path)
    assert kept is not None
    assert Channel.kept_in(tmp_path) is None
    assert np.array_equal(kept.fingerprint, learned.fingerprint)
    assert np.array_equal(kept.model.calibration, learned.model.calibration)
    for name, counts in learned.model.counts.items():
        other = kept.model.counts[name]
        assert counts.count.dtype == other.count.dtype
        for part in ("count", "keys", "allowed", "n_allowed", "floor"):
            assert np.array_equal(getattr(counts, part), getattr(other, part)), (name, part)
    assert kept.kept == learned.kept  # the same bytes every time
    shipped = Channel.load()
    assert shipped.kept is None
    shipped.model.save(tmp_path / "names.npz")
    again = ChannelModel.load(tmp_path / "names.npz")
    assert all(np.array_equal(c.count, again.counts[n].count) for n, c in shipped.model.counts.items())


def test_an_update_takes_the_channel_over(folder: Path) -> None:
    name = links(1, 9)[1][0]
    register(folder / "prison.csv", [("new-0", name, "ABCPK9999A")])
    ended = linker("run", folder / "run.yaml", "--workspace", folder / "work", "--update", environment=KEY)
    assert ended.code == 0, ended.text
    snapshot = open_current(folder / "work")
    assert snapshot.manifest["number"] == 2
    first = folder / "work" / "snapshots" / "000001" / ADAPTED
    assert (snapshot.path / ADAPTED).read_bytes() == first.read_bytes()
    assert weighed_alike(folder / "work")[1] > 100
