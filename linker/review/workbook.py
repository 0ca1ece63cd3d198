"""The queue as an Excel workbook, and the verdicts that come back in it.

A row is a question with the lease of the person it was given to; the lease is what makes a verdict count once, and what shows that
somebody else has had the question since. Texts cannot become formulas: they are written as texts, and guarded as in every export.
Identifiers are masked.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import python_calamine
import xlsxwriter

from linker.errors import InputError, LinkerError
from linker.records.excel import refuse_bomb, refuse_sprawl
from linker.review.evidence.case import PairCase, Side, pair_case
from linker.review.items import Answer, Item, Kind, Tray
from linker.review.people import Account
from linker.review.verdicts import RefusedError, Said
from linker.share.cells import guard

if TYPE_CHECKING:
    from linker.review.office import Office

WEEK = 7 * 24 * 60
SHEET = "queue"
FIELDS = ("item", "lease", "verdict", "reason", "note")
SHOWN = (
    "record",
    "name",
    "name_latin",
    "aliases",
    "relatives",
    "born",
    "places",
    "identifiers",
    "height",
    "marks",
    "case",
)
COLUMNS = (*FIELDS, *(f"{f}_{side}" for f in SHOWN for side in ("A", "B")), "for", "against", "neither")
MOST_ROWS, MOST_BYTES = 5_000, 200_000_000
"""Rows of a workbook that comes back, and what it may unpack to."""
_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True)
class Imported:
    """What became of the rows: taken, given before, left empty, refused with (row, why)."""

    taken: int
    again: int
    empty: int
    refused: tuple[tuple[int, str], ...]


def export_queue(
    office: Office, account: Account, file: Path, count: int, tray: Tray = Tray.PAIRS, language: str = "en"
) -> int:
    """Write up to `count` questions of a tray to a workbook, leased to `account` for a week; gives how many.

    Raises:
        InputError: splits cannot be asked in a workbook, or the file cannot be written.
    """
    if tray is Tray.SPLITS:
        raise InputError("a split cannot be decided in a workbook", do="use the page, or another tray")
    rows: list[list[str]] = []
    for item in office.queue.take_many(account, tray, count, WEEK):
        case = pair_case(office.book, item, office.comparisons, office.unmasking.steps(account.name))
        if case is None:
            office.queue.put_aside(item.number)
        elif item.kind is not Kind.SPLIT:
            rows.append(_row(item, case, language))
    try:
        _write(rows, file, office)
    except (OSError, xlsxwriter.exceptions.XlsxWriterException) as error:
        raise InputError(f"cannot be written: {error}", where=str(file), do="choose another place") from None
    office.audit.append("queue exported", str(tray), {"rows": len(rows)}, account.name)
    return len(rows)


def _row(item: Item, case: PairCase, language: str) -> list[str]:
    both = [_side(s) for s in (case.left, case.right)]
    pairs = [value for a, b in zip(*both, strict=True) for value in (a, b)]
    hindi = language == "hi"
    spoken = {
        side: "; ".join((a.hindi if hindi else a.english) for a in case.arguments if a.side == side)
        for side in ("for", "against", "neutral")
    }
    return [str(item.number), item.lease or "", "", "", "", *pairs, *spoken.values()]


def _side(side: Side) -> list[str]:
    numbers = "; ".join(f"{name} {m.shown}" for name, shown in side.identifiers.items() for m in shown)
    born = f"{side.birth.first} … {side.birth.last}" if side.birth else ""
    event = side.event
    case = " ".join(p for p in (event.fir, str(event.day), event.station) if p) if event else ""
    return [
        f"{side.source} {side.state}", side.name.typed if side.name else "", side.name.latin if side.name else "", "; ".join(side.aliases),
        "; ".join(f"{k} {v}" for k, v in side.relatives.items()), born, "; ".join(side.places.values()), numbers, side.height,
        "; ".join(side.marks), case,
    ]  # fmt: skip


def _write(rows: list[list[str]], file: Path, office: Office) -> None:
    book = xlsxwriter.Workbook(
        str(file), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    sheet = book.add_worksheet(SHEET)
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    filled = book.add_format({"bg_color": "#FFF6DD", "text_wrap": True, "valign": "top"})
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    for at, name in enumerate(COLUMNS):
        sheet.write_string(0, at, name, head)
    guarded = [guard(pa.chunked_array([pa.array(row, pa.string())])).to_pylist() for row in rows]
    for line, row in enumerate(guarded, start=1):
        for at, value in enumerate(row):
            sheet.write_string(line, at, value or "", filled if COLUMNS[at] in {"verdict", "reason", "note"} else plain)
    sheet.freeze_panes(1, 5)
    sheet.set_column(0, 0, 7)
    sheet.set_column(1, 1, 4)
    sheet.set_column(2, 3, 16)
    sheet.set_column(4, len(COLUMNS) - 1, 24)
    answers = [str(a) for a in (Answer.SAME, Answer.DIFFERENT, Answer.UNSURE)]
    reasons = office.settings.reasons
    codes = list(dict.fromkeys((*reasons.same, *reasons.different, *reasons.unsure)))
    if rows:
        sheet.data_validation(1, 2, len(rows), 2, {"validate": "list", "source": answers})
        lists = book.add_worksheet("reasons")
        for at, code in enumerate(codes):
            lists.write_string(at, 0, code)
        sheet.data_validation(1, 3, len(rows), 3, {"validate": "list", "source": f"=reasons!$A$1:$A${len(codes)}"})
    book.close()


def import_verdicts(office: Office, account: Account, file: Path) -> Imported:
    """Take the verdicts of a workbook that `export_queue` wrote and someone filled in. What does not fit is refused row by row.

    Raises:
        InputError: it is no such workbook, or one question stands in it twice.
    """
    rows = _read(file)
    numbers = [r["item"] for _, r in rows if r["verdict"]]
    twice = sorted(n for n, c in Counter(numbers).items() if c > 1)
    if twice:
        raise InputError(
            f"question {twice[0]} stands in the workbook twice", where=file.name, do="leave one row of each question"
        )
    taken = again = empty = 0
    refused: list[tuple[int, str]] = []
    for line, row in rows:
        if not row["verdict"]:
            empty += 1
            continue
        try:
            if row["verdict"] not in {Answer.SAME, Answer.DIFFERENT, Answer.UNSURE} or not _NUMBER.fullmatch(
                row["item"]
            ):
                raise RefusedError("wrong_answer", f"'{row['verdict'][:20]}' is no verdict")
            done = office.verdicts.say(
                account, Said(int(row["item"]), row["lease"], Answer(row["verdict"]), row["reason"], row["note"])
            )
        except LinkerError as error:
            refused.append((line, error.what))
            continue
        again, taken = again + done.again, taken + (not done.again)
    office.audit.append("verdicts imported", file.name, {"taken": taken, "refused": len(refused)}, account.name)
    return Imported(taken, again, empty, tuple(refused))


def _read(file: Path) -> list[tuple[int, dict[str, str]]]:
    """The rows by column with their numbers in the sheet."""
    try:
        refuse_bomb(file, MOST_BYTES)
        refuse_sprawl(file, SHEET)
    except (OSError, zipfile.BadZipFile):
        raise InputError("is no workbook", where=file.name, do="send the workbook that was exported") from None
    try:
        sheet = python_calamine.CalamineWorkbook.from_path(str(file)).get_sheet_by_name(SHEET)
        lines: list[list[Any]] = sheet.to_python(skip_empty_area=False)
    except Exception as error:  # the reader's own errors have no common base
        raise InputError(
            f"cannot be read: {type(error).__name__}", where=file.name, do="send the workbook that was exported"
        ) from None
    header = [str(c) for c in lines[0]] if lines else []
    if any(f not in header for f in FIELDS):
        raise InputError("lacks the columns of an exported queue", where=file.name, do=f"it needs: {', '.join(FIELDS)}")
    if len(lines) > MOST_ROWS:
        raise InputError(f"has more than {MOST_ROWS} rows", where=file.name, do="export fewer questions at a time")
    at = {f: header.index(f) for f in FIELDS}
    return [
        (n, {f: _cell(line, at[f]) for f in FIELDS})
        for n, line in enumerate(lines[1:], start=2)
        if any(str(c).strip() for c in line)
    ]


def _cell(line: list[Any], at: int) -> str:
    value = line[at] if at < len(line) else ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).replace("\0", "").strip()
    return text[1:] if re.match(r"'\s*[=+\-@]", text) else text
