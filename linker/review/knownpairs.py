"""Pairs with a known answer, from a file: they measure reviewers and change nothing."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from linker.errors import InputError
from linker.review.filling import add_known
from linker.review.items import Answer

if TYPE_CHECKING:
    from linker.review.office import Office

COLUMNS = ("left_record", "right_record", "answer")


def read_known(office: Office, file: Path) -> tuple[int, int]:
    """Add the pairs of a CSV file with `COLUMNS`; gives how many are new and how many were there.

    Raises:
        InputError: the file cannot be read, or a line makes no sense (with its number).
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as source:
            rows = list(csv.DictReader(source))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"cannot be read: {error}", where=str(file), do="save it as CSV in UTF-8") from None
    pairs: list[tuple[str, str, Answer]] = []
    states: dict[str, str] = {}
    for line, row in enumerate(rows, start=2):
        left, right, answer = (str(row.get(c) or "") for c in COLUMNS)
        where = f"{file}, line {line}"
        if answer not in {Answer.SAME, Answer.DIFFERENT} or left == right:
            do = f"write the columns {', '.join(COLUMNS)}"
            raise InputError("a known pair needs two records and the answer same or different", where=where, do=do)
        for record in (left, right):
            at = office.book.row(record)
            if at is None:
                raise InputError(f"there is no record {record}", where=where, do="use ids of the current snapshot")
            states[record] = str(office.book.record(at)["state"] or "")
        pairs.append((left, right, Answer(answer)))
    added = add_known(office.engine, office.book.snapshot.number, pairs, states)
    return added, len(pairs) - added
