"""The queue goes out as a workbook and comes back with verdicts."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
import python_calamine
import xlsxwriter

from linker.config.review import ReviewSettings
from linker.errors import InputError
from linker.review.items import Answer, Tray
from linker.review.office import Office
from linker.review.verdicts import Said
from linker.review.workbook import COLUMNS, export_queue, import_verdicts
from tests.review.desk import ASHA, BINA, workspace


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = Office.open(workspace(tmp_path))
    assert office.book is not None, "opening it fills the queue"
    office.settings = ReviewSettings(known_pairs=0)
    office.queue._settings = office.settings
    return office


def read(file: Path) -> list[dict[str, str]]:
    lines = python_calamine.CalamineWorkbook.from_path(str(file)).get_sheet_by_name("queue").to_python()
    return [dict(zip(map(str, lines[0]), map(str, line), strict=True)) for line in lines[1:]]


def write(file: Path, rows: list[dict[str, str]], columns: tuple[str, ...] = COLUMNS) -> None:
    book = xlsxwriter.Workbook(str(file))
    sheet = book.add_worksheet("queue")
    for n, row in enumerate([dict(zip(columns, columns, strict=True)), *rows]):
        for k, column in enumerate(columns):
            sheet.write_string(n, k, row.get(column, ""))
    book.close()


def test_out_and_back(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "queue.xlsx"
    assert export_queue(office, ASHA, file, 5) == 5
    rows = read(file)
    assert len({r["item"] for r in rows}) == 5 and all(r["lease"] for r in rows)
    assert office.queue.take(BINA, Tray.PAIRS).number not in {int(r["item"]) for r in rows}  # type: ignore[union-attr]
    for k, row in enumerate(rows):
        row |= {
            "verdict": ("same", "different", "unsure", "", "maybe")[k],
            "reason": ("document", "relatives", "too_little", "", "x")[k],
        }
    write(file, rows)
    told = import_verdicts(office, ASHA, file)
    assert (told.taken, told.again, told.empty) == (3, 0, 1)
    assert [line for line, _ in told.refused] == [6]
    again = import_verdicts(office, ASHA, file)
    assert (again.taken, again.again) == (0, 3), "sent twice changes nothing"


def test_conflicts_are_refused_row_by_row(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "queue.xlsx"
    export_queue(office, ASHA, file, 3)
    rows = [r | {"verdict": "unsure", "reason": "too_little"} for r in read(file)]
    office.queue.give_back(ASHA, int(rows[0]["item"]), rows[0]["lease"])
    taken = office.queue.take_this(BINA, int(rows[0]["item"]))
    assert taken is not None
    office.verdicts.say(BINA, Said(taken.number, taken.lease or "", Answer.UNSURE, "too_little"))
    rows[1]["reason"] = ""
    write(file, rows)
    told = import_verdicts(office, ASHA, file)
    assert told.taken == 1
    assert [line for line, _ in told.refused] == [2, 3]
    write(file, [rows[2], rows[2]])
    with pytest.raises(InputError, match="twice"):
        import_verdicts(office, ASHA, file)
    with pytest.raises(InputError, match="Error"):
        (tmp_path / "no.xlsx").write_text("nothing")
        import_verdicts(office, ASHA, tmp_path / "no.xlsx")


@pytest.mark.parametrize("item", ["9" * 5000, "9" * 30, "1e300", "nan", "१", "-1", "=1"])
def test_a_number_that_is_no_questions_is_refused(office: Office, tmp_path: Path, item: str) -> None:
    file = tmp_path / "queue.xlsx"
    write(file, [{"item": item, "lease": "x", "verdict": "same", "reason": "document", "note": ""}])
    told = import_verdicts(office, ASHA, file)
    assert (told.taken, [line for line, _ in told.refused]) == (0, [2])


def test_a_workbook_that_would_take_all_memory_is_refused(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "bomb.xlsx"
    write(file, [])
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", bytes(201_000_000))
    assert file.stat().st_size < 1_000_000
    with pytest.raises(InputError, match="unpacks"):
        import_verdicts(office, ASHA, file)
    file = tmp_path / "corner.xlsx"
    book = xlsxwriter.Workbook(str(file))
    sheet = book.add_worksheet("queue")
    for at, name in enumerate(COLUMNS):
        sheet.write_string(0, at, name)
    sheet.write_string(1_048_575, 16_383, "x")
    book.close()
    with pytest.raises(InputError, match="reaches"):
        import_verdicts(office, ASHA, file)


def test_another_person_cannot_send_it(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "queue.xlsx"
    export_queue(office, ASHA, file, 2)
    rows = [r | {"verdict": "unsure", "reason": "too_little"} for r in read(file)]
    write(file, rows)
    told = import_verdicts(office, BINA, file)
    assert (told.taken, len(told.refused)) == (0, 2)


def test_no_formula_and_no_whole_identifier_leaves(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "queue.xlsx"
    export_queue(office, ASHA, file, 200)
    with zipfile.ZipFile(file) as archive:
        content = "".join(
            archive.read(n).decode() for n in archive.namelist() if n.startswith("xl/") and n.endswith(".xml")
        )
    assert "<f>" not in re.sub(r"<formula1>.*?</formula1>", "", content)
    person = office.book.snapshot.table("person")
    whole = {v for c in ("pan", "epic", "passport") for v in person[c].to_pylist() if v}
    assert whole and not [v for v in whole if v in content]


def test_splits_are_not_for_workbooks(office: Office, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="split"):
        export_queue(office, ASHA, tmp_path / "x.xlsx", 5, Tray.SPLITS)
