"""A run configuration: which sources are linked, how, and under which policy. `linker run CONFIG` reads one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field

from linker.config.clusters import ClusterRules
from linker.config.loading import Settings, beside, blamed, load
from linker.config.matching import Matching
from linker.config.named import refuse_unknown_names
from linker.config.policy import SAFEST_LINK, Policy, Purpose, bits
from linker.config.safety import refuse_unsafe
from linker.config.source import SourceConfig, load_source
from linker.errors import ConfigError


class SourceRef(Settings):
    """A source's mapping and, where it does not come from the command line, its file."""

    config: str
    input: str | None = None


class RunConfig(Settings):
    """What stands in the file. Paths in it count from the file's own folder."""

    sources: Annotated[tuple[SourceRef, ...], Field(min_length=1)]
    matching: str
    policy: str
    clusters: str | None = None
    """when a group is trusted to be one person; the defaults of `ClusterRules` if left out"""
    max_quarantined_share: Annotated[float, Field(ge=0, le=1)] = 0.05
    """of all rows; beyond it nothing is published"""
    keep_snapshots: Annotated[int, Field(ge=1, le=1_000_000)] = 10
    """how many keep all their tables; older ones keep their events and manifest"""
    erasure_reversible_days: Annotated[int, Field(ge=0, le=3650)] = 30
    """how long an erasure can be taken back before everything of the record is removed for good"""


class LoadedRun(Settings):
    """A run configuration with everything that it refers to, read and checked before any data is touched."""

    path: Path
    settings: RunConfig
    sources: tuple[SourceConfig, ...]
    inputs: dict[str, str]
    matching: Matching
    policy: Policy
    clusters: ClusterRules = ClusterRules()

    def model_file(self) -> Path | None:
        """Where the trained parameters stand, or None if they are trained on the data at hand."""
        return self._beside_matching(self.matching.model.file)

    def groups_file(self) -> Path | None:
        """Where that which judges groups of records stands, if anything does."""
        return self._beside_matching(self.matching.model.groups)

    def _beside_matching(self, name: str | None) -> Path | None:
        return None if name is None else (self.path.parent / self.settings.matching).resolve().parent / name


def load_run(path: Path, replaced: dict[str, str] | None = None, *, update: bool = False) -> LoadedRun:
    """Read a run configuration and all it names. `replaced` maps a source's name to the input to use instead; of an `update` they are the
    only inputs, and there may be none.

    Raises:
        ConfigError: a file is missing or wrong, an input is named for a source that is not configured, or a source has no input.
    """
    settings = load(path, RunConfig)
    folder = path.parent
    sources = tuple(
        load_source(beside(path, ("sources", place, "config"), ref.config))
        for place, ref in enumerate(settings.sources)
    )
    names = [source.name for source in sources]
    _refuse_twins(path, names)
    given = dict(replaced or {})
    unknown = sorted(set(given) - set(names))
    if unknown:
        raise ConfigError(
            f"--input names no source of this run: {', '.join(unknown)}",
            where=str(path),
            do=f"use one of: {', '.join(names)}",
        )
    inputs = {}
    for source, ref in zip(sources, settings.sources, strict=True):
        chosen = given.get(source.name) or (None if update else _stated(source, ref, folder))
        if chosen is None and not given and not update:
            raise ConfigError(
                f"no input for source '{source.name}'",
                where=str(path),
                do=f"add --input {source.name}=PATH, or 'input:' beside its mapping",
            )
        if chosen is not None:
            inputs[source.name] = _without_password(chosen, source.name)
    if not inputs and not update:
        raise ConfigError("no source has an input", where=str(path), do="add --input SOURCE=PATH")
    files = {name: beside(path, (name,), getattr(settings, name)) for name in ("matching", "policy")}
    matching, policy = load(files["matching"], Matching), load(files["policy"], Policy)
    refuse_unknown_names((files["matching"], matching), (files["policy"], policy), _extra_columns(sources))
    refuse_unsafe((files["matching"], matching), (files["policy"], policy), sources)
    clusters = ClusterRules()
    if settings.clusters:
        clusters = load(beside(path, ("clusters",), settings.clusters), ClusterRules)
    _refuse_loose_links(policy, clusters, path)
    return LoadedRun(
        path=path,
        settings=settings,
        sources=tuple(s for s in sources if s.name in inputs),
        inputs=inputs,
        matching=matching,
        policy=policy,
        clusters=clusters,
    )


def _refuse_twins(path: Path, names: Sequence[str]) -> None:
    """Records are told apart by their source's name."""
    twice = next((place for place, name in enumerate(names) if name in names[:place]), None)
    if twice is not None:
        said = f"another source is called {names[twice]!r} as well"
        raise ConfigError(blamed(path, ("sources", twice), said), do="give each mapping a name of its own")


def _extra_columns(sources: Sequence[SourceConfig]) -> list[str]:
    """The further columns that any mapping feeds, whether or not its source has an input this time."""
    return sorted({name for source in sources for name in source.extra_fields})


def _refuse_loose_links(policy: Policy, clusters: ClusterRules, path: Path) -> None:
    """Hysteresis must not keep what policy would never let link."""
    lowest = bits(policy.link_threshold) - clusters.hysteresis
    if policy.purpose == Purpose.POLICE and lowest < bits(SAFEST_LINK):
        raise ConfigError(
            f"clusters.hysteresis of {clusters.hysteresis:g} bits would keep links below probability {SAFEST_LINK}, which none may have",
            where=str(path),
            do=f"set it to at most {bits(policy.link_threshold) - bits(SAFEST_LINK):.2f}",
        )


def _stated(source: SourceConfig, ref: SourceRef, folder: Path) -> str | None:
    """The input that the configuration itself names: `input:` beside the mapping, or a database's URL inside it."""
    if ref.input is None:
        return source.url
    return ref.input if "://" in ref.input else str(folder / ref.input)


def _without_password(chosen: str, name: str) -> str:
    """Inputs are written into the manifest and the report, and a command line is seen by every user of the machine."""
    if re.search(r"://[^/@]*:[^/@]*@|[?&]password=", chosen):
        raise ConfigError(
            f"the input of source '{name}' holds a password",
            do="leave it out; name the environment variable that holds it in the mapping (password_env)",
        )
    return chosen


class SnapshotSettings(Settings):
    """What a snapshot was made with (its `settings.json`), for all who work on it without its configuration files."""

    settings: RunConfig
    matching: Matching
    policy: Policy
    clusters: ClusterRules

    @classmethod
    def read(cls, file: Path) -> SnapshotSettings:
        """Raises ConfigError where the file is missing or does not fit this version."""
        try:
            return cls.model_validate_json(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise ConfigError(
                "the snapshot does not tell its settings",
                where=str(file),
                do="publish a new one with linker run CONFIG",
            ) from None
