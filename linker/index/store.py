"""Where indexes live, and how they are made.

    workspace/indexes/000007/         one file per array; index.json says what it was made from
    workspace/indexes/.partial-…      one that is being built

An index is derived from its snapshot alone and can be made again at any time: it is built aside, renamed into its place, and swept when its
snapshot is no longer the current one. Processes that still read it keep what they have mapped.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import ValidationError

from linker.arrays import get_array, get_texts, put_array, put_texts
from linker.config.matching import Matching
from linker.config.policy import Policy
from linker.errors import LinkerError, WorkspaceError
from linker.index.postings import Postings, feature_names
from linker.index.rows import get_rows, put_rows
from linker.index.scoring import Scorer
from linker.index.snapshot_index import SnapshotIndex
from linker.index.stored import read_columns, write_columns
from linker.matching.columns import PersonColumns, build_columns
from linker.matching.csr import Csr
from linker.matching.keys import Features
from linker.matching.model import MatchModel
from linker.names.channel import Channel
from linker.names.table import NameTable
from linker.normalise.gazetteer import state_key
from linker.progress import Observer, Silent, Stopwatch
from linker.registry.files import Lock, move, write_json
from linker.registry.snapshot import Snapshot, open_current

INDEXES, FACTS = "indexes", "index.json"
VERSION = 7
PARTIAL = ".partial-"
SETTINGS = "settings.json"
"""The file of a snapshot that holds its matching configuration and policy."""
PATIENCE = 600.0
"""Seconds to wait for another process that makes an index."""
NOT_SHOWN = ("name_typed", "rest")
"""Columns of the record table that no answer shows."""


def open_index(workspace: Path, snapshot: Snapshot | None = None, observer: Observer | None = None) -> SnapshotIndex:
    """The index of the workspace's current snapshot, or of another one; built first where there is none.

    Raises:
        WorkspaceError: nothing has been published, or another process holds the index's lock.
        ModelError, OSError: the index is damaged and could not be made again.
    """
    snapshot = snapshot or open_current(workspace)
    folder = index_folder(workspace, snapshot)
    if not _fits(folder, snapshot):
        build_index(workspace, snapshot, observer=observer)
    return _open(folder, snapshot)


def is_indexed(workspace: Path) -> bool:
    """Whether the current snapshot has its index."""
    snapshot = open_current(workspace)
    return _fits(index_folder(workspace, snapshot), snapshot)


def index_folder(workspace: Path, snapshot: Snapshot) -> Path:
    return Path(workspace) / INDEXES / snapshot.path.name


def build_index(
    workspace: Path, snapshot: Snapshot, columns: PersonColumns | None = None, observer: Observer | None = None
) -> Path:
    """Make the index of a snapshot. `columns`: the run's own, where it has them at hand; else they are made from the snapshot."""
    watch = Stopwatch(observer or Silent())
    folder = index_folder(workspace, snapshot)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _turn(folder.parent / "lock"):
        if _fits(folder, snapshot):
            return folder
        aside = folder.parent / f"{PARTIAL}{os.getpid()}"
        for dead in folder.parent.glob(f"{PARTIAL}*"):
            shutil.rmtree(dead)
        aside.mkdir()
        try:
            with watch.stage("index"):
                facts = _write(aside, snapshot, columns)
                watch.note = f"{facts['persons']:,} records"
            facts["files"] = {f.name: f.stat().st_size for f in sorted(aside.iterdir())}
            write_json(aside / FACTS, facts)
            shutil.rmtree(folder, ignore_errors=True)
            _publish(aside, folder)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise
        sweep(workspace, keep=snapshot)
    return folder


def _publish(aside: Path, folder: Path) -> None:
    try:
        move(aside, folder)
    except OSError:
        if not folder.is_dir():
            raise
        raise WorkspaceError(
            "an older index of this snapshot is in use and cannot be replaced",
            where=str(folder),
            do="stop linker serve and linker review on this workspace, then try again",
        ) from None


@contextmanager
def _turn(path: Path) -> Iterator[None]:
    """Holds the lock on indexes, once whoever makes one now is done: most often it is the same one.

    Raises:
        WorkspaceError: that takes too long.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        lock = Lock(path)
        try:
            lock.acquire()
        except WorkspaceError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            break
    try:
        yield
    finally:
        lock.release()


def sweep(workspace: Path, keep: Snapshot | None = None) -> None:
    """Remove all indexes but that of one snapshot. Erasing a record calls this without one: an index holds what its snapshot holds."""
    for folder in (Path(workspace) / INDEXES).glob("[0-9]*"):
        if keep is None or folder.name != keep.path.name:
            shutil.rmtree(folder, ignore_errors=True)


_RUN_AGAIN = "run the batch again (linker run)"


def settings_of(snapshot: Snapshot) -> tuple[Matching, Policy]:
    """The configuration that a snapshot was made with.

    Raises:
        WorkspaceError: another version of the program made the snapshot.
    """
    where = str(snapshot.path)
    try:
        settings = json.loads((snapshot.path / SETTINGS).read_text(encoding="utf-8"))
        return Matching.model_validate(settings["matching"]), Policy.model_validate(settings["policy"])
    except FileNotFoundError:
        raise WorkspaceError("this snapshot does not hold its configuration", where=where, do=_RUN_AGAIN) from None
    except (ValidationError, KeyError, json.JSONDecodeError):
        what = "the configuration of this snapshot was written by another version of the program"
        raise WorkspaceError(what, where=where, do=_RUN_AGAIN) from None


def _write(folder: Path, snapshot: Snapshot, columns: PersonColumns | None) -> dict[str, Any]:
    matching, _ = settings_of(snapshot)
    columns = columns or build_columns(
        snapshot.table("person"),
        lambda names, counts: NameTable.build(names, Channel.kept_in(snapshot.path), counts),
    )
    facts = write_columns(folder, columns)
    Postings.of(Features(columns), feature_names(matching.keys)).save(folder)
    _write_identities(folder, snapshot)
    return {**facts, **_origin(snapshot)}


def _write_identities(folder: Path, snapshot: Snapshot) -> None:
    """Who belongs to whom, and what answers show."""
    record, identity, crosswalk = (snapshot.table(t) for t in ("record", "identity", "crosswalk"))
    put_texts(folder, "record_ids", record["record_id"].combine_chunks())
    ids = identity["identity_id"].combine_chunks()
    rows = pc.index_in(crosswalk["identity_id"].combine_chunks(), value_set=ids).to_numpy(zero_copy_only=False)
    if not crosswalk["record_id"].equals(record["record_id"]):
        raise WorkspaceError("the crosswalk does not follow the records", where=str(snapshot.path), do="run again")
    members = Csr.of_pairs(rows.astype(np.int64), np.arange(len(rows), dtype=np.int64), len(ids))
    put_array(folder, "identity_of", rows.astype(np.int32))
    put_array(folder, "members_offsets", members.offsets)
    put_array(folder, "members_values", members.values)
    states = record["state"].combine_chunks().dictionary_encode()
    put_texts(folder, "states", pa.array([state_key(name) for name in states.dictionary.to_pylist()], pa.string()))
    put_array(folder, "state_of", states.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int16))
    put_array(folder, "identity_order", pc.array_sort_indices(ids).to_numpy().astype(np.int32))
    put_texts(folder, "identity_ids", ids)
    put_rows(folder, "identity", identity)
    put_rows(folder, "record", record.drop_columns([c for c in NOT_SHOWN if c in record.column_names]))


def _origin(snapshot: Snapshot) -> dict[str, Any]:
    """What ties an index to its snapshot."""
    return {
        "version": VERSION,
        "snapshot": snapshot.path.name,
        "published": snapshot.manifest["published"],
        "person": snapshot.manifest["files"]["person.parquet"]["sha256"],
    }


def _fits(folder: Path, snapshot: Snapshot) -> bool:
    """Whether there is a whole index of this snapshot."""
    facts = _facts(folder)
    return (
        facts is not None
        and {k: facts.get(k) for k in _origin(snapshot)} == _origin(snapshot)
        and all((folder / f).is_file() and (folder / f).stat().st_size == size for f, size in facts["files"].items())
    )


def _facts(folder: Path) -> Mapping[str, Any] | None:
    try:
        facts: Mapping[str, Any] = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return facts


def _open(folder: Path, snapshot: Snapshot) -> SnapshotIndex:
    facts = dict(_facts(folder) or {})
    matching, policy = settings_of(snapshot)
    try:
        return SnapshotIndex(
            folder=folder,
            facts=facts,
            columns=read_columns(folder, facts),
            postings=Postings.open(folder),
            scorer=Scorer(matching, policy, MatchModel.kept(snapshot.path)),
            record_ids=get_texts(folder, "record_ids"),
            identity=get_array(folder, "identity_of"),
            members=Csr(get_array(folder, "members_offsets"), get_array(folder, "members_values")),
            records=get_rows(folder, "record"),
            identities=get_rows(folder, "identity"),
            identity_ids=get_texts(folder, "identity_ids"),
            identity_order=get_array(folder, "identity_order"),
            state=get_array(folder, "state_of"),
            states=tuple(get_texts(folder, "states").to_pylist()),
        )
    except LinkerError:
        raise
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        raise WorkspaceError(
            f"the index cannot be opened: {error}", where=str(folder), do="remove this folder; it is made again"
        ) from None
