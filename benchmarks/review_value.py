"""What verdicts are worth: how many bring the estimate of precision within ±1%, and how much recall a thousand bring.

    python benchmarks/review_value.py --persons 12000

Reviewers are simulated with known error rates and the queue's own rules (a verdict that undoes a link needs a second person, a third
decides a disagreement); every opinion is counted. The truth comes from the generator. Orders are compared on the same pairs and reviewers.
"""

from __future__ import annotations

import argparse
import csv
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.results_file import keep, markdown_table
from linker.config.loading import CONFIGS, load
from linker.config.review import ReviewSettings
from linker.registry.snapshot import Snapshot, open_current
from linker.review.building import Draft, drafts, engine_says
from linker.review.items import Answer, Kind, Status, Stratum
from linker.review.office import stakes_of
from linker.review.rules import Opinion, overrides, settle

FALSE_SAME, FALSE_DIFFERENT, UNSURE = 0.03, 0.04, 0.05
RUNS = 200


@dataclass(frozen=True)
class World:
    snapshot: Snapshot
    person: dict[str, str]
    """record → true person"""

    def same(self, records: Sequence[str]) -> bool:
        return self.person[records[0]] == self.person[records[1]]


def world(persons: int, seed: int, folder: Path) -> World:
    """Generate, link, and read the truth."""
    run = [
        sys.executable,
        "benchmarks/generate.py",
        "--persons",
        str(persons),
        "--seed",
        str(seed),
        "--out",
        str(folder / "extracts"),
    ]
    subprocess.run(run, check=True, stdout=subprocess.DEVNULL)
    files = {
        "delhi": "delhi.csv",
        "uttar_pradesh": "uttar_pradesh.csv",
        "rajasthan": "rajasthan.xlsx",
        "haryana": "haryana.parquet",
    }
    inputs = [w for n, f in files.items() for w in ("--input", f"{n}={folder / 'extracts' / f}")]
    command = [
        sys.executable,
        "-m",
        "linker",
        "run",
        "configs/four_states.yaml",
        "--workspace",
        str(folder / "workspace"),
        *inputs,
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    snapshot = open_current(folder / "workspace")
    truth = {}
    with (folder / "extracts" / "truth.csv").open(encoding="utf-8") as source:
        for row in csv.DictReader(source):
            truth[row["source"], row["native_id"], int(row["part"])] = row["person_id"]
    crosswalk = snapshot.table("crosswalk").to_pylist()
    known = ((c["record_id"], truth.get((c["source"], c["native_id"], c["part"]))) for c in crosswalk)
    return World(snapshot, {record: person or f"only {record}" for record, person in known})


def judged(draft: Draft, same: bool, draw: random.Random) -> tuple[str | None, int]:
    """The outcome of a question under the queue's rules, and how many opinions it took."""
    opinions: list[Opinion] = []
    needs = 2 if draft.why_two else 1
    while True:
        settled = settle(opinions, needs)
        if settled.status is Status.DECIDED:
            return settled.outcome, len(opinions)
        if draw.random() < UNSURE:
            answer = Answer.UNSURE
        elif draw.random() < (FALSE_DIFFERENT if same else FALSE_SAME):
            answer = Answer.DIFFERENT if same else Answer.SAME
        else:
            answer = Answer.SAME if same else Answer.DIFFERENT
        k = len(opinions)
        opinions.append(Opinion(k, 1, f"person {k}", answer, None, "", "", "", 0.0))
        if overrides(answer, engine_says(draft.rule)):
            needs = 2


def within(ordered: Sequence[Draft], at: World, truth: float, draw: random.Random) -> int:
    """Opinions after which the running share of 'same' is within ±1% of the truth for good."""
    same = told = opinions = 0
    last = 0
    for draft in ordered:
        outcome, used = judged(draft, at.same(draft.records), draw)
        opinions += used
        if outcome in {Answer.SAME, Answer.DIFFERENT}:
            told += 1
            same += outcome == Answer.SAME
        if not told or abs(same / told - truth) > 0.01:
            last = opinions
    return last


def spread(ordered_runs: list[list[bool]], truth: float, share: float = 0.95) -> int:
    """The smallest sample at which `share` of the runs are within ±1%, and at all larger sizes."""
    runs = np.array(ordered_runs, float)
    running = np.cumsum(np.nan_to_num(runs), axis=1) / np.maximum(np.cumsum(~np.isnan(runs), axis=1), 1)
    good = (np.abs(running - truth) <= 0.01).mean(axis=0) >= share
    bad = np.flatnonzero(~good)
    return int(bad[-1] + 2) if len(bad) else 1


def precision(at: World, everything: list[Draft]) -> dict[str, float]:
    """Verdicts needed for the estimate of precision of the engine's own links."""
    links = [d for d in everything if d.stratum is Stratum.LINKED]
    truth = sum(at.same(d.records) for d in links) / len(links)
    draw = random.Random(1)
    by_chance, opinions = [], []
    for _ in range(RUNS):
        order = draw.sample(links, len(links))
        results = [judged(d, at.same(d.records), draw) for d in order]
        by_chance.append([np.nan if o not in {"same", "different"} else float(o == "same") for o, _ in results])
        opinions.append([n for _, n in results])
    needed = spread(by_chance, truth)
    shown = 400
    wrong = [1 - np.nanmean(run[:shown]) for run in by_chance]
    by_score = sorted(links, key=lambda d: d.weight or 0.0)
    weakest = [within(by_score, at, truth, random.Random(k)) for k in range(5)]
    strongest = [within(by_score[::-1], at, truth, random.Random(k)) for k in range(5)]
    told = {}
    for name, order in (("weakest_first", by_score), ("strongest_first", by_score[::-1])):
        outcomes = [judged(d, at.same(d.records), random.Random(k))[0] for k, d in enumerate(order[:shown])]
        said = [o for o in outcomes if o in {"same", "different"}]
        told[f"wrong_after_400_{name}"] = round(said.count("different") / len(said), 4)
    return {
        "wrong_links": round(1 - truth, 4), "wrong_after_400_by_chance": round(float(np.mean(wrong)), 4),
        "wrong_after_400_by_chance_sd": round(float(np.std(wrong)), 4), **told,
        "links": len(links), "true_precision": round(truth, 4), "questions_by_chance": needed,
        "verdicts_by_chance": round(float(np.mean([sum(o[:needed]) for o in opinions])), 0),
        "verdicts_weakest_first": float(np.median(weakest)), "verdicts_strongest_first": float(np.median(strongest)),
    }  # fmt: skip


class Groups:
    """Identities that grow by verdicts; counts true pairs that are together."""

    def __init__(self, at: World) -> None:
        table = at.snapshot.table("crosswalk", ["record_id", "identity_id"])
        self.of = dict(zip(table["record_id"].to_pylist(), table["identity_id"].to_pylist(), strict=True))
        self.parent: dict[str, str] = {i: i for i in self.of.values()}
        self.people: dict[str, Counter[str]] = {i: Counter() for i in self.parent}
        for record, identity in self.of.items():
            self.people[identity][at.person[record]] += 1
        everyone = Counter(at.person[r] for r in self.of)
        self.total = sum(n * (n - 1) // 2 for n in everyone.values())
        self.together = sum(n * (n - 1) // 2 for c in self.people.values() for n in c.values())
        self.wrong = sum(sum(c.values()) * (sum(c.values()) - 1) // 2 for c in self.people.values()) - self.together

    def root(self, record: str) -> str:
        at = self.of[record]
        while self.parent[at] != at:
            at = self.parent[at]
        return at

    def join(self, left: str, right: str) -> None:
        a, b = self.root(left), self.root(right)
        if a == b:
            return
        one, two = self.people[a], self.people[b]
        gained = sum(n * two[p] for p, n in one.items())
        self.together += gained
        self.wrong += sum(one.values()) * sum(two.values()) - gained
        self.parent[b] = a
        one.update(two)

    @property
    def recall(self) -> float:
        return self.together / self.total


def recall(at: World, everything: list[Draft], points: Sequence[int]) -> dict[str, dict[int, float]]:
    """Recall after so many verdicts, for several orders of the same questions; means over runs."""
    asked = [d for d in everything if d.stratum is Stratum.REVIEW and d.kind is not Kind.SPLIT]
    found: dict[str, dict[int, list[float]]] = {
        n: {p: [] for p in points} for n in ("priority", "score, strongest first", "random")
    }
    for run in range(10):
        draw = random.Random(run)
        orders = {
            "priority": sorted(asked, key=lambda d: -d.priority),
            "score, strongest first": sorted(asked, key=lambda d: -(d.weight or 0.0)),
            "random": draw.sample(asked, len(asked)),
        }
        for name, order in orders.items():
            groups, opinions = Groups(at), 0
            left = list(points)
            for draft in order:
                if groups.root(draft.records[0]) == groups.root(draft.records[1]):
                    continue
                outcome, used = judged(draft, at.same(draft.records), draw)
                opinions += used
                while left and opinions > left[0]:
                    found[name][left.pop(0)].append(groups.recall)
                if outcome == Answer.SAME:
                    groups.join(*draft.records)
            for point in left:
                found[name][point].append(groups.recall)
    return {n: {p: round(float(np.mean(v)), 4) for p, v in series.items()} for n, series in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--persons", type=int, default=12_000)
    parser.add_argument("--seed", type=int, default=23)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="value-"))
    try:
        at = world(options.persons, options.seed, folder)
        shipped = load(CONFIGS / "review.yaml", ReviewSettings)
        settings = shipped.model_copy(
            update={"random": shipped.random.model_copy(update={"linked": 10**9, "below": 0})}
        )
        everything = drafts(at.snapshot, settings, stakes_of(at.snapshot), frozenset())
        asked = sum(d.stratum is Stratum.REVIEW for d in everything)
        points = [0, 100, 250, 500, 1000, 2000]
        figures = {"precision": precision(at, everything), "recall": recall(at, everything, points), "questions": asked}
    finally:
        shutil.rmtree(folder)
    p, r = figures["precision"], figures["recall"]
    per_thousand = {n: round(series[1000] - series[0], 4) for n, series in r.items()}  # type: ignore[union-attr]
    text = (
        f"Reviewers call {FALSE_SAME:.0%} of different pairs the same, {FALSE_DIFFERENT:.0%} of same pairs different, and cannot tell "
        f"{UNSURE:.0%}. {asked:,} pairs wait; {p['links']:,} were linked, of which {p['true_precision']:.2%} are right.\n\n"
        "## Verdicts until the estimate of precision is within ±1%\n\n"
        + markdown_table(
            ["order", "verdicts", "share of wrong links after 400 questions"],
            [
                [
                    "by chance (95% of 200 runs)",
                    f"{p['verdicts_by_chance']:.0f}",
                    f"{p['wrong_after_400_by_chance']:.2%} ± {p['wrong_after_400_by_chance_sd']:.2%}",
                ],
                [
                    "score, weakest first",
                    f"{p['verdicts_weakest_first']:.0f}",
                    f"{p['wrong_after_400_weakest_first']:.2%}",
                ],
                [
                    "score, strongest first",
                    f"{p['verdicts_strongest_first']:.0f}",
                    f"{p['wrong_after_400_strongest_first']:.2%}",
                ],
            ],
        )
        + f"\nIn truth {p['wrong_links']:.2%} are wrong. Strongest first is within 1% from the start because nearly all links are right, "
        "and would be of an engine whose weak links are wrong as well.\n"
        + "\n## Recall after so many verdicts\n\n"
        + markdown_table(
            ["order", *map(str, points), "gained by 1,000"], [[n, *s.values(), per_thousand[n]] for n, s in r.items()]
        )  # type: ignore[union-attr]
    )
    keep(
        "review_value",
        f"python benchmarks/review_value.py --persons {options.persons} --seed {options.seed}",
        figures,
        text,
    )
    print(text)


if __name__ == "__main__":
    main()
