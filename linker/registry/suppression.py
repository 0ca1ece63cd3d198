"""Records that must not come back: known by keyed hashes of their ids, so that the list names nobody.

The key is a file of the workspace that only its owner may read. Without it the hashes cannot be compared, so a list without its key is an
error and never an empty list.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Engine, select

from linker.errors import WorkspaceError
from linker.registry.database import open_registry
from linker.registry.files import sync
from linker.registry.tables import ERASED_RECORD, ERASURE

KEY_FILE = "suppression.key"
FEW = 2_000
_HASH = "SELECT sha256($outer || sha256($inner || id)) AS token FROM ids"
"""A nested keyed hash (the shape of HMAC, keys as text)."""

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Suppression:
    """The keyed hashes of all erased records, none of them if nothing was ever erased."""

    key: str
    tokens: frozenset[str]

    @classmethod
    def of(cls, workspace: Path, engine: Engine | None = None) -> Suppression:
        """The list of a workspace, without making a key or a registry where there is none yet.

        Raises:
            WorkspaceError: the list is there and its key is not.
        """
        engine = engine or open_registry(workspace)
        held = ERASED_RECORD.join(ERASURE, ERASURE.c.number == ERASED_RECORD.c.erasure)
        with engine.connect() as connection:
            found = connection.execute(
                select(ERASED_RECORD.c.token).select_from(held).where(ERASURE.c.undone_at.is_(None))
            )
            tokens = frozenset(row.token for row in found)
        if not tokens:
            return cls("", tokens)
        file = workspace / KEY_FILE
        if not file.is_file():
            raise WorkspaceError(
                "the key of the suppression list is missing: erased records could come back unseen",
                where=str(file),
                do="restore it from a backup",
            )
        return cls(file.read_text(encoding="ascii").strip(), tokens)

    def hits(self, record_ids: pa.Array | pa.ChunkedArray) -> Flags:
        """Which records are erased."""
        if not self.tokens or not len(record_ids):
            return np.zeros(len(record_ids), np.bool_)
        found = pc.is_in(tokens(self.key, record_ids), value_set=pa.array(sorted(self.tokens)))
        return np.asarray(pc.fill_null(found, False).to_numpy(zero_copy_only=False))


def key_of(workspace: Path) -> str:
    """The workspace's key, made at the first erasure."""
    file = workspace / KEY_FILE
    with contextlib.suppress(FileExistsError):
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as out:
            out.write(secrets.token_hex(32) + "\n")
        sync(file)
    return file.read_text(encoding="ascii").strip()


def tokens(key: str, record_ids: Any) -> pa.Array:
    """The keyed hash of each id."""
    ids = record_ids.combine_chunks() if isinstance(record_ids, pa.ChunkedArray) else pa.array(record_ids, pa.string())
    inner, outer = (hmac.new(bytes.fromhex(key), use, hashlib.sha256).hexdigest() for use in (b"inner", b"outer"))
    if len(ids) <= FEW:
        return pa.array([None if i is None else _token(inner, outer, i) for i in ids.to_pylist()], pa.string())
    with duckdb.connect() as connection:
        connection.register("ids", pa.table({"id": ids}))
        hashed = connection.sql(_HASH, params={"inner": inner, "outer": outer}).to_arrow_table()["token"]
    return hashed.combine_chunks().cast(pa.string())


def _token(inner: str, outer: str, record_id: str) -> str:
    first = hashlib.sha256((inner + record_id).encode()).hexdigest()
    return hashlib.sha256((outer + first).encode()).hexdigest()


def row_ids(source: Sequence[str] | Any, native_id: Any) -> pa.Array:
    """The id of the first record of each source row, by which a row that never became a record is known, too."""
    return pc.binary_join_element_wise(source, native_id, ":")
