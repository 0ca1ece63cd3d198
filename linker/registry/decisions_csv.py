"""The ledger as CSV: to hand decisions on, to keep a copy, to bring in what was decided elsewhere."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from linker.errors import InputError
from linker.registry.database import user
from linker.registry.ledger import EntryKind, Ledger, NewUndo, NewVerdict, Verdict
from linker.registry.suppression import Suppression

COLUMNS = ("number", "kind", "left_record", "right_record", "verdict", "who", "at", "why", "supersedes")
NEEDED = ("left_record", "right_record", "verdict", "why")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
"""A spreadsheet would run what begins so; an apostrophe before it keeps it text, and is taken off on the way back."""


def export_decisions(ledger: Ledger, file: Path) -> int:
    """Write all entries; gives their number."""
    entries = ledger.entries()
    try:
        with file.open("w", encoding="utf-8-sig", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(COLUMNS)
            writer.writerows([_guarded(getattr(entry, c)) for c in COLUMNS] for entry in entries)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", where=str(file), do="choose another place") from None
    return len(entries)


def _guarded(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


@dataclass(frozen=True)
class Imported:
    """What came of a file's lines: added to the ledger, known to it already, or left out because a record in them is erased."""

    added: int
    known: int
    left_out: int = 0


def import_decisions(ledger: Ledger, file: Path, erased: Suppression | None = None) -> Imported:
    """Add what the ledger does not hold, all or nothing. What names an erased record is left out: a file that was written before the
    erasure must not bring the record's id back.

    A file that `export_decisions` wrote is replayed entry by entry, undos included. Any other file needs the columns left_record,
    right_record, verdict and why, and may have who and at.

    Raises:
        InputError: the file cannot be read, or a line makes no sense (with its number).
    """
    rows = _rows(file)
    known: dict[tuple[str, ...], int] = {}
    for entry in ledger.entries():
        content = tuple("" if v is None else str(v) for v in (getattr(entry, c) for c in CONTENT))
        known[content] = known[(*content[:-1], "")] = entry.number
    ours: dict[str, int] = {}
    fresh: list[NewVerdict | NewUndo] = []
    gone = _erased(rows, erased)
    for line, (row, left_out) in enumerate(zip(rows, gone, strict=True), start=2):
        if left_out:
            continue
        number = known.get(_content(row))
        if number is None:
            fresh.append(_new(row, ours, f"{file}, line {line}"))
            number = -len(fresh)
        ours[row.get("number", "")] = number
    ledger.append(fresh)
    return Imported(len(fresh), len(rows) - len(fresh) - sum(gone), sum(gone))


def _erased(rows: list[dict[str, str]], erased: Suppression | None) -> list[bool]:
    """Which lines name an erased record."""
    if erased is None or not rows:
        return [False] * len(rows)
    hit = [erased.hits(pa.array([row[side] for row in rows], pa.string())) for side in ("left_record", "right_record")]
    return [bool(a or b) for a, b in zip(*hit, strict=True)]


CONTENT = ("kind", "left_record", "right_record", "verdict", "who", "why", "at")


def _content(row: dict[str, str]) -> tuple[str, ...]:
    pair = sorted((row["left_record"], row["right_record"]))
    return (
        row.get("kind") or "verdict",
        *pair,
        row["verdict"],
        row.get("who") or user(),
        row["why"],
        row.get("at", ""),
    )


def _new(row: dict[str, str], ours: dict[str, int], where: str) -> NewVerdict | NewUndo:
    who, at = row.get("who") or None, row.get("at") or None
    if row.get("kind") == EntryKind.UNDO:
        target = ours.get(row.get("supersedes", ""))
        if target is None:
            raise InputError(
                f"an undo of decision '{row.get('supersedes', '')}', which is not in the file",
                where=where,
                do="export the ledger again",
            )
        return NewUndo(target, row["why"], who, at)
    if row["verdict"] not in set(Verdict):
        raise InputError(f"'{row['verdict']}' is no verdict", where=where, do=f"write {', '.join(Verdict)}")
    if (
        not row["left_record"]
        or not row["right_record"]
        or row["left_record"] == row["right_record"]
        or not row["why"].strip()
    ):
        raise InputError("a decision needs two different records and a reason", where=where, do="complete the line")
    return NewVerdict(row["left_record"], row["right_record"], Verdict(row["verdict"]), row["why"], who, at)


def _rows(file: Path) -> list[dict[str, str]]:
    """The lines by column, apostrophes taken off."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as source:
            lines = list(csv.reader(source, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"cannot be read: {error}", where=str(file), do="save it as CSV in UTF-8") from None
    header = lines[0] if lines else []
    missing = [c for c in NEEDED if c not in header]
    if missing:
        raise InputError(
            f"lacks the columns {', '.join(missing)}",
            where=str(file),
            do=f"its first line should be: {','.join(COLUMNS)}",
        )
    for number, line in enumerate(lines[1:], start=2):
        if len(line) != len(header):
            raise InputError(
                f"has {len(line)} cells instead of {len(header)}", where=f"{file}, line {number}", do="mend the line"
            )
    return [dict(zip(header, map(_unguarded, line), strict=True)) for line in lines[1:]]


def _unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text
