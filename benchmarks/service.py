"""The HTTP service under load: searches a second, times, errors, while a snapshot is published.

    python benchmarks/service.py --workspace work --clients 16 --requests 100000

Starts `linker serve` on a free port, asks from `--clients` connections in a process of their own, and publishes the snapshot again
(the same tables under the next number, with its index) after a third of the requests. Clients and service share the machine's processors.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from benchmarks.results_file import keep, markdown_table
from linker.registry.apikeys import ApiKeys, Role
from linker.registry.auditlog import AuditLog
from linker.registry.snapshot import SnapshotWriter, open_current

FIELDS = ("name", "father", "age", "village", "district")
POOL = 5_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rate", type=float, help="requests a second in all; as many as possible if left out")
    given = parser.parse_args()
    bodies = queries(given.workspace)
    _, key = ApiKeys(given.workspace).add("benchmark", Role.OFFICER, days=1)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "linker", "serve", "--workspace", str(given.workspace), "--port", str(port)]
    service = subprocess.Popen(
        [*command, "--workers", str(given.workers), "--rate", "100000"], stdout=subprocess.DEVNULL
    )
    try:
        wait(port)
        entries = len(AuditLog(given.workspace).entries())
        figures = load(given, port, key, bodies)
        logged = len(AuditLog(given.workspace).entries()) - entries
        figures["audit_entries"] = logged
    finally:
        service.terminate()
        service.wait(30)
    report(figures, given)


def queries(workspace: Path) -> list[bytes]:
    """Bodies of search requests: records of the snapshot, without identifiers."""
    record = open_current(workspace).table("record", list(FIELDS))
    rows = Random(3).sample(range(len(record)), min(POOL, len(record)))
    people = record.take(rows).to_pylist()
    return [
        json.dumps({"person": {k: v for k, v in person.items() if v}, "limit": 10}, ensure_ascii=False).encode()
        for person in people
    ]


def wait(port: int) -> None:
    """Until the service is ready."""
    for _ in range(1_200):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit("the service does not come up")


def load(given: argparse.Namespace, port: int, key: str, bodies: list[bytes]) -> dict[str, Any]:
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    done = context.Value("i", 0)
    client = context.Process(target=clients, args=(given, port, key, bodies, done, results))
    started = time.perf_counter()
    client.start()
    while done.value < given.requests // 3:
        time.sleep(0.05)
    published = time.perf_counter() - started
    republish(given.workspace)
    ready = time.perf_counter() - started
    times, statuses, snapshots, seconds = results.get()
    client.join()
    p50, p95, p99 = np.percentile(times, [50, 95, 99])
    return {
        "requests": len(times),
        "per_second": round(len(times) / seconds, 1),
        **{name: round(float(ms), 1) for name, ms in zip(("p50", "p95", "p99"), (p50, p95, p99), strict=True)},
        "longest": round(max(times), 1),
        "statuses": statuses,
        "snapshots": snapshots,
        "seconds": round(seconds, 1),
        "publishing": [round(published, 1), round(ready, 1)],
    }


def clients(given: argparse.Namespace, port: int, key: str, bodies: list[bytes], done: Any, results: Any) -> None:
    """Ask from several connections, one thread each."""
    times: list[float] = []
    statuses: Counter[str] = Counter()
    snapshots: Counter[str] = Counter()
    headers = {
        "Authorization": f"Bearer {key}", "Linker-Purpose": "measuring the service", "Linker-Case": "BENCH 1",
        "Content-Type": "application/json",
    }  # fmt: skip
    share = given.requests // given.clients
    lock = threading.Lock()
    started = time.perf_counter()

    def ask(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        own: list[float] = []
        seen: Counter[str] = Counter()
        found: Counter[str] = Counter()
        for k in range(share):
            if given.rate:
                time.sleep(max(0.0, started + k * given.clients / given.rate - time.perf_counter()))
            at = time.perf_counter()
            try:
                connection.request("POST", "/v1/search", bodies[(number * share + k) % len(bodies)], headers)
                answer = connection.getresponse()
                body = answer.read()
                status = str(answer.status)
                mark = body.rfind(b'"snapshot":"')
                found[body[mark + 12 : mark + 18].decode() if answer.status == 200 else "none"] += 1
            except (OSError, http.client.HTTPException) as error:
                status = type(error).__name__
                connection.close()
            own.append(1000 * (time.perf_counter() - at))
            seen[status] += 1
            if k % 10 == 0:
                with done.get_lock():
                    done.value += 10
        with lock:
            times.extend(own)
            statuses.update(seen)
            snapshots.update(found)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(given.clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.put((times, dict(statuses), dict(snapshots), time.perf_counter() - started))


def republish(workspace: Path) -> None:
    """The same tables under the next number, and their index, made by a process of its own."""
    snapshot = open_current(workspace)
    tables = {name: snapshot.table(name) for name in snapshot.tables}
    keep_ = {
        k: v for k, v in snapshot.manifest.items() if k not in {"number", "previous", "published", "files", "rows"}
    }
    extra = {n: (snapshot.path / n).read_text(encoding="utf-8") for n in ("report.html", "model.json", "settings.json")}
    SnapshotWriter(workspace).write(tables, keep_, extra)
    make = [sys.executable, "-m", "linker", "index", "--workspace", str(workspace)]
    subprocess.run(make, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "NO_COLOR": "1"})


def report(figures: dict[str, Any], given: argparse.Namespace) -> None:
    header = [
        "clients",
        "requests",
        "per second",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "longest ms",
        "answers",
        "snapshots seen",
        "audit entries",
    ]
    row = [given.clients, *(figures[k] for k in ("requests", "per_second", "p50", "p95", "p99", "longest")), figures["statuses"],
           figures["snapshots"], figures["audit_entries"]]  # fmt: skip
    records = open_current(given.workspace).manifest["counts"]["records"]
    began, ended = figures["publishing"]
    text = (
        f"{records:,} records, {given.workers} workers; clients on the same machine. A snapshot was published from second {began} on, "
        f"and its index was ready at second {ended} of {figures['seconds']}.\n\n{markdown_table(header, [row])}"
    )
    rate = f" --rate {given.rate:g}" if given.rate else ""
    command = f"python benchmarks/service.py --workspace … --clients {given.clients} --requests {given.requests}{rate}"
    print(keep("service", command, figures, text).read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
