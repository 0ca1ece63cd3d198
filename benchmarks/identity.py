"""How steady identities are: noise on the weights, false links between groups, and how close to the best partition joining comes.

    python benchmarks/identity.py --rows 100000

Generated extracts are read, matched and grouped once. Then, several times each:

- noise: the bits of every level of the trained model, or those of every pair by themselves, are multiplied by 1 + N(0, 1%); how many
  records change their identity, with hysteresis and without it;
- bridges: false links of 7 to 30 bits are injected between groups; how many do not join them;
- the best partition of small components in which something speaks against one person, by branch and bound, beside what joining finds.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.generated import FILES
from benchmarks.generator.build import Options, generate
from benchmarks.reference_partition import Problem, best_partition
from benchmarks.results_file import keep, markdown_table
from linker.batch.admission import Admitted, admit
from linker.batch.identify import Apart, Before, identify
from linker.config.clusters import ClusterRules
from linker.config.loading import CONFIGS
from linker.config.run import LoadedRun, load_run
from linker.identity.clusters import Clusters, Constraints, cluster
from linker.identity.golden import golden_records
from linker.identity.identities import assign
from linker.matching.columns import PersonColumns, build_columns
from linker.matching.edges import Edges, Matched, match
from linker.matching.hysteresis import Memory, nearly_linked, packed
from linker.matching.model import LevelParameters, MatchModel
from linker.matching.policy import REMEMBERED, RULES, Rule
from linker.matching.vectors import unpack
from linker.names.table import NameTable
from linker.progress import Silent, Stopwatch
from linker.schema import Decision

NOISE = 0.01
UNCHECKED = ClusterRules(bridge_side=10**6, hub_side=10**6, sparse_from=10**6)


@dataclass(frozen=True)
class Case:
    """A population, matched and grouped once."""

    loaded: LoadedRun
    admitted: Admitted
    columns: PersonColumns
    model: MatchModel
    matched: Matched
    groups: Clusters
    crosswalk: pa.Table


def prepare(extracts: Path) -> tuple[Case, dict[str, float]]:
    """Read, match and group; with the seconds of grouping, ids and golden records."""
    loaded = load_run(CONFIGS / "four_states.yaml", {n: str(extracts / f) for n, f in FILES.items()})
    admitted = admit(loaded, Stopwatch(Silent()))
    columns = build_columns(admitted.person, lambda names, counts: NameTable.build(names, counts=counts))
    file = loaded.model_file()
    if file is None:
        raise SystemExit("the configuration names no model")
    model = MatchModel.load(file, loaded.groups_file())
    matched = match(columns, loaded.matching, loaded.policy, model, Silent().step)
    ids = admitted.record["record_id"]
    seconds = {}
    started = time.perf_counter()
    apart = Apart.of(columns, matched.edges, loaded)
    with tempfile.TemporaryDirectory() as workspace:
        found = identify(ids, matched.edges, apart, loaded.clusters, Before.of(Path(workspace)))
    seconds["groups and ids"] = time.perf_counter() - started
    started = time.perf_counter()
    identity = golden_records(
        admitted.record, admitted.person, found.assigned.identity_id, columns.names, found.clusters.weakest
    )
    seconds["golden records"] = time.perf_counter() - started
    print(f"{len(ids):,} records, {len(identity):,} identities, {seconds}", flush=True)
    crosswalk = pa.table({"record_id": ids, "identity_id": found.assigned.identity_id})
    return Case(loaded, admitted, columns, model, matched, found.clusters, crosswalk), seconds


def grouped(case: Case, edges: Edges, rules: ClusterRules | None = None) -> Clusters:
    constraints = Apart.of(case.columns, edges, case.loaded).constraints(edges)
    return cluster(
        case.columns.n,
        edges.left,
        edges.right,
        edges.weight,
        edges.decision,
        constraints,
        rules or case.loaded.clusters,
    )


def memory_of(edges: Edges, slack: float) -> Memory:
    linked = np.isin(edges.rule, [RULES.index(r) for r in REMEMBERED])
    return Memory(np.sort(packed(edges.left[linked], edges.right[linked])), slack)


def noisy_model(model: MatchModel, rng: np.random.Generator) -> MatchModel:
    """The model with the bits of every level multiplied by 1 + N(0, 1%)."""
    levels = {
        comparison: {
            name: LevelParameters(float(np.exp2(np.log2(p.u) + p.weight * rng.normal(1, NOISE))), p.u)
            for name, p in of.items()
        }
        for comparison, of in model.levels.items()
    }
    return replace(model, levels=levels)


def noise_of_model(case: Case, slack: float, rng: np.random.Generator, memory: Memory) -> Edges:
    noisy = noisy_model(case.model, rng)
    kept = memory if slack else None
    return match(case.columns, case.loaded.matching, case.loaded.policy, noisy, Silent().step, kept).edges


def noise_of_pairs(case: Case, slack: float, rng: np.random.Generator, memory: Memory) -> Edges:
    """Every pair's own weight multiplied by 1 + N(0, 1%); a decision changes where the weight crosses what policy asks of its vector."""
    edges, found = case.matched.edges, case.matched
    weight = edges.weight.astype(np.float64) * rng.normal(1, NOISE, len(edges.weight))
    tables = found.model.weights(found.comparisons)
    vectors = unpack(edges.vector, found.comparisons)
    link = nearly_linked(case.loaded.policy, found.comparisons, vectors, weight, tables, 0.0)
    if slack:
        near = nearly_linked(case.loaded.policy, found.comparisons, vectors, weight, tables, slack)
        link |= near & memory.holds(edges.left, edges.right)
    link |= edges.rule == RULES.index(Rule.POOLED)  # what groups say together is not what noise on one pair is about
    link &= edges.rule != RULES.index(Rule.VETO)
    decision = np.where(link, Decision.LINK, np.where(edges.decision == Decision.LINK, Decision.REVIEW, edges.decision))
    lost = ~link & (edges.decision == Decision.LINK)
    rule = np.where(lost, RULES.index(Rule.UNCERTAIN), edges.rule)
    rule = np.where(link & (edges.rule != RULES.index(Rule.POOLED)), RULES.index(Rule.LINK), rule)
    return replace(
        edges, weight=weight.astype(np.float32), decision=decision.astype(np.int8), rule=rule.astype(np.int8)
    )


Noisy = Callable[[Case, float, np.random.Generator, Memory], Edges]


def runs_under_noise(case: Case, once: Noisy, slack: float, count: int, seed: int) -> list[float]:
    """Runs one after the other, each with its own noise: the share of records whose identity changes from run to run."""
    memory, crosswalk, shares = memory_of(case.matched.edges, slack), case.crosswalk, []
    for number in range(count):
        edges = once(case, slack, np.random.default_rng([seed, number]), memory)
        ids = assign(grouped(case, edges).label, crosswalk["record_id"], crosswalk).identity_id
        shares.append(float(np.mean(ids.to_numpy(zero_copy_only=False) != crosswalk["identity_id"].to_numpy())))
        crosswalk = pa.table({"record_id": crosswalk["record_id"], "identity_id": ids})
        memory = memory_of(edges, slack)
    return shares


def bridges(case: Case, smallest: int, largest: int, count: int, rng: np.random.Generator) -> tuple[int, int]:
    """False links between groups of so many records: how many were injected, how many did not join their groups."""
    label = case.groups.label
    size = np.bincount(label, minlength=len(label))
    eligible = rng.permutation(np.flatnonzero((size >= smallest) & (size <= largest)))
    count = min(count, len(eligible) // 2)
    pairs = eligible[: 2 * count].reshape(-1, 2)
    start = np.argsort(label, kind="stable")
    first = np.searchsorted(label[start], pairs)
    ends = start[first + rng.integers(0, size[pairs])]
    edges = case.matched.edges
    fresh = Edges(
        ends.min(axis=1).astype(np.int32), ends.max(axis=1).astype(np.int32), rng.uniform(7, 30, count).astype(np.float32),
        np.full(count, Decision.LINK, np.int8), np.zeros(count, np.int8), np.zeros(count, np.uint16), np.zeros(count, np.int64),
    )  # fmt: skip
    known = np.isin(packed(edges.left, edges.right), packed(fresh.left, fresh.right))
    after = grouped(case, Edges.join([edges.where(~known), fresh])).label
    return count, int(np.count_nonzero(after[ends[:, 0]] != after[ends[:, 1]]))


def optimality(case: Case, most: int, largest: int = 9) -> dict[str, float]:
    """Components of at most `largest` records with a contradicting pair or a veto inside: joining beside the best partition."""
    edges = case.matched.edges
    links = edges.decision == Decision.LINK
    component = cluster(
        case.columns.n, edges.left[links], edges.right[links], edges.weight[links], edges.decision[links], Constraints(),
        UNCHECKED.model_copy(update={"contradiction": -1e9}),
    ).label  # fmt: skip
    inside = component[edges.left] == component[edges.right]
    against = (
        inside & (edges.weight <= case.loaded.clusters.contradiction) & (edges.rule != RULES.index(Rule.IMPROBABLE))
    )
    against |= inside & (edges.rule == RULES.index(Rule.VETO))
    size = np.bincount(component, minlength=len(component))
    chosen = [c for c in np.unique(component[edges.left[against]]) if size[c] <= largest][:most]
    unchecked = UNCHECKED.model_dump(include={"bridge_side", "hub_side", "sparse_from"})
    joined = grouped(case, edges, case.loaded.clusters.model_copy(update=unchecked)).label
    reached, possible, exact, cautious = 0.0, 0.0, 0, 0
    for c in chosen:
        rows = np.flatnonzero(component == c)
        at = np.flatnonzero(inside & (component[edges.left] == c))
        problem = Problem.of(
            rows,
            edges.left[at],
            edges.right[at],
            edges.weight[at],
            edges.decision[at] == Decision.LINK,
            edges.rule[at] == RULES.index(Rule.VETO),
        )
        value, (best, ideal) = problem.value(joined[rows]), best_partition(problem)
        reached, possible, exact = reached + value, possible + best, exact + (abs(value - best) < 1e-3)
        same = joined[rows][:, None] == joined[rows][None, :]
        cautious += not (same & (ideal[:, None] != ideal[None, :])).any()
    count = max(len(chosen), 1)
    return {
        "components": len(chosen), "share_of_best": reached / possible if possible else 1.0, "exactly_best": exact / count,
        "joins_only_what_the_best_joins": cautious / count,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=31)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--extracts", type=Path, help="folder of generated extracts to use instead")
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    with tempfile.TemporaryDirectory() as scratch:
        extracts = given.extracts or Path(scratch)
        if given.extracts is None:
            generate(Options(extracts, seed=given.seed, rows=given.rows))
        case, seconds = prepare(extracts)
    slack = case.loaded.clusters.hysteresis
    noise: dict[str, dict[str, list[float]]] = {}
    for name, once in (("levels of the model", noise_of_model), ("pairs by themselves", noise_of_pairs)):
        noise[name] = {
            kind: runs_under_noise(case, once, bits, given.repeat, given.seed)
            for kind, bits in (("without", 0.0), ("with", slack))
        }
        print(name, noise[name], flush=True)
    injected = {}
    for smallest, largest in ((1, 1), (2, 2), (3, 3), (4, 5), (6, 10**6)):
        found = [bridges(case, smallest, largest, 200, rng) for _ in range(given.repeat)]
        injected[f"{smallest}" if smallest == largest else f"{smallest} to {largest}" if largest < 10**6 else f"{smallest} or more"] = (
            sum(n for n, _ in found), sum(b for _, b in found)
        )  # fmt: skip
    print(injected, flush=True)
    best = optimality(case, 400)
    print(best, flush=True)
    report(given, case, seconds, {"noise": noise, "bridges": injected, "best": best})


def report(given: argparse.Namespace, case: Case, seconds: dict[str, float], figures: dict[str, Any]) -> None:
    text = f"{case.columns.n:,} records, {len(case.matched.edges):,} scored pairs. "
    text += ", ".join(f"{name} {s:.1f} s" for name, s in seconds.items()) + ".\n\n"
    text += f"Records whose identity changes from one run to the next when each run has its own noise of {NOISE:.0%} on the bits "
    text += f"({given.repeat} runs;\nthe first follows one without noise, later ones see what hysteresis of "
    text += f"{case.loaded.clusters.hysteresis:g} bits has kept):\n\n"
    rows = [
        [name, kind, f"{shares[0]:.4%}", f"{np.mean(shares[1:]):.4%}"]
        for name, of in figures["noise"].items()
        for kind, shares in of.items()
    ]
    text += markdown_table(["noise on", "hysteresis", "first run", "each later run"], rows)
    text += "\nFalse links of 7 to 30 bits between two groups. Checks look at groups of three or more on both sides; below\n"
    text += "that one link is all the evidence that there can be, and policy's rules for pairs have to hold it:\n\n"
    rows = [[size, f"{n:,}", f"{100 * b / n:.1f}%" if n else "–"] for size, (n, b) in figures["bridges"].items()]
    text += markdown_table(["records on each side", "injected", "blocked"], rows)
    best = figures["best"]
    text += f"\nOf {best['components']} components of at most nine records with a contradiction inside, joining finds the best partition "
    text += f"in {100 * best['exactly_best']:.1f}%; the sum of weights inside groups is {100 * best['share_of_best']:.2f}% of the best.\n"
    text += f"In {100 * best['joins_only_what_the_best_joins']:.1f}% it joins nothing that the best keeps apart: where the two differ, "
    text += "joining is the more\ncautious one, because a clear contradiction weighs more here (`tolerance`) than the bits that it costs.\n"
    print(text)
    command = f"python benchmarks/identity.py --rows {given.rows} --seed {given.seed} --repeat {given.repeat}"
    keep("identity", command, {**figures, "seconds": seconds, "records": case.columns.n}, text)


if __name__ == "__main__":
    main()
