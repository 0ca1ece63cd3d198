"""The reviewer's pages: the trays, the next question, a verdict, taking it back, showing more of an identifier."""

from __future__ import annotations

import re
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from linker.review.evidence.case import pair_case, split_case
from linker.review.items import Answer, Item, Kind, Status, Tray
from linker.review.people import May
from linker.review.quality import Pace, pace
from linker.review.verdicts import RefusedError, Said
from linker.web.doors import AwayError, Changing, Number, Reading, Visit
from linker.web.drawings.births import births
from linker.web.drawings.graph import graph
from linker.web.drawings.timeline import timeline
from linker.web.holding import joined, joined_across
from linker.web.pages import page

router = APIRouter()
_SECONDS = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6})?")


@router.get("/")
def home(seen: Reading) -> Response:
    if not seen.account.may(May.JUDGE):
        return RedirectResponse("/overview", status_code=303)
    seen.office.follow()
    waiting = seen.office.queue.waiting(seen.account)
    mine = seen.office.verdicts.last_of(seen.account.name, 6)
    return page(seen.request, "home.html", seen.session, waiting=waiting, mine=mine, pace=_pace(seen))


@router.get("/next")
def next_item(seen: Reading, tray: str = "", done: int = 0) -> Response:
    seen.needs(May.JUDGE)
    seen.office.follow()
    chosen = Tray(tray) if tray in set(Tray) else None
    for _ in range(20):
        item = seen.office.queue.take(seen.account, chosen)
        if item is None:
            return page(seen.request, "nothing.html", seen.session, tray=tray, done=_done(seen, done), pace=_pace(seen))
        shown = _show(seen, item, tray, done)
        if shown is not None:
            return shown
        seen.office.queue.put_aside(item.number)
    raise AwayError(409, "no_item")


@router.get("/items/{number}")
def one_item(number: Number, seen: Reading, tray: str = "") -> Response:
    seen.needs(May.JUDGE)
    item = seen.office.queue.take_this(seen.account, number)
    shown = _show(seen, item, tray, 0) if item is not None else None
    if shown is None:
        raise AwayError(404, "no_item")
    return shown


def _show(seen: Visit, item: Item, tray: str, done: int) -> Response | None:
    """The page of a question; None if its records are no longer there."""
    office, teller = seen.office, seen.teller
    steps = office.unmasking.steps(seen.account.name)
    reasons = office.settings.reasons
    values: dict[str, Any] = {
        "item": item, "tray": tray, "done": _done(seen, done), "pace": _pace(seen), "reasons": reasons,
        "others": _others(seen, item),
    }  # fmt: skip
    if item.kind is Kind.SPLIT:
        whole = split_case(office.book, item, office.comparisons, steps)
        if whole is None:
            return None
        drawn = graph(whole.graph, teller("case.graph_label"), height=260.0)
        letters = {s.record_id: s.letter for s in whole.sides}
        links = joined(office.book, office.book.edges_among(item.records), letters, teller)
        return page(seen.request, "split.html", seen.session, case=whole, drawn=drawn, joined=links, **values)
    case = pair_case(office.book, item, office.comparisons, steps)
    if case is None:
        return None
    values |= {
        "case": case,
        "joined": joined_across(office.book, (item.records[0], item.records[1]), teller),
        "births": births(case.left.birth, case.right.birth, teller("case.births_label")),
        "timeline": timeline(case.events["A"], case.events["B"], teller("case.timeline_label")),
        "drawn": graph(case.graph, teller("case.graph_label")),
    }
    return page(seen.request, "pair.html", seen.session, **values)


def _others(seen: Visit, item: Item) -> list[tuple[str, str, str]]:
    """What the two who disagree have said: answers, reasons, notes, without names."""
    if item.status is not Status.THIRD or not seen.office.settings.third_sees_reasons:
        return []
    return [(str(o.answer), o.reason, o.note) for o in seen.office.verdicts.on(item.number)]


def _done(seen: Visit, number: int) -> tuple[Any, Item] | None:
    """The verdict just given, with the engine's view, which is shown only now."""
    if not number:
        return None
    last = seen.office.verdicts.last_of(seen.account.name, 3)
    return next(((o, i) for o, i, stands in last if o.number == number and stands), None)


def _pace(seen: Visit) -> Pace:
    return pace(seen.office.engine, seen.account.name, seen.session.began_at)


@router.post("/items/{number}/verdict")
async def verdict(number: Number, seen: Changing) -> Response:
    return await run_in_threadpool(_verdict, number, seen)


def _verdict(number: int, seen: Visit) -> Response:
    seen.needs(May.JUDGE)
    answer = seen.field("answer")
    if answer not in set(Answer):
        raise RefusedError("wrong_answer", "there is no such answer")
    reason = seen.field(f"reason_{answer}") or seen.field("reason")
    said = Said(
        number, seen.field("lease"), Answer(answer), reason, seen.field("note"), _groups(seen), _seconds(seen.field("seconds"))
    )  # fmt: skip
    taken = seen.office.verdicts.say(seen.account, said)
    return RedirectResponse(f"/next?tray={_tray(seen)}&done={taken.opinion.number}", status_code=303)


def _tray(seen: Visit) -> str:
    tray = seen.field("tray")
    return tray if tray in set(Tray) else ""


def _seconds(text: str) -> float:
    return float(text) if _SECONDS.fullmatch(text) else 0.0


def _groups(seen: Visit) -> tuple[tuple[str, ...], ...]:
    """The groups that records were put into; '0' is none."""
    found: dict[str, list[str]] = {}
    for key, value in seen.form.multi_items() if seen.form is not None else []:
        if key.startswith("group:") and isinstance(value, str) and value != "0":
            found.setdefault(value, []).append(key.removeprefix("group:"))
    return tuple(tuple(g) for g in found.values())


@router.post("/items/{number}/renew")
async def renew(number: Number, seen: Changing) -> Response:
    kept = await run_in_threadpool(seen.office.queue.renew, seen.account, number, seen.field("lease"))
    return JSONResponse({"kept": kept})


@router.post("/items/{number}/give-back")
async def give_back(number: Number, seen: Changing) -> Response:
    await run_in_threadpool(seen.office.queue.give_back, seen.account, number, seen.field("lease"))
    return RedirectResponse("/", status_code=303)


@router.post("/undo")
async def undo(seen: Changing) -> Response:
    number = seen.number("opinion")
    if number is None:
        raise RefusedError("nothing_to_undo", "no verdict was named")
    seen.needs(May.JUDGE)
    item = await run_in_threadpool(seen.office.verdicts.take_back, seen.account, number)
    if item.leased_by is not None:  # the second person is looking at it, and keeps it
        return RedirectResponse("/mine", status_code=303)
    return RedirectResponse(f"/items/{item.number}?tray={_tray(seen)}", status_code=303)


@router.post("/items/{number}/unmask")
async def unmask(number: Number, seen: Changing) -> Response:
    return await run_in_threadpool(_unmask, number, seen)


def _unmask(number: int, seen: Visit) -> Response:
    seen.needs(May.UNMASK)
    item = seen.office.queue.take_this(seen.account, number)
    field, reason = seen.field("field"), seen.field("reason")
    if item is None:
        raise AwayError(404, "no_item")
    if reason == "other":
        reason = seen.field("reason_text")
    wanted = seen.field("record")
    for record in item.records if wanted == "both" else [r for r in item.records if r == wanted]:
        seen.office.unmasking.show_more(seen.account.name, record, field, reason)
    return RedirectResponse(f"/items/{number}?tray={_tray(seen)}#identifiers", status_code=303)


@router.get("/mine")
def mine(seen: Reading) -> Response:
    seen.needs(May.JUDGE)
    return page(
        seen.request,
        "mine.html",
        seen.session,
        mine=seen.office.verdicts.last_of(seen.account.name, 100),
        pace=_pace(seen),
    )
