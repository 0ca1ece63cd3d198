"""A server that is killed in the middle of work loses no verdict that it acknowledged, and takes none twice when it is sent again."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from linker.registry.auditlog import AuditLog
from linker.registry.database import open_registry, reading
from linker.registry.ledger import Ledger
from linker.registry.review_tables import ITEM, OPINION
from tests.web.site import PASSWORD, office

PROGRAM = """
import sys
from pathlib import Path
import uvicorn
from linker.config.review import ReviewSettings
from linker.review.office import Office
from linker.web.app import create_app
opened = Office.open(Path(sys.argv[1]))
opened.book
print("ready", flush=True)
uvicorn.run(create_app(opened), port=int(sys.argv[2]), log_level="error")
"""


class Worker:
    """Someone who judges over HTTP and notes what the server acknowledged and what was under way when it went."""

    def __init__(self, base: str, name: str) -> None:
        self.client = httpx.Client(base_url=base, timeout=30)
        self.name, self.acknowledged, self.pending = name, [], {}

    def sign_in(self) -> None:
        before = re.search(r'name="before" value="([^"]+)"', self.client.get("/sign-in").text)
        assert before
        data = {"name": self.name, "password": PASSWORD, "before": before[1]}
        assert self.client.post("/sign-in", data=data).status_code == 303

    def work(self) -> None:
        while True:
            page = self.client.get("/next").text
            found = {f: re.search(rf'name="{f}" value="([^"]*)"', page) for f in ("csrf", "lease")}
            number = re.search(r"/items/(\d+)/verdict", page)
            if not number or not found["lease"] or not found["csrf"]:
                return
            data = {k: v[1] for k, v in found.items() if v} | {
                "answer": "unsure",
                "reason_unsure": "too_little",
                "seconds": "5",
            }
            self.pending = {"number": int(number[1]), **data}
            answer = self.client.post(f"/items/{number[1]}/verdict", data=data)
            if answer.status_code == 303:
                self.acknowledged.append((int(number[1]), data["lease"]))
            self.pending = {}


def start(workspace: Path, port: int) -> subprocess.Popen[str]:
    server = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(workspace), str(port)], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None and server.stdout.readline().strip() == "ready"
    for _ in range(400):
        try:
            httpx.get(f"http://127.0.0.1:{port}/sign-in")
            return server
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("the server did not start")


def free_port() -> int:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.mark.skipif(sys.platform == "win32", reason="processes are killed as on POSIX")
def test_no_acknowledged_verdict_is_lost(tmp_path: Path) -> None:
    opened = office(tmp_path)
    place, port = opened.workspace, free_port()
    server = start(place, port)
    base = f"http://127.0.0.1:{port}"
    workers = [Worker(base, name) for name in ("asha", "bina", "vikram", "meena")]
    for worker in workers:
        worker.sign_in()

    def until_it_is_gone(worker: Worker) -> None:
        with contextlib.suppress(httpx.TransportError):
            worker.work()

    threads = [threading.Thread(target=until_it_is_gone, args=(w,)) for w in workers]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 60
    while sum(len(w.acknowledged) for w in workers) < 25 and time.monotonic() < deadline:
        time.sleep(0.02)
    server.send_signal(signal.SIGKILL)
    server.wait()
    for thread in threads:
        thread.join(60)
    acknowledged = {a for w in workers for a in w.acknowledged}
    assert len(acknowledged) >= 25
    engine = open_registry(place)
    with reading(engine) as connection:
        held = {(r.item, r.lease) for r in connection.execute(select(OPINION.c.item, OPINION.c.lease))}
    assert acknowledged <= held
    assert AuditLog(place, engine).verify().faults == []

    server = start(place, port)
    try:
        for worker in workers:
            worker.client = httpx.Client(base_url=base, cookies=worker.client.cookies, timeout=30)
            if worker.pending:
                sent = {k: v for k, v in worker.pending.items() if k != "number"}
                answer = worker.client.post(f"/items/{worker.pending['number']}/verdict", data=sent)
                assert answer.status_code == 303, (
                    "what was under way is sent again, in the session that was open before"
                )
    finally:
        server.kill()
        server.wait()
    with reading(engine) as connection:
        leases = [r.lease for r in connection.execute(select(OPINION.c.lease))]
        decided = set(
            connection.scalars(select(ITEM.c.number).where(ITEM.c.status == "decided", ITEM.c.kind != "split"))
        )
    assert len(leases) == len(set(leases))
    in_ledger = [int(m[1]) for e in Ledger(place, engine).entries() if (m := re.search(r"item (\d+)\)", e.why))]
    assert sorted(in_ledger) == sorted(decided), "each decided question stands in the ledger once"
