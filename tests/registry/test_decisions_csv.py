"""Decisions as CSV: out, in, and what cannot be read."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from linker.errors import InputError
from linker.registry.decisions_csv import Imported, export_decisions, import_decisions
from linker.registry.erasures import Erasures
from linker.registry.ledger import Ledger, NewVerdict, Verdict
from linker.registry.suppression import KEY_FILE, Suppression


def filled(folder: Path) -> Ledger:
    ledger = Ledger(folder)
    for verdict, why in (
        (Verdict.SAME, "=HYPERLINK(1)"),
        (Verdict.DIFFERENT, '\'दो "लोग",\nअलग'),
        (Verdict.UNSURE, "@x"),
    ):
        ledger.decide([NewVerdict("delhi/1", "up/2", verdict, why, "-meena")])
    ledger.undo(3, "+oversight")
    return ledger


def test_a_ledger_travels_whole(tmp_path: Path) -> None:
    ledger, other = filled(tmp_path / "one"), Ledger(tmp_path / "other")
    file = tmp_path / "decisions.csv"
    assert export_decisions(ledger, file) == 4
    assert import_decisions(other, file) == Imported(4, 0)
    assert other.entries() == ledger.entries()
    assert import_decisions(other, file) == Imported(0, 4)
    assert len(other.entries()) == 4


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    export_decisions(filled(tmp_path), tmp_path / "d.csv")
    lines = (tmp_path / "d.csv").read_text(encoding="utf-8-sig").replace('"', "").replace("\n", ",").split(",")
    assert not [cell for cell in lines if cell.startswith(("=", "+", "-", "@"))]


def test_only_what_is_new_is_added_and_numbers_are_translated(tmp_path: Path) -> None:
    ledger, other = filled(tmp_path / "one"), Ledger(tmp_path / "other")
    other.decide([NewVerdict("haryana/7", "delhi/9", Verdict.SAME, "own decision")])
    export_decisions(ledger, tmp_path / "d.csv")
    assert import_decisions(other, tmp_path / "d.csv") == Imported(4, 0)
    assert other.entries()[-1].supersedes == 4
    assert other.holding()["delhi/1", "up/2"].verdict is Verdict.DIFFERENT


def test_a_plain_file_of_verdicts_is_enough(tmp_path: Path) -> None:
    file = tmp_path / "d.csv"
    file.write_text("left_record,right_record,verdict,why\nb,a,same,seen\na,c,different,seen\n", encoding="utf-8")
    ledger = Ledger(tmp_path)
    assert import_decisions(ledger, file) == Imported(2, 0)
    assert import_decisions(ledger, file) == Imported(0, 2)


def test_what_names_an_erased_record_does_not_come_back(tmp_path: Path) -> None:
    ledger = filled(tmp_path)
    ledger.decide([NewVerdict("delhi/5", "up/6", Verdict.SAME, "kept")])
    export_decisions(ledger, tmp_path / "before.csv")
    Erasures(tmp_path).give(["up/2"], "High Court, CRM 1/2026", 30, {})
    other = tmp_path / "restored"
    other.mkdir()
    for file in (KEY_FILE, "registry.sqlite"):
        shutil.copy(tmp_path / file, other)
    fresh = Ledger(tmp_path / "empty")
    done = import_decisions(fresh, tmp_path / "before.csv", Suppression.of(other))
    assert done == Imported(1, 0, 4), "the undo of a verdict that is left out is left out as well"
    assert [(e.left_record, e.right_record) for e in fresh.entries()] == [("delhi/5", "up/6")]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "lacks the columns"),
        (b"left_record,right_record,verdict\n", "lacks the columns why"),
        (b"left_record,right_record,verdict,why\na,b,maybe,x\n", "'maybe' is no verdict"),
        (b"left_record,right_record,verdict,why\na,a,same,x\n", "two different records"),
        (b"left_record,right_record,verdict,why\na,b,same,\n", "a reason"),
        (b"left_record,right_record,verdict,why\na,b,same\n", "3 cells instead of 4"),
        (b"left_record,right_record,verdict,why\na,b,same,\xff\n", "cannot be read"),
        (b'left_record,right_record,verdict,why\na,b,same,"x\n', "cannot be read"),
        (b"number,kind,left_record,right_record,verdict,why,supersedes\n1,undo,a,b,,x,9\n", "not in the file"),
    ],
)
def test_what_makes_no_sense_is_refused_as_a_whole(tmp_path: Path, content: bytes, what: str) -> None:
    file = tmp_path / "d.csv"
    good = b"\nx,y,same,fine" if content.startswith(b"left_record,right_record,verdict,why\n") else b""
    head, _, rest = content.partition(b"\n")
    file.write_bytes(head + good + b"\n" + rest)
    ledger = Ledger(tmp_path)
    with pytest.raises(InputError, match=what):
        import_decisions(ledger, file)
    assert ledger.entries() == []


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        import_decisions(Ledger(tmp_path), tmp_path / "none.csv")
