"""Nearest names: single words, full names, either script, and the files of the command."""

from __future__ import annotations

from pathlib import Path

import pytest

from linker.cli.names_nearest import nearest_command
from linker.errors import InputError
from linker.names.nearest import nearest


def answers(queries: list[str], lines: list[str], top: int = 100) -> dict[int, list[int]]:
    found = nearest(queries, lines, top)
    out: dict[int, list[int]] = {}
    for q, line, rank in zip(found.query.tolist(), found.line.tolist(), found.rank.tolist(), strict=True):
        out.setdefault(q, []).append(line)
        assert len(out[q]) == rank
    return out


def test_single_words_in_both_scripts() -> None:
    lines = ["Rajesh", "रमेश", "Ramesh", "RAMESH", "Sohan", "मोहन", ""]
    found = answers(["ramesh", "मोहन", ""], lines)
    assert set(found[0][:3]) == {1, 2, 3}
    assert found[0].index(2) < found[0].index(3)  # equal scores in the order of the list
    assert found[1][0] == 5
    assert 2 not in found


def test_full_names() -> None:
    lines = ["Mukesh Kumar", "राकेश कुमार", "Rakesh Kumar Sharma", "Sunita Devi", "Rakesh"]
    found = answers(["Rakesh Kumar", "सुनीता देवी"], lines, 2)
    assert found[0][0] == 1
    assert found[1][0] == 3
    assert len(found[0]) == 2


def test_scores_fall_with_rank() -> None:
    found = nearest(["raakesh"], ["rakesh", "rajesh", "mukesh", "rakes"], 4)
    assert (found.score[:-1] >= found.score[1:]).all()


def test_nothing_to_find() -> None:
    assert len(nearest([], ["ram"], 5).query) == 0
    assert len(nearest(["ram"], [], 5).query) == 0
    assert len(nearest(["", "--"], ["", "ram"], 5).query) == 0


def test_command_writes_query_line_rank_score(tmp_path: Path) -> None:
    (tmp_path / "q.tsv").write_text("text\tquery_id\nराम\tq7\n", encoding="utf-8")
    (tmp_path / "l.txt").write_text("shyam\r\nram\r\n\r\nraam", encoding="utf-8")
    nearest_command(tmp_path / "q.tsv", tmp_path / "l.txt", 2, tmp_path / "out.tsv")
    rows = [line.split("\t") for line in (tmp_path / "out.tsv").read_text(encoding="utf-8").splitlines()]
    assert rows[0] == ["query_id", "line", "rank", "score"]
    assert {r[1] for r in rows[1:]} == {"1", "3"}
    assert [(r[0], r[2]) for r in rows[1:]] == [("q7", "1"), ("q7", "2")]


@pytest.mark.parametrize("content", ["", "id\tname\n1\tRam\n", "query_id\ttext\nonly\n"])
def test_a_bad_query_file_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "q.tsv").write_text(content, encoding="utf-8")
    (tmp_path / "l.txt").write_text("ram\n", encoding="utf-8")
    with pytest.raises(InputError):
        nearest_command(tmp_path / "q.tsv", tmp_path / "l.txt", 2, tmp_path / "out.tsv")
