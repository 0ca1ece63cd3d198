"""Signing in and out, one's own password, language and look."""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from linker.errors import InputError
from linker.web.doors import (
    BEFORE,
    COOKIE,
    LANGUAGE,
    THEME,
    AwayError,
    Changing,
    Reading,
    Visit,
    address_of,
    cookie_name,
    keep_cookie,
    named_by_proxy,
    new_before,
    office_of,
    refuse_other_sites,
    session_of,
)
from linker.web.pages import THEMES, page, preferred
from linker.web.words import LANGUAGES

router = APIRouter()


@router.get("/sign-in")
def sign_in_page(request: Request, language: str = "") -> Response:
    """The form; with `language` in that language, which the browser then keeps."""
    if session_of(request) is not None:
        return RedirectResponse("/", status_code=303)
    if language in LANGUAGES:
        response = RedirectResponse("/sign-in", status_code=303)
        _keep_language(response, language)
        return response
    return _form(request)


def _keep_language(response: Response, language: str) -> None:
    response.set_cookie(LANGUAGE, language, samesite="strict", httponly=True, max_age=31_536_000)


def _form(request: Request, failed: bool = False) -> Response:
    before = new_before()
    response = page(request, "sign_in.html", None, status=401 if failed else 200, before=before, failed=failed)
    keep_cookie(response, office_of(request), BEFORE, before)
    return response


@router.post("/sign-in")
def sign_in(request: Request, name: str = Form(""), password: str = Form(""), before: str = Form("")) -> Response:
    office = office_of(request)
    refuse_other_sites(request)
    planted = request.cookies.get(cookie_name(office, BEFORE), "")
    if not planted or not hmac.compare_digest(planted.encode(), before.encode()):
        raise AwayError(403, "csrf")
    account = office.accounts.sign_in(
        name.replace("\0", "").strip().lower()[:64], password, address_of(request, office)
    )
    if account is None:
        return _form(request, failed=True)
    return _begin(request, account.name, "/password" if account.must_change else "/")


def _begin(request: Request, name: str, to: str) -> Response:
    """A session of its own, whatever the browser brought along."""
    office = office_of(request)
    old = request.cookies.get(cookie_name(office, COOKIE))
    if old:
        office.sessions.end(old)
    response = RedirectResponse(to, status_code=303)
    keep_cookie(response, office, COOKIE, office.sessions.begin(name))
    response.delete_cookie(cookie_name(office, BEFORE))
    if request.cookies.get(LANGUAGE) not in LANGUAGES and preferred(request) != LANGUAGES[0]:
        _keep_language(response, preferred(request))
    return response


@router.get("/proxy")
def by_proxy(request: Request, to: str = "/") -> Response:
    """Single sign-on: a session for the account that the trusted proxy names."""
    account = named_by_proxy(request)
    if account is None:
        raise AwayError(303, to="/sign-in")
    office_of(request).audit.append("sign-in", account.name, {"by": "proxy"}, account.name)
    return _begin(request, account.name, local(to))


def local(to: str) -> str:
    """A path on this site, '/' for anything else."""
    parts = urlsplit(to)
    fine = not parts.scheme and not parts.netloc and to.startswith("/") and not to.startswith(("//", "/\\"))
    return to if fine else "/"


@router.post("/sign-out")
def sign_out(seen: Changing) -> Response:
    seen.office.sessions.end(seen.token)
    response = RedirectResponse("/sign-in", status_code=303)
    response.delete_cookie(cookie_name(seen.office, COOKIE))
    return response


@router.get("/password")
def password_page(seen: Reading) -> Response:
    return page(seen.request, "password.html", seen.session, wrong="")


@router.post("/password")
async def set_password(seen: Changing) -> Response:
    return await run_in_threadpool(_set_password, seen)


def _set_password(seen: Visit) -> Response:
    old, new, again = (seen.field(n) for n in ("old", "new", "again"))
    wrong = ""
    if seen.office.accounts.sign_in(seen.account.name, old, address_of(seen.request, seen.office)) is None:
        wrong = "password.wrong_old"
    elif new != again:
        wrong = "password.not_equal"
    elif new == old:
        wrong = "password.the_same"
    else:
        try:
            seen.office.accounts.set_password(seen.account.name, new)
        except InputError:
            wrong = "password.weak"
    if wrong:
        least = seen.office.settings.password_length
        return page(seen.request, "password.html", seen.session, status=400, wrong=seen.teller(wrong, n=least))
    return _begin(seen.request, seen.account.name, "/")


@router.post("/look")
async def look(seen: Changing) -> Response:
    """Language and colours. Also kept with the account, so that the next desktop knows."""
    response = RedirectResponse(local(seen.field("to", "/")), status_code=303)
    language, theme = seen.field("language"), seen.field("theme")
    if language in LANGUAGES:
        await run_in_threadpool(seen.office.accounts.set_language, seen.account.name, language)
        _keep_language(response, language)
    if theme in THEMES:
        response.set_cookie(THEME, theme, samesite="strict", httponly=True, max_age=31_536_000)
    return response
