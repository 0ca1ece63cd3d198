"""Who is refused, and how clearly."""

from __future__ import annotations

import json
import logging
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlparse

import pytest
from fastapi.testclient import TestClient

from linker.registry.apikeys import ApiKeys, Role
from linker.registry.auditlog import AuditLog
from linker.registry.snapshot import open_current
from linker.service.access import Doorkeeper
from linker.service.problems import MEDIA_TYPE
from tests.service.running import ASKED, PERSON, client_of, copy_of_workspace, headers, served

INJECTIONS = [
    "' OR '1'='1' --",
    "'; DROP TABLE audit; --",
    "<script>alert(1)</script>",
    "${jndi:ldap://x/y}",
    "../../../../etc/passwd",
    "%00\x00",
    '=HYPERLINK("http://x")',
    "\u202egnirts",
    "a" * 500,
]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_workspace(tmp_path_factory.mktemp("access"))


@pytest.fixture(scope="module")
def client(workspace: Path) -> Iterator[TestClient]:
    with client_of(workspace, body_bytes=4096, bulk_bytes=20_000, body_seconds=1.0) as client:
        yield client


def refused(answer: object, status: int, said: str) -> None:
    """A problem with this status that says what to do."""
    assert answer.status_code == status, answer.text  # type: ignore[attr-defined]
    assert answer.headers["content-type"] == MEDIA_TYPE  # type: ignore[attr-defined]
    problem = answer.json()  # type: ignore[attr-defined]
    assert problem["status"] == status
    assert said in json.dumps(problem)


OPERATIONS = (
    ("POST", "/v1/search", {"json": {"person": PERSON}}),
    ("POST", "/v1/compare", {"json": {"a": PERSON, "b": PERSON}}),
    ("POST", "/v1/resolve", {"content": b"{}"}),
    ("GET", "/v1/identities/P-3JCK76-HHYY3M", {}),
    ("GET", "/v1/crosswalk?source=delhi&native_id=1", {}),
)


@pytest.mark.parametrize(("method", "path", "sent"), OPERATIONS)
def test_without_a_key(client: TestClient, workspace: Path, method: str, path: str, sent: dict[str, object]) -> None:
    refused(client.request(method, path, headers=ASKED, **sent), 401, "no key")
    for wrong in ("nonsense", "lk_000000000000_" + "x" * 43, "lk__", "Ж" * 10, "x" * 5000):
        answer = client.request(method, path, headers={**ASKED, "Authorization": f"Bearer {wrong}".encode()}, **sent)
        refused(answer, 401, "unknown")
        assert answer.headers["www-authenticate"] == "Bearer"
    assert client.get("/metrics").status_code == 401


@pytest.mark.parametrize(("method", "path", "sent"), OPERATIONS)
def test_the_wrong_role(client: TestClient, workspace: Path, method: str, path: str, sent: dict[str, object]) -> None:
    monitor = headers(workspace, Role.MONITOR)
    refused(client.request(method, path, headers=monitor, **sent), 403, "monitor")
    assert client.get("/metrics", headers=monitor).status_code == 200


@pytest.mark.parametrize(("method", "path", "sent"), OPERATIONS)
def test_without_purpose_or_case(
    client: TestClient, workspace: Path, method: str, path: str, sent: dict[str, object]
) -> None:
    key = headers(workspace)
    for header in ("Linker-Purpose", "Linker-Case"):
        without = {k: v for k, v in key.items() if k != header}
        refused(client.request(method, path, headers=without, **sent), 400, header)
        for empty in ("", " ", "x", "%0A%0A%0A%0A%0A", "x" * 300):
            refused(client.request(method, path, headers={**key, header: empty}, **sent), 400, header)


def test_a_purpose_in_hindi(client: TestClient, workspace: Path) -> None:
    from urllib.parse import quote

    key = {**headers(workspace), "Linker-Purpose": quote("गिरफ्तार व्यक्ति की पहचान")}
    assert client.post("/v1/search", json={"person": PERSON}, headers=key).status_code == 200
    assert "गिरफ्तार व्यक्ति की पहचान" in AuditLog(workspace).entries()[-1]["detail"]


def test_revoked_and_ended_keys(workspace: Path) -> None:
    keys = ApiKeys(workspace)
    key, text = keys.add("short-lived", Role.READER)
    now = [0.0]
    door = Doorkeeper(keys, rate=1.0, clock=lambda: now[0])
    assert door.key(text) is not None
    keys.revoke(key.id)
    assert door.key(text) is not None, "for a few seconds a key is remembered"
    now[0] = 6.0
    assert door.key(text) is None
    assert text not in json.dumps(AuditLog(workspace).entries())
    assert text.split("_", 2)[2].encode() not in (workspace / "registry.sqlite").read_bytes()


def test_foreign_states(client: TestClient, workspace: Path) -> None:
    record = open_current(workspace).table("record").to_pylist()
    mine, other = (next(r for r in record if r["state"] == s) for s in ("Haryana", "Delhi"))
    key = headers(workspace, Role.OFFICER, ("haryana",))
    refused(client.post("/v1/search", json={"person": PERSON, "states": ["delhi"]}, headers=key), 403, "haryana")
    for row in (mine, other):
        answer = client.post("/v1/search", json={"person": {"name": row["name"], "father": row["father"]}}, headers=key)
        assert answer.status_code == 200
        assert {m["record"]["state"] for hit in answer.json()["hits"] for m in hit["records"]} <= {"haryana"}
    crosswalk = {"source": other["source"], "native_id": other["native_id"]}
    refused(client.get("/v1/crosswalk", params=crosswalk, headers=key), 403, "state")
    everyone = headers(workspace)
    foreign = client.get("/v1/crosswalk", params=crosswalk, headers=everyone).json()["entries"][0]["identity_id"]
    states = {r["state"] for r in client.get(f"/v1/identities/{foreign}", headers=everyone).json()["records"]}
    answer = client.get(f"/v1/identities/{foreign}", headers=key)
    if "haryana" in states:
        assert answer.json()["golden"] is None
        assert {r["state"] for r in answer.json()["records"]} == {"haryana"}
    else:
        refused(answer, 403, "state")
    line = json.dumps({k: other[k] for k in ("name", "father", "epic", "birth_date") if other.get(k)}).encode()
    found = json.loads(client.post("/v1/resolve", content=line, headers=key).text)
    assert not str(found.get("record_id") or "").startswith("delhi:")


def test_bodies_that_are_too_large(client: TestClient, workspace: Path) -> None:
    key = headers(workspace)
    refused(client.post("/v1/search", content=b"x" * 5000, headers=key), 413, "4,096")

    def endless() -> Iterator[bytes]:
        for _ in range(100):
            yield b'{"person": "' + b"x" * 1000

    refused(client.post("/v1/search", content=endless(), headers=key), 413, "4,096")
    refused(client.post("/v1/resolve", content=b"x" * 30_000, headers=key), 413, "20,000")


def test_malformed_bodies(client: TestClient, workspace: Path) -> None:
    key = headers(workspace)
    for broken in (b"", b"{", b'{"person": ', b"\xff\xfe", b"null", b"[]", b'"text"'):
        answer = client.post("/v1/search", content=broken, headers={**key, "Content-Type": "application/json"})
        assert answer.status_code in {400, 422}, (broken, answer.text)
        assert answer.headers["content-type"] == MEDIA_TYPE
    refused(client.post("/v1/search", json={"person": {"name": "Rakesh", "caste": "x"}}, headers=key), 422, "caste")
    refused(client.post("/v1/search", json={"person": {"sex": "m"}}, headers=key), 422, "names nobody")
    refused(client.post("/v1/search", json={"person": "x", "limit": 0}, headers=key), 422, "limit")
    secret = "Zubinkumar" * 60
    answer = client.post("/v1/search", json={"person": {"name": secret}}, headers=key)
    refused(answer, 422, "500")
    assert "Zubinkumar" not in answer.text, "what was sent is not repeated"
    deep = b'{"person": ' + b"[" * 1500 + b"]" * 1500 + b"}"
    answer = client.post("/v1/search", content=deep, headers={**key, "Content-Type": "application/json"})
    assert answer.status_code in {400, 422}


@pytest.mark.parametrize("text", INJECTIONS)
def test_injections_are_texts(client: TestClient, workspace: Path, text: str) -> None:
    key = headers(workspace)
    answer = client.post("/v1/search", json={"person": {"name": text, "village": text}}, headers=key)
    assert answer.status_code in {200, 422}, answer.text
    assert answer.headers["content-type"].startswith("application/")
    assert client.get(
        "/v1/crosswalk", params={"source": text[:90], "native_id": text[:90]}, headers=key
    ).status_code in {404, 422}
    from urllib.parse import quote

    answer = client.get(f"/v1/identities/{quote(text[:40], safe='')}", headers=key)
    assert answer.status_code in {404, 422}, answer.text
    assert client.post("/v1/resolve", content=json.dumps({"name": text}).encode(), headers=key).status_code == 200
    assert len(AuditLog(workspace).entries()) > 0
    assert not AuditLog(workspace).verify().faults


def test_rates(workspace: Path) -> None:
    with client_of(workspace, rate=1.0) as client:
        key = headers(workspace)
        answers = [client.post("/v1/compare", json={"a": PERSON, "b": PERSON}, headers=key) for _ in range(6)]
        assert answers[0].status_code == 200
        refused(answers[-1], 429, "too often")
        assert int(answers[-1].headers["retry-after"]) >= 1
        other = headers(workspace)
        assert client.post("/v1/compare", json={"a": PERSON, "b": PERSON}, headers=other).status_code == 200


def test_a_slow_search_ends(workspace: Path) -> None:
    with client_of(workspace, answer_seconds=0.0001) as client:
        refused(client.post("/v1/search", json={"person": PERSON}, headers=headers(workspace)), 503, "too long")


def test_without_its_audit_log_the_service_answers_nothing(tmp_path: Path) -> None:
    copy = copy_of_workspace(tmp_path)
    with client_of(copy) as client:
        key = headers(copy)
        assert client.post("/v1/search", json={"person": PERSON}, headers=key).status_code == 200
        import sqlite3

        with sqlite3.connect(copy / "registry.sqlite") as connection:
            connection.execute("ALTER TABLE audit RENAME TO lost")
        answer = client.post("/v1/search", json={"person": PERSON}, headers=key)
        refused(answer, 503, "audit log")
        assert "hits" not in answer.text


def test_logs_hold_no_identifier(client: TestClient, workspace: Path, caplog: pytest.LogCaptureFixture) -> None:
    record = open_current(workspace).table("record").to_pylist()[0]
    key = headers(workspace)
    with caplog.at_level(logging.DEBUG):
        client.post("/v1/search", json={"person": {"name": record["name"], "epic": "ABC1234566"}}, headers=key)
        client.get("/v1/crosswalk", params={"source": record["source"], "native_id": record["native_id"]}, headers=key)
        client.post("/v1/search", json={"person": {"name": record["name"] + "x" * 600}}, headers=key)
    own = [r.getMessage() for r in caplog.records if r.name.startswith(("linker", "uvicorn"))]
    assert any("/v1/search 200" in line for line in own)
    for secret in (record["name"], "ABC1234566", record["native_id"], key["Authorization"][7:]):
        assert secret not in "\n".join(own)


def test_a_failure_says_where_and_not_what(
    workspace: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from linker.search.view import View

    def broken(*_: object) -> None:
        raise ValueError("Zubinkumar ABC1234566")

    with client_of(workspace) as client:
        monkeypatch.setattr(View, "search", broken)
        answer = client.post("/v1/search", json={"person": PERSON}, headers=headers(workspace))
    refused(answer, 500, "failed")
    assert "Zubinkumar" not in answer.text + caplog.text
    assert "ValueError" in caplog.text


def test_a_slow_body_is_given_up(tmp_path: Path) -> None:
    """Over a real connection: the head promises a body that never comes."""
    copy = copy_of_workspace(tmp_path)
    key = headers(copy)
    with served(copy, "--workers", "1") as address:
        place = urlparse(address)
        lines = [
            "POST /v1/search HTTP/1.1",
            f"Host: {place.netloc}",
            "Content-Length: 50",
            "Content-Type: application/json",
        ]
        head = "\r\n".join([*lines, *(f"{k}: {v}" for k, v in key.items())]) + "\r\n\r\n"
        with socket.create_connection((str(place.hostname), int(place.port or 0)), timeout=30) as connection:
            started = time.monotonic()
            connection.sendall(head.encode() + b'{"pers')
            received = b""
            while b"did not come in time" not in received and (more := connection.recv(65536)):
                received += more  # head and body may come in pieces
            answer = received.decode()
        assert answer.startswith("HTTP/1.1 408 "), answer
        assert "did not come in time" in answer
        assert time.monotonic() - started < 25
