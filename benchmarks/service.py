"""The HTTP service under load: searches a second, times, errors, while a snapshot is published.

    python benchmarks/service.py --workspace work --clients 16 --requests 100000

Starts `linker serve` on a free port, asks from `--clients` connections in a process of their own, and publishes the snapshot again
(the same tables under the next number, with its index, at low priority) after a third of the requests. Clients and service share the
machine's processors.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import multiprocessing
import os
import re
import socket
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from benchmarks.results_file import keep, markdown_table
from linker.cli.background import step_back
from linker.registry.apikeys import ApiKeys, Role
from linker.registry.auditlog import AuditLog
from linker.registry.snapshot import SnapshotWriter, open_current

FIELDS = ("name", "father", "age", "village", "district")
POOL = 100_000
LENGTH = re.compile(rb"(?i)content-length: *([0-9]+)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rate", type=float, help="requests a second in all; as many as possible if left out")
    parser.add_argument("--still", action="store_true", help="publish nothing meanwhile")
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
        figures = load(given, port, key, bodies, service.pid)
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


def load(given: argparse.Namespace, port: int, key: str, bodies: list[bytes], service: int) -> dict[str, Any]:
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    done = context.Value("i", 0)
    client = context.Process(target=clients, args=(given, port, key, bodies, done, results))
    started, worked = time.perf_counter(), processor_seconds(service)
    client.start()
    while done.value < given.requests // 3:
        time.sleep(0.05)
    began = time.time()
    published = time.perf_counter() - started
    if not given.still:
        batch = context.Process(target=republish, args=(given.workspace,))
        batch.start()
        batch.join()
        assert batch.exitcode == 0, "publishing failed"
    indexed = time.time()
    ready = time.perf_counter() - started
    answered, statuses, seconds, asking = results.get()
    times = [a.milliseconds for a in answered]
    worked = processor_seconds(service) - worked
    client.join()
    p50, p95, p99 = np.percentile(times, [50, 95, 99])
    return {
        "requests": len(times),
        "per_second": round(len(times) / seconds, 1),
        **{name: round(float(ms), 1) for name, ms in zip(("p50", "p95", "p99"), (p50, p95, p99), strict=True)},
        "longest": round(max(times), 1),
        "service_cpu_ms": round(1000 * worked / len(times), 2),
        "client_cpu_ms": round(1000 * asking / len(times), 2),
        "statuses": statuses,
        "snapshots": dict(Counter(a.snapshot for a in answered)),
        "phases": [] if given.still else phases(answered, began, indexed),
        "seconds": round(seconds, 1),
        "publishing": [] if given.still else [round(published, 1), round(ready, 1)],
    }


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer: when (seconds since 1970), after how long, and from which snapshot."""

    at: float
    milliseconds: float
    snapshot: str


def phases(answered: list[Answered], began: float, indexed: float) -> list[list[Any]]:
    """How long answers took before, while and after a snapshot was published and indexed, and while it was taken up (until the last
    answer from the old one)."""
    old = answered[0].snapshot
    last = max([indexed, *(a.at for a in answered if a.snapshot == old)])
    bounds = [0.0, began, indexed, last, float("inf")]
    names = ("before", "while it is published and indexed", "while it is taken up", "after")
    found = []
    for name, start, end in zip(names, bounds, bounds[1:], strict=False):
        some = [a for a in answered if start <= a.at < end]
        if some:
            seconds = some[-1].at - some[0].at
            times = np.percentile([a.milliseconds for a in some], [50, 95, 99]).round(1).tolist()
            found.append([name, len(some), round(seconds, 1), *times])
    return found


def clients(given: argparse.Namespace, port: int, key: str, bodies: list[bytes], done: Any, results: Any) -> None:
    """Ask from several connections, as a light client does: the requests are made beforehand, of the answers only the head is read."""
    asked = Asked(done)
    head = (
        f"POST /v1/search HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {key}\r\nLinker-Purpose: measuring the service\r\n"
        "Linker-Case: BENCH 1\r\nContent-Type: application/json\r\nContent-Length: "
    ).encode()
    requests = [head + str(len(body)).encode() + b"\r\n\r\n" + body for body in bodies]
    share = given.requests // given.clients

    async def all_of_them() -> None:
        own = [requests[(n * share) % len(requests) :] + requests for n in range(given.clients)]
        due = asyncio.Queue[float]() if given.rate else None
        connections = [asked.connection(port, mine, share, due) for mine in own]
        if due is not None:
            connections.append(falling_due(due, given.rate, share * given.clients))
        await asyncio.gather(*connections)

    started = time.perf_counter()
    asyncio.run(all_of_them())
    seconds = time.perf_counter() - started
    results.put((asked.answered, dict(asked.statuses), seconds, time.process_time()))


async def falling_due(due: asyncio.Queue[float], rate: float, count: int) -> None:
    """Requests that are due at random times, as many independent people ask (a Poisson process). The first connection that is free asks;
    a time counts from when the request was due, though all may have been busy."""
    at, pauses = time.perf_counter(), Random(1)
    for _ in range(count):
        at += pauses.expovariate(rate)
        await asyncio.sleep(max(0.0, at - time.perf_counter()))
        due.put_nowait(at)


class Asked:
    """What came of the requests."""

    def __init__(self, done: Any) -> None:
        self._done = done
        self.answered: list[Answered] = []
        self.statuses: Counter[str] = Counter()

    async def connection(self, port: int, requests: list[bytes], count: int, due: asyncio.Queue[float] | None) -> None:
        """Ask `count` times, whenever a request is due; without `due` as soon as the last one is answered."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
        for k in range(count):
            at = time.perf_counter() if due is None else await due.get()
            snapshot = "none"
            try:
                writer.write(requests[k % len(requests)])
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(LENGTH.search(head)[1])  # type: ignore[index]
                body = await reader.readexactly(length)
                status = head[9:12].decode()
                mark = body.rfind(b'"snapshot":"')
                snapshot = body[mark + 12 : mark + 18].decode() if status == "200" else "none"
            except (OSError, asyncio.IncompleteReadError) as error:
                status = type(error).__name__
                writer.close()
                reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
            self.answered.append(Answered(time.time(), 1000 * (time.perf_counter() - at), snapshot))
            self.statuses[status] += 1
            self._done.value += 1


def processor_seconds(pid: int) -> float:
    """Seconds that a process and those it has started have worked (Linux; 0 elsewhere)."""
    total = 0.0
    waiting = [pid]
    while waiting:
        task = Path(f"/proc/{waiting.pop()}")
        if not task.exists():
            continue
        fields = (task / "stat").read_text().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        for children in task.glob("task/*/children"):
            waiting += map(int, children.read_text().split())
    return total


def republish(workspace: Path) -> None:
    """The same tables under the next number, and their index, made by processes of their own as `linker run --index --background` would."""
    step_back()
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
        "CPU ms a request",
        "answers",
        "snapshots seen",
        "audit entries",
    ]
    row = [
        given.clients,
        *(figures[k] for k in ("requests", "per_second", "p50", "p95", "p99", "longest")),
        f"{figures['service_cpu_ms']} + {figures['client_cpu_ms']}",
        *(figures[k] for k in ("statuses", "snapshots", "audit_entries")),
    ]
    records = open_current(given.workspace).manifest["counts"]["records"]
    published = "Nothing was published meanwhile."
    if figures["publishing"]:
        began, ended = figures["publishing"]
        whole = figures["seconds"]
        published = (
            f"A snapshot was published from second {began} on, at low priority as with `--background`; its index was ready "
            f"at second {ended} of {whole}."
        )
    text = (
        f"{records:,} records, {given.workers} workers; clients on the same machine. {published} CPU: service + clients.\n\n"
        f"{markdown_table(header, [row])}"
    )
    if figures["phases"]:
        phase = ["a snapshot is published", "answers", "seconds", "p50 ms", "p95 ms", "p99 ms"]
        text += f"\n{markdown_table(phase, figures['phases'])}"
    rate = f" --rate {given.rate:g}" if given.rate else ""
    still = " --still" if given.still else ""
    command = (
        f"python benchmarks/service.py --workspace … --clients {given.clients} --requests {given.requests}{rate}{still}"
    )
    print(keep("service_paced" if given.rate else "service", command, figures, text).read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
