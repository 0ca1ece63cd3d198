"""The queue as a snapshot asks for it.

Every pair that policy sent to people becomes an item, and every identity that needs a look as a whole. By chance, and always the same ones
(the smallest hashes), some pairs are drawn from what the engine linked and from what it left apart, and put between the others: from them
precision and recall are estimated without bias, whatever the order of the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from linker.config.review import ReviewSettings
from linker.matching.policy import LINKED
from linker.registry.snapshot import Snapshot
from linker.review.items import Kind, Stratum, groups_text, states_text
from linker.review.priority import Stakes, priority, split_priority
from linker.review.rules import Circumstances, why_two
from linker.schema import Decision

LINKS = frozenset(str(r) for r in LINKED if not r.startswith("held_"))
FORBIDDEN = ("veto", "improbable", "unlike", "held_decided")
MINOR_DAYS = 6575
"""Eighteen years."""
HASH_KEY = "0123456789abcdef"
BIG_SPLIT = 60
"""Records of an identity that one page can show; larger ones are asked about pair by pair."""


def engine_says(rule: str) -> str:
    """What the engine did by itself with a pair of this rule: 'same', 'different', or '' if it left it to people."""
    if rule in LINKS or rule.startswith(Stratum.ATTENTION):
        return "same"
    return "different" if rule in FORBIDDEN else ""


@dataclass(frozen=True)
class Draft:
    """An item as it will stand in the queue, but for its number."""

    subject: str
    kind: Kind
    stratum: Stratum
    records: tuple[str, ...]
    states: str
    rule: str
    weight: float | None
    probability: float | None
    sampled: float
    priority: float
    why_two: tuple[str, ...]


def subject_of(kind: str, records: Iterable[str]) -> str:
    """A short name for a question, the same in every snapshot."""
    return subjects_of(kind, [records])[0]


def subjects_of(kind: str, questions: Iterable[Iterable[str]]) -> list[str]:
    """The same for many questions at once."""
    ordered = [sorted(records) for records in questions]
    value, again = (
        pd.util.hash_array(np.array([mark.join(records) for records in ordered], object), hash_key=HASH_KEY)
        for mark in ("\x1f", "\x1e")
    )
    return [f"{kind}:{a:016x}{b:016x}" for a, b in zip(value.tolist(), again.tolist(), strict=True)]


def chance(texts: NDArray[np.object_]) -> NDArray[np.float64]:
    """A number in [0, 1) for each text, as if drawn, the same every time."""
    return np.asarray(pd.util.hash_array(texts, hash_key=HASH_KEY).astype(np.float64) / 2.0**64)


@dataclass(frozen=True)
class _Facts:
    """Per record: identity (code), records of that identity, state, whether it may be a minor's."""

    identity: NDArray[np.int32]
    size: NDArray[np.int64]
    state: list[str]
    minor: NDArray[np.bool_]

    @classmethod
    def of(cls, snapshot: Snapshot) -> _Facts:
        crosswalk = snapshot.table("crosswalk", ["identity_id"])
        identity = crosswalk["identity_id"].combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int32)
        person = snapshot.table("person", ["birth_to", "record_day"])
        minor = pc.greater(pc.add(person["birth_to"], MINOR_DAYS), person["record_day"])
        return cls(
            identity,
            np.bincount(identity).astype(np.int64)[identity],
            snapshot.table("record", ["state"])["state"].to_pylist(),
            pc.fill_null(minor, False).to_numpy(),
        )

    def circumstances(self, rows: Iterable[int], records: int) -> Circumstances:
        rows = list(rows)
        return Circumstances(bool(self.minor[rows].any()), len({self.state[r] for r in rows if self.state[r]}), records)

    def states(self, rows: Iterable[int]) -> str:
        return states_text(self.state[r] for r in rows)


def drafts(
    snapshot: Snapshot, settings: ReviewSettings, stakes: Stakes, decided: frozenset[tuple[str, str]]
) -> list[Draft]:
    """All items that the snapshot asks for. `decided`: pairs that a verdict holds for, which are not asked again."""
    record_id = snapshot.table("record", ["record_id"])["record_id"]
    facts = _Facts.of(snapshot)
    edge = snapshot.table("edge", ["record_id_l", "record_id_r", "weight", "probability", "decision", "rule"])
    rows = np.stack(
        [pc.index_in(edge[c], value_set=record_id).to_numpy() for c in ("record_id_l", "record_id_r")], axis=1
    )
    together = facts.identity[rows[:, 0]] == facts.identity[rows[:, 1]]
    decision = edge["decision"].to_numpy()
    found = _pairs(edge, rows, (decision == Decision.REVIEW) & ~together, Stratum.REVIEW, facts, settings, stakes)
    ranks = np.sort([d.priority for d in found])
    for stratum, pool, wanted in (
        (Stratum.LINKED, (decision == Decision.LINK) & together, settings.random.linked),
        (Stratum.BELOW, (decision == Decision.NO_LINK) & ~together, settings.random.below),
    ):
        chosen, share = _drawn(edge, pool, wanted)
        found += _between(ranks, _pairs(edge, rows, chosen, stratum, facts, settings, stakes), share)
    found += _splits(snapshot, record_id, facts, settings, stakes)
    return [d for d in found if d.kind is Kind.SPLIT or d.records not in decided]


def _pairs(
    edge: pa.Table, rows: NDArray[np.int64], chosen: NDArray[np.bool_], stratum: Stratum, facts: _Facts,
    settings: ReviewSettings, stakes: Stakes,
) -> list[Draft]:  # fmt: skip
    part, ends = edge.filter(pa.array(chosen)), rows[chosen]
    if not len(part):
        return []
    sizes = facts.size[ends]
    held = pc.not_equal(part["rule"], "uncertain").to_numpy()
    linked = stratum is Stratum.LINKED
    ranks = priority(part["probability"].to_numpy().astype(np.float64), sizes, stakes, linked=linked, held=held)
    drafted = []
    listed = part.to_pylist()
    asked = [(row["record_id_l"], row["record_id_r"]) for row in listed]
    for at, (row, records, subject) in enumerate(zip(listed, asked, subjects_of("pair", asked), strict=True)):
        kind = Kind.MISUSE if row["rule"] == "misused_identity" else Kind.PAIR
        total = int(sizes[at].sum()) if stratum is not Stratum.LINKED else int(sizes[at][0])
        reasons = why_two(facts.circumstances(ends[at], total), settings.four_eyes)
        drafted.append(
            Draft(
                subject, kind, stratum, records, facts.states(ends[at]), row["rule"],
                row["weight"], row["probability"], 1.0, float(ranks[at]) / (2 if reasons else 1), reasons,
            )
        )  # fmt: skip
    return drafted


def _drawn(edge: pa.Table, pool: NDArray[np.bool_], wanted: int) -> tuple[NDArray[np.bool_], float]:
    """`wanted` pairs of the pool by their hashes, and the chance of each to be drawn."""
    at = np.flatnonzero(pool)
    chosen = np.zeros(len(pool), np.bool_)
    if not len(at) or not wanted:
        return chosen, 1.0
    some = edge.take(pa.array(at))
    texts = pc.binary_join_element_wise(some["record_id_l"], some["record_id_r"], "\x1f").to_numpy()
    order = np.argsort(chance(texts.astype(object)), kind="stable")[:wanted]
    chosen[at[order]] = True
    return chosen, len(order) / len(at)


def _between(ranks: NDArray[np.float64], drawn: list[Draft], share: float) -> list[Draft]:
    """Drawn items, spread evenly among the priorities of the others."""
    if not drawn:
        return []
    place = chance(np.array([d.subject for d in drawn], object))
    at = np.quantile(ranks, place) if len(ranks) else place
    return [
        Draft(**{**d.__dict__, "sampled": share, "priority": float(rank)}) for d, rank in zip(drawn, at, strict=True)
    ]


def _splits(
    snapshot: Snapshot, record_id: pa.ChunkedArray, facts: _Facts, settings: ReviewSettings, stakes: Stakes
) -> list[Draft]:
    """Identities that the engine itself calls for attention, and those that hang on a weak link."""
    identity = snapshot.table("identity", ["identity_id", "records", "weakest_link"])
    called: dict[str, str] = {}
    if "attention" in snapshot.tables:
        table = snapshot.table("attention", ["identity_id", "reason"])
        called = dict(zip(table["identity_id"].to_pylist(), table["reason"].to_pylist(), strict=True))
    weak = pc.and_(
        pc.greater_equal(identity["records"], settings.split_from),
        pc.less(identity["weakest_link"], settings.weak_link_bits),
    )
    wanted = pc.or_(pc.fill_null(weak, False), pc.is_in(identity["identity_id"], pa.array(list(called), pa.string())))
    chosen = identity.filter(pc.and_(wanted, pc.less_equal(identity["records"], BIG_SPLIT)))
    if not len(chosen):
        return []
    ranks = split_priority(
        chosen["weakest_link"].to_numpy().astype(np.float64), chosen["records"].to_numpy().astype(np.int64), stakes
    )
    members = _members(snapshot, chosen["identity_id"])
    ids = record_id.to_pylist()
    found = []
    for row, rank in zip(chosen.to_pylist(), ranks, strict=True):
        rows = members[row["identity_id"]]
        records = tuple(ids[r] for r in rows)
        reasons = why_two(facts.circumstances(rows, len(rows)), settings.four_eyes)
        rule = f"{Stratum.ATTENTION}:{called.get(row['identity_id'], 'weak_link')}"
        found.append(
            Draft(
                subject_of("split", records), Kind.SPLIT, Stratum.ATTENTION, records, facts.states(rows), rule,
                row["weakest_link"], None, 1.0, float(rank), reasons,
            )
        )  # fmt: skip
    return found


def _members(snapshot: Snapshot, wanted: pa.ChunkedArray) -> dict[str, list[int]]:
    """The rows of each wanted identity's records."""
    all_ids = snapshot.table("crosswalk", ["identity_id"])["identity_id"]
    at = np.flatnonzero(pc.is_in(all_ids, value_set=wanted.combine_chunks()).to_numpy())
    members: dict[str, list[int]] = {}
    for row, name in zip(at.tolist(), all_ids.take(pa.array(at)).to_pylist(), strict=True):
        members.setdefault(name, []).append(row)
    return members


__all__ = ["Draft", "chance", "drafts", "engine_says", "groups_text", "subject_of"]
