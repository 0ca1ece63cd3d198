"""What a run tells about itself: the tables as they may be published, the manifest, and the report's input."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from linker.batch.admission import Admitted
from linker.batch.identify import Identified
from linker.config.policy import bits
from linker.config.run import LoadedRun
from linker.evaluate.report_input import Finding, MatchFacts, ReportInput, ReportTables, RunFacts
from linker.matching.edges import HISTOGRAM, Matched
from linker.matching.model import GROUPS, MODEL
from linker.names.channel_file import ADAPTED
from linker.normalise.findings import PersonFindings
from linker.normalise.persons import publishable
from linker.progress import peak_bytes
from linker.registry.snapshot import Snapshot
from linker.schema import CROSSWALK, Decision

SETTINGS = "settings.json"
"""A snapshot's file that holds its settings."""
PACKAGES = ("linker", "splink", "duckdb", "pyarrow", "numpy", "numba", "pandas")


def final_tables(admitted: Admitted) -> dict[str, pa.Table]:
    """The tables that matching does not change. Full Aadhaar numbers are gone from all of them."""
    return {"record": publishable(admitted.record), "person": admitted.person, "quarantine": admitted.quarantine}


def published_tables(
    final: Mapping[str, pa.Table], edge: pa.Table, identity: pa.Table, found: Identified
) -> dict[str, pa.Table]:
    """The snapshot's tables: the `final` ones and what was found."""
    crosswalk = (
        final["record"]
        .select(["source", "native_id", "part", "record_id"])
        .append_column("identity_id", found.assigned.identity_id)
    )
    return {
        "identity": identity,
        "crosswalk": CROSSWALK.conform(crosswalk),
        "record": final["record"],
        "person": final["person"],
        "edge": edge,
        "review": edge.filter(pc.equal(edge["decision"], int(Decision.REVIEW))),
        "quarantine": final["quarantine"],
        "event": found.assigned.events,
        "attention": found.attention,
    }


def manifest_of(
    loaded: LoadedRun, admitted: Admitted, matched: Matched, tables: Mapping[str, pa.Table]
) -> dict[str, Any]:
    """Everything needed to know what this snapshot was made from."""
    tallies = admitted.tallies
    return {
        "configuration": str(loaded.path),
        "configuration_sha256": configuration_hash(loaded),
        "versions": {"python": platform.python_version(), **{p: version(p) for p in PACKAGES}},
        "inputs": {name: {"path": loaded.inputs[name], "sha256": digest} for name, digest in admitted.hashes.items()},
        "model_origin": matched.model.origin,
        "untrained_levels": list(matched.model.untrained),
        "sources": [t.__dict__ for t in tallies],
        "counts": {
            "rows_in": sum(t.rows for t in tallies),
            "rows_accepted": sum(t.accepted for t in tallies),
            "quarantined": sum(t.quarantined for t in tallies),
            "repeated": sum(t.repeated for t in tallies),
            "records_made": sum(t.records for t in tallies),
            "excluded": sum(t.excluded for t in tallies),
            "withheld": admitted.withheld,
            "records": len(admitted.record),
            "candidate_pairs": matched.candidate_pairs,
            "edges": len(tables["edge"]),
            "links": pc.sum(pc.equal(tables["edge"]["decision"], int(Decision.LINK))).as_py() or 0,
            "review": len(tables["review"]),
            "identities": len(tables["identity"]),
            "attention": len(tables["attention"]),
        },
    }


def settings_json(loaded: LoadedRun) -> str:
    """The settings that a snapshot was made with, so that whoever works on it needs no configuration files. Inputs are not among them."""
    parts = loaded.model_dump(mode="json", include={"settings", "matching", "policy", "clusters"})
    return json.dumps(parts, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def taken_over(snapshot: Snapshot) -> dict[str, str | bytes]:
    """The files that a snapshot which changes another has from that one: the model, and the name channel if it was adapted."""
    held: dict[str, str | bytes] = {
        name: (snapshot.path / name).read_text(encoding="utf-8")
        for name in (MODEL, GROUPS)
        if (snapshot.path / name).is_file()
    }
    channel = snapshot.path / ADAPTED
    return held | ({ADAPTED: channel.read_bytes()} if channel.is_file() else {})


def configuration_hash(loaded: LoadedRun) -> str:
    """A hash of all settings that a result depends on, wherever their files stand."""
    parts = [
        s.model_dump_json() for s in (loaded.settings, *loaded.sources, loaded.matching, loaded.policy, loaded.clusters)
    ]
    for file in (loaded.model_file(), loaded.groups_file()):
        if file is not None and file.is_file():
            parts.append(file.read_text(encoding="utf-8"))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def report_of(
    loaded: LoadedRun,
    admitted: Admitted,
    matched: Matched,
    tables: Mapping[str, pa.Table],
    run: tuple[str, dict[str, float]],
) -> ReportInput:
    """What the report is drawn from. `run` is the run's id and its seconds per stage so far."""
    run_id, seconds = run
    facts = RunFacts(
        run_id=run_id,
        finished=datetime.now(tz=UTC),
        configuration=str(loaded.path),
        configuration_hash=configuration_hash(loaded),
        version=version("linker"),
        link_bits=bits(loaded.policy.link_threshold),
        review_bits=bits(loaded.policy.review_threshold),
        seconds=dict(seconds),
        peak_bytes=peak_bytes(),
        input_hashes={name: digest or "" for name, digest in admitted.hashes.items()},
        model_origin=matched.model.origin,
    )
    matching = MatchFacts(
        matched.candidate_pairs,
        matched.key_counts,
        float(HISTOGRAM[0]),
        matched.histogram,
        matched.model,
        matched.comparisons,
    )
    return ReportInput(
        facts, admitted.tallies, _findings(admitted, matched), matching,
        ReportTables(tables["record"], tables["crosswalk"], tables["identity"], tables["edge"], tables["quarantine"]),
    )  # fmt: skip


def _unread(found: PersonFindings) -> list[tuple[str, str, int]]:
    """Cells that say something which was not understood, or only in part: what, why, and how many. A form of dates that a mapping does not
    name shows here and nowhere else."""
    born = found.birth
    return [
        ("dates", "birth dates or years that cannot be read; see 'dates' in the source's mapping", born.unread_dates),
        (
            "dates",
            "birth dates that are no day of the calendar, or impossible on the record's day",
            born.impossible_dates,
        ),
        ("dates", "birth dates that make sense only with day and month swapped", born.swapped_dates),
        ("ages", "ages that nobody has", born.unread_ages),
        ("ages", "ages without a date that they count from, so that no birth follows", born.ages_without_day),
        ("births", "birth date, year and age contradict each other: all of them were allowed for", born.conflicts),
        ("phones", "phone cells hold no usable number", found.phones_unread),
        ("places", "districts of homes that the gazetteer does not know", found.places.get("district_unknown", 0)),
        ("places", "districts of cases that the gazetteer does not know", found.places.get("fir_district_unknown", 0)),
        ("marks", "marks in words that are not known", found.marks_unread),
    ]


def _findings(admitted: Admitted, matched: Matched) -> list[Finding]:
    found = admitted.findings
    findings = [Finding("note", note) for note in found.notes]
    if found.juveniles:
        findings.append(
            Finding(
                "juveniles", "records of persons below 18 at the offence were kept out before matching", found.juveniles
            )
        )
    findings += [Finding(kind, text, count) for kind, text, count in _unread(found) if count]
    for type_, by_status in sorted(found.identifiers.items()):
        for status, count in sorted(by_status.items()):
            if status not in {"valid", "absent", "unchecked"} and count:
                findings.append(Finding("identifiers", f"{type_}: {status}", count))
    if matched.model.untrained:
        findings.append(Finding("model", "levels that no data trained: " + ", ".join(matched.model.untrained)))
    for key in matched.key_counts:
        if key.windowed_records:
            text = f"key '{key.name}': groups too common to pair completely were paired with their neighbours only"
            findings.append(Finding("keys", text, key.windowed_records))
    return findings
