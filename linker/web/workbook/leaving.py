"""Questions as a workbook. Texts cannot become formulas: they are written as texts, guarded as in every export. Identifiers are masked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from linker.config.review import Reasons
from linker.errors import InputError
from linker.review.evidence.case import pair_case
from linker.review.items import Kind, Tray
from linker.review.office import Office
from linker.review.people import Account
from linker.share.cells import guard
from linker.web.words import LANGUAGES, Teller
from linker.web.workbook.cells import cells
from linker.web.workbook.layout import ALWAYS, ANSWERS, COLUMNS, FILLED, Column, fitting, listed
from linker.web.workbook.sayings import label

WEEK = 7 * 24 * 60
LISTS = "lists"
"""The hidden sheet that holds what may be chosen."""
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


@dataclass(frozen=True)
class Wanted:
    """How many questions of which tray, and the language that is to stand first."""

    count: int
    tray: Tray = Tray.PAIRS
    language: str = "en"


def export_queue(office: Office, account: Account, file: Path, wanted: Wanted) -> int:
    """Write up to `wanted.count` questions of a tray to a workbook, leased to `account` for a week; gives how many.

    Raises:
        InputError: splits cannot be asked in a workbook, or the file cannot be written.
    """
    if wanted.tray is Tray.SPLITS:
        raise InputError("a split cannot be decided in a workbook", do="use the page, or another tray")
    teller = Teller(wanted.language)
    rows: list[dict[str, str]] = []
    for item in office.queue.take_many(account, wanted.tray, wanted.count, WEEK):
        case = pair_case(office.book, item, office.comparisons, office.unmasking.steps(account.name))
        if case is None:
            office.queue.put_aside(item.number)
        elif item.kind is not Kind.SPLIT:
            rows.append(cells(item, case, teller))
    try:
        _Writing(file, teller.language, office.settings.reasons).write(rows)
    except (OSError, xlsxwriter.exceptions.XlsxWriterException) as error:
        raise InputError(f"cannot be written: {error}", where=str(file), do="choose another place") from None
    office.audit.append("queue exported", str(wanted.tray), {"rows": len(rows)}, account.name)
    return len(rows)


class _Writing:
    """One workbook on its way to the disk."""

    def __init__(self, file: Path, language: str, reasons: Reasons) -> None:
        self._book = xlsxwriter.Workbook(str(file), OPTIONS)
        self._language, self._reasons = language, reasons
        self._teller = Teller(language)

    def write(self, rows: list[dict[str, str]]) -> None:
        columns = [c for c in COLUMNS if c.code in ALWAYS or any(row.get(c.code) for row in rows)]
        sheet = self._book.add_worksheet(self._teller("workbook.sheet.questions"))
        guide = self._book.add_worksheet(self._teller("workbook.sheet.guide"))
        self._write_questions(sheet, columns, rows)
        self._write_guide(guide)
        if rows:
            self._offer_choices(sheet, [c.code for c in columns], len(rows))
        self._book.close()

    def _format(self, **properties: Any) -> Any:
        return self._book.add_format({"text_wrap": True, "valign": "top", **properties})

    def _write_questions(self, sheet: Any, columns: list[Column], rows: list[dict[str, str]]) -> None:
        heads = {"A": "#E3EDF8", "B": "#F6E8F2", "": "#ECEEF1"}
        head = {
            side: self._format(bold=True, bottom=1, bg_color=colour, valign="vcenter") for side, colour in heads.items()
        }
        yellow = {"bg_color": "#FFF6DD", "border": 1, "border_color": "#D9C88F", "num_format": "@"}
        styles = {c.code: self._format(num_format="@") for c in columns}
        styles |= {code: self._format(**yellow) for code in FILLED}
        styles["item"], styles["lease"] = self._format(bold=True), self._format(font_color="#8A93A0", font_size=8)
        for at, column in enumerate(columns):
            sheet.set_column(at, at, column.width)
            sheet.write_string(0, at, column.heading(self._language), head[column.side])
            texts = guard(pa.chunked_array([pa.array([row.get(column.code, "") for row in rows], pa.string())]))
            for line, text in enumerate(texts.to_pylist(), start=1):
                if column.code == "item":
                    sheet.write_number(line, at, int(text), styles["item"])
                elif not text:
                    sheet.write_blank(line, at, None, styles[column.code])
                else:
                    sheet.write_string(line, at, text, styles[column.code])
        sheet.set_row(0, 34)
        sheet.freeze_panes(1, 1 + len(FILLED))
        sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
        sheet.ignore_errors({"number_stored_as_text": f"A1:{xl_col_to_name(len(columns) - 1)}{len(rows) + 1}"})
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.repeat_rows(0)

    def _write_guide(self, sheet: Any) -> None:
        """How it is filled in, and every verdict with its reasons; both languages side by side."""
        title, text, plain = self._format(bold=True, font_size=13), self._format(bold=True), self._format()
        order = sorted(LANGUAGES, key=lambda language: language != self._language)
        sheet.set_column(0, len(order) - 1, 62)
        at = 0
        for step in ("title", "fill", "reason", "note", "sort", "keep", "send", "alone"):
            for column, language in enumerate(order):
                sheet.write_string(at, column, Teller(language)(f"workbook.guide.{step}"), plain if at else title)
            at += 1
        for answer in ANSWERS:
            at += 1
            for key in (f"answer.{answer}", *(f"reason.{code}" for code in fitting(self._reasons, answer))):
                for column, language in enumerate(order):
                    told = Teller(language)(key)
                    own = key.startswith("answer")
                    sheet.write_string(at, column, told if own else f"    {told}", text if own else plain)
                at += 1

    def _offer_choices(self, sheet: Any, codes: list[str], rows: int) -> None:
        """Lists to choose from: the verdicts, and the reasons that fit the verdict of the row (all of them while there is none)."""
        lists = self._book.add_worksheet(LISTS)
        lists.hide()
        sets = [*(fitting(self._reasons, answer) for answer in ANSWERS), listed(self._reasons)]
        for at, reasons in enumerate(sets):
            head = label(f"answer.{ANSWERS[at]}", self._language) if at < len(ANSWERS) else "*"
            lists.write_string(0, at, head)
            for line, code in enumerate(reasons, start=1):
                lists.write_string(line, at, label(f"reason.{code}", self._language))
        verdict, reason = (codes.index(code) for code in ("verdict", "reason"))
        wrong = {
            "error_title": self._teller("workbook.wrong.title"),
            "error_message": self._teller("workbook.wrong.text"),
        }
        letters = xl_col_to_name(len(ANSWERS) - 1)
        sheet.data_validation(
            1, verdict, rows, verdict, {"validate": "list", "source": f"={LISTS}!$A$1:${letters}$1", **wrong}
        )
        chosen = f"IFERROR(MATCH(${xl_col_to_name(verdict)}2,{LISTS}!$A$1:${letters}$1,0),{len(sets)})-1"
        long = f"COUNTA(OFFSET({LISTS}!$A$2,0,{chosen},{len(sets[-1])},1))"
        source = f"=OFFSET({LISTS}!$A$2,0,{chosen},{long},1)"
        sheet.data_validation(1, reason, rows, reason, {"validate": "list", "source": source, **wrong})
