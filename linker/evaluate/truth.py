"""Truth tables: which records are one person, as somebody knows it from outside the engine.

A truth table names a record either as the extracts do (`source`, `native_id`, and `part` where a row holds several
persons) or by `record_id`, and gives each a `person_id`. CSV, TSV and Parquet are read, also gzipped.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from linker.errors import InputError

PERSON_NAMES = ("person_id", "person", "pid", "identity", "identity_id", "true_id", "entity_id", "cluster_id")
"""Headers under which the true person may stand, in order of preference."""

NATIVE_NAMES = ("native_id", "native", "id")

UNMATCHED = -1
"""The row number of a truth record that the crosswalk does not hold."""


@dataclass(frozen=True)
class Truth:
    """A truth table. `keys` holds the columns that name the record (strings), `person` the true person, row for row."""

    keys: pa.Table
    person: pa.ChunkedArray
    path: str

    def __len__(self) -> int:
        return len(self.person)


def read_truth(path: Path) -> Truth:
    """The truth table in `path`.

    Raises:
        InputError: no such file, not readable as a table, no column that names the record or the person, an empty
            person, or the same record listed twice with different persons.
    """
    table = _read_table(path)
    columns = {name.strip().lstrip("\ufeff").casefold(): name for name in table.column_names}
    person = next((columns[n] for n in PERSON_NAMES if n in columns), None)
    if person is None:
        raise _wrong_header(path, table, f"a column for the person ({', '.join(PERSON_NAMES[:4])})")
    native = next((columns[n] for n in NATIVE_NAMES if n in columns), None)
    if "source" in columns and native is not None:
        part = _texts(table[columns["part"]]) if "part" in columns else None
        keys = pa.table(
            {
                "source": _texts(table[columns["source"]]),
                "native_id": _texts(table[native]),
                "part": _parts(part, len(table), path),
            }
        )
    elif "record_id" in columns:
        keys = pa.table({"record_id": _texts(table[columns["record_id"]])})
    else:
        raise _wrong_header(path, table, "'record_id', or 'source' and 'native_id'")
    return _checked(Truth(keys, _texts(table[person]), str(path)))


def _checked(truth: Truth) -> Truth:
    blank = pc.or_kleene(pc.is_null(truth.person), pc.equal(pc.utf8_trim_whitespace(truth.person), ""))
    if pc.any(blank).as_py():
        row = pc.index(blank, True).as_py() + 2
        raise InputError(
            "a record has no person", where=f"{truth.path}, row {row}", do="give every record a person or drop it"
        )
    names = truth.keys.column_names
    distinct = (
        pa.table({**{n: truth.keys[n] for n in names}, "person": truth.person})
        .group_by([*names, "person"])
        .aggregate([])
    )
    once = distinct.group_by(names).aggregate([([], "count_all")])
    twice = once.filter(pc.greater(once["count_all"], 1))
    if len(twice):
        which = ", ".join(str(twice[n][0].as_py()) for n in names)
        raise InputError(
            f"{len(twice):,} records stand in the truth with more than one person",
            where=f"{truth.path}, for example {which}",
            do="a record is one person: keep one row for each",
        )
    return Truth(distinct.select(names), distinct["person"], truth.path)


def locate(truth: Truth, crosswalk: pa.Table) -> npt.NDArray[np.int64]:
    """For each truth record its row in `crosswalk`, or `UNMATCHED`.

    A truth keyed by `record_id` also matches `native_id` when no record id fits and the native ids are unique over
    all sources.
    """
    rows = pa.array(np.arange(len(crosswalk)))
    if "record_id" in truth.keys.column_names:
        wanted = truth.keys["record_id"]
        found = pc.index_in(wanted, value_set=crosswalk["record_id"].combine_chunks())
        if found.null_count == len(found) and pc.count_distinct(crosswalk["native_id"]).as_py() == len(crosswalk):
            found = pc.index_in(wanted, value_set=crosswalk["native_id"].combine_chunks())
        return _numbers(found)
    right = pa.table(
        {
            "source": crosswalk["source"],
            "native_id": crosswalk["native_id"],
            "part": crosswalk["part"].cast(pa.int16()),
            "row": rows,
        }
    )
    left = truth.keys.append_column("truth_row", pa.array(np.arange(len(truth))))
    joined = left.join(right, ["source", "native_id", "part"], join_type="left outer")
    found = np.full(len(truth), UNMATCHED, dtype=np.int64)
    found[joined["truth_row"].to_numpy()] = _numbers(joined["row"])
    return found


def _numbers(found: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    filled = pc.fill_null(found, UNMATCHED)
    return np.asarray(
        filled.to_numpy(zero_copy_only=False) if isinstance(filled, pa.Array) else filled.to_numpy(), dtype=np.int64
    )


def _texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.string())


def _parts(part: pa.ChunkedArray | None, rows: int, path: Path) -> pa.Array | pa.ChunkedArray:
    if part is None:
        return pa.array(np.ones(rows, dtype=np.int16))
    blank = pc.equal(pc.utf8_trim_whitespace(part), "")
    try:
        return pc.if_else(pc.fill_null(blank, True), "1", part).cast(pa.int16())
    except pa.ArrowInvalid as error:
        raise InputError(
            f"'part' is not a number: {error}", where=str(path), do="part counts the persons of a row: 1, 2, …"
        ) from None


def _read_table(path: Path) -> pa.Table:
    if not path.is_file():
        raise InputError("no such truth file", where=str(path), do="check the path")
    try:
        if path.suffix == ".parquet":
            return pq.read_table(path)
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        header = content[: content.find(b"\n") + 1 or None].decode("utf-8-sig")
        delimiter = max("\t,;|", key=header.count)
        names = [cell.strip().strip('"') for cell in header.strip().split(delimiter)]
        return pacsv.read_csv(
            pa.BufferReader(content.removeprefix(b"\xef\xbb\xbf")),
            # A thread of Arrow's that gives these bytes back after the command has ended, for instance in an error, would abort it.
            read_options=pacsv.ReadOptions(use_threads=False),
            parse_options=pacsv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except (pa.ArrowException, OSError, UnicodeDecodeError, EOFError) as error:
        reason = " ".join(str(error).split())[:300]
        raise InputError(
            f"the truth cannot be read as a table: {reason}",
            where=str(path),
            do="save it as CSV, TSV or Parquet, UTF-8",
        ) from None


def _wrong_header(path: Path, table: pa.Table, lacks: str) -> InputError:
    return InputError(
        f"the truth lacks {lacks}",
        where=f"{path}: its columns are {', '.join(table.column_names)}",
        do="name the columns source, native_id, part, person_id (or record_id, person_id)",
    )
