"""Erasure end to end: previewed, confirmed, taken back, carried out for good; afterwards no byte of the workspace tells of it."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from linker.batch import erasure
from linker.batch import purge as purging
from linker.batch.purge import SHORTEST, purge, purge_due
from linker.errors import LinkerError
from linker.identity import history
from linker.registry.auditlog import AuditLog
from linker.registry.database import open_registry
from linker.registry.erasures import Erasures
from linker.registry.ledger import Ledger, NewVerdict, Verdict
from linker.registry.snapshot import list_runs, open_current
from linker.registry.trace import traces
from tests.commandline import inputs, linker
from tests.generated import CONFIG, KEY, extracts, run

ORDER = "Sessions Court Rohini, 14/2026"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with two runs."""
    workspace = tmp_path_factory.mktemp("erasure") / "workspace"
    for _ in range(2):
        ended = run(workspace, extracts(300))
        assert ended.code == 0, ended.text
    return workspace


@pytest.fixture
def workspace(published: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(published, tmp_path / "workspace"))


def export(workspace: Path) -> None:
    """Exports of all kinds inside the workspace, and one elsewhere."""
    for out, kind in (
        (workspace / "out", "csv"),
        (workspace / "out", "xlsx"),
        (workspace / "out", "parquet"),
        (workspace.parent / "else", "csv"),
    ):
        done = linker("export", "--workspace", workspace, "--out", out, "--format", kind, "--recipient", "SCRB")
        assert done.code == 0, done.text


def chosen(workspace: Path) -> tuple[str, str]:
    """A record of an identity of three or more, and the identity."""
    identities = open_current(workspace).table("identity").to_pylist()
    identity = next(i["identity_id"] for i in identities if i["records"] >= 3)
    crosswalk = open_current(workspace).table("crosswalk").to_pylist()
    return next(r["record_id"] for r in crosswalk if r["identity_id"] == identity), identity


def erase(workspace: Path, *asked: str) -> int:
    code = erasure.preview(workspace, asked, ORDER).code
    order, _ = erasure.confirm(workspace, asked, ORDER, code)
    return order.number


def tables(workspace: Path) -> dict[str, str]:
    files = open_current(workspace).manifest["files"]
    return {name: f["sha256"] for name, f in files.items() if name.endswith(".parquet") and name != "event.parquet"}


def test_the_preview_tells_all_and_changes_nothing(workspace: Path) -> None:
    record, identity = chosen(workspace)
    export(workspace)
    before = {p: p.read_bytes() for p in workspace.rglob("*") if p.is_file()}
    told = erasure.preview(workspace, [record], ORDER)
    assert {p: p.read_bytes() for p in workspace.rglob("*") if p.is_file()} == before
    assert told.records["record_id"].to_pylist() == [record]
    assert any(line.startswith(identity) for line in told.outcome)
    assert told.snapshots == (1, 2)
    assert [e.recipient for e in told.exports] == ["SCRB"] * 4
    command = ["erase", record, "--order", ORDER, "--workspace", workspace]
    shown = linker(*command)
    assert f"--confirm {told.code}" in shown.text
    assert "SCRB" in shown.text
    assert linker(*command, "--confirm", "00000000").code == 3
    assert open_current(workspace).number == 2


def test_an_erased_record_is_gone_at_once_and_does_not_come_back(workspace: Path) -> None:
    record, identity = chosen(workspace)
    before = {r["record_id"]: r["identity_id"] for r in open_current(workspace).table("crosswalk").to_pylist()}
    erase(workspace, record)
    then = {r["record_id"]: r["identity_id"] for r in open_current(workspace).table("crosswalk").to_pylist()}
    assert record not in then
    assert set(then) == set(before) - {record}
    others = {r: i for r, i in before.items() if i != identity}
    assert {r: then[r] for r in others} == others
    events = open_current(workspace).table("event").to_pylist()
    assert next(e for e in events if e["kind"] == "erased")["cause"] == "order"
    ended = run(workspace, extracts(300))
    assert ended.code == 0, ended.text
    again = {r["record_id"]: r["identity_id"] for r in open_current(workspace).table("crosswalk").to_pylist()}
    assert again == then
    assert open_current(workspace).manifest["counts"]["withheld"] == 1


def test_groups_formed_anew_are_those_of_a_full_run(workspace: Path) -> None:
    """Erasing all but one record of several identities gives the tables that a run over extracts without them gives."""
    identities = [i["identity_id"] for i in open_current(workspace).table("identity").to_pylist() if i["records"] >= 3]
    crosswalk = open_current(workspace).table("crosswalk").to_pylist()
    records = [next(r["record_id"] for r in crosswalk if r["identity_id"] == i) for i in identities[:5]]
    erase(workspace, *records)
    erased = open_current(workspace).table("crosswalk"), open_current(workspace).table("identity")
    assert run(workspace, extracts(300)).code == 0
    assert open_current(workspace).table("crosswalk").equals(erased[0])
    names = ["identity_id", "records", "name", "father", "sex", "birth_from", "birth_to", "phones", "pin"]
    assert open_current(workspace).table("identity", names).equals(erased[1].select(names))


def test_taking_an_erasure_back_restores_every_table_byte_for_byte(workspace: Path) -> None:
    before = tables(workspace)
    number = erase(workspace, chosen(workspace)[0])
    assert tables(workspace) != before
    assert linker("erasures", "undo", number, "--why", "set aside", "--workspace", workspace).code == 0
    assert run(workspace, extracts(300)).code == 0
    assert tables(workspace) == before
    with pytest.raises(LinkerError, match="taken back"):
        purge(workspace, number)


def test_after_the_purge_no_byte_tells_of_it(workspace: Path) -> None:
    """An identity of several records is erased; everything that only these records held is searched for."""
    export(workspace)
    _, identity = chosen(workspace)
    current = open_current(workspace)
    crosswalk = current.table("crosswalk").to_pylist()
    own = [r["record_id"] for r in crosswalk if r["identity_id"] == identity]
    other = next(r["record_id"] for r in crosswalk if r["identity_id"] != identity)
    rows = [r for name in ("record", "person") for r in current.table(name).to_pylist() if r["record_id"] in own]
    said = {t for r in rows for v in r.values() for t in (v if isinstance(v, list) else [v]) if isinstance(t, str)}
    rest = "\n".join(
        str(r.values())
        for name in ("record", "person")
        for r in current.table(name).to_pylist()
        if r["record_id"] not in own
    )
    values = [*own, *sorted(v for v in said if len(v) >= SHORTEST and v not in rest)]
    assert len(values) > len(own) + 3
    ledger = Ledger(workspace)
    ledger.decide(
        [NewVerdict(own[0], other, Verdict.DIFFERENT, f"not {own[1]}"), NewVerdict(own[0], own[1], Verdict.SAME, "x")]
    )
    AuditLog(workspace).append("view", identity, {"why": f"about {values[-1]}"})
    (workspace / "indexes").mkdir()
    (workspace / "indexes" / "names.arrow").write_text(values[-1], encoding="utf-8")
    number = erase(workspace, identity)
    assert list(traces(workspace, values))
    done = linker("erasures", "purge", "--now", number, "--workspace", workspace)
    assert done.code == 0, done.text
    assert list(traces(workspace, values)) == []
    _is_sound(workspace, own, number)
    assert run(workspace, extracts(300)).code == 0
    assert [t for t in traces(workspace, values) if t.value not in _masked(values)] == []
    assert not set(open_current(workspace).table("crosswalk")["record_id"].to_pylist()) & set(own)


def _masked(values: list[str]) -> set[str]:
    return {v for v in values if re.fullmatch(r"[X\d-]+", v)}


def _is_sound(workspace: Path, own: list[str], number: int) -> None:
    for snapshot in list_runs(workspace):
        assert snapshot.verify() == []
        assert not set(history.crosswalk_then(workspace, snapshot.number)["record_id"].to_pylist()) & set(own)
    log = AuditLog(workspace)
    assert log.verify().faults == []
    [entry] = [e for e in log.entries() if e["kind"] == "purge"]
    assert entry["subject"] == f"erasure {number}"
    assert len(json.loads(entry["detail"])["decisions"]) == 2
    assert not (workspace / "indexes").exists()
    assert not list((workspace / "out").iterdir())
    verdicts = {e.verdict for e in Ledger(workspace).entries()}
    assert verdicts == {Verdict.DIFFERENT, Verdict.SAME}
    assert Erasures(workspace).orders()[0].records == ()


def test_a_record_that_an_update_has_withdrawn_is_erased_from_the_snapshots_that_still_hold_it(workspace: Path) -> None:
    records = open_current(workspace).table("record").to_pylist()
    of = {r["record_id"]: r for r in records if r["source"] == "haryana"}
    record = sorted(of)[0]
    gone = workspace.parent / "gone.txt"
    gone.write_text(of[record]["native_id"] + "\n", encoding="utf-8")
    withdrawn = linker(
        "run", CONFIG, "--workspace", workspace, "--update", "--withdrawn", f"haryana={gone}", environment=KEY
    )
    assert withdrawn.code == 0, withdrawn.text
    crosswalk = open_current(workspace).table("crosswalk").to_pylist()
    told = erasure.preview(workspace, [record], ORDER)
    assert told.records["record_id"].to_pylist() == [record]
    assert told.snapshots == (1, 2)
    assert told.outcome == ()
    number = erase(workspace, record)
    assert open_current(workspace).table("crosswalk").to_pylist() == crosswalk
    assert set(purge(workspace, number).snapshots) == {1, 2, 3}  # events of the third tell of the withdrawal
    assert list(traces(workspace, [record])) == []
    with pytest.raises(LinkerError, match="nothing is known"):
        erasure.preview(workspace, ["haryana:never"], ORDER)


def test_only_what_is_due_is_carried_out(workspace: Path) -> None:
    number = erase(workspace, chosen(workspace)[0])
    assert purge_due(workspace) == []
    assert Erasures(workspace).order(number).pending
    assert "can be taken back until" in linker("erasures", "list", "--workspace", workspace).text


def make_due(workspace: Path) -> None:
    with open_registry(workspace).begin() as connection:
        connection.exec_driver_sql("UPDATE erasure SET purge_after = '2020-01-01T00:00:00'")


def test_an_update_carries_out_what_is_due(workspace: Path) -> None:
    record, _ = chosen(workspace)
    erase(workspace, record)
    make_due(workspace)
    done = linker("run", CONFIG, "--workspace", workspace, "--update", environment=KEY)
    assert done.code == 0, done.text
    assert Erasures(workspace).order(1).purged_at
    assert list(traces(workspace, [record])) == []


def test_an_order_that_no_snapshot_follows_yet_does_not_keep_a_run_from_making_one(workspace: Path) -> None:
    """The process died after the order was written down and before it published; the order is due at once."""
    record, _ = chosen(workspace)
    Erasures(workspace).give([record], ORDER, 0, {})
    make_due(workspace)
    refused = linker("erasures", "purge", "--workspace", workspace)
    assert refused.code == 3 and "still holds records of erasure 1" in refused.text
    for _ in range(2):  # the first publishes without it, the second carries it out
        assert run(workspace, extracts(300)).code == 0
    assert list(traces(workspace, [record])) == []


def test_a_purge_that_died_after_the_registry_said_done_is_finished(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, _ = chosen(workspace)
    number = erase(workspace, record)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(purging, "compact", die)
        with pytest.raises(KeyboardInterrupt):
            purge(workspace, number)
    assert [o.number for o in Erasures(workspace).begun()] == [number]
    (workspace / "notes.txt").write_text(f"see {record}", encoding="utf-8")
    told = linker("audit", "verify", "--workspace", workspace).text
    assert f"To finish it: linker erasures purge --now {number}" in told
    [done] = purge_due(workspace)
    assert [trace.file for trace in done.left] == ["notes.txt"]
    assert Erasures(workspace).begun() == []
    with pytest.raises(LinkerError, match="erased for good"):
        purge(workspace, number)


def test_taking_back_what_was_begun_leaves_no_notes(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    number = erase(workspace, chosen(workspace)[0])

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(purging, "purge_registry", die)
        with pytest.raises(KeyboardInterrupt):
            purge(workspace, number)
    assert list(workspace.glob(".erasure-*"))
    Erasures(workspace).undo(number, "order set aside")
    assert not list(workspace.glob(".erasure-*"))
    assert Erasures(workspace).begun() == [] == purge_due(workspace)
    with pytest.raises(LinkerError, match="taken back"):
        purge(workspace, number)


def test_a_list_without_its_key_is_an_error(workspace: Path) -> None:
    erase(workspace, chosen(workspace)[0])
    (workspace / "suppression.key").unlink()
    ended = run(workspace, extracts(300))
    assert ended.code == 6
    assert "suppression list" in ended.text


@pytest.mark.parametrize(
    ("asked", "order", "what"),
    [("nobody", ORDER, "nothing is known"), ("", " ", "needs the order")],
)
def test_mistakes_are_said(workspace: Path, asked: str, order: str, what: str) -> None:
    with pytest.raises(LinkerError, match=what):
        erasure.preview(workspace, [asked], order)


def test_a_stranger_file_that_holds_a_value_is_named(workspace: Path) -> None:
    record, _ = chosen(workspace)
    (workspace / "notes.txt").write_text(f"see {record}", encoding="utf-8")
    number = erase(workspace, record)
    done = linker("erasures", "purge", "--now", number, "--workspace", workspace)
    assert done.code == 6
    assert "notes.txt" in done.text


def test_taking_a_decision_back_restores_every_table_byte_for_byte(workspace: Path) -> None:
    """Also where it had brought two identities together, or taken one apart: the old ids are there again."""
    before = tables(workspace)
    rows = open_current(workspace).table("crosswalk").to_pylist()
    by_identity: dict[str, list[str]] = {}
    for row in rows:
        by_identity.setdefault(row["identity_id"], []).append(row["record_id"])
    several = [members for members in by_identity.values() if len(members) >= 2]
    ledger = Ledger(workspace)
    for verdict, pair in ((Verdict.SAME, (several[0][0], several[1][0])), (Verdict.DIFFERENT, tuple(several[2][:2]))):
        [entry] = ledger.decide([NewVerdict(*pair, verdict, "looked at")])
        assert run(workspace, extracts(300)).code == 0
        assert tables(workspace) != before
        ledger.undo(entry.number, "a mistake")
        assert run(workspace, extracts(300)).code == 0
        assert tables(workspace) == before
    kinds = [
        e.kind for e in history.of_identity(workspace, open_current(workspace).table("event")["identity_id"][0].as_py())
    ]
    assert "revived" in kinds or "split" in kinds or "merged" in kinds


@pytest.mark.parametrize("update", [[], ["--update"]], ids=["run", "update"])
def test_a_run_tells_what_a_due_erasure_could_not_reach(workspace: Path, update: list[str]) -> None:
    """The file, not the record."""
    record, _ = chosen(workspace)
    (workspace / "notes.txt").write_text(f"see {record}", encoding="utf-8")
    erase(workspace, record)
    make_due(workspace)
    given = [] if update else inputs(extracts(300))
    done = linker("run", CONFIG, "--workspace", workspace, *given, *update, environment=KEY)
    assert done.code == 0, done.text
    told = " ".join(done.text.split())
    assert "erasure 1 is carried out, but some files of the workspace still hold what it erased" in told
    assert "notes.txt, bytes" in told
    assert record not in told


def exported(workspace: Path, out: str) -> None:
    AuditLog(workspace).append(
        "export", "snapshot 2", {"format": "csv", "out": out, "recipient": "SCRB", "snapshot": 2}
    )


def test_exports_are_removed_where_the_log_says_and_nowhere_else(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through a link into the workspace; neither by a relative path, nor outside, nor among the snapshots."""
    monkeypatch.chdir(workspace)
    for name in ("out", "relative", "../else"):
        (workspace / name).mkdir()
        (workspace / name / "identity.csv").write_text("x", encoding="utf-8")
    link = workspace.parent / "link"
    link.symlink_to(workspace, target_is_directory=True)
    snapshot = open_current(workspace).path
    for out in (str(link / "out"), "relative", "../else", str(workspace / ".." / "else"), str(snapshot), ""):
        exported(workspace, out)
    number = erase(workspace, chosen(workspace)[0])
    assert purge(link, number).removed[-1:] == ("out/identity.csv",)
    assert not (workspace / "out" / "identity.csv").exists()
    assert (workspace / "relative" / "identity.csv").is_file()
    assert (workspace.parent / "else" / "identity.csv").is_file()
    assert [run.verify() for run in list_runs(workspace)] == [[]] * 3


def test_an_export_that_was_moved_within_the_workspace_is_named(workspace: Path) -> None:
    record, _ = chosen(workspace)
    export(workspace)
    (workspace / "out").rename(workspace / "old")
    number = erase(workspace, record)
    done = linker("erasures", "purge", "--now", number, "--workspace", workspace)
    assert done.code == 6
    assert "old/crosswalk.csv, bytes" in done.text
    assert "exports that were moved" in done.text
    assert record not in done.text
