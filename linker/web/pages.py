"""A template and its values to a page, with what every page needs."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from linker.errors import WorkspaceError
from linker.registry.published import current_name
from linker.review.office import Office
from linker.review.people import May
from linker.review.sessions import Session
from linker.web.doors import LANGUAGE, THEME, office_of
from linker.web.words import LANGUAGES, Teller

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
THEMES = ("auto", "light", "dark")


def thousands(value: int | float) -> str:
    return f"{value:,.0f}"


def percent(value: float | None) -> str:
    return (
        "–"
        if value is None
        else f"{100 * value:.0f}%"
        if value in (0, 1) or 0.05 < value < 0.95
        else f"{100 * value:.1f}%"
    )


def clock(at: str) -> str:
    """A time of the registry (UTC) by this machine's clock: `2026-01-31 14:05`."""
    return datetime.fromisoformat(at).astimezone().strftime("%Y-%m-%d %H:%M")


TEMPLATES.filters["clock"] = clock
TEMPLATES.filters["thousands"] = thousands
TEMPLATES.filters["percent"] = percent


def preferred(request: Request) -> str:
    """The language that the browser asks for: the first of ours in its list, which it sends in its user's order."""
    asked = re.findall(r"[a-z]{2,3}", request.headers.get("accept-language", "")[:200].lower())
    return next((language for language in asked if language in LANGUAGES), LANGUAGES[0])


def _published(office: Office) -> str | None:
    """The snapshot's name for the foot of the page; none if the workspace is damaged, or no page could say that it is."""
    try:
        return current_name(office.workspace)
    except WorkspaceError:
        return None


def page(request: Request, name: str, session: Session | None, /, status: int = 200, **values: Any) -> HTMLResponse:
    """The page `name`. `session` is None before someone has signed in."""
    office = office_of(request)
    language = request.cookies.get(LANGUAGE, "")
    if language not in LANGUAGES:
        language = session.account.language if session else preferred(request)
    theme = request.cookies.get(THEME, THEMES[0])
    teller = Teller(language)
    common = {
        "t": teller,
        "pick": teller.pick,
        "language": teller.language,
        "theme": theme if theme in THEMES else THEMES[0],
        "session": session,
        "account": session.account if session else None,
        "csrf": session.csrf if session else "",
        "may": {str(m): session is not None and session.account.may(m) for m in May},
        "snapshot": _published(office),
        "now": clock(datetime.now(UTC).isoformat()),
        "path": request.url.path,
        "here": f"{request.url.path}?{request.url.query}".rstrip("?") if request.method == "GET" else "/",
        "settings": office.settings,
        "status": status,
    }
    text = TEMPLATES.get_template(name).render({**common, **values})
    return HTMLResponse(text, status_code=status)
