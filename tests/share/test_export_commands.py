"""`linker export` and `linker evaluate` on a published snapshot, as other programs call them."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import typer
from typer.testing import CliRunner

from linker.cli.evaluate import evaluate
from linker.cli.export import export
from linker.errors import ConfigError
from linker.registry.auditlog import AuditLog
from linker.registry.snapshot import SnapshotWriter
from linker.schema import CROSSWALK, EDGE, IDENTITY, RECORD, Table

app = typer.Typer()
app.command()(export)
app.command()(evaluate)

RECORDS = [("a", "Ramesh", "I1"), ("b", "रमेश", "I1"), ("c", "Sita", "I2")]


def filled(contract: Table, rows: dict[str, list[object]]) -> pa.Table:
    schema = contract.empty().schema
    length = len(next(iter(rows.values())))
    columns = [pa.array(rows[f.name], f.type) if f.name in rows else pa.nulls(length, f.type) for f in schema]
    return pa.table(columns, schema=schema)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    ids, names, identities = map(list, zip(*RECORDS, strict=True))
    keys = {"record_id": ids, "source": ["delhi"] * 3, "native_id": ids, "part": [1, 1, 1]}
    edge = {"record_id_l": ["a"], "record_id_r": ["b"], "weight": [15.0], "probability": [0.99], "decision": [2]}
    tables = {
        "record": filled(RECORD, {**keys, "name": names, "state": ["Delhi", "UP", "Delhi"]}),
        "crosswalk": filled(CROSSWALK, {**keys, "identity_id": identities}),
        "identity": filled(
            IDENTITY,
            {"identity_id": ["I1", "I2"], "name": ["रमेश", "Sita"], "records": [2, 1], "phones": [["9876543210"], None]},
        ),
        "edge": filled(EDGE, edge),
    }
    SnapshotWriter(tmp_path / "workspace").write(tables, {})
    return tmp_path / "workspace"


@pytest.mark.parametrize("kind", ["parquet", "csv", "xlsx"])
def test_export(workspace: Path, tmp_path: Path, kind: str) -> None:
    out = tmp_path / "out"
    command = ["export", "--workspace", str(workspace), "--format", kind, "--out", str(out), "--recipient", "SCRB"]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    assert sorted(p.name for p in out.iterdir()) == [f"crosswalk.{kind}", f"identity.{kind}"]
    entry = AuditLog(workspace).entries()[-1]
    assert (entry["kind"], entry["subject"]) == ("export", "snapshot 1")
    assert json.loads(entry["detail"])["recipient"] == "SCRB"
    if kind == "parquet":
        assert pq.read_table(out / "crosswalk.parquet").column_names == list(CROSSWALK.columns)


def test_telephones_are_masked_unless_someone_needs_them(workspace: Path, tmp_path: Path) -> None:
    def ask(*more: str) -> tuple[int, list[list[str] | None], str]:
        command = [
            "export",
            "--workspace",
            str(workspace),
            "--format",
            "parquet",
            "--out",
            str(tmp_path / "out"),
            *more,
        ]
        result = CliRunner().invoke(app, command)
        shown = pq.read_table(tmp_path / "out" / "identity.parquet")["phones"].to_pylist()
        return result.exit_code, shown, json.loads(AuditLog(workspace).entries()[-1]["detail"])["telephones"]

    whole = ("--telephones", "--recipient", "SCRB")
    assert ask() == (0, [["XXXXXX3210"], None], "masked")
    assert ask(*whole) == (1, [["XXXXXX3210"], None], "masked"), "no purpose"
    assert ask(*whole, "--purpose", "letter 4/2026") == (0, [["9876543210"], None], "whole")


def test_evaluate(workspace: Path, tmp_path: Path) -> None:
    truth = tmp_path / "truth.csv"
    truth.write_text("source,native_id,part,person_id\ndelhi,a,1,P\ndelhi,b,1,P\ndelhi,c,1,Q\n")
    command = ["evaluate", "--workspace", str(workspace), "--truth", str(truth), "--json", str(tmp_path / "out.json")]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    assert "pairs" in result.output
    figures = json.loads((tmp_path / "out.json").read_text())
    assert figures["pairwise"]["f1"] == 1
    assert figures["by_split"]["cross_script"]["hit"] == 1
    assert figures["without_labels"]["expected_false"] == pytest.approx(0.01, abs=1e-6)


def test_an_export_does_not_replace_a_snapshot_s_files(workspace: Path) -> None:
    before = {p: p.read_bytes() for p in (workspace / "snapshots").rglob("*.parquet")}
    for out in ("snapshots/000001", "out/../snapshots"):
        command = ["export", "--workspace", str(workspace), "--out", str(workspace / out), "--format", "parquet"]
        with pytest.raises(ConfigError, match="may not stand among the snapshots"):
            CliRunner().invoke(app, command, catch_exceptions=False)
    assert {p: p.read_bytes() for p in (workspace / "snapshots").rglob("*.parquet")} == before
