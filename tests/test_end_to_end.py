"""The whole way on generated extracts: every row is accounted for, results repeat, nothing that is secret is left behind."""

from __future__ import annotations

import csv
import json
import random
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from linker.registry.ledger import Ledger
from linker.registry.snapshot import Snapshot, list_runs, open_current
from tests.commandline import FILES, Ended, linker
from tests.generated import extracts, run
from tests.records.layouts import RAJASTHAN, write_excel

SAME_EVERY_RUN = ("identity", "crosswalk", "edge", "record", "person", "review", "quarantine")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ended]:
    """A workspace with one published snapshot, and what the command printed. Tests read it and leave it alone."""
    workspace = tmp_path_factory.mktemp("published")
    ended = run(workspace, extracts())
    assert ended.code == 0, ended.text
    return workspace, ended


@pytest.fixture
def workspace(published: tuple[Path, Ended], tmp_path: Path) -> Path:
    """A copy of it to work in."""
    return Path(shutil.copytree(published[0], tmp_path / "workspace"))


def count_rows(folder: Path) -> dict[str, int]:
    """Data rows of each extract, counted by other means than the engine's. (No cell of these files holds a line end.)"""
    counts = {}
    for name in ("delhi", "uttar_pradesh"):
        counts[name] = len((folder / FILES[name]).read_text(encoding="utf-8-sig").splitlines()) - 1
    counts["rajasthan"] = (
        len(CalamineWorkbook.from_path(str(folder / FILES["rajasthan"])).get_sheet_by_index(0).to_python()) - 1
    )
    counts["haryana"] = pq.read_metadata(folder / FILES["haryana"]).num_rows
    return counts


def test_every_row_is_accounted_for(published: tuple[Path, Ended]) -> None:
    snapshot = open_current(published[0])
    rows = count_rows(extracts())
    assert {s["source"]: s["rows"] for s in snapshot.manifest["sources"]} == rows
    counts = snapshot.manifest["counts"]
    assert counts["rows_in"] == sum(rows.values())
    assert counts["quarantined"] == snapshot.table("quarantine").num_rows > 0
    assert counts["repeated"] > 0
    assert counts["rows_in"] == counts["rows_accepted"] + counts["quarantined"] + counts["repeated"]
    record = snapshot.table("record")
    parts = sum(1 for part in record["part"].to_pylist() if part > 1)
    assert parts > 0
    assert counts["records_made"] == counts["records"] + counts["excluded"]
    # A row gives one record and one more for each further person; of the excluded, parts are not in the table any more.
    assert 0 <= counts["records_made"] - counts["rows_accepted"] - parts <= counts["excluded"]
    assert counts["records"] == record.num_rows == snapshot.table("crosswalk").num_rows
    assert set(record["record_id"].to_pylist()) == set(snapshot.table("crosswalk")["record_id"].to_pylist())


def test_the_records_are_those_of_the_truth(published: tuple[Path, Ended]) -> None:
    """No person of the truth is missing, other than juveniles; damaged rows are in quarantine, not among the records."""
    snapshot = open_current(published[0])
    with (extracts() / "truth.csv").open(encoding="utf-8", newline="") as file:
        truth = {(row["source"], row["native_id"], int(row["part"])) for row in csv.DictReader(file)}
    crosswalk = snapshot.table("crosswalk").to_pylist()
    made = {(row["source"], row["native_id"], row["part"]) for row in crosswalk}
    assert not made - truth
    assert len(truth - made) == snapshot.manifest["counts"]["excluded"]


def test_identities_hold_together(published: tuple[Path, Ended]) -> None:
    snapshot = open_current(published[0])
    identity, crosswalk = snapshot.table("identity"), snapshot.table("crosswalk")
    sizes = Counter(crosswalk["identity_id"].to_pylist())
    assert dict(zip(identity["identity_id"].to_pylist(), identity["records"].to_pylist(), strict=True)) == sizes
    assert max(sizes.values()) > 1
    assert len({state for states in identity["states"].to_pylist() if len(states) > 1 for state in states}) == 4
    for row in identity.slice(0, 50).to_pylist():
        provenance = json.loads(row["provenance"])
        assert provenance


def test_the_same_input_gives_the_same_bytes(published: tuple[Path, Ended], tmp_path: Path) -> None:
    assert run(tmp_path / "again", extracts()).code == 0
    first, second = open_current(published[0]), open_current(tmp_path / "again")
    for table in (*SAME_EVERY_RUN, "event"):
        assert first.file(table).read_bytes() == second.file(table).read_bytes(), table
    assert (first.path / "model.json").read_bytes() == (second.path / "model.json").read_bytes()


def test_the_order_of_rows_does_not_matter(published: tuple[Path, Ended], tmp_path: Path) -> None:
    shuffled = shuffle(extracts(), tmp_path / "shuffled")
    assert run(tmp_path / "w", shuffled).code == 0
    first, second = open_current(published[0]), open_current(tmp_path / "w")
    for table in ("identity", "crosswalk", "edge"):
        assert first.table(table).equals(second.table(table)), table


def shuffle(folder: Path, out: Path) -> Path:
    """The same extracts, their rows in another order."""
    out.mkdir()
    order = random.Random(3)
    for name in ("delhi", "uttar_pradesh"):
        header, *lines = (folder / FILES[name]).read_text(encoding="utf-8-sig").splitlines()
        order.shuffle(lines)
        (out / FILES[name]).write_text("\n".join([header, *lines, ""]), encoding="utf-8")
    header, *rows = CalamineWorkbook.from_path(str(folder / FILES["rajasthan"])).get_sheet_by_index(0).to_python()
    assert header == RAJASTHAN
    order.shuffle(rows)
    write_excel(out / FILES["rajasthan"], RAJASTHAN, [dict(zip(RAJASTHAN, row, strict=True)) for row in rows])
    table = pq.read_table(folder / FILES["haryana"])
    numbers = list(range(table.num_rows))
    order.shuffle(numbers)
    pq.write_table(table.take(numbers), out / FILES["haryana"])
    return out


def test_a_second_run_changes_nothing(workspace: Path) -> None:
    first = open_current(workspace)
    assert run(workspace, extracts()).code == 0
    second = open_current(workspace)
    assert second.number == first.number + 1
    for table in SAME_EVERY_RUN:
        assert first.file(table).read_bytes() == second.file(table).read_bytes(), table
    assert first.table("event").num_rows > 0
    assert second.table("event").num_rows == 0
    assert first.verify() == second.verify() == []


def test_no_aadhaar_number_is_left_behind(published: tuple[Path, Ended], tmp_path: Path) -> None:
    numbers = aadhaar_numbers(extracts())
    assert len(numbers) > 10
    workspace, ended = published
    out = tmp_path / "export"
    for kind in ("csv", "xlsx", "parquet"):
        assert linker("export", "--workspace", workspace, "--format", kind, "--out", out).code == 0
    texts = {"what the command printed": ended.text}
    for file in [*workspace.rglob("*"), *out.rglob("*")]:
        if file.is_file():
            texts[str(file)] = text_of(file)
    for where, text in texts.items():
        held = {number for digits in long_numbers(text) for number in numbers if number in digits}
        assert not held, where
    hashed = open_current(workspace).table("person", ["aadhaar"])["aadhaar"].drop_null().to_pylist()
    assert len(hashed) > 10
    assert all(re.fullmatch("v1:[a-p]{32}", value) for value in hashed)


def aadhaar_numbers(folder: Path) -> set[str]:
    """All numbers of twelve digits in the Aadhaar columns, but for placeholders (one digit repeated)."""
    cells: list[Any] = pq.read_table(folder / FILES["haryana"])["aadhaar"].drop_null().to_pylist()
    for name, column in (("delhi", "UID_NO"), ("uttar_pradesh", "आधार नं0")):
        with (folder / FILES[name]).open(encoding="utf-8-sig", newline="") as file:
            cells += [row.get(column) or "" for row in csv.DictReader(file)]
    sheet = CalamineWorkbook.from_path(str(folder / FILES["rajasthan"])).get_sheet_by_index(0).to_python()
    at = sheet[0].index("आधार")
    cells += [f"{row[at]:.0f}" if isinstance(row[at], float) else row[at] for row in sheet[1:]]
    digits = {re.sub(r"[ -]", "", str(cell)) for cell in cells}
    return {d for d in digits if re.fullmatch("[0-9]{12}", d) and len(set(d)) > 1}


def text_of(file: Path) -> str:
    """A file's bytes, and for packed formats what a reader sees as well."""
    seen = [file.read_bytes().decode("latin-1"), file.read_bytes().decode("utf-8", "ignore")]
    if file.suffix == ".parquet":
        seen += [str(column.to_pylist()) for column in pq.read_table(file).columns]
    if file.suffix == ".xlsx":
        seen += [str(sheet) for sheet in (CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python(),)]
    return "\n".join(seen)


def long_numbers(text: str) -> set[str]:
    """Runs of at least twelve digits, separators within them left out."""
    return {re.sub("[^0-9]", "", run) for run in re.findall(r"[0-9](?:[ -]?[0-9]){11,}", text)}


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_exports_read_back(published: tuple[Path, Ended], tmp_path: Path, kind: str) -> None:
    workspace = published[0]
    assert linker("export", "--workspace", workspace, "--format", kind, "--out", tmp_path).code == 0
    snapshot = open_current(workspace)
    for table in ("identity", "crosswalk"):
        cells = read_export(tmp_path / f"{table}.{kind}")
        stored = snapshot.table(table)
        assert cells[0][: len(stored.column_names)] == stored.column_names
        assert [row[cells[0].index("identity_id")] for row in cells[1:]] == stored["identity_id"].to_pylist()
    crosswalk = read_export(tmp_path / f"crosswalk.{kind}")
    assert crosswalk[0][:5] == ["source", "native_id", "part", "record_id", "identity_id"]


def read_export(path: Path) -> list[list[Any]]:
    """Header and rows."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [list(row) for row in csv.reader(file)]
    if path.suffix == ".xlsx":
        return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    table = pq.read_table(path)
    return [table.column_names, *(list(row.values()) for row in table.to_pylist())]


def test_evaluate_writes_its_figures(published: tuple[Path, Ended], tmp_path: Path) -> None:
    ended = linker(
        "evaluate",
        "--workspace",
        published[0],
        "--truth",
        extracts() / "truth.csv",
        "--json",
        tmp_path / "figures.json",
    )
    assert ended.code == 0, ended.text
    figures = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    assert figures["pairwise"]["precision"] > 0.9
    assert figures["pairwise"]["recall"] > 0.3
    assert {"same_script", "cross_script", "same_state", "cross_state"} <= set(figures["by_split"])


def linked(snapshot: Snapshot) -> tuple[str, str]:
    """Two records of one identity that has no third."""
    crosswalk = snapshot.table("crosswalk")
    groups: dict[str, list[str]] = {}
    for row in crosswalk.to_pylist():
        groups.setdefault(row["identity_id"], []).append(row["record_id"])
    first, second = next(ids for _, ids in sorted(groups.items()) if len(ids) == 2)
    return first, second


def identity_of(workspace: Path, record: str) -> str:
    crosswalk = open_current(workspace).table("crosswalk", filters=pc.field("record_id") == record)
    return str(crosswalk["identity_id"][0])


def test_a_decision_parts_what_was_linked_and_undo_joins_it_again(workspace: Path) -> None:
    first, second = linked(open_current(workspace))
    before = identity_of(workspace, first)
    kept = {t: open_current(workspace).file(t).read_bytes() for t in ("identity", "crosswalk", "edge")}
    shown = linker("show", before, "--workspace", workspace)
    assert shown.code == 0
    assert first in shown.text and second in shown.text and "why these are one person" in shown.text

    decided = linker("decide", first, second, "different", "--why", "two photographs", "--workspace", workspace)
    assert decided.code == 0, decided.text
    assert run(workspace, extracts()).code == 0
    assert identity_of(workspace, first) != identity_of(workspace, second)
    assert {e["kind"] for e in open_current(workspace).table("event").to_pylist()} == {"split", "created"}
    told = linker("history", before, "--workspace", workspace)
    assert told.code == 0 and "created" in told.text and "split" in told.text

    number = Ledger(workspace).entries()[-1].number
    assert linker("decisions", "undo", str(number), "--why", "wrong file", "--workspace", workspace).code == 0
    assert run(workspace, extracts()).code == 0
    assert identity_of(workspace, first) == identity_of(workspace, second) == before
    for table, old in kept.items():
        assert open_current(workspace).file(table).read_bytes() == old, table

    listed = linker("runs", "--workspace", workspace)
    assert listed.code == 0 and "000003" in listed.text
    assert len(list_runs(workspace)) == 3
    verified = linker("audit", "verify", "--workspace", workspace)
    assert verified.code == 0 and "all as they were written" in verified.text


def test_a_decision_joins_what_was_apart(workspace: Path) -> None:
    crosswalk = open_current(workspace).table("crosswalk").to_pylist()
    sizes = Counter(row["identity_id"] for row in crosswalk)
    first, second = [
        row["record_id"] for row in crosswalk if sizes[row["identity_id"]] == 1 and row["source"] == "haryana"
    ][:2]
    assert linker("decide", first, second, "same", "--why", "fingerprints", "--workspace", workspace).code == 0
    assert run(workspace, extracts()).code == 0
    assert identity_of(workspace, first) == identity_of(workspace, second)


def test_one_source_alone_and_as_columns(tmp_path: Path) -> None:
    """Sources without an input are left out of the run."""
    ended = linker(
        "run",
        "configs/four_states.yaml",
        "--workspace",
        tmp_path,
        "--input",
        f"haryana={extracts() / FILES['haryana']}",
    )
    assert ended.code == 0, ended.text
    assert open_current(tmp_path).table("crosswalk")["source"].unique() == pa.array(["haryana"])
