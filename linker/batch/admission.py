"""Sources to persons: read, normalise, keep out whom policy excludes, and account for every row."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from linker.batch.withheld import quarantine_without, records_without
from linker.config.run import LoadedRun
from linker.errors import InputError, QuarantineError
from linker.evaluate.report_input import SourceCount
from linker.identity.values import single
from linker.normalise.columns import THREADS
from linker.normalise.findings import PersonFindings
from linker.normalise.persons import PersonOptions, to_persons
from linker.normalise.records import RecordOptions, to_records
from linker.progress import Stopwatch
from linker.records import SourceRows, read_sources
from linker.registry.suppression import Suppression, row_ids
from linker.schema import PERSON, QUARANTINE, RECORD


@dataclass(frozen=True)
class Admitted:
    """`record` and `person`: the same records in the same order, ascending by record id."""

    record: pa.Table
    person: pa.Table
    quarantine: pa.Table
    tallies: tuple[SourceCount, ...]
    findings: PersonFindings
    withheld: int = 0
    """records that were kept out because they were erased"""
    dropped: pa.Array = field(default_factory=lambda: pa.array([], pa.string()))
    """source:native_id of rows that gave no record, or one that was kept out"""
    hashes: Mapping[str, str | None] = field(default_factory=dict)
    """SHA-256 of each input, None for what is no file (a database)"""

    @classmethod
    def nothing(cls) -> Admitted:
        """What no extract at all gives."""
        return cls(RECORD.empty(), PERSON.empty(), QUARANTINE.empty(), (), PersonFindings())


def admit(
    loaded: LoadedRun, watch: Stopwatch, suppression: Suppression | None = None, *, partial: bool = False
) -> Admitted:
    """Everything up to comparable persons; erased records are gone before anything looks at them. A `partial` extract may hold no record.

    Raises:
        InputError: a file cannot be read, or nothing is left to match.
        QuarantineError: more rows are unusable than the configuration tolerates.
    """
    with ThreadPoolExecutor(1) as aside:
        hashes = {name: aside.submit(file_hash, path) for name, path in sorted(loaded.inputs.items())}
        admitted = _admitted(loaded, watch, suppression or Suppression("", frozenset()), partial=partial)
        return replace(admitted, hashes={name: job.result() for name, job in hashes.items()})


def file_hash(path: str) -> str | None:
    """SHA-256 of an input file; None for what is no file (a database)."""
    file = Path(path)
    if not file.is_file():
        return None
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _admitted(loaded: LoadedRun, watch: Stopwatch, suppression: Suppression, *, partial: bool) -> Admitted:
    with watch.stage("read"):
        jobs = [(source, loaded.inputs[source.name]) for source in sorted(loaded.sources, key=lambda s: s.name)]
        rows, quarantine, read = _together(read_sources(jobs))
        rows_in = sum(r.rows_in for r in read)
        watch.note = f"{rows_in:,} rows"
    with watch.stage("normalise"):
        legacy = {source.name: source.legacy_fields for source in loaded.sources}
        record, nameless = to_records(rows, RecordOptions(legacy_fields=legacy))
        del rows  # a million rows are half a gigabyte
        erased = suppression.hits(record["record_id"])
        record = records_without(record, erased)
        quarantine = quarantine_without(pa.concat_tables([quarantine, nameless]), suppression.hits)
        _refuse_if_too_many(quarantine, rows_in, loaded)
        record = _in_order(record)
        findings = PersonFindings()
        person = to_persons(record, PersonOptions(), findings)
        excluded = person["juvenile"].fill_null(False)
        tallies = _tally(loaded, read, nameless, record, excluded)
        dropped = _dropped(record.filter(excluded), quarantine)
        keep = pc.invert(excluded)
        record, person = (_by_column(t, lambda column: column.filter(keep)) for t in (record, person))
        kept_out = pc.sum(excluded).as_py() or 0
        watch.note = f"{len(record):,} records, {len(quarantine):,} rows in quarantine, {kept_out:,} juveniles kept out"
        odd = findings.birth.unread_dates + findings.birth.impossible_dates
        if odd:
            watch.note += f", {odd:,} birth dates not understood"
    if not len(record) and not partial:
        files = ", ".join(loaded.inputs.values())
        raise InputError("no record is left to match", where=files, do="look at the quarantine and at the mapping")
    return Admitted(record, person, quarantine, tallies, findings, int(erased.sum()), dropped)


@dataclass(frozen=True)
class _Read:
    """What one source gave. `members` are the source names in its rows: a collection names its sources row by row."""

    source: str
    members: tuple[str, ...]
    rows_in: int
    accepted: int
    quarantined: int
    repeated: int


def _together(sources: Sequence[SourceRows]) -> tuple[pa.Table, pa.Table, list[_Read]]:
    """The rows and the quarantine of all sources, and the counts of each."""
    read = [
        _Read(
            s.source,
            tuple(sorted({*s.rows["source"].unique().to_pylist(), s.source})),
            s.rows_in,
            len(s.rows),
            len(s.quarantine),
            s.repeated,
        )
        for s in sources
    ]
    rows = pa.concat_tables([s.rows for s in sources], promote_options="default")
    return rows, pa.concat_tables([s.quarantine for s in sources]), read


def _dropped(excluded: pa.Table, quarantine: pa.Table) -> pa.Array:
    parts = [row_ids(single(t["source"]), single(t["native_id"])).cast(pa.string()) for t in (excluded, quarantine)]
    return pc.unique(pa.concat_arrays(parts)).drop_null()


def _in_order(record: pa.Table) -> pa.Table:
    """Ascending by record id, so that nothing depends on the order in which rows came."""
    ids = record["record_id"].combine_chunks()
    if len(ids) < 2 or pc.all(pc.less(ids[:-1], ids[1:])).as_py():
        return record
    order = pc.array_sort_indices(ids)
    return _by_column(record, lambda column: column.take(order))


def _by_column(table: pa.Table, change: Callable[[pa.ChunkedArray], pa.ChunkedArray]) -> pa.Table:
    """Every column changed the same way, on all cores."""
    with ThreadPoolExecutor(THREADS) as pool:
        return pa.table(list(pool.map(change, table.columns)), schema=table.schema)


def _refuse_if_too_many(quarantine: pa.Table, rows_in: int, loaded: LoadedRun) -> None:
    share = len(quarantine) / max(rows_in, 1)
    allowed = loaded.settings.max_quarantined_share
    if share > allowed:
        reasons = pc.value_counts(quarantine["reason"]).to_pylist()
        named = ", ".join(f"{r['values']} {r['counts']:,}" for r in sorted(reasons, key=lambda r: -r["counts"]))
        first = quarantine.slice(0, 1).to_pylist()[0]
        raise QuarantineError(
            f"{len(quarantine):,} of {rows_in:,} rows are unusable ({share:.1%}; allowed {allowed:.1%}): {named}",
            where=f"first: source '{first['source']}', line {first['line']}: {first['detail']}",
            do=f"mend the files or the mapping, or raise max_quarantined_share in {loaded.path}",
        )


def _tally(
    loaded: LoadedRun, sources: Sequence[_Read], nameless: pa.Table, record: pa.Table, excluded: pa.ChunkedArray
) -> tuple[SourceCount, ...]:
    states = {s.name: s.state or "" for s in loaded.sources}
    tallies = []
    for read in sources:
        names = pa.array(read.members)
        members = pc.is_in(record["source"], names)
        late = pc.sum(pc.is_in(nameless["source"], names)).as_py() or 0
        tallies.append(
            SourceCount(
                source=read.source,
                state=states[read.source],
                file=str(loaded.inputs[read.source]),
                rows=read.rows_in,
                accepted=read.accepted - late,
                quarantined=read.quarantined + late,
                repeated=read.repeated,
                records=pc.sum(members).as_py() or 0,
                excluded=pc.sum(pc.and_(members, excluded)).as_py() or 0,
            )
        )
    return tuple(tallies)
