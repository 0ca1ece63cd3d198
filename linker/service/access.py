"""Who asks, what for, and how often: keys, roles, states, purpose and case, rates."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated
from urllib.parse import unquote

from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from linker.registry.apikeys import ApiKey, ApiKeys, Role
from linker.service.problems import RefusedError

REMEMBERED_SECONDS = 5.0
"""How long a key is trusted before it is looked up again: a revoked one may still ask for so long."""
REMEMBERED = 1_000
SHORTEST_PURPOSE, LONGEST_PURPOSE = 4, 200
SHORTEST_CASE, LONGEST_CASE = 2, 100

_BEARER = HTTPBearer(auto_error=False, description="A key that `linker keys add` made.")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]


@dataclass(frozen=True)
class Asker:
    """Who asks, and what for."""

    key: ApiKey
    purpose: str
    case: str

    @property
    def states(self) -> tuple[str, ...] | None:
        """Whose records may be seen, None for all."""
        return self.key.states or None

    @property
    def unmasked(self) -> bool:
        return self.key.role.covers(Role.OFFICER)

    @property
    def who(self) -> str:
        """How the audit log names the asker."""
        return f"key {self.key.id} ({self.key.name})"


class Doorkeeper:
    """Knows keys for a few seconds, and counts what each asks."""

    def __init__(self, keys: ApiKeys, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._keys, self._rate, self._clock = keys, rate, clock
        self._known: OrderedDict[str, tuple[float, ApiKey | None]] = OrderedDict()
        self._tokens: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def key(self, text: str) -> ApiKey | None:
        """The key in force whose text this is."""
        now = self._clock()
        with self._lock:
            found = self._known.get(text)
            if found is not None and now - found[0] < REMEMBERED_SECONDS:
                return found[1] if found[1] is not None and found[1].valid else None
        key = self._keys.known(text)
        with self._lock:
            self._known[text] = (now, key)
            self._known.move_to_end(text)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return key

    def wait(self, key: ApiKey) -> float:
        """Seconds until the key may ask again, 0 if it may now (and this request is counted)."""
        now = self._clock()
        with self._lock:
            tokens, at = self._tokens.get(key.id, (2 * self._rate, now))
            tokens = min(2 * self._rate, tokens + (now - at) * self._rate)
            if tokens < 1:
                self._tokens[key.id] = (tokens, now)
                return (1 - tokens) / self._rate
            self._tokens[key.id] = (tokens - 1, now)
            return 0.0


def admitted(door: Doorkeeper, text: str | None) -> ApiKey:
    """The key that a request carries.

    Raises:
        RefusedError: none, an unknown one, or one that asks too often.
    """
    key = door.key(text) if text else None
    if key is None:
        said = "the key is unknown, revoked or past its day" if text else "no key: send Authorization: Bearer KEY"
        raise RefusedError(HTTPStatus.UNAUTHORIZED, said, {"WWW-Authenticate": "Bearer"})
    wait = door.wait(key)
    if wait:
        raise RefusedError(
            HTTPStatus.TOO_MANY_REQUESTS, "this key asks too often", {"Retry-After": str(max(1, round(wait + 0.5)))}
        )
    return key


def asker_of(key: ApiKey, purpose: str | None, case: str | None) -> Asker:
    """Who asks, once the role allows it and the purpose is stated.

    Raises:
        RefusedError: the key's role may not ask, or purpose or case are missing.
    """
    if not key.role.covers(Role.READER):
        raise RefusedError(HTTPStatus.FORBIDDEN, f"a key of role '{key.role}' may not ask for persons")
    return Asker(
        key,
        _stated(purpose, "Linker-Purpose", SHORTEST_PURPOSE, LONGEST_PURPOSE),
        _stated(case, "Linker-Case", SHORTEST_CASE, LONGEST_CASE),
    )


def asker_by_headers(request: Request) -> Asker:
    """As the dependencies below find it, without the machinery that finds dependencies.

    Raises:
        RefusedError: as they do.
    """
    headers = request.headers
    scheme, _, text = headers.get("authorization", "").partition(" ")
    key = admitted(request.app.state.door, text.strip() if scheme.lower() == "bearer" else None)
    return asker_of(key, headers.get("linker-purpose"), headers.get("linker-case"))


async def keyed(request: Request, credentials: Credentials) -> ApiKey:
    """The key that a request carries."""
    return admitted(request.app.state.door, credentials.credentials if credentials else None)


Keyed = Annotated[ApiKey, Depends(keyed)]


async def asking(
    key: Keyed,
    purpose: Annotated[
        str | None,
        Header(
            alias="Linker-Purpose",
            description=f"What the answer is needed for, in words ({SHORTEST_PURPOSE} to {LONGEST_PURPOSE} characters; "
            "percent-encoded if not ASCII). Stands in the audit log.",
            examples=["identity of an arrested person"],
        ),
    ] = None,
    case: Annotated[
        str | None,
        Header(
            alias="Linker-Case",
            description=f"The case it belongs to ({SHORTEST_CASE} to {LONGEST_CASE} characters). Stands in the audit log.",
            examples=["FIR 12/2026 PS Sadar"],
        ),
    ] = None,
) -> Asker:
    """Who asks, once the role allows it and the purpose is stated."""
    return asker_of(key, purpose, case)


def _stated(text: str | None, header: str, shortest: int, longest: int) -> str:
    """A header's text, which must say something."""
    said = unquote(text or "", errors="replace").strip()
    if not shortest <= len(said) <= longest or not said.isprintable():
        raise RefusedError(
            HTTPStatus.BAD_REQUEST, f"the header {header} must say something, in {shortest} to {longest} characters"
        )
    return said


Asking = Annotated[Asker, Depends(asking)]
