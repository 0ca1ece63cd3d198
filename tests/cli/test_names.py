"""`linker names`."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from linker.cli.names import app, read_pairs
from linker.errors import InputError


def test_score(tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text(
        "left\tpair_id\tright\nराकेश कुमार\ta\tRakesh Kr\nMohan Lal\tb\tसोहन लाल\n\tc\tRam\n", encoding="utf-8"
    )
    out = tmp_path / "scores.tsv"
    result = CliRunner().invoke(app, ["score", str(pairs), "--out", str(out)])
    assert result.exit_code == 0
    lines = [line.split("\t") for line in out.read_text(encoding="utf-8").splitlines()]
    assert lines[0] == ["pair_id", "score"]
    assert [line[0] for line in lines[1:]] == ["a", "b", "c"]
    assert float(lines[1][1]) > 5
    assert float(lines[2][1]) < 0


def test_explain() -> None:
    result = CliRunner().invoke(app, ["explain", "राकेश कुमार", "Rakesh Kr"])
    assert result.exit_code == 0
    assert "same name" in result.stdout
    assert "वही नाम" in result.stdout


@pytest.mark.parametrize("content", ["", "left\tright\na\tb\n", "pair_id\tleft\tright\n1\ta\n"])
def test_files_that_are_no_pairs(content: str, tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError):
        read_pairs(path)


def test_a_missing_file() -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_pairs(Path("nowhere.tsv"))
