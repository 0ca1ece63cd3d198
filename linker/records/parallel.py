"""Several sources at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from linker.config.source import SourceConfig, SourceFormat
from linker.errors import ConfigError
from linker.records.raw import Limits
from linker.records.reading import SourceRows, read_source

Job = tuple[SourceConfig, Path | str]
Progress = Callable[[SourceRows], None]


def read_sources(
    jobs: Sequence[Job], limits: Limits | None = None, progress: Progress | None = None
) -> list[SourceRows]:
    """`read_source` for every (source, path); the results stand in the order of `jobs`, whichever is read first.

    Threads suffice: what takes time (unpacking, scanning, parsing) happens outside the interpreter's lock. `progress` is
    called from this thread, once per source, as soon as it is read.

    Raises:
        InputError: of the first source, in the order of `jobs`, that cannot be read.
        ConfigError: two sources share a name, so their records could not be told apart.
    """
    names = [config.name for config, _ in jobs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigError(f"several sources are named {', '.join(twice)}", do="give every source a name of its own")
    with ThreadPoolExecutor(max_workers=max(1, min(len(jobs), os.cpu_count() or 1))) as pool:
        slowest_first = sorted(jobs, key=_cost, reverse=True)
        futures = {pool.submit(read_source, config, path, limits): config.name for config, path in slowest_first}
        if progress:
            for future in as_completed(futures):
                if not future.exception():
                    progress(future.result())
    results = {name: future for future, name in futures.items()}
    return [results[name].result() for name in names]


def _cost(job: Job) -> int:
    """Roughly how long a source takes to read, so that the longest is not left for last."""
    config, path = job
    size = Path(path).stat().st_size if Path(path).is_file() else 0
    return size * 20 if config.format is SourceFormat.EXCEL else size
