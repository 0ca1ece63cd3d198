"""docs/sources.md: its example works, and it names every field, setting and reason."""

from __future__ import annotations

import re
from pathlib import Path

from linker.config.loading import CONFIGS
from linker.config.source import SourceConfig, load_source
from linker.records import read_source
from linker.schema import ROW_LIST_FIELDS, ROW_TEXT_FIELDS, Quarantined
from tests.commandline import linker

GUIDE = (Path(__file__).parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")


def block(after: str, pattern: str) -> str:
    found = re.search(pattern, GUIDE.split(after, 1)[1], re.DOTALL)
    assert found, after
    return found[1]


def test_the_example_works(tmp_path: Path) -> None:
    (tmp_path / "bihar.yaml").write_text(block("Five minutes", r"```yaml\n(.*?)```"), encoding="utf-8")
    export = block("begins like this:", r"\n\n(( {4}.*?\n)+)\n")
    (tmp_path / "bihar.csv").write_text(re.sub("^ +", "", export, flags=re.MULTILINE), encoding="utf-8")
    (row,) = read_source(load_source(tmp_path / "bihar.yaml"), tmp_path / "bihar.csv").rows.to_pylist()
    assert (row["native_id"], row["name"], row["aliases"]) == ("7001", "RAMESH PRASAD", ["KALU", "CHOTU"])
    assert (row["birth_date"], row["record_date"], row["marks"]) == ("1984-12-25", "2019-01-31", ["MOLE ON NECK"])


def test_the_example_runs(tmp_path: Path) -> None:
    configs = tmp_path / "configs"
    (configs / "sources").mkdir(parents=True)
    for name in ("matching", "models", "policy.yaml", "clusters.yaml"):
        (configs / name).symlink_to(CONFIGS / name)
    (configs / "sources" / "bihar.yaml").write_text(block("Five minutes", r"```yaml\n(.*?)```"), encoding="utf-8")
    (configs / "bihar.yaml").write_text(block("Write `configs/bihar.yaml`", r"```yaml\n(.*?)```"), encoding="utf-8")
    export = block("begins like this:", r"\n\n(( {4}.*?\n)+)\n")
    (tmp_path / "bihar.csv").write_text(re.sub("^ +", "", export, flags=re.MULTILINE), encoding="utf-8")
    command = block("does not fit the file:", r" {4}linker (.*?)\n").split()
    ended = linker(
        *(str(tmp_path / word) if word in {"configs/bihar.yaml", "work"} else word for word in command[:-1]),
        f"bihar={tmp_path}/bihar.csv",
    )
    assert ended.code == 0, ended.text
    assert "RAMESH PRASAD" in linker("show", "bihar:7001", "--workspace", tmp_path / "work").text.upper()


def test_everything_is_documented() -> None:
    named = set(re.findall(r"`([a-z_]+)`", GUIDE))
    assert set(ROW_TEXT_FIELDS) | set(ROW_LIST_FIELDS) <= named
    assert set(SourceConfig.model_fields) - {"fields"} <= named
    assert {str(reason) for reason in Quarantined} <= named
