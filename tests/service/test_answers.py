"""What the service answers, and what it writes down."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow.compute as pc
import pytest
from fastapi.testclient import TestClient

import linker
from linker.normalise.gazetteer import state_key
from linker.registry.apikeys import Role
from linker.registry.auditlog import AuditLog
from linker.registry.snapshot import open_current
from linker.service import models
from tests.generated import extracts, run
from tests.service.running import ASKED, PERSON, client_of, copy_of_workspace, headers

KRUTI_DEV = "jkds'k mQZ dkyw iq= jkeflag"
"""राकेश उर्फ कालू पुत्र रामसिंह, as it is typed in that font."""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_workspace(tmp_path_factory.mktemp("service"))


@pytest.fixture(scope="module")
def client(workspace: Path) -> Iterator[TestClient]:
    with client_of(workspace) as client:
        client.headers.update(headers(workspace))
        yield client


@pytest.fixture(scope="module")
def known(workspace: Path) -> dict[str, object]:
    """A record with a father and an EPIC number."""
    record = open_current(workspace).table("record")
    row: dict[str, object] = record.filter(pc.and_(record["epic"].is_valid(), record["father"].is_valid())).to_pylist()[
        0
    ]
    return row


def query_of(row: dict[str, object]) -> dict[str, object]:
    return {k: row[k] for k in ("name", "father", "epic", "village", "district") if row.get(k)}


def test_search_answers_what_the_library_answers(client: TestClient, workspace: Path, known: dict[str, object]) -> None:
    for person in (query_of(known), "Rakesh @ Kalu s/o Ram Singh, 25, Sohna", KRUTI_DEV, "राकेश उर्फ कालू पुत्र रामसिंह"):
        answer = client.post("/v1/search", json={"person": person, "limit": 3})
        assert answer.status_code == 200, answer.text
        expected = linker.open(workspace).search(person, limit=3)
        assert answer.json() == json.loads(json.dumps(expected.to_dict()))
        models.SearchAnswer.model_validate(answer.json())
        assert answer.json()["font"] == ("Kruti Dev" if person == KRUTI_DEV else None)
    assert "कालू" in answer.text, "Hindi stands as it is"


def test_threshold_and_states(client: TestClient, known: dict[str, object]) -> None:
    asked = {"person": query_of(known), "threshold": 0.9, "states": [known["state"]]}
    answer = client.post("/v1/search", json=asked).json()
    assert answer["hits"]
    assert all(hit["probability"] >= 0.9 for hit in answer["hits"])
    assert {m["record"]["state"] for hit in answer["hits"] for m in hit["records"]} == {state_key(str(known["state"]))}


def test_compare(client: TestClient) -> None:
    answer = client.post("/v1/compare", json={"a": "Rakesh Kumar s/o Ram Singh, 25", "b": PERSON})
    assert answer.status_code == 200, answer.text
    models.Comparison.model_validate(answer.json())
    assert {e["comparison"] for e in answer.json()["evidence"]} >= {"name", "relative", "birth"}


def test_identity_and_crosswalk(client: TestClient, known: dict[str, object]) -> None:
    answer = client.get("/v1/crosswalk", params={"source": known["source"], "native_id": known["native_id"]})
    assert answer.status_code == 200, answer.text
    models.Crosswalk.model_validate(answer.json())
    identity_id = answer.json()["entries"][0]["identity_id"]
    found = client.get(f"/v1/identities/{identity_id}")
    models.Identity.model_validate(found.json())
    assert known["record_id"] in {r["record_id"] for r in found.json()["records"]}
    assert client.get("/v1/identities/P-000000-000000").status_code == 404
    assert client.get("/v1/crosswalk", params={"source": "delhi", "native_id": "none"}).status_code == 404


def test_readers_see_numbers_masked(client: TestClient, workspace: Path, known: dict[str, object]) -> None:
    number = str(known["epic"])
    reader = headers(workspace, Role.READER)
    asked = {"person": query_of(known)}
    assert number in client.post("/v1/search", json=asked).text
    masked = client.post("/v1/search", json=asked, headers=reader)
    assert masked.json()["hits"]
    assert number not in masked.text
    identity_id = masked.json()["hits"][0]["identity_id"]
    assert number in client.get(f"/v1/identities/{identity_id}").text
    assert number not in client.get(f"/v1/identities/{identity_id}", headers=reader).text


def test_resolve_streams_lines(client: TestClient, known: dict[str, object]) -> None:
    rows = [query_of(known), {"name": "Zubinkumar Qwertani"}, {"name": "x", "caste": "y"}, {"sex": "male"}]
    lines = [json.dumps(row) for row in rows] + ["{broken", "[1]", ""]
    answer = client.post("/v1/resolve", content="\n".join(lines).encode())
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    found = [json.loads(line) for line in answer.text.splitlines()]
    assert [f["row"] for f in found] == list(range(6))
    assert [f["decision"] for f in found] == [found[0]["decision"], "new", "invalid", "no_name", "invalid", "invalid"]
    assert found[0]["decision"] in {"link", "review"}
    assert found[0]["record_id"] == known["record_id"]
    assert found[2]["where"] == ["caste"]
    many = client.post("/v1/resolve", content=("\n".join([json.dumps(PERSON)] * 501)).encode())
    assert [json.loads(line)["row"] for line in many.text.splitlines()] == list(range(501))
    assert client.post("/v1/resolve", content=b"").text == ""


def test_every_answer_is_in_the_audit_log_without_what_was_looked_for(
    client: TestClient, workspace: Path, known: dict[str, object]
) -> None:
    before = len(AuditLog(workspace).entries())
    found = client.post("/v1/search", json={"person": query_of(known)}).json()
    client.post("/v1/compare", json={"a": PERSON, "b": PERSON})
    client.get(f"/v1/identities/{found['hits'][0]['identity_id']}")
    client.get("/v1/crosswalk", params={"source": known["source"], "native_id": known["native_id"]})
    client.post("/v1/resolve", content=json.dumps(PERSON).encode())
    entries = AuditLog(workspace).entries()[before:]
    kinds = [e["kind"] for e in entries]
    assert kinds == ["search", "compare", "view", "crosswalk", "resolve begun", "resolve"]
    for entry in entries:
        detail = json.loads(entry["detail"])
        assert detail["purpose"] == ASKED["Linker-Purpose"]
        assert detail["case"] == ASKED["Linker-Case"]
        assert entry["who"].startswith("key ")
    written = json.dumps(entries, ensure_ascii=False)
    for secret in (known["name"], known["epic"], known["native_id"], "राकेश"):
        assert str(secret) not in written
    assert found["hits"][0]["identity_id"] in written
    assert not AuditLog(workspace).verify().faults


def test_upkeep(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json()["snapshot"] == "000001"
    client.post("/v1/search", json={"person": PERSON})
    metrics = client.get("/metrics").text
    assert 'linker_requests_total{operation="/v1/search",status="200"}' in metrics
    assert "linker_request_seconds_bucket" in metrics


def test_answers_are_not_kept_on_the_way(client: TestClient) -> None:
    answer = client.post("/v1/search", json={"person": PERSON})
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_newer_snapshot_is_taken_up(tmp_path: Path) -> None:
    copy = copy_of_workspace(tmp_path)
    with client_of(copy) as client:
        client.headers.update(headers(copy))
        assert client.get("/readyz").json()["snapshot"] == "000001"
        assert run(copy, extracts()).code == 0
        seen = set()
        for _ in range(600):
            answer = client.post("/v1/search", json={"person": PERSON})
            assert answer.status_code == 200, answer.text
            seen.add(answer.json()["snapshot"])
            if "000002" in seen:
                break
            import time

            time.sleep(0.1)
        assert "000002" in seen
