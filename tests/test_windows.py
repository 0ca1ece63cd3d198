"""A day's commands where files in use can be neither renamed nor removed, and the engine without what only Unix has."""

from __future__ import annotations

import gc
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from linker.registry.files import move
from linker.registry.snapshot import open_current
from tests.commandline import linker
from tests.generated import CONFIG, KEY, extracts, run
from tests.windows import refuse, windows

linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@linux
def test_a_held_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "table.parquet"
    file.parent.mkdir()
    file.write_text("x", encoding="utf-8")
    with file.open(encoding="utf-8"):
        for path in (file, file.parent):
            with pytest.raises(PermissionError):
                refuse(path)
        with windows(), pytest.raises(PermissionError):
            file.parent.replace(tmp_path / "other")
    refuse(file.parent)


@pytest.fixture
def as_on_windows() -> Iterator[None]:
    gc.collect()
    with windows():
        yield


def call(*arguments: str | Path) -> str:
    ended = linker(*arguments, environment=KEY)
    gc.collect()  # each command is a process of its own
    assert ended.code == 0, ended.text
    return ended.text


@linux
@pytest.mark.usefixtures("as_on_windows")
def test_no_command_moves_or_removes_what_it_holds_open(tmp_path: Path) -> None:
    at = ("--workspace", tmp_path / "w")
    for _ in range(2):
        ended = run(tmp_path / "w", extracts(300))
        assert ended.code == 0, ended.text
    gc.collect()
    call("index", *at)
    call("search", "राकेश कुमार पुत्र राम सिंह", *at)
    rows = pq.read_table(extracts(300) / "haryana.parquet")
    pq.write_table(rows.slice(0, len(rows) - 5), tmp_path / "fewer.parquet")
    call("run", CONFIG, *at, "--update", "--complete", "haryana", "--input", f"haryana={tmp_path / 'fewer.parquet'}")
    for kind in ("csv", "xlsx", "parquet", "xlsx"):
        call("export", *at, "--format", kind, "--out", tmp_path / "out")
    call("review", "fill", *at)
    gone = open_current(tmp_path / "w").table("crosswalk")["record_id"][0].as_py()
    order = ("erase", gone, "--order", "Court 1/2026", *at)
    code = re.search(r"--confirm (\S+)", call(*order))
    assert code is not None
    call(*order, "--confirm", code[1])
    call("index", *at)
    call("erasures", "purge", "--now", "1", *at)
    assert open_current(tmp_path / "w").verify() == []
    assert not list((tmp_path / "w" / "snapshots").glob(".*"))


@linux
@pytest.mark.usefixtures("as_on_windows")
def test_an_index_in_use_is_said_to_be(tmp_path: Path) -> None:
    assert run(tmp_path / "w", extracts(300)).code == 0
    call("index", "--workspace", tmp_path / "w")
    facts = next((tmp_path / "w" / "indexes").rglob("record_ids.arrow"))
    (facts.parent / "index.json").write_text("{}", encoding="utf-8")
    with facts.open("rb"):
        ended = linker("index", "--workspace", tmp_path / "w")
    assert ended.code == 6
    assert "stop linker serve and linker review" in ended.text


def test_a_rename_is_tried_again_while_a_virus_scanner_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refusals = iter([True, True, False])
    replace = Path.replace

    def busy(self: Path, target: Path) -> Path:
        if next(refusals):
            raise PermissionError
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", busy)
    (tmp_path / "aside").write_text("new", encoding="utf-8")
    move(tmp_path / "aside", tmp_path / "place", patience=5)
    assert (tmp_path / "place").read_text(encoding="utf-8") == "new"
    refusals = iter([True])
    with pytest.raises(PermissionError):
        move(tmp_path / "place", tmp_path / "other", patience=0)


WITHOUT_UNIX = """
import asyncio, importlib, multiprocessing, pkgutil, subprocess, sys, tempfile, types
import duckdb, fastapi, numba, numpy, pandas, pyarrow.parquet, rich.console, scipy.sparse, splink, sqlalchemy, typer, uvicorn
for name in ("fcntl", "resource", "pwd", "grp", "termios"):
    sys.modules[name] = None
sys.modules["msvcrt"] = types.ModuleType("msvcrt")
sys.platform = "win32"
import linker
for module in pkgutil.walk_packages(linker.__path__, "linker."):
    if not module.name.endswith(("__main__", "sharing")) and ".migrations" not in module.name:
        importlib.import_module(module.name)
print("all imported")
"""


def test_every_module_is_imported_without_what_only_unix_has() -> None:
    ended = subprocess.run([sys.executable, "-c", WITHOUT_UNIX], capture_output=True, text=True, check=False)
    assert ended.stdout.strip() == "all imported", ended.stderr


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8"])
def test_hindi_leaves_as_utf8_whatever_the_code_page(encoding: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "linker", "names", "explain", "राकेश", "Rakesh"],
        capture_output=True,
        check=False,
        env={"PYTHONIOENCODING": encoding},
    )
    assert ended.returncode == 0, ended.stderr.decode("utf-8", "replace")
    assert "राकेश" in ended.stdout.decode("utf-8")
