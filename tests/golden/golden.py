"""The golden case: writes its four extracts, runs them, and tells what each stage made of them as text that a person can review."""

from __future__ import annotations

import csv
import datetime
import os
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pyarrow as pa
import yaml

from linker.config.loading import CONFIGS
from linker.config.run import load_run
from linker.normalise.aadhaar import KEY_VARIABLE
from linker.pipeline import run
from linker.records import read_sources
from linker.registry.snapshot import Snapshot
from linker.schema import BirthKind, Decision, Sex
from tests.commandline import FILES
from tests.records.layouts import DELHI, RAJASTHAN, UTTAR_PRADESH, Row, write_excel, write_parquet

HERE = Path(__file__).parent
EXPECTED = HERE / "expected"
NOT_SHOWN = {"record_id", "source", "native_id", "line", "state"}
KEY = "5ec7e7" + "0" * 58
"""A key for Aadhaar hashes that everyone may know, because the people are invented."""


def write_extracts(folder: Path) -> Path:
    """The rows of rows.yaml as the four states would send them."""
    rows: dict[str, list[Any]] = yaml.safe_load((HERE / "rows.yaml").read_text(encoding="utf-8"))
    folder.mkdir(parents=True, exist_ok=True)
    _write_csv(folder / FILES["delhi"], DELHI, rows["delhi"], "utf-8-sig")
    _write_csv(folder / FILES["uttar_pradesh"], UTTAR_PRADESH, rows["uttar_pradesh"], "utf-8")
    write_excel(folder / FILES["rajasthan"], RAJASTHAN, [_known(row, RAJASTHAN) for row in rows["rajasthan"]])
    write_parquet(folder / FILES["haryana"], [{"aliases": [], "marks": [], **row} for row in rows["haryana"]])
    return folder


def _write_csv(path: Path, header: list[str], rows: list[Any], encoding: str) -> None:
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(r if isinstance(r, list) else [_known(r, header).get(c, "") for c in header] for r in rows)


def _known(row: Row, header: list[str]) -> Row:
    assert set(row) <= set(header), set(row) - set(header)
    return row


@dataclass(frozen=True)
class Made:
    """What the run left: the accepted rows, and the published snapshot."""

    rows: pa.Table
    snapshot: Snapshot


def make(folder: Path) -> Made:
    """Run the golden case in `folder`."""
    extracts = write_extracts(folder / "extracts")
    inputs = {name: str(extracts / file) for name, file in FILES.items()}
    settings = CONFIGS / "four_states.yaml"
    loaded = load_run(settings, inputs)
    # A handful of broken rows is a large share of a handful of rows.
    loaded = loaded.model_copy(update={"settings": loaded.settings.model_copy(update={"max_quarantined_share": 0.3})})
    read = read_sources([(source, inputs[source.name]) for source in loaded.sources])
    with mock.patch.dict(os.environ, {KEY_VARIABLE: KEY}):
        result = run(loaded, folder / "workspace")
    return Made(pa.concat_tables([r.rows for r in read]), result.snapshot)


def stages(made: Made) -> dict[str, str]:
    """Stage → its text, in the order of the run."""
    table = made.snapshot.table
    views: dict[str, Callable[[], Any]] = {
        "1_row": lambda: {f"{r['source']} line {r.pop('line')}": _filled(r, {"source"}) for r in made.rows.to_pylist()},
        "2_quarantine": lambda: {
            f"{r['source']} line {r['line']}": _filled(r, {"source", "line"}) for r in _rows(table("quarantine"))
        },
        "3_record": lambda: {r["record_id"]: _filled(r, NOT_SHOWN) for r in _rows(table("record"))},
        "4_person": lambda: {r["record_id"]: _person(r) for r in _rows(table("person"))},
        "5_decision": lambda: _decisions(table("edge")),
        "6_crosswalk": lambda: _groups(table("crosswalk"), table("record")),
    }  # fmt: skip
    return {name: _text(view()) for name, view in views.items()}


def _rows(table: pa.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def _filled(row: dict[str, Any], without: set[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in without and value not in (None, [], False)}


def _person(row: dict[str, Any]) -> dict[str, Any]:
    """The comparable form without what RECORD says as well: days as dates, codes as words, a hash as a mark."""
    shown = _filled(row, {"record_id"})
    for name in ("birth_from", "birth_to", "record_day"):
        if name in shown:
            shown[name] = str(datetime.date(1970, 1, 1) + datetime.timedelta(days=shown[name]))
    shown["sex"] = Sex(row["sex"]).name.lower()
    shown["birth_kind"] = BirthKind(row["birth_kind"]).name.lower()
    if "aadhaar" in shown:
        shown["aadhaar"] = "(keyed hash)"
    return shown


def _decisions(edge: pa.Table) -> dict[str, list[str]]:
    """rule → the pairs: every link, and what the hard rules say of the records. Which of the other pairs are improbable and which
    are for review is a matter of trained weights and of no interest here, as long as they do not link."""
    found: dict[str, list[str]] = {rule: [] for rule in ("link", "veto", "misused_identity")}
    for row in _rows(edge):
        if Decision(row["decision"]) is Decision.LINK or row["rule"] in found:
            found[row["rule"]].append(f"{row['record_id_l']} – {row['record_id_r']}")
    return {rule: sorted(pairs) for rule, pairs in found.items()}


def _groups(crosswalk: pa.Table, record: pa.Table) -> dict[str, list[str]]:
    """identity → its records with their names."""
    names = dict(zip(record["record_id"].to_pylist(), record["name"].to_pylist(), strict=True))
    found: dict[str, list[str]] = defaultdict(list)
    for row in _rows(crosswalk):
        found[row["identity_id"]].append(f"{row['record_id']} {names[row['record_id']]}")
    return {identity: sorted(members) for identity, members in sorted(found.items(), key=lambda item: min(item[1]))}


def _text(content: Any) -> str:
    return yaml.safe_dump(_plain(content), allow_unicode=True, sort_keys=False, width=160)


def _plain(content: Any) -> Any:
    if isinstance(content, dict):
        return {str(k): _plain(v) for k, v in content.items()}
    return [_plain(v) for v in content] if isinstance(content, list) else content
