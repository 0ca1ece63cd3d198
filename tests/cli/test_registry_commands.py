"""runs, show, history, decide, decisions and audit as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from linker.cli import audit, decisions, snapshots
from linker.errors import LinkerError
from linker.registry.auditlog import AuditLog
from linker.registry.database import open_registry
from linker.registry.ledger import Ledger
from linker.registry.published import PLAN
from linker.registry.snapshot import SnapshotWriter, open_current
from tests.registry.small import tables

app = typer.Typer()
for name, command in (
    ("runs", snapshots.runs),
    ("show", snapshots.show),
    ("history", snapshots.history),
    ("decide", decisions.decide),
):
    app.command(name)(command)
app.add_typer(decisions.app, name="decisions")
app.add_typer(audit.app, name="audit")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    for grouping in ("abc de", "abcde"):
        made = tables(
            grouping,
            tmp_path,
            village="[bold]रामपुर[/bold]",
            pan="ABCDE1234F",
            pan_last4="234F",
            name_typed="\x1b[31mtyped",
        )
        SnapshotWriter(tmp_path).write(made, {})
    return tmp_path


def call(workspace: Path, *arguments: str) -> str:
    result = _invoke(workspace, *arguments)
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


def _invoke(workspace: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--workspace", str(workspace)], env={"COLUMNS": "300"})


def test_runs(workspace: Path) -> None:
    told = call(workspace, "runs")
    assert "→ 000002" in told
    assert "000001" in told


def test_show_tells_values_records_and_reasons_and_is_logged(workspace: Path) -> None:
    told = call(workspace, "show", "s/a", "--why", "case 12")
    identity = open_current(workspace).table("identity")["identity_id"][0].as_py()
    for expected in (
        identity,
        "Name A",
        "pan …234F",
        "s/e",
        "+9.0 name: same",
        ": linked",
        "a lead, not an identification",
    ):
        assert expected in told
    assert "ABCDE1234F" not in told
    assert "[bold]रामपुर[/bold]" in told
    assert "\x1b[31m" not in told
    last = AuditLog(workspace).entries()[-1]
    assert (last["kind"], last["subject"]) == ("view", identity)
    assert "case 12" in last["detail"]


def test_a_superseded_id_is_resolved(workspace: Path) -> None:
    old = tables("abc de")["crosswalk"]["identity_id"][3].as_py()
    assert f"{old} is superseded by" in call(workspace, "show", old)
    told = call(workspace, "history", old)
    assert "merged" in told
    assert f"{old} is no more. Its records belong to" in told


def test_an_older_snapshot_is_shown(workspace: Path) -> None:
    assert "s/d" not in call(workspace, "show", "s/a", "--as-of", "1")


def test_decide_undo_export_import(workspace: Path, tmp_path: Path) -> None:
    assert "decision 1: s/a and s/d are different" in call(
        workspace, "decide", "s/a", "s/d", "different", "--why", "two photographs"
    )
    assert "instead of decision 1" in call(
        workspace, "decide", "s/d", "s/a", "same", "--why", "one photograph", "--who", "meena"
    )
    call(workspace, "decisions", "undo", "2", "--why", "wrong file")
    assert "different" in call(workspace, "decisions", "list")
    assert "undo 2" in call(workspace, "decisions", "list", "--all")
    file = str(tmp_path / "d.csv")
    assert "wrote 3 decisions" in call(workspace, "decisions", "export", file)
    assert "0 decisions added, 3 known already" in call(workspace, "decisions", "import", file)
    assert "3 decisions added" in call(tmp_path / "other", "decisions", "import", file)
    assert len(Ledger(workspace).entries()) == 3


def test_audit_verify_prints_the_head_and_compares(workspace: Path) -> None:
    call(workspace, "decide", "s/a", "s/b", "same", "--why", "seen")
    head = call(workspace, "audit", "verify").split()[-1]
    assert "all as they were written" in call(workspace, "audit", "verify", "--head", head)
    wrong = _invoke(workspace, "audit", "verify", "--head", head[:-1] + ("0" if head[-1] != "0" else "1"))
    assert isinstance(wrong.exception, LinkerError)
    assert "view" not in call(workspace, "audit", "list", "--last", "1")


@pytest.mark.parametrize(
    "arguments",
    [("show", "nobody"), ("history", "P-000000-000000"), ("decide", "s/a", "s/a", "same", "--why", "x"),
     ("decide", "s/a", "s/b", "same", "--why", " "),
     ("audit", "verify", "--head", "x"), ("decisions", "undo", "7", "--why", "x"), ("show", "s/a", "--as-of", "9"),
     ("show", "s/a", "--as-of", "May"), ("show", "s/a", "--as-of", "1999-01-01")],
)  # fmt: skip
def test_mistakes_are_said_in_words(workspace: Path, arguments: tuple[str, ...]) -> None:
    assert isinstance(_invoke(workspace, *arguments).exception, LinkerError)


def test_an_empty_workspace(tmp_path: Path) -> None:
    for arguments in (("runs",), ("show", "s/a"), ("history", "s/a"), ("decide", "a", "b", "same", "--why", "x")):
        assert isinstance(_invoke(tmp_path, *arguments).exception, LinkerError)
    open_registry(tmp_path)
    assert "0 entries" in call(tmp_path, "audit", "verify")


def test_audit_verify_compares_the_files_of_snapshots(workspace: Path) -> None:
    """Also of one that keeps its events only; a file that an erasure was replacing when the process died is no damage."""
    before = open_current(workspace)
    for name in before.tables:
        if name != "event":
            (workspace / "snapshots" / "000001" / f"{name}.parquet").unlink()
    assert "2 snapshots, all files as they were published" in call(workspace, "audit", "verify", "--snapshots")
    (before.path / PLAN).write_text(json.dumps({"manifest": before.manifest}), encoding="utf-8")
    told = call(workspace, "audit", "verify", "--snapshots")
    assert "snapshot 2: an erasure has rewritten only a part of its files" in told
    before.file("edge").write_bytes(b"")
    (before.path / "identity.parquet").unlink()
    error = _invoke(workspace, "audit", "verify", "--snapshots").exception
    assert isinstance(error, LinkerError)
    assert "published:\n  snapshot 2: edge.parquet\n  snapshot 2: identity.parquet" in str(error)
