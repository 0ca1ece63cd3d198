"""For those who answer for the work: how reviewers do, what verdicts have changed, what was done."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from linker.review.effects import effects
from linker.review.estimating import estimates
from linker.review.people import May
from linker.review.quality import overview
from linker.web.doors import Reading
from linker.web.drawings.charts import columns, intervals, lines
from linker.web.pages import page

router = APIRouter()
LATEST = 200


@router.get("/overview")
def overview_page(seen: Reading) -> Response:
    seen.needs(May.OVERSEE)
    figures = overview(seen.office.engine, seen.office.settings.hasty_seconds)
    t = seen.teller
    drawn = {
        "known": intervals([(r.account, r.known) for r in figures.reviewers], t("overview.known")),
        "overturned": intervals([(r.account, r.overturned) for r in figures.reviewers], t("overview.overturned")),
        "drift": lines([(r.account, r.drift) for r in figures.reviewers], t("overview.drift")),
        "days": columns(figures.days, t("overview.days")),
    }
    return page(
        seen.request, "overview.html", seen.session, figures=figures, drawn=drawn, told=estimates(seen.office.engine)
    )


@router.get("/effects")
def effects_page(seen: Reading) -> Response:
    """What verdicts have changed. Those who judge see only what concerns states that are theirs."""
    book = seen.office.book
    shown = []
    for effect in effects(seen.office.engine, LATEST):
        rows = [book.row(r) for r in (effect.entry.left_record, effect.entry.right_record)]
        states = [book.record(r)["state"] for r in rows if r is not None]
        if seen.account.sees(states):
            shown.append(effect)
    return page(seen.request, "effects.html", seen.session, effects=shown)


@router.get("/audit")
def audit_page(seen: Reading) -> Response:
    seen.needs(May.READ_AUDIT)
    entries = seen.office.audit.latest(LATEST)
    return page(seen.request, "audit.html", seen.session, entries=entries)
