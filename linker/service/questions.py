"""Questions that are asked with a body, described as any other operation and answered on a shorter way.

FastAPI looks up, checks and puts together what an operation's function takes in a general way, which costs a fifth of what a request costs
besides the search. Here the function of such an operation always takes the same three: what is asked, who asks, and the desk.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from linker.service.access import asker_by_headers


class Question(APIRoute):
    """The route of a function of what is asked (the body), who asks (`access.Asking`) and the desk, in this order."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Let nobody in before it is known who it is: only then is the body read."""
        model = self.body_field.field_info.annotation if self.body_field is not None else None
        if not isinstance(model, type) or not issubclass(model, BaseModel):
            raise TypeError(f"{self.path} asks with no body, or with several")
        asked: type[BaseModel] = model

        async def answer(request: Request) -> Response:
            asker = asker_by_headers(request)
            question = await _read(request, asked)
            response: Response = await self.endpoint(question, asker, request.app.state.desk)
            return response

        return answer


async def _read(request: Request, model: type[BaseModel]) -> BaseModel:
    """What is asked.

    Raises:
        RequestValidationError: it is no JSON, or states what may not be stated.
        HTTPException: it came too slowly, was too large, or did not come.
    """
    try:
        content = await request.body()
    except ClientDisconnect:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "the body did not come as a whole") from None
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        said = "the body must be sent as application/json"
        raise RequestValidationError([{"type": "media_type", "loc": ("header", "content-type"), "msg": said}])
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        complaints = error.errors(include_url=False, include_context=False, include_input=False)
        raise RequestValidationError([{**c, "loc": ("body", *c["loc"])} for c in complaints]) from None
