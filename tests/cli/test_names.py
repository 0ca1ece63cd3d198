"""`linker names`."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from linker.cli.names import app
from linker.cli.names_nearest import read_columns
from linker.errors import InputError

PAIRS = ("pair_id", "left", "right")


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
        read_columns(path, PAIRS)


def test_a_missing_file() -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_columns(Path("nowhere.tsv"), PAIRS)


def test_hostile_cells_are_scored(tmp_path: Path) -> None:
    rows = [
        "1\t\t",
        "2\ta\x00b\tRam",
        "3\t" + "राम " * 50_000 + "\tRam",
        "4\t" + "a" * 300_000 + "\tRam Lal",
        "5\t=1+1\t\u202eमोहन",
    ]
    pairs = tmp_path / "pairs.tsv"
    pairs.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(["pair_id\tleft\tright", *rows, ""]).encode())
    result = CliRunner().invoke(app, ["score", str(pairs)])
    assert result.exit_code == 0
    assert [line.split("\t")[0] for line in result.stdout.splitlines()] == ["pair_id", "1", "2", "3", "4", "5"]


def test_single_words_are_ranked_by_their_letters(tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text("pair_id\tleft\tright\na\tराकेश\tRakesh\nb\tमोहन\tSohan\nc\tVikas\tBikas\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["score", str(pairs)])
    score = {line.split("\t")[0]: float(line.split("\t")[1]) for line in result.stdout.splitlines()[1:]}
    assert score["a"] > score["c"] > score["b"]


def test_an_output_that_cannot_be_written(tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text("pair_id\tleft\tright\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["score", str(pairs), "--out", str(tmp_path / "no" / "file.tsv")])
    assert isinstance(result.exception, InputError)
