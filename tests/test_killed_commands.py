"""`linker erase`, `linker erasures purge`, `linker index` and `linker run --update` die at random moments: what stands is whole, the log is
as it was written, and the same command again ends as if nothing had happened."""

from __future__ import annotations

import os
import random
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from linker.batch import erasure
from linker.identity import history
from linker.index.store import is_indexed, open_index
from linker.registry.auditlog import AuditLog
from linker.registry.erasures import Erasures
from linker.registry.snapshot import list_runs, open_current
from linker.registry.trace import traces
from tests.commandline import linker
from tests.generated import CONFIG, KEY, extracts, run
from tests.killing import Died, killed

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
FOLDER = partial(extracts, 150, malformed=0.0)
ORDER = "Sessions Court Rohini, 14/2026"
KILLS, SEED = int(os.environ.get("KILLS", "3")), int(os.environ.get("KILL_SEED", "1"))


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with two runs, the second over somewhat more rows."""
    workspace = tmp_path_factory.mktemp("killed") / "workspace"
    folder = FOLDER()
    table = pq.read_table(folder / "haryana.parquet")
    some = workspace.parent / "some.parquet"
    pq.write_table(table.slice(0, len(table) // 2), some)
    assert run(workspace, folder, haryana=some).code == 0
    pq.write_table(table.slice(0, len(table) * 3 // 4), some)
    assert run(workspace, folder, haryana=some).code == 0
    return workspace


def victim(workspace: Path) -> str:
    """A record that the first snapshot holds already, of an identity of several."""
    identities = open_current(workspace).table("identity").to_pylist()
    some = {i["identity_id"] for i in identities if i["records"] >= 3}
    old = set(list_runs(workspace)[-1].table("crosswalk", ["record_id"])["record_id"].to_pylist())
    rows = open_current(workspace).table("crosswalk").to_pylist()
    return str(next(r["record_id"] for r in rows if r["identity_id"] in some and r["record_id"] in old))


def tables(workspace: Path) -> dict[str, str]:
    files = open_current(workspace).manifest["files"]
    return {name: facts["sha256"] for name, facts in files.items() if name.endswith(".parquet")}


def whole(workspace: Path) -> None:
    """What must hold at every moment, also right after a death."""
    for snapshot in list_runs(workspace):
        assert snapshot.verify() == []
    assert AuditLog(workspace).verify().faults == []
    current = open_current(workspace)
    records = current.table("record", ["record_id"])["record_id"]
    assert current.table("crosswalk", ["record_id"])["record_id"].equals(records)
    done = linker("audit", "verify", "--workspace", workspace, "--snapshots")
    assert done.code == 0, done.text
    begun = Erasures(workspace).begun()
    assert ("To finish it: linker erasures purge --now" in done.text) == bool(begun)
    assert ("erasure has rewritten only a part" in done.text) == any(s.unfinished for s in list_runs(workspace))


def settled(workspace: Path) -> None:
    """What must hold once the next command has ended well."""
    whole(workspace)
    for snapshot in list_runs(workspace):
        if "identity" in snapshot.tables:
            crosswalk = snapshot.table("crosswalk", ["record_id", "identity_id"])
            assert history.crosswalk_then(workspace, snapshot.number).to_pylist() == crosswalk.to_pylist()
        assert not [f for f in snapshot.path.iterdir() if f.name.startswith(".")]
    assert not list((workspace / "snapshots").glob(".partial-*"))
    assert not list(workspace.glob(".erasure-*")) + list(workspace.glob("..erasure-*"))


@dataclass(frozen=True)
class Command:
    """`arguments` of the command over a workspace; `again` is what a person does after it died; `same` compares with a sound end."""

    prepare: Callable[[Path], None]
    arguments: Callable[[Path], list[str]]
    again: Callable[[Path], None]
    same: Callable[[Path, Path], None]


def erase_arguments(workspace: Path) -> list[str]:
    record = victim(workspace)
    code = erasure.preview(workspace, [record], ORDER).code
    return ["erase", record, "--order", ORDER, "--confirm", code, "--workspace", str(workspace)]


def erase_again(workspace: Path) -> None:
    if erased(workspace):  # it died after its snapshot was published
        return
    done = linker(*erase_arguments(workspace))
    assert done.code == 0, done.text


def erased(workspace: Path) -> bool:
    first = list_runs(workspace)[-1].table("crosswalk", ["record_id"])["record_id"].to_pylist()
    orders = Erasures(workspace).orders()
    current = open_current(workspace).table("crosswalk", ["record_id"])["record_id"].to_pylist()
    return bool(orders) and set(orders[0].records) <= set(first) and not set(orders[0].records) & set(current)


def same_erasure(workspace: Path, sound: Path) -> None:
    assert tables(workspace) == tables(sound)
    [order], [expected] = Erasures(workspace).orders(), Erasures(sound).orders()
    assert (order.number, order.records, order.pending) == (expected.number, expected.records, True)


def erase_first(workspace: Path) -> None:
    record = victim(workspace)
    (workspace / "victim.txt").write_text(record[::-1], encoding="utf-8")  # backwards, so that it is no trace
    assert linker(*erase_arguments(workspace)).code == 0
    assert linker("index", "--workspace", workspace).code == 0


def purge_arguments(workspace: Path) -> list[str]:
    return ["erasures", "purge", "--now", "1", "--workspace", str(workspace)]


def purge_again(workspace: Path) -> None:
    order, begun = Erasures(workspace).order(1), Erasures(workspace).begun()
    told = linker("erasures", "list", "--workspace", workspace).text
    assert ("linker erasures purge --now 1" in told) == bool(begun)
    if begun or order.pending:
        done = linker(*purge_arguments(workspace))
        assert done.code == 0, done.text


def same_purge(workspace: Path, sound: Path) -> None:
    record = (workspace / "victim.txt").read_text(encoding="utf-8")[::-1]
    assert list(traces(workspace, [record])) == []
    assert Erasures(workspace).order(1).purged_at
    assert not (workspace / "indexes").exists()
    for snapshot, expected in zip(list_runs(workspace), list_runs(sound), strict=True):
        assert {n: f["sha256"] for n, f in snapshot.manifest["files"].items() if n.endswith(".parquet")} == {
            n: f["sha256"] for n, f in expected.manifest["files"].items() if n.endswith(".parquet")
        }


def index_arguments(workspace: Path) -> list[str]:
    return ["index", "--workspace", str(workspace)]


def index_again(workspace: Path) -> None:
    if is_indexed(workspace):
        open_index(workspace)  # what counts as made can be used as it is
    assert linker(*index_arguments(workspace)).code == 0


def same_index(workspace: Path, sound: Path) -> None:
    files = [
        {f.relative_to(w).as_posix(): f.read_bytes() for f in (w / "indexes").rglob("*") if f.is_file() and f.name != "lock"}
        for w in (workspace, sound)
    ]  # fmt: skip
    assert files[0] == files[1]


def update_arguments(workspace: Path) -> list[str]:
    changed = workspace.parent / "more.parquet"
    if not changed.is_file():
        pq.write_table(pq.read_table(FOLDER() / "haryana.parquet"), changed)
    return ["run", str(CONFIG), "--workspace", str(workspace), "--update", "--input", f"haryana={changed}"]


def update_again(workspace: Path) -> None:
    if open_current(workspace).number == 3:
        return
    done = linker(*update_arguments(workspace), environment=KEY)
    assert done.code == 0, done.text


def same_tables(workspace: Path, sound: Path) -> None:
    assert tables(workspace) == tables(sound)
    assert open_current(workspace).number == open_current(sound).number


COMMANDS = {
    "erase": Command(lambda _: None, erase_arguments, erase_again, same_erasure),
    "purge": Command(erase_first, purge_arguments, purge_again, same_purge),
    "index": Command(lambda _: None, index_arguments, index_again, same_index),
    "update": Command(lambda _: None, update_arguments, update_again, same_tables),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_killed_command_can_be_given_again(published: Path, tmp_path: Path, name: str) -> None:
    command, rng = COMMANDS[name], random.Random(f"{name} {SEED}")
    ready, sound = (Path(shutil.copytree(published, tmp_path / n / "workspace")) for n in ("ready", "sound"))
    for workspace in (ready, sound):
        command.prepare(workspace)
    ended = killed(command.arguments(sound))
    assert ended.code == 0, ended.text
    settled(sound)
    for attempt in range(KILLS):
        workspace = Path(shutil.copytree(ready, tmp_path / f"killed{attempt}" / "workspace"))
        died = _once(rng, ended, command.arguments(workspace))
        assert died.code in {-9, 0}, died.text  # 0: it was faster than the moment
        whole(workspace)
        command.again(workspace)
        settled(workspace)
        command.same(workspace, sound)
        shutil.rmtree(workspace)


def _once(rng: random.Random, ended: Died, arguments: list[str]) -> Died:
    """Killed at a random change of the file system two times out of three, else at a random moment."""
    if rng.random() < 2 / 3:
        return killed(arguments, change=rng.randint(1, ended.changes))
    return killed(arguments, after=rng.uniform(0.01, ended.seconds))
