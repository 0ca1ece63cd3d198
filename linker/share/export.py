"""The unified table and the crosswalk as files for others: Parquet for programs, CSV and Excel for people.

Every file appears whole or not at all: it is written under a temporary name beside its place and renamed when all
files are complete.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from linker.errors import InputError
from linker.registry.files import WINDOWS, move, sync
from linker.share.cells import flat
from linker.share.excel import write_excel
from linker.share.masking import mask_identity
from linker.share.notes import Letter, Note, meanings

BOM = b"\xef\xbb\xbf"
"""Tells Excel that a CSV file is UTF-8; without it Hindi turns into nonsense."""


class Format(StrEnum):
    """Kinds of files; the value is the file name's extension."""

    PARQUET = "parquet"
    CSV = "csv"
    XLSX = "xlsx"


Release = Callable[[dict[str, int]], None]


def export(
    identity: pa.Table,
    crosswalk: pa.Table,
    kind: Format,
    out: Path,
    release: Release | None = None,
    letter: Letter | None = None,
) -> list[Path]:
    """Writes `identity.<ext>` and `crosswalk.<ext>` into the folder `out`, replacing what an earlier export left there.

    Identifiers and telephones are masked to their last four characters. Texts that a spreadsheet would run get an apostrophe in CSV
    and Excel (see `linker.share.cells`).

    Args:
        release: called with the files' names and numbers of rows when they are complete and before they appear. What
            it raises keeps them from appearing: an export that cannot be written to the audit log does not happen.
        letter: what goes along with it; without one, telephones are masked. A workbook tells it on its last sheet, with what the
            columns mean.

    Raises:
        InputError: the folder cannot be made or written to.
    """
    tables = {"identity": mask_identity(identity, letter is not None and letter.telephones), "crosswalk": crosswalk}
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name in tables:
            _replaceable(out / f"{name}.{kind}")
        with tempfile.TemporaryDirectory(dir=out, prefix=".export-") as aside:
            written = []
            for name, table in tables.items():
                part = Path(aside) / f"{name}.{kind}"
                WRITERS[kind](table, part, (*letter.notes, *meanings(table.column_names)) if letter else ())
                sync(part)
                written.append(part)
            if release is not None:
                release({part.name: len(table) for part, table in zip(written, tables.values(), strict=True)})
            return [move(part, out / part.name) for part in written]
    except OSError as error:
        raise InputError(
            f"cannot write the export: {error.strerror or error}",
            where=str(out),
            do="choose a folder that you may write to, and close an earlier export in Excel",
        ) from error


def _replaceable(path: Path) -> None:
    """Raises OSError where an earlier export is open in Excel: told before anything is written or entered in the audit log."""
    if WINDOWS and path.exists():
        with path.open("r+b"):
            pass


def _write_parquet(table: pa.Table, path: Path, _: Sequence[Note]) -> None:
    pq.write_table(table, path, compression="zstd")


def _write_csv(table: pa.Table, path: Path, _: Sequence[Note]) -> None:
    options = pacsv.WriteOptions(quoting_style="all_valid", quoting_header="all_valid", eol="\r\n")
    with path.open("wb") as file:
        file.write(BOM)
        pacsv.write_csv(flat(table), file, options)


def _write_xlsx(table: pa.Table, path: Path, notes: Sequence[Note]) -> None:
    write_excel(table, path, path.stem, notes=notes)


WRITERS: dict[Format, Callable[[pa.Table, Path, Sequence[Note]], None]] = {
    Format.PARQUET: _write_parquet,
    Format.CSV: _write_csv,
    Format.XLSX: _write_xlsx,
}
