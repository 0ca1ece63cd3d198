"""The whole OpenAPI description against a running service: no failure of the service, and no answer that is not described."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from linker.service.app import create_app
from linker.service.settings import ServiceSettings
from tests.service.running import client_of, copy_of_workspace, headers

CHECKS = (
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)
EXAMPLES = 40


@schemathesis.serializer("application/x-ndjson")
def lines(_context: object, value: object) -> bytes:
    """Any generated body as the lines of a bulk request."""
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text.encode("utf-8", "surrogatepass")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_workspace(tmp_path_factory.mktemp("schema"))


@pytest.fixture(scope="module")
def key(workspace: Path) -> dict[str, str]:
    return headers(workspace)


@pytest.fixture(scope="module")
def described(workspace: Path) -> Iterator[schemathesis.BaseSchema]:
    settings_ = ServiceSettings(workspace=workspace, rate=1e6)
    app = create_app(settings_)
    from fastapi.testclient import TestClient

    with TestClient(app, raise_server_exceptions=False):
        yield schemathesis.openapi.from_asgi("/openapi.json", app)


OPERATIONS = (
    ("/v1/search", "POST"), ("/v1/compare", "POST"), ("/v1/resolve", "POST"), ("/v1/identities/{identity_id}", "GET"),
    ("/v1/crosswalk", "GET"), ("/healthz", "GET"), ("/readyz", "GET"), ("/metrics", "GET"),
)  # fmt: skip


def test_no_operation_is_left_out(described: schemathesis.BaseSchema) -> None:
    assert {(o.ok().path, o.ok().method.upper()) for o in described.get_all_operations()} == set(OPERATIONS)


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_operation_answers_as_described(
    described: schemathesis.BaseSchema, key: dict[str, str], path: str, method: str, mode: GenerationMode
) -> None:
    """With requests that fit the description, and with requests that do not; with a key and without."""
    operation = described[path][method]

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=operation.as_strategy(generation_mode=mode), keyed=st.integers(0, 9).map(bool))
    def check(case: schemathesis.Case, keyed: bool) -> None:
        own = {name.lower() for name in case.headers or {}}
        asked = {k: v for k, v in key.items() if (keyed and k == "Authorization") or k.lower() not in own}
        if not keyed:
            asked.pop("Authorization", None)
        case.call_and_validate(headers=asked, checks=list(CHECKS))

    try:
        check()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, "nothing can be wrong with a request that takes no input"


def test_the_description_has_an_example_for_every_question(workspace: Path) -> None:
    with client_of(workspace) as client:
        client.headers.update(headers(workspace))
        description = client.get("/openapi.json").json()
        for name in ("Search", "Compare", "Person"):
            assert description["components"]["schemas"][name]["examples"]
        for name, path in (("Search", "/v1/search"), ("Compare", "/v1/compare")):
            for example in description["components"]["schemas"][name]["examples"]:
                assert client.post(path, json=example).status_code == 200, example
        bulk = description["paths"]["/v1/resolve"]["post"]["requestBody"]["content"]["application/x-ndjson"]["example"]
        assert client.post("/v1/resolve", content=bulk.encode()).status_code == 200
        secured = [o for p in description["paths"].values() for o in p.values() if o.get("security")]
        assert len(secured) == 6
