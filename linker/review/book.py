"""A snapshot opened for reading case by case: records, persons, edges and identities found at once by their ids.

The published tables are compressed for whole columns. Here they are laid out once per snapshot as uncompressed Arrow files among the
workspace's indexes, with the orders needed to search them by halving; all processes share them through the memory map. Records are in
ascending order of their ids already, identities too. What an erasure takes out of a snapshot changes its manifest, and so the name of the
folder.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from linker.index.store import settings_of
from linker.matching.relatives import RelativeLevels
from linker.names.channel import Channel
from linker.names.table import NameTable
from linker.registry.files import move, sha256
from linker.registry.published import MANIFEST, Snapshot

FOLDER = "indexes"
PREFIX = "review-"
TABLES = ("record", "person", "crosswalk", "identity", "edge")
NAME_FIELDS = ("name", "father", "mother", "husband", "guardian")
KEPT = 256
"""Rows that are kept in memory as read."""
NAMES_KEPT = 4_096
"""Names whose rarity and spelling are kept: a few thousand are most of what is asked about."""


def prepare(workspace: Path, snapshot: Snapshot) -> Path:
    """Lay a snapshot out for reading, unless that was done before; gives the folder."""
    place = workspace / FOLDER / f"{PREFIX}{edition(snapshot)}"
    if place.is_dir():
        return place
    aside = place.with_name(f".{place.name}.{os.getpid()}")
    aside.mkdir(parents=True)
    try:
        for name in TABLES:
            _lay_out(snapshot.table(name), aside / f"{name}.arrow")
        right = snapshot.table("edge", ["record_id_r"])["record_id_r"]
        home = snapshot.table("crosswalk", ["identity_id"])["identity_id"]
        np.save(aside / "edge_by_right.npy", pc.sort_indices(right).to_numpy().astype(np.int32))
        np.save(aside / "record_by_identity.npy", pc.sort_indices(home).to_numpy().astype(np.int32))
        _names(snapshot, aside)
        move(aside, place)
    except OSError:
        if not place.is_dir():  # another process was faster
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    for old in place.parent.glob(f"{PREFIX}*"):
        if old.name != place.name:
            shutil.rmtree(old, ignore_errors=True)
    return place


def edition(snapshot: Snapshot) -> str:
    """A name for a snapshot as it stands now."""
    return f"{snapshot.path.name}-{sha256(snapshot.path / MANIFEST)[:12]}"


def _lay_out(table: pa.Table, path: Path) -> None:
    wide = pa.schema([(f.name, pa.large_string() if pa.types.is_string(f.type) else f.type) for f in table.schema])
    with pa.ipc.new_file(path, wide) as writer:
        writer.write_table(table.cast(wide).combine_chunks())


def _names(snapshot: Snapshot, folder: Path) -> None:
    """The table of all names, in ascending order of the texts, with the number of records that bear each."""
    person = snapshot.table("person", [*NAME_FIELDS, "aliases"])
    columns = [person[f] for f in NAME_FIELDS]
    chunks = [c for column in columns for c in column.chunks] + [pc.list_flatten(c) for c in person["aliases"].chunks]
    counted = pc.value_counts(pc.drop_null(pa.chunked_array(chunks, pa.string())))
    texts, counts = counted.field("values"), counted.field("counts")
    order = pc.sort_indices(texts)
    texts, counts = texts.take(order), counts.take(order).to_numpy()
    table = NameTable.build(texts, Channel.kept_in(snapshot.path), counts)
    (folder / "names").mkdir()
    table.save(folder / "names")
    _lay_out(pa.table({"text": texts, "latin": table.latin()}), folder / "names.arrow")


@dataclass(frozen=True)
class Book:
    """An opened snapshot. Row numbers count records in ascending order of their ids."""

    snapshot: Snapshot
    tables: dict[str, pa.Table]
    names: NameTable
    texts: pa.Table
    edge_by_right: NDArray[np.int32]
    record_by_identity: NDArray[np.int32]

    @classmethod
    def open(cls, workspace: Path, snapshot: Snapshot) -> Book:
        """The snapshot, laid out first if need be."""
        folder = prepare(workspace, snapshot)
        return cls(
            snapshot,
            {name: _mapped(folder / f"{name}.arrow") for name in TABLES},
            NameTable.load(folder / "names"),
            _mapped(folder / "names.arrow"),
            np.load(folder / "edge_by_right.npy", mmap_mode="r"),
            np.load(folder / "record_by_identity.npy", mmap_mode="r"),
        )

    @cached_property
    def relatives(self) -> RelativeLevels:
        """What edges tell of relatives, by the settings of the snapshot."""
        return RelativeLevels.of(*settings_of(self.snapshot))

    def row(self, record_id: str) -> int | None:
        """The row of a record, None if it is not in the snapshot."""
        return _exact(self.tables["record"]["record_id"].chunk(0), record_id)

    @cached_property
    def rarities(self) -> Callable[[int], dict[str, float]]:
        """Bits of rarity here of each word of a name, by the name's number: what its full agreement is worth. Not to be changed."""

        def of(number: int) -> dict[str, float]:
            return {m.left: max(m.weight, 0.0) for m in self.names.explain(number, number).matches if m.left}

        return lru_cache(NAMES_KEPT)(of)

    @cached_property
    def devanagari(self) -> Callable[[int], str]:
        """A name in Devanagari, by its number."""
        return lru_cache(NAMES_KEPT)(lambda number: self.names.devanagari([number])[0])

    @cached_property
    def _rows(self) -> Callable[[str, int], dict[str, Any]]:
        """Rows by table and number; a page asks for the same few many times."""
        return lru_cache(KEPT)(lambda table, row: _one(self.tables[table], row))

    def record(self, row: int) -> dict[str, Any]:
        """A row of the table `record`; not to be changed."""
        return self._rows("record", row)

    def person(self, row: int) -> dict[str, Any]:
        """A row of the table `person`; not to be changed."""
        return self._rows("person", row)

    def identity_of(self, row: int) -> str:
        return str(self.tables["crosswalk"]["identity_id"][row].as_py())

    def golden(self, identity_id: str) -> dict[str, Any] | None:
        """The unified table's row of an identity."""
        at = _exact(self.tables["identity"]["identity_id"].chunk(0), identity_id)
        return None if at is None else _one(self.tables["identity"], at)

    def members(self, identity_id: str) -> list[int]:
        """The rows of an identity's records, ascending."""
        column = self.tables["crosswalk"]["identity_id"].chunk(0)
        order = self.record_by_identity
        low = _bisect(column, identity_id, order=order)
        high = _bisect(column, identity_id, order=order, after=True)
        return sorted(int(r) for r in order[low:high])

    def edge(self, left: str, right: str) -> dict[str, Any] | None:
        """The scored pair of two records."""
        a, b = min(left, right), max(left, right)
        return next((e for e in self._edges_left(a) if e["record_id_r"] == b), None)

    def edges_of(self, record_id: str) -> list[dict[str, Any]]:
        """All scored pairs of a record."""
        column = self.tables["edge"]["record_id_r"].chunk(0)
        low = _bisect(column, record_id, order=self.edge_by_right)
        high = _bisect(column, record_id, order=self.edge_by_right, after=True)
        return self._edges_left(record_id) + [_one(self.tables["edge"], int(r)) for r in self.edge_by_right[low:high]]

    def edges_among(self, record_ids: Iterable[str]) -> list[dict[str, Any]]:
        """The scored pairs between some records."""
        wanted = set(record_ids)
        return [e for r in sorted(wanted) for e in self._edges_left(r) if e["record_id_r"] in wanted]

    def _edges_left(self, record_id: str) -> list[dict[str, Any]]:
        table = self.tables["edge"]
        column = table["record_id_l"].chunk(0)
        low, high = _bisect(column, record_id), _bisect(column, record_id, after=True)
        rows: list[dict[str, Any]] = table.slice(low, high - low).to_pylist()
        return rows

    def name_number(self, text: str) -> int | None:
        """The number of a name in `names`."""
        return _exact(self.texts["text"].chunk(0), text) if len(self.texts) else None

    def latin(self, text: str) -> str:
        """A name in Latin capitals."""
        at = self.name_number(text)
        return "" if at is None else str(self.texts["latin"][at].as_py())

    def native(self, native_id: str) -> list[int]:
        """The rows whose source gave them this number."""
        hits = pc.equal(self.tables["record"]["native_id"], native_id)
        return [int(r) for r in np.flatnonzero(hits.to_numpy())]


def _mapped(path: Path) -> pa.Table:
    with pa.memory_map(str(path)) as source:
        table = pa.ipc.open_file(source).read_all()
    return table if table.num_rows else table.schema.empty_table().combine_chunks()


def _one(table: pa.Table, row: int) -> dict[str, Any]:
    found: dict[str, Any] = table.slice(row, 1).to_pylist()[0]
    return found


def _bisect(column: Any, text: str, *, order: NDArray[np.int32] | None = None, after: bool = False) -> int:
    """The first place in an ascending column (or in the `order` that makes it so) that is not below `text`, or is above it."""
    low, high = 0, len(column)
    wanted = text.encode()
    while low < high:
        middle = (low + high) // 2
        value = column[middle if order is None else int(order[middle])].as_py().encode()
        if value < wanted or (after and value == wanted):
            low = middle + 1
        else:
            high = middle
    return low


def _exact(column: Any, text: str) -> int | None:
    at = _bisect(column, text)
    return at if at < len(column) and column[at].as_py() == text else None


def rows_of(book: Book, records: Sequence[str]) -> list[int] | None:
    """The rows of some records; None if one is not there any more."""
    rows = [book.row(r) for r in records]
    return None if None in rows else [r for r in rows if r is not None]
