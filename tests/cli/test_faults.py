"""What a person, a disk or a permission is to blame for is told in words; and a misspelt workspace is never found in perfect order."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine

from linker.errors import WorkspaceError
from linker.registry.auditlog import AuditLog
from linker.registry.database import FILE, writing
from tests.commandline import linker
from tests.generated import CONFIG, extracts

COMMANDS = [
    ("audit", "verify"), ("audit", "list"), ("keys", "list"), ("keys", "add", "x"), ("decisions", "list"), ("erasures", "list"),
    ("erasures", "purge"), ("review",), ("review", "fill"), ("review", "users", "list"), ("runs",), ("show", "P-1"), ("history", "P-1"),
    ("search", "Ram"), ("index",), ("serve",), ("apply",), ("decide", "a", "b", "same", "--why", "x"),
    ("export", "--format", "csv", "--out", "x"), ("evaluate", "--truth", "x"),
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_misspelt_workspace_is_refused_and_not_made(tmp_path: Path, command: tuple[str, ...]) -> None:
    ended = linker(*command, "--workspace", tmp_path / "wrok")
    assert ended.code == WorkspaceError.exit_code
    assert "there is no such workspace" in ended.text and "wrok" in ended.text
    assert not (tmp_path / "wrok").exists()
    (tmp_path / "wrok").mkdir()
    assert "this is no workspace" in linker(*command, "--workspace", tmp_path / "wrok").text
    assert not list((tmp_path / "wrok").iterdir())


def test_a_workspace_where_a_file_stands_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "w").write_text("")
    ended = linker("run", CONFIG, "--workspace", tmp_path / "w", "--input", f"delhi={extracts() / 'delhi.csv'}")
    assert ended.code == WorkspaceError.exit_code
    assert "Traceback" not in ended.text and str(tmp_path / "w") in ended.text


def test_a_registry_that_cannot_be_written_is_told_without_what_should_have_been_written(tmp_path: Path) -> None:
    AuditLog(tmp_path).append("view", "first")
    engine = create_engine(f"sqlite:///file:{tmp_path / FILE}?mode=ro&uri=true")
    with pytest.raises(WorkspaceError, match="cannot be written") as caught, writing(engine) as connection:
        connection.exec_driver_sql("UPDATE audit SET subject = 'Ramesh'")
    assert "Ramesh" not in str(caught.value)


def test_the_last_entries_are_counted_from_one(tmp_path: Path) -> None:
    ended = linker("audit", "list", "--last", "0", "--workspace", tmp_path)
    assert ended.code == 2 and "--last" in ended.text
