"""Person columns in a folder of arrays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linker.arrays import get_array, get_texts, put_array, put_texts
from linker.matching.columns import PersonColumns
from linker.matching.csr import Coded, Csr
from linker.names.table import NameTable

PLAIN = ("sex", "birth_from", "birth_to", "birth_kind", "record_day", "relative_standing", "height_from", "height_to")
LISTS = ("aliases", "name_keys", "relative_keys", "phones", "relative_phones", "marks")
GROUPS = ("name", "ids", "last4", "place", "extra")
"""Attributes of PersonColumns: plain arrays, several values per person, and arrays by column name."""


def write_columns(folder: Path, columns: PersonColumns) -> dict[str, Any]:
    """Write all columns into an empty folder; gives what `read_columns` needs to know."""
    for name in PLAIN:
        put_array(folder, f"person_{name}", getattr(columns, name))
    for name in LISTS:
        _put_lists(folder, f"person_{name}", getattr(columns, name))
    for group in GROUPS:
        for name, array in getattr(columns, group).items():
            put_array(folder, f"person_{group}_{name}", array)
    for name, lists in columns.near.items():
        _put_lists(folder, f"person_near_{name}", lists)
    for name, coded in columns.dictionaries.items():
        put_texts(folder, f"values_{name}", coded.dictionary)
        put_array(folder, f"values_{name}_counts", coded.counts)
    columns.names.save(folder)
    groups = {group: sorted(getattr(columns, group)) for group in (*GROUPS, "near", "dictionaries")}
    return {"persons": columns.n, "columns": groups}


def read_columns(folder: Path, facts: dict[str, Any]) -> PersonColumns:
    """Map what `write_columns` wrote.

    Raises:
        ModelError, OSError, ValueError: damaged, or of another version.
    """
    columns = facts["columns"]
    groups: dict[str, dict[str, NDArray[Any]]] = {
        group: {name: get_array(folder, f"person_{group}_{name}") for name in columns[group]} for group in GROUPS
    }
    return PersonColumns(
        n=int(facts["persons"]),
        names=NameTable.load(folder),
        **{name: get_array(folder, f"person_{name}") for name in PLAIN},  # type: ignore[arg-type]
        **{name: _get_lists(folder, f"person_{name}") for name in LISTS},  # type: ignore[arg-type]
        **groups,  # type: ignore[arg-type]
        near={name: _get_lists(folder, f"person_near_{name}") for name in columns["near"]},
        dictionaries={
            name: Coded(get_texts(folder, f"values_{name}"), get_array(folder, f"values_{name}_counts"))
            for name in columns["dictionaries"]
        },
    )


def _put_lists(folder: Path, name: str, lists: Csr) -> None:
    put_array(folder, f"{name}_offsets", lists.offsets)
    put_array(folder, f"{name}_values", np.asarray(lists.values, np.int64))


def _get_lists(folder: Path, name: str) -> Csr:
    return Csr(get_array(folder, f"{name}_offsets"), get_array(folder, f"{name}_values"))
