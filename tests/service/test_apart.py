"""Searches in processes of their own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest

import linker
from linker.registry.apikeys import Role
from linker.registry.auditlog import AuditLog
from linker.registry.snapshot import open_current
from linker.search.view import View
from linker.service.apart import Lane
from linker.service.framed import framed, taken
from linker.service.problems import RefusedError
from linker.service.tracing import AsideError
from tests.generated import extracts, run
from tests.service.running import PERSON, client_of, copy_of_workspace, headers

pytestmark = pytest.mark.skipif(os.name == "nt", reason="on Windows threads search")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_workspace(tmp_path_factory.mktemp("apart"))


def which(_view: View) -> int:
    return os.getpid()


def number(_view: View, given: int, pause: float = 0.0) -> int:
    time.sleep(pause)
    return given


def broken(_view: View) -> None:
    raise ValueError("Zubinkumar ABC1234566")


def die(_view: View) -> None:
    os._exit(3)


def in_lane(workspace: Path, processes: int, use: Callable[[Lane], Awaitable[None]]) -> None:
    """Use processes, and see that they end."""

    async def work() -> list[int]:
        lane = Lane(workspace, processes, lambda: None)
        await lane.open()
        try:
            await use(lane)
            return [await lane.ask(which)]
        finally:
            lane.close()

    for process in asyncio.run(work()):
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_answers_are_those_of_the_library(workspace: Path) -> None:
    record = open_current(workspace).table("record").to_pylist()[0]
    with client_of(workspace, processes=2) as client:
        client.headers.update(headers(workspace))
        assert client.get("/readyz").json()["records"] == len(linker.open(workspace))
        for person in (PERSON, "Rakesh @ Kalu s/o Ram Singh, 25, Sohna", {"name": record["name"]}):
            answer = client.post("/v1/search", json={"person": person, "limit": 3})
            assert answer.status_code == 200, answer.text
            expected = linker.open(workspace).search(person, limit=3)
            assert answer.json() == json.loads(json.dumps(expected.to_dict()))
        assert client.post("/v1/compare", json={"a": PERSON, "b": PERSON}).status_code == 200
        asked = {"source": record["source"], "native_id": record["native_id"]}
        identity_id = client.get("/v1/crosswalk", params=asked).json()["entries"][0]["identity_id"]
        assert client.get(f"/v1/identities/{identity_id}").json()["identity_id"] == identity_id
        lines = client.post("/v1/resolve", content=("\n".join([json.dumps(PERSON)] * 401)).encode()).text.splitlines()
        assert [json.loads(line)["row"] for line in lines] == list(range(401))
    kinds = [entry["kind"] for entry in AuditLog(workspace).entries()]
    assert kinds[-8:] == ["search"] * 3 + ["compare", "crosswalk", "view", "resolve begun", "resolve"]
    assert not AuditLog(workspace).verify().faults


def test_refusals_are_as_clear_as_ever(workspace: Path) -> None:
    record = next(r for r in open_current(workspace).table("record").to_pylist() if r["state"] == "Delhi")
    asked = {"source": record["source"], "native_id": record["native_id"]}
    with client_of(workspace, processes=1) as client:
        client.headers.update(headers(workspace, Role.OFFICER, ("haryana",)))
        assert client.get("/v1/crosswalk", params=asked).status_code == 403
        assert client.get("/v1/crosswalk", params={**asked, "native_id": "none"}).status_code == 404
        assert client.get("/v1/identities/P-000000-000000").status_code == 404
        answer = client.post("/v1/search", json={"person": {"sex": "m"}})
        assert answer.status_code == 422
        assert "names nobody" in answer.json()["detail"]


def test_a_failure_says_where_and_not_what(workspace: Path, capfd: pytest.CaptureFixture[str]) -> None:
    async def use(lane: Lane) -> None:
        with pytest.raises(AsideError, match=r"^ValueError$"):
            await lane.ask(broken)
        assert await lane.ask(partial(number, given=4)) == 4, "it goes on"

    in_lane(workspace, 1, use)
    said = capfd.readouterr().err
    assert "ValueError at test_apart.py:" in said
    assert "Zubinkumar" not in said


def test_questions_go_to_who_is_free(workspace: Path) -> None:
    async def use(lane: Lane) -> None:
        ended: list[int] = []
        slow = lane.ask(partial(number, given=0, pause=2.0))
        quick = [lane.ask(partial(number, given=n)) for n in range(1, 21)]
        for answer in (slow, *quick):
            answer.add_done_callback(lambda done: ended.append(done.result()))
        assert await asyncio.gather(slow, *quick) == list(range(21))
        assert len(ended[: ended.index(0)]) >= 19, "one at most waits behind the slow one"
        assert sorted(ended[: ended.index(0)]) == ended[: ended.index(0)], "and the others keep their order"

    in_lane(workspace, 2, use)


def test_who_gives_up_holds_nobody_up(workspace: Path) -> None:
    async def use(lane: Lane) -> None:
        asked = [lane.ask(partial(number, given=n, pause=0.05)) for n in range(6)]
        for answer in asked[:5]:
            answer.cancel()
        assert await asked[5] == 5

    in_lane(workspace, 1, use)


def test_a_process_that_dies_is_replaced(workspace: Path) -> None:
    async def use(lane: Lane) -> None:
        first = await lane.ask(which)
        with pytest.raises(RefusedError, match="ask again"):
            await lane.ask(die)
        waiting = lane.ask(which)  # nobody is there just now
        await lane.keep_up("000001")
        assert await waiting != first

    in_lane(workspace, 1, use)


def test_the_service_goes_on_when_a_process_is_killed(workspace: Path) -> None:
    with client_of(workspace, processes=1) as client:
        client.headers.update(headers(workspace))
        desk = client.app.state.desk  # type: ignore[attr-defined]
        os.kill(desk._searchers._one.searchers[0]._process.pid, signal.SIGKILL)
        statuses = [client.post("/v1/search", json={"person": PERSON}).status_code for _ in range(3)]
        assert set(statuses[:-1]) <= {200, 503}
        assert statuses[-1] == 200


def test_a_process_ends_when_its_service_does(workspace: Path) -> None:
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-m", "linker.service.searching", str(theirs.fileno()), str(workspace)]
    with theirs:
        process = subprocess.Popen(command, pass_fds=(theirs.fileno(),))
    with ours, ours.makefile("rb") as stream:
        assert taken(stream) == framed(("000001", len(linker.open(workspace))))[4:]
        process.send_signal(signal.SIGINT)  # Ctrl-C is the service's to answer
        ours.sendall(framed(partial(number, given=7)))
        assert taken(stream) == framed((True, 7))[4:]
    assert process.wait(30) == 0


def test_a_newer_snapshot_is_taken_up_without_a_failure(tmp_path: Path) -> None:
    copy = copy_of_workspace(tmp_path)
    with client_of(copy, processes=2) as client:
        client.headers.update(headers(copy))
        publishing = threading.Thread(target=run, args=(copy, extracts()))
        publishing.start()
        seen, deadline = [], time.monotonic() + 120
        while seen.count("000002") < 20 and time.monotonic() < deadline:
            answer = client.post("/v1/search", json={"person": PERSON})
            assert answer.status_code == 200, answer.text
            seen.append(answer.json()["snapshot"])
        publishing.join()
        assert set(seen) == {"000001", "000002"}
        assert set(seen[-5:]) == {"000002"}
        assert client.get("/readyz").json()["snapshot"] == "000002"
