"""Columns of a file → fields of a row, as the source's mapping says."""

from __future__ import annotations

import datetime
import re
from functools import reduce

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linker.config.mapping import Cells
from linker.config.source import SourceConfig
from linker.records.cells import TRIMMED, lists
from linker.records.raw import Raw
from linker.schema import ROW, ROW_LIST_FIELDS, TEXT, TEXTS

UNIT = "\x1f"
"""Stands between the entries of a list while it is split."""


def map_rows(config: SourceConfig, raw: Raw) -> pa.Table:
    """`schema.ROW` with the mapping's `extra.` columns, one row per raw row, in its order."""
    count = len(raw)
    nothing, nothings = pa.nulls(count, TEXT), pa.nulls(count, TEXTS)  # shared by all fields that no column feeds
    columns = {name: nothings if kind == TEXTS else nothing for name, kind in ROW.columns.items()}
    columns["line"] = pa.array(raw.lines, pa.int32())
    columns["native_id"] = field_text(config.native_id, raw)
    columns["source"] = _owner(config.source_column, config.name, raw)
    columns["state"] = _owner(config.state_column, config.state or "", raw)
    for name, cells in config.fields.items():
        if name in ROW_LIST_FIELDS:
            columns[name] = _list(cells, config.separators, raw)
        else:
            columns[name] = field_text(cells, raw)
    for name, formats in config.dates.items():
        columns[name] = _iso_dates(columns[name], formats)
    return ROW.conform(pa.table(columns))


def _owner(column: str | None, constant: str, raw: Raw) -> pa.Array:
    fallback = pa.scalar(constant, TEXT)
    return pc.fill_null(raw.columns[column], fallback) if column else pa.repeat(fallback, len(raw))


def field_text(cells: Cells, raw: Raw) -> pa.Array:
    """The text of a field: a constant, a column, or several joined, blank ones left out."""
    if cells.constant is not None:
        return pa.repeat(pa.scalar(cells.constant, TEXT), len(raw))
    columns = [_flat(raw.columns[c], cells.glue) for c in cells.columns]
    text = reduce(lambda left, right: _joined(left, right, cells.glue), columns)
    return _padded(text, cells.digits) if cells.digits else text


def _flat(column: pa.Array, glue: str) -> pa.Array:
    return pc.binary_join(column, glue) if pa.types.is_list(column.type) else column


def _joined(left: pa.Array, right: pa.Array, glue: str) -> pa.Array:
    """Both with the glue between, or whichever is there."""
    if right.null_count == len(right):
        return left
    return pc.coalesce(pc.binary_join_element_wise(left, right, glue), left, right)


def _padded(text: pa.Array, digits: int) -> pa.Array:
    """Numbers with fewer digits get their leading zeros back; anything that is not a plain number stays as it is."""
    short = pc.and_(pc.match_substring_regex(text, "^[0-9]+$"), pc.less(pc.utf8_length(text), digits))
    return pc.if_else(pc.fill_null(short, False), pc.utf8_lpad(text, digits, "0"), text)


def _list(cells: Cells, separators: tuple[str, ...], raw: Raw) -> pa.Array:
    """The entries of all columns, in order, each once."""
    own = separators if cells.separators is None else cells.separators
    columns = [raw.columns[c] for c in cells.columns]
    if len(columns) == 1 and pa.types.is_list(columns[0].type):
        return columns[0]
    # entries of list columns stay whole, text cells are split; joined first, so that each distinct text is split once
    texts = [_flat(c, UNIT) if pa.types.is_list(c.type) else _marked(c, own) for c in columns]
    joined = reduce(lambda left, right: _joined(left, right, UNIT), texts).dictionary_encode()
    entries = [_entries(text) for text in joined.dictionary.to_pylist()]
    flat = pa.array([e for each in entries for e in each], TEXT)
    return lists(flat, np.array([len(e) for e in entries], np.int64)).take(joined.indices)


def _marked(column: pa.Array, separators: tuple[str, ...]) -> pa.Array:
    return pc.replace_substring_regex(column, "|".join(map(re.escape, separators)), UNIT) if separators else column


def _entries(text: str) -> list[str]:
    parts = (part.strip(TRIMMED) for part in text.split(UNIT))
    return list(dict.fromkeys(part for part in parts if part))


def _iso_dates(column: pa.Array, formats: tuple[str, ...]) -> pa.Array:
    """Cells typed in one of the formats as YYYY-MM-DD; the others, and impossible dates, as they are.

    A year of two digits keeps them (as dd.mm.yy): its century depends on the record's other dates, unknown here.
    """
    encoded = column.dictionary_encode()
    texts = encoded.dictionary.to_pylist()
    patterns = [_pattern(f) for f in formats]
    return pa.array([_iso(text, patterns) for text in texts], TEXT).take(encoded.indices)


def _pattern(form: str) -> re.Pattern[str]:
    parts = {"yyyy": r"(?P<y>\d{4})", "yy": r"(?P<y>\d{2})", "mm": r"(?P<m>\d{1,2})", "dd": r"(?P<d>\d{1,2})"}
    return re.compile("".join(parts.get(p, re.escape(p)) for p in re.findall("yyyy|yy|mm|dd|.", form)))


def _iso(text: str, patterns: list[re.Pattern[str]]) -> str:
    for pattern in patterns:
        match = pattern.fullmatch(text)
        if match:
            year, month, day = int(match["y"]), int(match["m"]), int(match["d"])
            short = len(match["y"]) == 2
            try:
                date = datetime.date(2000 + year if short else year, month, day)
            except ValueError:
                continue
            return date.strftime("%d.%m.%y") if short else date.isoformat()
    return text
