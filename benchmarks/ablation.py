"""What does each kind of evidence add? Precision and recall of the published links with and without it, by kind of person.

    python benchmarks/ablation.py --persons 15000 --training-seeds 101 404 --seed 505

For each kind, a model is trained without it on the training seeds (as `training/match.py` does), and the test seed is matched and grouped
under the shipped policy without it: keys stay as they are, so that what is seen is the evidence and not the search for candidates.
Families and married women are known from the generator.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.generated import Extracts, people_of, read, write
from benchmarks.generator.world import People
from benchmarks.results_file import keep, markdown_table
from linker.batch.identify import Apart
from linker.config.matching import ComparisonKind, Matching
from linker.config.policy import Policy
from linker.identity.clusters import cluster
from linker.matching.candidates import find_candidates
from linker.matching.comparisons import comparisons_of
from linker.matching.edges import match
from linker.matching.keys import Features
from linker.matching.supervised import collect, count_model, refine, true_pairs
from linker.matching.training import prior_of

KINDS = {
    "nothing": (),
    "relatives": ("relative",),
    "aliases": ("aliases",),
    "birth and age": ("birth",),
    "identifiers": ("fingerprint", "aadhaar", "documents", "accounts", "household"),
    "phones": ("phone",),
    "home": ("place", "home_and_case"),
    "place of registration": ("registered_at", "home_and_case"),
    "marks and height": ("marks", "height"),
    "sex": ("sex",),
    "joint levels": ("joint",),
}
SPREAD = 2.0
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=15_000)
    parser.add_argument("--training-seeds", type=int, nargs="+", default=[101, 404])
    parser.add_argument("--seed", type=int, default=505)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        training = [read(write(folder, given.persons, seed)) for seed in given.training_seeds]
        test = read(write(folder, given.persons, given.seed))
    groups = groups_of(people_of(given.persons, given.seed), test.person)
    figures, rows = {}, []
    for kind, dropped in KINDS.items():
        found = score(links(training, test, dropped), test.person, groups)
        figures[kind] = found
        rows.append([kind, *(f"{p:.4f} / {r:.4f}" for p, r in found.values())])
        print(rows[-1], flush=True)
    text = (
        markdown_table(["without", *groups], rows)
        + "\nPrecision / recall of pairs in one identity that have a person of the group.\n"
    )
    print(text)
    trained = " ".join(map(str, given.training_seeds))
    command = f"python benchmarks/ablation.py --persons {given.persons} --training-seeds {trained} --seed {given.seed}"
    keep("ablation", command, figures, text)


def without(matching: Matching, dropped: tuple[str, ...]) -> Matching:
    """The configuration without some comparisons, and without the joint ones that look at them ('joint': without these)."""
    kept = [
        c
        for c in matching.comparisons
        if c.name not in dropped
        and not (c.kind == ComparisonKind.JOINT and ("joint" in dropped or set(c.fields) & set(dropped)))
    ]
    return matching.model_copy(update={"comparisons": tuple(kept)})


def lenient(policy: Policy, names: set[str]) -> Policy:
    """The policy for the comparisons that are left."""
    rules = policy.rules
    changed = {
        "independent": tuple(n for n in rules.independent if n in names),
        "conflicts": tuple(n for n in rules.conflicts if n in names),
        "vetoes": tuple(n for n in rules.vetoes if n in names),
        "doubts": tuple(n for n in rules.doubts if n in names),
        "relative": rules.relative if rules.relative in names else None,
    }
    return policy.model_copy(update={"rules": rules.model_copy(update=changed)})


def links(training: list[Extracts], test: Extracts, dropped: tuple[str, ...]) -> Ints:
    """The group of every test record."""
    matching = without(test.loaded.matching, dropped)
    comparisons = comparisons_of(matching.comparisons)
    sets = [
        collect(
            s.columns,
            comparisons,
            find_candidates(Features(s.columns), matching.keys),
            s.person,
            prior_of(s.columns.n, matching.model.records_per_person),
        )
        for s in training
    ]
    model = refine(count_model(comparisons, sets), comparisons, sets, SPREAD)
    policy = lenient(test.loaded.policy, {c.name for c in comparisons})
    edges = match(test.columns, matching, policy, model, lambda _done, _total: None).edges
    settings = test.loaded.model_copy(update={"matching": matching, "policy": policy})
    constraints = Apart.of(test.columns, edges, settings).constraints(edges)
    found = cluster(test.columns.n, edges.left, edges.right, edges.weight, edges.decision, constraints)
    return found.label.astype(np.int64)


def groups_of(people: People, person: Ints) -> dict[str, Flags]:
    """Which records are of people of each group; one may be in several."""
    family = _several(people.household)
    same_father = _several(np.unique(np.c_[people.household, people.father], axis=0, return_inverse=True)[1].ravel())
    twin = _several(np.unique(np.c_[people.household, people.birth], axis=0, return_inverse=True)[1].ravel())
    namesake = _several(np.unique(np.c_[people.name, people.father], axis=0, return_inverse=True)[1].ravel())
    men = ~people.female
    by_group = {
        "all": np.ones(len(people), dtype=bool),
        "brothers": family & same_father & men & ~twin,
        "twins": family & twin,
        "namesakes": namesake & ~family,
        "married women": people.female & (people.husband >= 0).any(axis=1),
    }
    return {name: np.where(person >= 0, chosen[person], False) for name, chosen in by_group.items()}


def _several(group: Ints) -> Flags:
    """Which members are in a group with others."""
    shared: Flags = np.bincount(group)[group] > 1
    return shared


def score(label: Ints, person: Ints, groups: dict[str, Flags]) -> dict[str, tuple[float, float]]:
    """(precision, recall) of pairs of which one record is in the group."""
    known = person >= 0
    label, person = label[known], person[known]
    found, wanted = true_pairs(label), true_pairs(person)

    def share(pairs: tuple[npt.NDArray[np.int32], ...], group: Flags, right: Callable[..., Flags]) -> float:
        left, other = pairs
        chosen = group[left] | group[other]
        return float(right(left[chosen], other[chosen]).mean()) if chosen.any() else float("nan")

    return {
        name: (
            share(found, group[known], lambda a, b: person[a] == person[b]),
            share(wanted, group[known], lambda a, b: label[a] == label[b]),
        )
        for name, group in groups.items()
    }


if __name__ == "__main__":
    main()
