"""Questions with a body: who may not ask is told before the body is read, and what is no question is told as everywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from linker.service.problems import MEDIA_TYPE
from tests.service.running import PERSON, client_of, copy_of_workspace, headers

ASKS = json.dumps({"person": PERSON}).encode()


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_workspace(tmp_path_factory.mktemp("questions"))


@pytest.fixture(scope="module")
def client(workspace: Path) -> Iterator[TestClient]:
    with client_of(workspace) as client:
        client.headers.update(headers(workspace))
        yield client


def test_who_asks_comes_first(client: TestClient) -> None:
    for path in ("/v1/search", "/v1/compare"):
        answer = client.post(path, content=b"{", headers={"Authorization": "Bearer nobody"})
        assert answer.status_code == 401, answer.text
        answer = client.post(path, content=b"{", headers={"Linker-Case": ""})
        assert answer.status_code == 400
        assert "Linker-Case" in answer.json()["detail"]


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ", "Basic eDp5", "lk_1_2", "bearer  "])
def test_what_is_no_key(client: TestClient, authorization: str) -> None:
    answer = client.post("/v1/search", content=ASKS, headers={"Authorization": authorization})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert client.get("/v1/crosswalk", headers={"Authorization": authorization}).status_code in {401, 422}


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json", 200),
        ("Application/JSON; charset=utf-8", 200),
        ("application/query+json", 200),
        ("text/plain", 422),
        ("text/json", 422),
        ("application/x-www-form-urlencoded", 422),
        ("", 422),
    ],
)
def test_the_body_is_json_and_says_so(client: TestClient, kind: str, status: int) -> None:
    """A browser's form can send none of these kinds to another site unasked."""
    answer = client.post("/v1/search", content=ASKS, headers={"Content-Type": kind})
    assert answer.status_code == status, answer.text
    if status != 200:
        assert answer.headers["content-type"] == MEDIA_TYPE
        assert "application/json" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "status", "where"),
    [
        (b'{"person": "x", "person": ', 400, "body"),
        (b'{"person": "\\ud800"}', 400, "body"),
        (b'{"person": NaN}', 422, "body.person"),
        (b'{"person": "Ram", "threshold": NaN}', 422, "body.threshold"),
        (b'{"person": "Ram", "threshold": 2}', 422, "body.threshold"),
        (b'{"person": "Ram", "limit": "many"}', 422, "body.limit"),
        (b'{"person": "Ram", "caste": "x"}', 422, "body.caste"),
        (b"{}", 422, "body.person"),
    ],
)
def test_what_is_no_question(client: TestClient, body: bytes, status: int, where: str) -> None:
    answer = client.post("/v1/search", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text
    assert any(place.startswith(where) for place in answer.json()["where"]), answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE


def test_the_description_still_says_what_goes_in_and_out(client: TestClient) -> None:
    operations = client.get("/openapi.json").json()["paths"]
    for path, out in (("/v1/search", "SearchAnswer"), ("/v1/compare", "Comparison")):
        said = operations[path]["post"]
        assert {p["name"] for p in said["parameters"]} == {"Linker-Purpose", "Linker-Case"}
        assert said["security"] == [{"HTTPBearer": []}]
        assert "application/json" in said["requestBody"]["content"]
        assert said["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].endswith(f"/{out}")
