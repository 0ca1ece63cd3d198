"""Verdicts that come back in a workbook. What does not fit is refused row by row, and everything else is taken."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import python_calamine

from linker.archives import UNREADABLE
from linker.errors import InputError, LinkerError
from linker.records.workbook_guard import SprawlError, refuse_bomb, refuse_sprawl
from linker.review.items import Answer
from linker.review.office import Office
from linker.review.people import Account
from linker.review.unfit import UnfitError
from linker.review.verdicts import LONGEST_NOTE, RefusedError, Said
from linker.search.font import KRUTI_DEV, typed_in_unicode
from linker.web.workbook.cells import native
from linker.web.workbook.layout import COLUMNS, NEEDED, RECORDS, fitting, headings, reasons, verdicts
from linker.web.workbook.sayings import Sayings, bare, label

MOST_ROWS, MOST_BYTES, MOST_CELLS = 5_000, 200_000_000, 20_000_000
"""Rows of a workbook that comes back, what it may unpack to, and how many cells, blank ones included, its sheets may span."""
TITLES = 20
"""Rows among which the headings are looked for: someone may have written something above them."""
SHOWN = 40
"""Characters of a cell that a refusal repeats."""
_NUMBER = re.compile(r"[0-9]{1,9}")
_GUARDED = re.compile(r"'\s*[=+\-@＝＋－＠]")

Cells = dict[str, str]
"""A row's texts by column."""


@dataclass(frozen=True)
class Refusal:
    """A row that was not taken: its number in the sheet, the code of the sentence that says why, and what fills its blank."""

    row: int
    code: str
    text: str = ""


@dataclass(frozen=True)
class Imported:
    """What became of the rows: taken, given before, left empty, refused."""

    taken: int
    again: int
    empty: int
    refused: tuple[Refusal, ...]


def import_verdicts(office: Office, account: Account, file: Path) -> Imported:
    """Take the verdicts of a workbook that `export_queue` wrote and someone filled in.

    Raises:
        UnfitError: it is no such workbook, or one question stands in it twice.
    """
    rows = _read(file)
    numbers = [row["item"] for _, row in rows if row["verdict"]]
    twice = sorted(n for n, count in Counter(numbers).items() if count > 1)
    if twice:
        what, do = f"question {twice[0][:SHOWN]} stands in the workbook twice", "leave one row of each question"
        raise UnfitError("workbook_twice", what, where=file.name, do=do, text=twice[0][:SHOWN])
    desk = _Desk(office, account)
    taken = again = empty = 0
    refused: list[Refusal] = []
    for line, row in rows:
        if not row["verdict"]:
            empty += 1
            continue
        try:
            repeated = desk.take(row)
        except _RowError as error:
            refused.append(Refusal(line, error.code, error.text))
        except RefusedError as error:
            refused.append(Refusal(line, error.code))
        except LinkerError as error:
            refused.append(Refusal(line, "row_told", error.what))
        else:
            again, taken = again + repeated, taken + (not repeated)
    office.audit.append("verdicts imported", file.name, {"taken": taken, "refused": len(refused)}, account.name)
    return Imported(taken, again, empty, tuple(refused))


class _RowError(Exception):
    """A row says what cannot be understood."""

    def __init__(self, code: str, text: str) -> None:
        self.code, self.text = code, text[:SHOWN]
        super().__init__(code)


class _Desk:
    """Takes one row after the other."""

    def __init__(self, office: Office, account: Account) -> None:
        self._office, self._account = office, account
        self._verdicts, self._reasons = verdicts(), reasons(office.settings.reasons)

    def take(self, row: Cells) -> bool:
        """Hand a row's verdict in; gives whether it had been given before."""
        answer, reason = self._answer(row), self._reasons.meant(row["reason"])
        if row["reason"] and reason is None:
            raise _RowError("row_reason", row["reason"])
        if reason is not None and reason not in fitting(self._office.settings.reasons, answer):
            raise _RowError("row_unfit", row["reason"])
        if not _NUMBER.fullmatch(row["item"]):
            raise _RowError("row_number", row["item"])
        self._refuse_torn(row)
        said = Said(int(row["item"]), row["lease"], answer, reason or "", _legible(row["note"]))
        return self._office.verdicts.say(self._account, said).again

    def _answer(self, row: Cells) -> Answer:
        code = self._verdicts.meant(row["verdict"])
        if code is None:
            raise _RowError("row_verdict", row["verdict"])
        return Answer(code)

    def _refuse_torn(self, row: Cells) -> None:
        """Some columns may have been sorted without the others; a verdict would then stand beside people it was not given on."""
        item = self._office.queue.item(int(row["item"]))
        if item is None:
            return  # taking it says so
        for column, record in zip(RECORDS, item.records, strict=False):
            if row[column] and not bare(row[column]).endswith(bare(native(record))):
                raise _RowError("row_torn", row["item"])


def _legible(note: str) -> str:
    """A note typed in Kruti Dev in Unicode, with what was typed behind it: nobody could read it who has not that font."""
    read, legacy = typed_in_unicode(note)
    whole = f"{read} [{KRUTI_DEV}: {note}]"
    return whole if legacy and len(whole) <= LONGEST_NOTE else note


def _read(file: Path) -> list[tuple[int, Cells]]:
    """The rows by column, with their numbers in the sheet."""
    book = _opened(file)
    said = headings()
    missing: list[str] = list(NEEDED)
    for name in book.sheet_names:
        try:
            lines: list[list[Any]] = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        except Exception:
            raise _unreadable(file) from None
        for above, line in enumerate(lines[:TITLES]):
            places = _columns(line, said)
            lacking = [code for code in NEEDED if code not in places]
            if not lacking:
                return _rows(file, lines[above + 1 :], _once(file, line, places), above + 2)
            missing = min(missing, lacking, key=len)
    names = ", ".join(label(column.key, "en") for column in COLUMNS if column.code in missing)
    raise UnfitError(
        "workbook_columns", f"lacks columns of an exported queue: {names}", where=file.name,
        do="send the workbook that was exported, with its headings", text=names,
    )  # fmt: skip


def _opened(file: Path) -> python_calamine.CalamineWorkbook:
    try:
        refuse_bomb(file, MOST_BYTES)
        refuse_sprawl(file, MOST_BYTES, MOST_CELLS)
    except SprawlError as error:
        raise UnfitError("workbook_sprawls", error.what, where=file.name, do=error.do) from None
    except InputError as error:
        raise UnfitError(
            "workbook_bomb", error.what, where=file.name, do="send the workbook that was exported"
        ) from None
    except UNREADABLE:
        raise _unreadable(file) from None
    try:
        return python_calamine.CalamineWorkbook.from_path(str(file))
    except Exception:
        raise _unreadable(file) from None


def _unreadable(file: Path) -> UnfitError:
    return UnfitError(
        "workbook_unreadable", "is no workbook that can be read", where=file.name,
        do="save it in Excel as .xlsx, and send that",
    )  # fmt: skip


def _columns(line: list[Any], said: Sayings) -> dict[str, list[int]]:
    """Where each column stands, by the headings of a row."""
    places: dict[str, list[int]] = {}
    for at, cell in enumerate(line):
        code = said.meant(cell) if isinstance(cell, str) and cell.strip() else None
        if code is not None:
            places.setdefault(code, []).append(at)
    return places


def _once(file: Path, line: list[Any], places: dict[str, list[int]]) -> dict[str, int]:
    for code, found in places.items():
        if len(found) > 1:
            heading = str(line[found[0]]).split("\n")[0][:SHOWN]
            what, do = f"the column '{code}' stands in it twice", "leave one of them"
            raise UnfitError("workbook_column_twice", what, where=file.name, do=do, text=heading)
    return {code: found[0] for code, found in places.items()}


def _rows(file: Path, lines: list[list[Any]], places: dict[str, int], first: int) -> list[tuple[int, Cells]]:
    if len(lines) > MOST_ROWS:
        what = f"has more than {MOST_ROWS} rows"
        raise UnfitError("workbook_long", what, where=file.name, do="export fewer questions at a time")
    wanted = (*NEEDED, *RECORDS)
    return [
        (number, {code: _cell(line, places.get(code)) for code in wanted})
        for number, line in enumerate(lines, start=first)
        if any(str(cell).strip() for cell in line)
    ]


def _cell(line: list[Any], at: int | None) -> str:
    value = line[at] if at is not None and at < len(line) else ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).replace("\0", "").strip()
    return text[1:] if _GUARDED.match(text) else text
