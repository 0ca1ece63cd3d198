"""Updates beside full runs, in random orders of arrival, with changes, withdrawals, decisions and erasures in between."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from linker.batch import erasure
from linker.errors import LinkerError
from linker.identity import history
from linker.registry.ledger import Ledger, NewVerdict, Verdict
from linker.registry.snapshot import Snapshot, list_runs, open_current
from tests.commandline import Ended, linker
from tests.generated import CONFIG, KEY, extracts

HARYANA = "haryana.parquet"
TABLES = ("record", "person", "edge", "review", "crosswalk", "identity")


def run(workspace: Path, *options: str, **files: Path) -> Ended:
    inputs = [word for name, path in files.items() for word in ("--input", f"{name}={path}")]
    return linker("run", CONFIG, "--workspace", workspace, *inputs, *options, environment=KEY)


def ok(ended: Ended) -> None:
    assert ended.code == 0, ended.text


@pytest.fixture(scope="module")
def whole() -> pa.Table:
    return pq.read_table(extracts(1500, malformed=0.0) / HARYANA)


@pytest.fixture(scope="module")
def delhi() -> Path:
    return extracts(1500, malformed=0.0) / "delhi.csv"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, whole: pa.Table, delhi: Path) -> Path:
    """A workspace with Delhi and the first half of Haryana."""
    folder = tmp_path_factory.mktemp("update")
    ok(
        run(
            folder / "workspace",
            "--index",
            delhi=delhi,
            haryana=part(folder, whole, np.arange(len(whole)) < len(whole) // 2),
        )
    )
    return folder / "workspace"


@pytest.fixture
def workspace(published: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(published, tmp_path / "workspace"))


def part(folder: Path, table: pa.Table, chosen: np.ndarray) -> Path:
    file = folder / f"part{len(list(folder.glob('part*')))}.parquet"
    pq.write_table(table.filter(pa.array(chosen)), file)
    return file


def groups(snapshot: Snapshot) -> set[frozenset[str]]:
    found: dict[str, set[str]] = {}
    for row in snapshot.table("crosswalk").to_pylist():
        found.setdefault(row["identity_id"], set()).add(row["record_id"])
    return {frozenset(g) for g in found.values()}


def golden(snapshot: Snapshot) -> dict[str, dict[str, object]]:
    """Golden records by their smallest record; ids depend on who came first."""
    first: dict[str, str] = {}
    for row in snapshot.table("crosswalk").to_pylist():
        first.setdefault(row["identity_id"], row["record_id"])
    rows = snapshot.table("identity").to_pylist()
    return {first[r["identity_id"]]: {k: v for k, v in r.items() if k != "identity_id"} for r in rows}


def is_sound(workspace: Path) -> None:
    """Files as published, tables in order, the events rebuild the crosswalk of every snapshot."""
    for snapshot in list_runs(workspace):
        assert snapshot.verify() == []
        crosswalk = snapshot.table("crosswalk", ["record_id", "identity_id"])
        assert crosswalk["record_id"].to_pylist() == sorted(crosswalk["record_id"].to_pylist())
        assert history.crosswalk_then(workspace, snapshot.number).to_pylist() == crosswalk.to_pylist()
        assert snapshot.table("record")["record_id"].equals(crosswalk["record_id"])
        assert snapshot.table("person")["record_id"].equals(crosswalk["record_id"])


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_arrival_does_not_matter(workspace: Path, tmp_path: Path, whole: pa.Table, seed: int) -> None:
    """The other half of Haryana at once, and in up to four updates in random order: the same pairs, groups and golden records."""
    rng = np.random.default_rng(seed)
    other = Path(shutil.copytree(workspace, tmp_path / "other"))
    late = np.arange(len(whole)) >= len(whole) // 2
    ok(run(workspace, "--update", haryana=part(tmp_path, whole, late)))
    batch = rng.integers(0, 2 + seed % 3, len(whole))
    for number in rng.permutation(2 + seed % 3):
        ok(run(other, "--update", haryana=part(tmp_path, whole, late & (batch == number))))
    one, many = open_current(workspace), open_current(other)
    assert groups(one) == groups(many)
    assert golden(one) == golden(many)
    for name in ("person", "edge", "review"):
        assert one.table(name).to_pylist() == many.table(name).to_pylist()
    is_sound(workspace)
    is_sound(other)


def test_an_update_comes_close_to_a_full_run(workspace: Path, tmp_path: Path, whole: pa.Table, delhi: Path) -> None:
    """The full run estimates names and prior anew; all else is the same. The base grows by a third here: far more than an update should."""
    full = Path(shutil.copytree(workspace, tmp_path / "full"))
    ok(run(workspace, "--update", haryana=part(tmp_path, whole, np.arange(len(whole)) >= len(whole) // 2)))
    ok(run(full, delhi=delhi, haryana=part(tmp_path, whole, np.ones(len(whole), np.bool_))))
    one, other = groups(open_current(workspace)), groups(open_current(full))
    records = sum(map(len, other))
    assert sum(map(len, one)) == records
    assert sum(len(g) for g in one & other) >= 0.98 * records
    for name in ("record", "person"):
        left, right = (
            open_current(w).table(name).drop_columns(["line"] if name == "record" else []) for w in (workspace, full)
        )
        assert left.to_pylist() == right.to_pylist()


def test_what_is_as_it_was_changes_nothing(workspace: Path, tmp_path: Path, whole: pa.Table) -> None:
    before = {name: open_current(workspace).table(name).to_pylist() for name in TABLES}
    ok(run(workspace, "--update", haryana=part(tmp_path, whole, np.arange(len(whole)) < len(whole) // 2)))
    now = open_current(workspace)
    assert {name: now.table(name).to_pylist() for name in TABLES} == before
    assert now.manifest["update"]["new"] == now.manifest["update"]["replaced"] == now.manifest["update"]["gone"] == 0
    assert now.table("event").num_rows == 0
    is_sound(workspace)


def test_changed_and_withdrawn_rows(workspace: Path, tmp_path: Path, whole: pa.Table) -> None:
    """An update, and another that takes it back, leave everything as it was: changed rows change again, withdrawn ones come again."""
    before = groups(open_current(workspace)), golden(open_current(workspace))
    half = whole.slice(0, len(whole) // 2)
    ids = [r["record_id"] for r in open_current(workspace).table("record").to_pylist() if r["source"] == "haryana"]
    native = open_current(workspace).table("record", filters=None).to_pylist()
    withdrawn = sorted({r["native_id"] for r in native if r["source"] == "haryana"})[:25]
    (tmp_path / "gone.txt").write_text("\n".join(withdrawn) + "\n", encoding="utf-8")
    ok(run(workspace, "--update", "--withdrawn", f"haryana={tmp_path / 'gone.txt'}"))
    now = open_current(workspace)
    left = {r["record_id"] for r in now.table("record").to_pylist()}
    assert now.manifest["update"]["gone"] == len(set(ids) - left) >= 25
    assert not {r["native_id"] for r in now.table("record").to_pylist() if r["source"] == "haryana"} & set(withdrawn)
    ends = {r for row in now.table("edge").to_pylist() for r in (row["record_id_l"], row["record_id_r"])}
    assert ends <= left
    is_sound(workspace)
    ok(run(workspace, "--update", haryana=part(tmp_path, half, np.ones(len(half), np.bool_))))
    assert groups(open_current(workspace)) == before[0]
    assert golden(open_current(workspace)) == before[1]
    is_sound(workspace)


def test_a_complete_extract_withdraws_what_it_lacks(workspace: Path, tmp_path: Path, whole: pa.Table) -> None:
    quarter = part(tmp_path, whole, np.arange(len(whole)) < len(whole) // 4)
    ok(run(workspace, "--update", "--complete", "haryana", haryana=quarter))
    now = open_current(workspace)
    assert now.manifest["update"]["gone"] > 0
    sources = now.table("record")["source"].to_pylist()
    assert 0 < sources.count("haryana") < 1.3 * (len(whole) // 4)
    assert sources.count("delhi") == list_runs(workspace)[-1].table("record")["source"].to_pylist().count("delhi")
    is_sound(workspace)


def test_decisions_and_erasures_hold_in_updates(workspace: Path, tmp_path: Path, whole: pa.Table) -> None:
    together = next(sorted(g) for g in sorted(groups(open_current(workspace)), key=sorted) if len(g) == 2)
    Ledger(workspace).decide([NewVerdict(*together, Verdict.DIFFERENT, "two photographs")])
    ok(run(workspace, "--update"))
    assert {frozenset({r}) for r in together} <= groups(open_current(workspace))
    erased = next(
        r["record_id"] for r in open_current(workspace).table("record").to_pylist() if r["source"] == "haryana"
    )
    code = erasure.preview(workspace, [erased], "order 1").code
    erasure.confirm(workspace, [erased], "order 1", code)
    ok(run(workspace, "--update", haryana=part(tmp_path, whole, np.ones(len(whole), np.bool_))))
    now = open_current(workspace)
    assert erased not in now.table("record")["record_id"].to_pylist()
    assert {frozenset({r}) for r in together} <= groups(now) or not {together[0]} & set(
        now.table("record")["record_id"].to_pylist()
    )
    is_sound(workspace)
    done = linker("erasures", "purge", "--now", 1, "--workspace", workspace)
    assert done.code == 0, done.text
    is_sound(workspace)


@pytest.mark.parametrize(
    ("options", "what"),
    [(("--complete", "haryana"), "add --update"), (("--update", "--complete", "bihar"), "bihar"),
     (("--update", "--withdrawn", "haryana=nowhere.txt"), "cannot be read")],
)  # fmt: skip
def test_mistakes_are_said(
    workspace: Path, tmp_path: Path, whole: pa.Table, options: tuple[str, ...], what: str
) -> None:
    ended = run(workspace, *options, haryana=part(tmp_path, whole, np.zeros(len(whole), np.bool_)))
    assert ended.code in {2, 3}
    assert what in ended.text


def test_other_settings_need_a_full_run(workspace: Path, tmp_path: Path, whole: pa.Table) -> None:
    file = open_current(workspace).path / "settings.json"
    settings = file.read_text(encoding="utf-8")
    changed = re.sub(r'"tolerance": [0-9.]+', '"tolerance": 0.05', settings)
    assert changed != settings
    file.write_text(changed, encoding="utf-8")
    ended = run(workspace, "--update", haryana=part(tmp_path, whole, np.zeros(len(whole), np.bool_)))
    assert ended.code == 2
    assert "full run" in ended.text


def test_an_update_of_nothing_published(tmp_path: Path, whole: pa.Table) -> None:
    ended = run(tmp_path / "empty", "--update", haryana=part(tmp_path, whole, np.ones(len(whole), np.bool_)))
    assert ended.code == 6
    assert issubclass(LinkerError, Exception)
