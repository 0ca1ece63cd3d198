"""The routes of the service. Each says who may ask, has the question answered and entered in the audit log, and sends the answer."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, FastAPI, Path, Query, Request
from fastapi.responses import PlainTextResponse, Response, StreamingResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.types import Receive, Scope, Send

from linker.normalise.gazetteer import state_key
from linker.registry.apikeys import ApiKeys, Role
from linker.search.results import NOTICE
from linker.service import answers, models, problems
from linker.service.access import Asking, Doorkeeper, Keyed
from linker.service.bulk import lines_of, resolved
from linker.service.desk import Desk
from linker.service.guard import Guard
from linker.service.problems import RefusedError, responses
from linker.service.questions import Question
from linker.service.settings import ServiceSettings

S = HTTPStatus
ALWAYS = (S.BAD_REQUEST, S.UNAUTHORIZED, S.FORBIDDEN, S.TOO_MANY_REQUESTS, S.SERVICE_UNAVAILABLE)
WITH_BODY = (*ALWAYS, S.REQUEST_TIMEOUT, S.REQUEST_ENTITY_TOO_LARGE, S.UNPROCESSABLE_ENTITY)
DESCRIPTION = f"""Who may a person be, are two descriptions one person, what would the next update do with new rows? Every operation needs
a key (`Authorization: Bearer …`), a purpose and a case; all three stand in the audit log, what was looked for does not. {NOTICE}"""


class _Lines(StreamingResponse):
    """Lines that are made while the request's body is still read: nothing else may wait for the client meanwhile."""

    media_type = "application/x-ndjson"

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await self.stream_response(send)


async def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


AtDesk = Annotated[Desk, Depends(_desk)]


def create_app(settings: ServiceSettings) -> FastAPI:
    """The service over one workspace."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.desk = await Desk.opened(settings)
        app.state.door = Doorkeeper(ApiKeys(settings.workspace), settings.rate)
        yield
        app.state.desk.close()

    app = FastAPI(
        title="linker", version="1", description=DESCRIPTION, lifespan=lifespan, docs_url=None, redoc_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
    )  # fmt: skip
    problems.install(app)
    _questions(app)
    _bulk(app)
    _lookups(app)
    _upkeep(app)
    app.add_middleware(Guard, settings=settings)
    return app


def from_environment() -> FastAPI:
    """The service as a worker process starts it."""
    return create_app(ServiceSettings.from_environment())


def _questions(app: FastAPI) -> None:
    async def search(asked: models.Search, asker: Asking, desk: AtDesk) -> Response:
        """Who may this be? Identities, the likeliest first, with probability, weight and the reasons for and against."""
        wanted = answers.Wanted(asked.limit, asked.threshold, _allowed(asked.states, asker.states), asker.unmasked)
        look = partial(answers.search, person=models.as_query(asked.person), wanted=wanted)
        return _json(await desk.answer(asker, "search", look))

    async def compare(asked: models.Compare, asker: Asking, desk: AtDesk) -> Response:
        """Are these one person? Compared as two records of the current snapshot would be."""
        look = partial(answers.compare, a=models.as_query(asked.a), b=models.as_query(asked.b))
        return _json(await desk.answer(asker, "compare", look))

    answered = ((search, models.SearchAnswer), (compare, models.Comparison))
    for function, model in answered:
        app.router.add_api_route(
            f"/v1/{function.__name__}", function, methods=["POST"], route_class_override=Question, tags=["ask"],
            response_model=model, responses=responses(*WITH_BODY),
        )  # fmt: skip


def _bulk(app: FastAPI) -> None:
    @app.post(
        "/v1/resolve",
        response_class=Response,
        responses={
            200: {
                "description": "one line of JSON per row: row, decision (link, review, new, no_name, invalid), identity_id, record_id, "
                "other_row (of the same 200 rows), weight, probability, rule",
                "content": {"application/x-ndjson": {"schema": {"type": "string"}}},
            },
            **responses(*WITH_BODY),
        },
        openapi_extra={
            "requestBody": {
                "required": True,
                "description": "one person per line, as JSON with the fields of Person",
                "content": {
                    "application/x-ndjson": {
                        "schema": {"type": "string"},
                        "example": json.dumps(models.EXAMPLE_PERSON)
                        + "\n"
                        + json.dumps({"name": "राकेश", "age": 25})
                        + "\n",
                    }
                },
            }
        },
        tags=["ask"],
    )
    async def resolve(request: Request, asker: Asking, desk: AtDesk) -> Response:
        """What would the next update do with these rows? Answers flow while rows still come. Nothing is written but the audit entries."""
        await desk.log(asker, "resolve begun", "", {"snapshot": desk.snapshot})
        return _Lines(resolved(desk, asker, lines_of(request)))


def _lookups(app: FastAPI) -> None:
    @app.get(
        "/v1/identities/{identity_id}", response_model=models.Identity, responses=responses(*WITH_BODY, S.NOT_FOUND),
        tags=["look up"],
    )  # fmt: skip
    async def identity(
        identity_id: Annotated[str, Path(max_length=40, examples=["P-3JCK76-HHYY3M"])], asker: Asking, desk: AtDesk
    ) -> Response:
        """A person with all records that the key may see. A superseded id gives its successor."""
        look = partial(answers.identity, identity_id=identity_id, states=asker.states, unmasked=asker.unmasked)
        return _json(await desk.answer(asker, "view", look))

    @app.get(
        "/v1/crosswalk", response_model=models.Crosswalk, responses=responses(*WITH_BODY, S.NOT_FOUND), tags=["look up"]
    )
    async def crosswalk(
        source: Annotated[str, Query(min_length=1, max_length=100, examples=["delhi"])],
        native_id: Annotated[str, Query(min_length=1, max_length=200, examples=["8161000153053"])],
        asker: Asking,
        desk: AtDesk,
    ) -> Response:
        """Which identity does a source's record belong to?"""
        look = partial(answers.crosswalk, source=source, native_id=native_id, mine=asker.states)
        return _json(await desk.answer(asker, "crosswalk", look))


def _upkeep(app: FastAPI) -> None:
    @app.get("/healthz", tags=["upkeep"])
    async def healthz() -> models.Health:
        """Does the process answer?"""
        return models.Health()

    @app.get("/readyz", responses=responses(S.SERVICE_UNAVAILABLE), tags=["upkeep"])
    async def readyz(desk: AtDesk) -> models.Ready:
        """Is a snapshot open?"""
        return models.Ready(snapshot=desk.snapshot, records=desk.records)

    @app.get(
        "/metrics",
        response_class=PlainTextResponse,
        responses=responses(S.UNAUTHORIZED, S.FORBIDDEN, S.TOO_MANY_REQUESTS),
        tags=["upkeep"],
    )
    async def metrics(key: Keyed) -> Response:
        """Counts and times for Prometheus, of all workers. Any role will do."""
        assert key.role.covers(Role.MONITOR)
        registry = REGISTRY
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _json(content: bytes) -> Response:
    return Response(content, media_type="application/json")


def _allowed(wanted: list[str] | None, mine: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """The states to look in.

    Raises:
        RefusedError: one of those asked for is not the key's.
    """
    if wanted is None:
        return mine
    named = tuple(state_key(state) for state in wanted)
    if mine is not None and not set(named) <= set(mine):
        raise RefusedError(HTTPStatus.FORBIDDEN, f"this key may only see records of: {', '.join(mine)}")
    return named
