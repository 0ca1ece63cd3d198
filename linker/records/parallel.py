"""Several sources at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from linker.config.source import SourceConfig
from linker.records.raw import Limits
from linker.records.reading import SourceRows, read_source

Progress = Callable[[SourceRows], None]


def read_sources(
    jobs: Sequence[tuple[SourceConfig, Path | str]], limits: Limits | None = None, progress: Progress | None = None
) -> list[SourceRows]:
    """`read_source` for every (source, path), in the order given. `progress` is called once per source as soon as it is read."""
    results = []
    for config, path in jobs:
        results.append(read_source(config, path, limits))
        if progress:
            progress(results[-1])
    return results
