"""The queue goes out as a workbook in two languages and comes back with verdicts, whatever was done to it meanwhile."""

from __future__ import annotations

import itertools
import random
import re
import zipfile
from pathlib import Path

import pytest
import python_calamine
import xlsxwriter
from sqlalchemy import select

from linker.config.review import Reasons, ReviewSettings
from linker.errors import InputError
from linker.registry.database import reading
from linker.registry.review_tables import ITEM
from linker.review.items import Answer, Tray
from linker.review.office import Office
from linker.review.queue import later
from linker.review.unfit import UnfitError
from linker.review.verdicts import Said
from linker.web.words import LANGUAGES, Teller
from linker.web.workbook import Wanted, export_queue, import_verdicts
from linker.web.workbook.layout import ANSWERS, COLUMNS, FILLED, NEEDED, headings, listed, reasons, verdicts
from linker.web.workbook.sayings import label
from tests.review.desk import ASHA, BINA, workspace

Rows = list[dict[str, str]]
HEADINGS = {c.heading(first): c.code for c in COLUMNS for first in LANGUAGES}
TITLES = {c.code: c.heading("hi") for c in COLUMNS}
NOTES = (
    ("'=देखा गया", "=देखा गया"),
    ("12/5 देखा, photo nahi mila", "12/5 देखा, photo nahi mila"),
    ("Qkby esa ns[kk] QksVks feyk", "फाइल में देखा, फोटो मिला [Kruti Dev: Qkby esa ns[kk] QksVks feyk]"),
)
"""Notes as they stand in a cell, and as they are kept."""
OLD = ("item", "lease", "verdict", "reason", "note", "record_A", "record_B", "name_A", "name_B", "for", "against")
"""Some of the columns of the workbooks of earlier versions, whose headings were codes."""


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = Office.open(workspace(tmp_path))
    assert office.book is not None, "opening it fills the queue"
    office.settings = ReviewSettings(known_pairs=0)
    office.queue._settings = office.settings
    return office


def read(file: Path) -> Rows:
    lines = python_calamine.CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()
    codes = [HEADINGS[str(heading)] for heading in lines[0]]
    return [dict(zip(codes, (text(cell) for cell in line), strict=True)) for line in lines[1:]]


def text(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) else str(cell)


def write(file: Path, rows: Rows, titles: dict[str, str] = TITLES, above: int = 0, sheet: str = "Tabelle1") -> None:
    """A workbook as a program that saves it again may write it: any order of columns, other sheets before it, numbers as numbers."""
    book = xlsxwriter.Workbook(str(file))
    book.add_worksheet("something else").write_string(0, 0, "Note")
    page = book.add_worksheet(sheet)
    for n, row in enumerate([titles, *rows], start=above):
        for k, code in enumerate(titles):
            cell = row.get(code, "")
            if n > above and code == "item" and cell.isdecimal() and len(cell) < 9:
                page.write_number(n, k, int(cell))
            else:
                page.write_string(n, k, cell)
    book.close()


def filled(rows: Rows, answer: str = "unsure", reason: str = "too_little") -> Rows:
    return [row | {"verdict": answer, "reason": reason} for row in rows]


def test_out_and_back(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "queue.xlsx"
    assert export_queue(office, ASHA, file, Wanted(5)) == 5
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
    assert [(r.row, r.code) for r in told.refused] == [(6, "row_verdict")]
    again = import_verdicts(office, ASHA, file)
    assert (again.taken, again.again) == (0, 3), "sent twice changes nothing"


def test_conflicts_are_refused_row_by_row(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "queue.xlsx"
    export_queue(office, ASHA, file, Wanted(3))
    rows = filled(read(file))
    office.queue.give_back(ASHA, int(rows[0]["item"]), rows[0]["lease"])
    taken = office.queue.take_this(BINA, int(rows[0]["item"]))
    assert taken is not None
    office.verdicts.say(BINA, Said(taken.number, taken.lease or "", Answer.UNSURE, "too_little"))
    rows[1]["reason"] = ""
    write(file, rows)
    told = import_verdicts(office, ASHA, file)
    assert told.taken == 1
    assert [(r.row, r.code) for r in told.refused] == [(2, "lease_lost"), (3, "reason_missing")]
    write(file, [rows[2], rows[2]])
    with pytest.raises(InputError, match="twice"):
        import_verdicts(office, ASHA, file)
    (tmp_path / "no.xlsx").write_text("nothing")
    with pytest.raises(UnfitError, match="no workbook"):
        import_verdicts(office, ASHA, tmp_path / "no.xlsx")
    write(file, rows, {code: title for code, title in TITLES.items() if code != "lease"})
    with pytest.raises(UnfitError, match="lacks columns of an exported queue: Do not change · इसे न बदलें"):
        import_verdicts(office, ASHA, file)


@pytest.mark.parametrize("item", ["9" * 5000, "9" * 30, "1e300", "nan", "१", "-1", "=1"])
def test_a_number_that_is_no_questions_is_refused(office: Office, tmp_path: Path, item: str) -> None:
    file = tmp_path / "queue.xlsx"
    write(file, [{"item": item, "lease": "x", "verdict": "same", "reason": "document", "note": ""}])
    told = import_verdicts(office, ASHA, file)
    assert (told.taken, [r.row for r in told.refused]) == (0, [2])


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
    sheet = book.add_worksheet("any")
    for at, column in enumerate(COLUMNS):
        sheet.write_string(0, at, column.heading("en"))
    sheet.write_string(1_048_575, 16_383, "x")
    book.close()
    with pytest.raises(InputError, match="reaches"):
        import_verdicts(office, ASHA, file)


def test_another_person_cannot_send_it(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "queue.xlsx"
    export_queue(office, ASHA, file, Wanted(2))
    write(file, filled(read(file)))
    told = import_verdicts(office, BINA, file)
    assert (told.taken, len(told.refused)) == (0, 2)


def test_no_formula_and_no_whole_identifier_leaves(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "queue.xlsx"
    export_queue(office, ASHA, file, Wanted(200))
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
        export_queue(office, ASHA, tmp_path / "x.xlsx", Wanted(5, Tray.SPLITS))


def test_headings_and_cells_are_in_both_languages(office: Office, tmp_path: Path) -> None:
    told = {}
    for first in LANGUAGES:
        file = tmp_path / f"{first}.xlsx"
        export_queue(office, ASHA, file, Wanted(30, language=first))
        book = python_calamine.CalamineWorkbook.from_path(str(file))
        assert book.sheet_names[:2] == [Teller(first)(f"workbook.sheet.{s}") for s in ("questions", "guide")]
        heads = book.get_sheet_by_index(0).to_python()[0]
        hindi = 0 if first == "hi" else 1
        assert all(re.search("[\u0900-\u097f]", str(h).split("\n")[hindi]) for h in heads)
        assert not any(re.search("[\u0900-\u097f]", str(h).split("\n")[1 - hindi]) for h in heads)
        told[first] = read(file)
        guide = "\n".join(str(c) for line in book.get_sheet_by_index(1).to_python() for c in line)
        for code in listed(office.settings.reasons):
            assert all(Teller(language)(f"reason.{code}") in guide for language in LANGUAGES)
    codes = re.compile(r"[a-z]+_[a-z]+")
    for row in told["hi"]:
        assert not codes.search(" ".join(v for k, v in row.items() if k not in {"lease", "address_A", "address_B"}))
        for side in ("for", "against", "neutral", "agreement"):
            assert not re.search("[a-z]{3}", row.get(side, "")), "nothing an officer reads is left in English"
    same = ("item", "lease", "source_A", "name_A", "identifiers_A")
    names = [tuple(row[c].split("\n")[-1] for c in same) for row in told["hi"]]
    assert len(told["hi"]) == len(told["en"]) and len(set(names)) == len(names)
    assert not any(row[code] for row in told["hi"] for code in FILLED)


def test_every_label_means_one_thing() -> None:
    settings = ReviewSettings().reasons
    for sayings, keys in (
        (verdicts(), {str(a): f"answer.{a}" for a in ANSWERS}),
        (reasons(settings), {code: f"reason.{code}" for code in listed(settings)}),
    ):
        for code, key in keys.items():
            spoken = [code, *(Teller(language)(key) for language in LANGUAGES), *(label(key, f) for f in LANGUAGES)]
            for said in (*spoken, *(f"\u00a0{s.upper()} " for s in spoken), *(s.replace(" ", "  ") for s in spoken)):
                assert sayings.meant(said) == code, said
            assert sayings.meant(f"{Teller('en')(key)} · {Teller('en')('app.name')}") is None
    both = f"{Teller('hi')('answer.same')} · {Teller('en')('answer.different')}"
    assert [verdicts().meant(t) for t in ("", "x", "same?", both, "not enough")] == [None] * 5
    for column in COLUMNS:
        if column.code in NEEDED:
            assert {headings().meant(column.heading(first)) for first in LANGUAGES} == {column.code}


@pytest.mark.parametrize("seed", range(4))
def test_a_workbook_that_was_worked_on_comes_back_whole(office: Office, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    file = tmp_path / "queue.xlsx"
    export_queue(office, ASHA, file, Wanted(12, language=LANGUAGES[seed % 2]))
    rows, expected = read(file), {}
    settings = office.settings.reasons
    fitting = {Answer.SAME: settings.same, Answer.DIFFERENT: settings.different, Answer.UNSURE: settings.unsure}
    for row in rows:
        answer = chance.choice(ANSWERS)
        code = chance.choice(fitting[answer])
        spoken = [
            [Teller("hi")(key), Teller("en")(key), label(key, "hi"), label(key, "en")]
            for key in (f"answer.{answer}", f"reason.{code}")
        ]
        row |= {"verdict": f" {chance.choice(spoken[0])}\u00a0", "reason": chance.choice(spoken[1])}
        row["note"], kept_note = chance.choice(NOTES)
        expected[int(row["item"])] = (answer, code, kept_note)
    chance.shuffle(rows)
    rows.insert(5, {})
    kept = [c for c in TITLES if c in rows[0]]
    chance.shuffle(kept)
    titles = {c: chance.choice([TITLES[c], TITLES[c].replace("\n", " · "), TITLES[c].split("\n")[0]]) for c in kept}
    write(file, rows, titles, above=seed, sheet="Sheet1")
    told = import_verdicts(office, ASHA, file)
    assert (told.taken, told.empty, told.refused) == (12, 0, ()), "a blank row is no answer"
    given = {o.item: (o.answer, o.reason, o.note) for o, _, _ in office.verdicts.last_of("asha", 50)}
    assert given == expected


def test_columns_sorted_without_the_others_are_noticed(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "queue.xlsx"
    export_queue(office, ASHA, file, Wanted(4))
    rows = filled(read(file))
    people = [{c: v for c, v in row.items() if c.endswith(("_A", "_B"))} for row in rows]
    write(file, [row | torn for row, torn in zip(rows, [people[1], people[0], *people[2:]], strict=True)])
    told = import_verdicts(office, ASHA, file)
    assert told.taken == 2
    assert [(r.row, r.code, r.text) for r in told.refused] == [(n + 2, "row_torn", rows[n]["item"]) for n in (0, 1)]


def test_reasons_that_do_not_fit_and_columns_that_stand_twice(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "queue.xlsx"
    export_queue(office, ASHA, file, Wanted(3, language="hi"))
    rows = filled(read(file), "अलग-अलग व्यक्ति", "दूरभाष")
    rows[1] |= {"reason": "मुझे पता है"}
    rows[2] |= {"reason": "हमनाम"}
    write(file, rows)
    told = import_verdicts(office, ASHA, file)
    assert [(r.row, r.code, r.text) for r in told.refused] == [(2, "row_unfit", "दूरभाष"), (3, "row_reason", "मुझे पता है")]
    assert told.taken == 1
    write(file, [row | {"copy": row["note"]} for row in rows], {**TITLES, "copy": TITLES["note"]})
    with pytest.raises(UnfitError, match="'note' stands in it twice"):
        import_verdicts(office, ASHA, file)


def test_a_workbook_of_an_earlier_version_is_still_taken(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "queue.xlsx"
    export_queue(office, ASHA, file, Wanted(2))
    rows = [row | {"record_A": "delhi Delhi", "record_B": "haryana Haryana"} for row in filled(read(file))]
    write(file, rows, {code: code for code in OLD}, sheet="queue")
    assert import_verdicts(office, ASHA, file).taken == 2


def test_each_verdict_offers_its_own_reasons(office: Office, tmp_path: Path) -> None:
    """The formula of the list that Excel offers: the column of the chosen verdict, or the last one, as far as it is filled."""
    file = tmp_path / "queue.xlsx"
    export_queue(office, ASHA, file, Wanted(3))
    with zipfile.ZipFile(file) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    found = re.findall(r"<formula1>(.*?)</formula1>", sheet)
    assert found == [
        "lists!$A$1:$C$1",
        "OFFSET(lists!$A$2,0,IFERROR(MATCH($B2,lists!$A$1:$C$1,0),4)-1,COUNTA(OFFSET(lists!$A$2,0,IFERROR(MATCH($B2,lists!$A$1:$C$1,0),4)-1,"
        f"{len(listed(Reasons()))},1)),1)",
    ]
    assert all(len(formula) <= 255 for formula in found), "Excel takes no longer one"
    columns = list(
        itertools.zip_longest(
            *python_calamine.CalamineWorkbook.from_path(str(file)).get_sheet_by_name("lists").to_python()
        )
    )
    meant = reasons(office.settings.reasons)
    shown = [[meant.meant(str(cell)) for cell in column[1:] if cell] for column in columns]
    settings = office.settings.reasons
    assert shown == [list(settings.same), list(settings.different), list(settings.unsure), listed(settings)]


def test_a_look_at_the_page_does_not_shorten_a_workbook_s_week(office: Office, tmp_path: Path) -> None:
    export_queue(office, ASHA, tmp_path / "queue.xlsx", Wanted(1))
    item = office.queue.take(ASHA, Tray.PAIRS)
    assert item is not None and item.lease is not None
    assert office.queue.renew(ASHA, item.number, item.lease)
    with reading(office.engine) as connection:
        until = connection.scalar(select(ITEM.c.leased_until).where(ITEM.c.number == item.number))
    assert until > later(6 * 24 * 60)
    assert not office.queue.renew(ASHA, item.number, "another")
