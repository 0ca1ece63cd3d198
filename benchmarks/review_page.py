"""How fast the next question stands on the screen's side of the network: whole pages over HTTP, with a queue of 100,000.

    python benchmarks/review_page.py --queue 100000

A generated data set is linked, the server runs as `linker review` runs it, and the queue is filled up with pairs drawn by chance.
First one reviewer answers without a pause, then several at once with a pause of a second after each answer. What is timed is `GET /next`.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.results_file import keep, markdown_table
from benchmarks.review_value import world
from linker.review.building import Draft, subjects_of
from linker.review.building import drafts as drafts_of
from linker.review.filling import counts, put
from linker.review.items import Kind, Stratum, states_text
from linker.review.office import Office, stakes_of
from linker.review.people import Role

PASSWORD = "seven slow buses 4"  # noqa: S105  (of a workspace that is gone afterwards)


def fill_up(office: Office, wanted: int) -> int:
    """So many pairs drawn by chance besides what is asked already; gives how many questions wait."""
    record = office.book.snapshot.table("record", ["record_id", "state"]).to_pylist()
    draw = random.Random(3)
    pairs: set[tuple[int, int]] = set()
    while len(pairs) < wanted:
        a, b = sorted((draw.randrange(len(record)), draw.randrange(len(record))))
        if a != b:
            pairs.add((a, b))
    asked = [(record[a]["record_id"], record[b]["record_id"]) for a, b in sorted(pairs)]
    drafts = [
        Draft(
            subject, Kind.PAIR, Stratum.REVIEW, records, states_text(record[k]["state"] for k in pair), "uncertain", 1.0, 0.6,
            1.0, draw.random() * 10, (),
        )
        for pair, records, subject in zip(sorted(pairs), asked, subjects_of("pair", asked), strict=True)
    ]  # fmt: skip
    own = drafts_of(office.book.snapshot, office.settings, stakes_of(office.book.snapshot), frozenset())
    put(office.engine, office.book.snapshot.number, [*own, *drafts], office.settings)
    return counts(office.engine)["open"]


class Reviewer:
    """Someone who takes the next question and answers it."""

    def __init__(self, base: str, name: str) -> None:
        self.client = httpx.Client(base_url=base, timeout=60)
        before = _hidden(self.client.get("/sign-in").text, "before")
        sent = self.client.post("/sign-in", data={"name": name, "password": PASSWORD, "before": before})
        assert sent.status_code == 303
        self.times: list[float] = []

    def work(self, questions: int, pause: float) -> None:
        for _ in range(questions):
            began = time.perf_counter()
            page = self.client.get("/next").text
            self.times.append(time.perf_counter() - began)
            number = re.search(r"/items/(\d+)/verdict", page)
            assert number, "no question came"
            data = {f: _hidden(page, f) for f in ("csrf", "lease")}
            data |= {"answer": "unsure", "reason_unsure": "too_little", "seconds": "5"}
            assert self.client.post(f"/items/{number[1]}/verdict", data=data).status_code == 303
            time.sleep(pause)


def _hidden(page: str, field: str) -> str:
    found = re.search(rf'name="{field}" value="([^"]*)"', page)
    assert found, f"no field {field}"
    return found[1]


def processor_seconds(pid: int) -> float:
    """Seconds of processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def timed(base: str, names: list[str], questions: int, pause: float, server: int) -> dict[str, float]:
    """Milliseconds until the next question has come, and of the server's processor per question and verdict."""
    people = [Reviewer(base, name) for name in names]
    people[0].work(5, 0)
    for person in people:
        person.times.clear()
    before = processor_seconds(server)
    threads = [threading.Thread(target=p.work, args=(questions, pause)) for p in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    used = processor_seconds(server) - before
    times = sorted(1000 * t for p in people for t in p.times)
    assert len(times) == questions * len(people)
    return {
        "reviewers": len(people), "pause s": pause, "questions": len(times), "next ms p50": round(times[len(times) // 2], 1),
        "next ms p95": round(times[int(0.95 * (len(times) - 1))], 1), "next ms p99": round(times[int(0.99 * (len(times) - 1))], 1),
        "server processor ms per question and verdict": round(1000 * used / len(times), 1),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--queue", type=int, default=100_000)
    parser.add_argument("--persons", type=int, default=4_000)
    parser.add_argument("--questions", type=int, default=300)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="review-page-"))
    world(options.persons, 23, folder)
    office = Office.open(folder / "workspace")
    names = [f"reviewer{k:02d}" for k in range(10)]
    for name in names:
        office.accounts.add(name, name, Role.REVIEWER, frozenset(), "benchmark")
        office.accounts.set_password(name, PASSWORD)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "linker", "review", "--workspace", str(folder / "workspace"), "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    try:
        _until_it_answers(base)
        Reviewer(base, names[0]).work(
            1, 0
        )  # the server has opened the snapshot, and leaves the queue as it is from here on
        waiting = fill_up(office, options.queue)
        alone = timed(base, names[:1], options.questions, 0, server.pid)
        several = timed(base, names, options.questions // 10, 1, server.pid)
        assert counts(office.engine)["open"] > options.queue - 2 * options.questions
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder)
    figures = {"questions_waiting": waiting, "alone": alone, "several": several}
    table = markdown_table(["", "alone", "several"], [[k, alone[k], several[k]] for k in alone])
    text = f"{waiting:,} questions wait. SQLite.\n\n{table}"
    keep("review_page", f"python benchmarks/review_page.py --queue {options.queue}", figures, text)
    print(text)


def _until_it_answers(base: str) -> None:
    for _ in range(600):
        try:
            httpx.get(f"{base}/sign-in")
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the server did not start")


if __name__ == "__main__":
    main()
