"""The index of a published snapshot: columns, key table, model and identities, mapped into memory and shared by all who ask."""

from linker.index.snapshot_index import SnapshotIndex
from linker.index.store import build_index, is_indexed, open_index, sweep

__all__ = ["SnapshotIndex", "build_index", "is_indexed", "open_index", "sweep"]
