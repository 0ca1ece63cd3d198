"""Random histories of updates (new, changed, withdrawn rows, verdicts and erasures in between) beside one update to the same end."""

from __future__ import annotations

import random
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from linker.batch import erasure, purge
from linker.config.loading import CONFIGS
from linker.registry.ledger import Ledger, NewVerdict, Verdict
from linker.registry.snapshot import open_current
from tests.batch.test_update import golden, groups, is_sound, ok
from tests.commandline import Ended, linker
from tests.generated import KEY, extracts

ID = "accused_id"
CHANGED = ("name", "age", "dob", "mobile", "aadhaar", "guardian_name", "nfn", "address", "sex", "fir_no", "arrest_date")
TABLES = ("record", "person", "edge", "review", "crosswalk", "identity")
Row = dict[str, Any]
Rows = Mapping[str, Row]


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The four states without hysteresis, which remembers on purpose, and whatever the share of unusable rows."""
    folder = Path(shutil.copytree(CONFIGS, tmp_path_factory.mktemp("histories") / "configs"))
    for file, setting in (("clusters.yaml", {"hysteresis": 0.0}), ("four_states.yaml", {"max_quarantined_share": 1.0})):
        content = yaml.safe_load((folder / file).read_text(encoding="utf-8")) | setting
        (folder / file).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return folder / "four_states.yaml"


@pytest.fixture(scope="module")
def whole() -> pa.Table:
    return pq.read_table(extracts(500, malformed=0.0) / "haryana.parquet")


@pytest.fixture(scope="module")
def published(config: Path, whole: pa.Table) -> Path:
    """A workspace with Delhi and the first half of Haryana."""
    workspace = config.parent.parent / "workspace"
    half = config.parent.parent / "half.parquet"
    pq.write_table(whole.slice(0, len(whole) // 2), half)
    delhi = extracts(500, malformed=0.0) / "delhi.csv"
    inputs = ("--input", f"delhi={delhi}", "--input", f"haryana={half}")
    ok(linker("run", config, "--workspace", workspace, "--index", *inputs, environment=KEY))
    return workspace


class Office:
    """A workspace that is updated, and what its source holds by now."""

    def __init__(self, published: Path, folder: Path, config: Path, whole: pa.Table) -> None:
        self.workspace = Path(shutil.copytree(published, folder / "workspace"))
        self.folder, self.config, self.schema = folder, config, whole.schema
        self.rows: dict[str, Row] = {r[ID]: r for r in whole.slice(0, len(whole) // 2).to_pylist()}

    def update(self, rows: Rows, *options: str | Path) -> Ended:
        file = self.folder / "part.parquet"
        pq.write_table(pa.Table.from_pylist(list(rows.values()), schema=self.schema), file)
        inputs = ("--input", f"haryana={file}") if rows else ()
        return linker("run", self.config, "--workspace", self.workspace, "--update", *inputs, *options, environment=KEY)

    def change(self, rows: Rows, withdrawn: list[str]) -> None:
        file = self.folder / "withdrawn.txt"
        file.write_text("\n".join(withdrawn) + "\n", encoding="utf-8")
        ok(self.update(rows, *(("--withdrawn", f"haryana={file}") if withdrawn else ())))
        self.rows = {k: r for k, r in self.rows.items() if k not in withdrawn} | dict(rows)
        is_sound(self.workspace)

    def erase(self, record: str) -> None:
        code = erasure.preview(self.workspace, [record], "order 7").code
        erasure.confirm(self.workspace, [record], "order 7", code)

    def records(self) -> list[str]:
        found: list[str] = open_current(self.workspace).table("crosswalk")["record_id"].to_pylist()
        return found


def changed(row: Row, other: Row, rng: random.Random) -> Row:
    new = dict(row)
    for column in rng.sample(CHANGED, rng.randrange(1, 4)):
        new[column] = other[column]
    fate = rng.random()
    if fate < 0.1:
        new |= {"age": 15, "dob": None, "year_of_birth": None}  # a juvenile, who is kept out
    elif fate < 0.2:
        new["name"] = "---"  # nobody, who goes to quarantine
    return new


@pytest.mark.parametrize("seed", range(4))
def test_any_history_ends_as_one_update_would(
    published: Path, tmp_path: Path, config: Path, whole: pa.Table, seed: int
) -> None:
    rng = random.Random(seed)
    everything = whole.to_pylist()
    many = Office(published, tmp_path / "many", config, whole)
    verdicts = list[NewVerdict]()
    for _ in range(rng.randrange(2, 4)):
        pairs = [sorted(g)[:2] for g in sorted(groups(open_current(many.workspace)), key=sorted) if len(g) > 1]
        pair = rng.choice(pairs) if rng.random() < 0.5 else rng.sample(many.records(), 2)
        verdicts.append(NewVerdict(pair[0], pair[1], rng.choice([Verdict.SAME, Verdict.DIFFERENT]), "seen"))
        Ledger(many.workspace).decide(verdicts[-1:])
        chosen = rng.sample(everything, 60)
        news = {r[ID]: r if rng.random() < 0.5 else changed(r, rng.choice(everything), rng) for r in chosen}
        many.change(news, [k for k in rng.sample(sorted(many.rows), 8) if k not in news])
    # an erasure lets the next update freeze anew how common names are, so it comes last
    erased = rng.choice([r for r in many.records() if r.startswith("haryana:")])
    many.erase(erased)
    is_sound(many.workspace)
    once = Office(published, tmp_path / "once", config, whole)
    Ledger(once.workspace).decide(verdicts)
    ok(once.update(many.rows, "--complete", "haryana"))
    once.erase(erased)
    one, other = open_current(once.workspace), open_current(many.workspace)
    for name in ("record", "person", "edge", "review"):
        left, right = (
            s.table(name).drop_columns(["line"] if name == "record" else []).to_pylist() for s in (one, other)
        )
        assert left == right, name
    assert groups(one) == groups(other)
    assert golden(one) == golden(other)
    assert all(s.manifest["rows"][n] == s.table(n).num_rows for s in (one, other) for n in TABLES)


def test_a_changed_row_stays_who_it_was(published: Path, tmp_path: Path, config: Path, whole: pa.Table) -> None:
    office = Office(published, tmp_path, config, whole)
    before = open_current(office.workspace)
    alone = {next(iter(g)) for g in groups(before) if len(g) == 1}
    key = next(k for k in office.rows if f"haryana:{k}" in alone)
    office.change({key: office.rows[key] | {"height_cm": 191}}, [])
    now = open_current(office.workspace)
    assert now.manifest["update"]["replaced"] == 1
    assert now.table("crosswalk").equals(before.table("crosswalk"))
    assert now.table("event").num_rows == 0


def test_a_record_that_comes_back_does_not_take_the_identity_of_others(
    published: Path, tmp_path: Path, config: Path, whole: pa.Table
) -> None:
    """Of an identity with several records one is withdrawn and comes again as somebody else: the others are still the identity."""
    office = Office(published, tmp_path, config, whole)
    before = open_current(office.workspace).table("crosswalk").to_pylist()
    several = next(
        g for g in sorted(map(sorted, groups(open_current(office.workspace)))) if len(g) > 2 and "haryana" in g[1]
    )
    record = several[-1]
    key = record.removeprefix("haryana:")
    row = office.rows[key] | {
        "name": "Xavier Lobo",
        "guardian_name": "Anthony Lobo",
        "dob": None,
        "aadhaar": None,
        "nfn": None,
    }
    office.change({}, [key])
    office.change({key: row | {"mobile": None, "pan": None, "epic": None, "dl": None, "address": None}}, [])
    now = {r["record_id"]: r["identity_id"] for r in open_current(office.workspace).table("crosswalk").to_pylist()}
    was = {r["record_id"]: r["identity_id"] for r in before}
    assert all(now[r] == was[r] for r in several if r != record)
    assert now[record] not in {now[r] for r in several if r != record}


def test_erasing_reaches_what_updates_had_changed_before(
    published: Path, tmp_path: Path, config: Path, whole: pa.Table
) -> None:
    """Tables in parts share files with earlier snapshots; rows that no longer count stand in them all the same."""
    office = Office(published, tmp_path, config, whole)
    linked = next(
        g for g in sorted(map(sorted, groups(open_current(office.workspace)))) if len(g) > 1 and "haryana" in g[1]
    )
    key = linked[1].removeprefix("haryana:")
    office.change(
        {key: office.rows[key] | {"name": "Zebulon Quixby", "guardian_name": "Obadiah Quixby", "dob": None}}, []
    )
    office.change({key: office.rows[key] | {"name": "Zachary Quimbel", "guardian_name": None}}, [])
    office.erase(f"haryana:{key}")
    office.change({k: r for k, r in list(office.rows.items())[:5] if k != key}, [])
    assert purge.purge(office.workspace, 1).left == ()
    for file in (f for f in office.workspace.rglob("*") if f.is_file()):
        content = file.read_bytes()
        assert not any(v.encode() in content for v in (key, "Quixby", "Quimbel")), file
    is_sound(office.workspace)
