"""Who comes in, and by which rules: sessions, cross-site requests, roles, headers."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Path, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from linker.review.office import Office
from linker.review.people import Account, May
from linker.review.sessions import Session
from linker.web.words import Teller

COOKIE, BEFORE, THEME, LANGUAGE = "linker_session", "linker_before", "linker_theme", "linker_language"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}


MOST = 2**31 - 1
"""The greatest number of a question or verdict."""
_COUNTED = re.compile(r"[0-9]{1,9}")


class AwayError(Exception):
    """The request ends here, with a page of this status; `to` sends the browser on instead."""

    def __init__(self, status: int, code: str = "", to: str | None = None) -> None:
        self.status, self.code, self.to = status, code, to
        super().__init__(code)


@dataclass(frozen=True)
class Visit:
    """A request of someone signed in."""

    request: Request
    office: Office
    session: Session
    token: str
    form: FormData | None = None

    @property
    def account(self) -> Account:
        return self.session.account

    @property
    def teller(self) -> Teller:
        return Teller(self.request.cookies.get(LANGUAGE) or self.account.language)

    def needs(self, what: May) -> Visit:
        """This visit, if the role allows it.

        Raises:
            AwayError: it does not.
        """
        if not self.account.may(what):
            raise AwayError(403, "not_allowed")
        return self

    def field(self, name: str, default: str = "") -> str:
        """A field of the form as text, without the NUL that no database of texts takes."""
        value = self.form.get(name, default) if self.form is not None else default
        return value.replace("\0", "") if isinstance(value, str) else default

    def number(self, name: str) -> int | None:
        """A field that holds a number as people count; None if it is none."""
        text = self.field(name)
        return int(text) if _COUNTED.fullmatch(text) else None


def office_of(request: Request) -> Office:
    office: Office = request.app.state.office
    return office


def cookie_name(office: Office, name: str) -> str:
    """Behind TLS with the prefix that keeps other hosts and paths from setting it."""
    return f"__Host-{name}" if office.settings.https else name


def keep_cookie(response: Any, office: Office, name: str, value: str, *, hours: float | None = None) -> None:
    """Set a cookie that scripts cannot read and other sites cannot send."""
    response.set_cookie(
        cookie_name(office, name), value, httponly=True, samesite="strict", secure=office.settings.https, path="/",
        max_age=None if hours is None else int(hours * 3600),
    )  # fmt: skip


def address_of(request: Request, office: Office) -> str:
    """Where a request comes from; behind a trusted proxy, what that says."""
    host = request.client.host if request.client else "unknown"
    if office.settings.proxy.trusts(host):
        forwarded = request.headers.get("x-forwarded-for", "")
        return forwarded.rpartition(",")[2].strip() or host
    return host


def session_of(request: Request) -> tuple[Session, str] | None:
    """The session of a request, by its cookie."""
    office = office_of(request)
    token = request.cookies.get(cookie_name(office, COOKIE))
    session = office.sessions.find(token)
    return None if session is None or token is None else (session, token)


def named_by_proxy(request: Request) -> Account | None:
    """The account that a trusted proxy names, if single sign-on is set up."""
    office = office_of(request)
    proxy = office.settings.proxy
    host = request.client.host if request.client else ""
    if not proxy.header or not proxy.trusts(host):
        return None
    name = request.headers.get(proxy.header, "")
    account = office.accounts.find(name.strip().lower()) if name else None
    return account if account is not None and account.active else None


def visit(request: Request) -> Visit:
    """Dependency of pages that are read: someone is signed in, and has a password of their own.

    Raises:
        AwayError: nobody is; the browser is sent to sign in, or to choose a password.
    """
    found = session_of(request)
    if found is None:
        if named_by_proxy(request) is not None:
            raise AwayError(303, to=f"/proxy?to={request.url.path}")
        raise AwayError(303, to="/sign-in")
    session, token = found
    if session.account.must_change and request.url.path not in {"/password", "/sign-out", "/look"}:
        raise AwayError(303, to="/password")
    return Visit(request, office_of(request), session, token)


async def form_visit(request: Request) -> Visit:
    """Dependency of everything that changes something: besides, the form must carry the session's token and come from our own page.

    Raises:
        AwayError: it does not.
    """
    seen = await run_in_threadpool(visit, request)
    refuse_other_sites(request)
    form = await request.form(max_fields=500, max_files=1)
    token = form.get("csrf") or request.headers.get("x-csrf-token") or ""
    if not isinstance(token, str) or not seen.session.allows(token):
        raise AwayError(403, "csrf")
    return Visit(request, seen.office, seen.session, seen.token, form)


def refuse_other_sites(request: Request) -> None:
    """Raises:
    AwayError: the browser says that another site sent this.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in {"same-origin", "none"}:
        raise AwayError(403, "csrf")
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise AwayError(403, "csrf")


def new_before() -> str:
    """A token for the sign-in form, which has no session yet."""
    return secrets.token_urlsafe(24)


Number = Annotated[int, Path(ge=1, le=MOST)]
"""The number of a question in an address."""
Reading = Annotated[Visit, Depends(visit)]
"""A page that is read."""
Changing = Annotated[Visit, Depends(form_visit)]
"""A form that changes something."""
