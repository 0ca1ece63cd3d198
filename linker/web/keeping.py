"""The admin's pages: accounts; and the workbook for offices that work in Excel."""

from __future__ import annotations

import tempfile
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from linker.review.items import Tray
from linker.review.people import May, Role
from linker.review.unfit import UnfitError
from linker.web.doors import Changing, Reading, Visit
from linker.web.pages import page
from linker.web.workbook import Imported, Wanted, export_queue, import_verdicts

router = APIRouter()
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/accounts")
def accounts_page(seen: Reading) -> Response:
    seen.needs(May.KEEP_ACCOUNTS)
    return _accounts(seen)


def _accounts(seen: Visit, fresh: tuple[str, str] | None = None, wrong: str = "", status: int = 200) -> Response:
    return page(
        seen.request, "accounts.html", seen.session, status=status, accounts=seen.office.accounts.all(), roles=list(Role),
        states=_states(seen), fresh=fresh, wrong=wrong,
    )  # fmt: skip


def _states(seen: Visit) -> list[str]:
    return sorted({s for s in seen.office.book.tables["record"]["state"].unique().to_pylist() if s})


@router.post("/accounts")
async def change_accounts(seen: Changing) -> Response:
    seen.needs(May.KEEP_ACCOUNTS)
    return await run_in_threadpool(_change, seen)


def _change(seen: Visit) -> Response:
    accounts, by, name = seen.office.accounts, seen.account.name, seen.field("name").strip().lower()
    states = frozenset(str(s) for s in seen.form.getlist("states")) if seen.form is not None else frozenset()
    try:
        match seen.field("what"):
            case "add":
                return _accounts(seen, (name, accounts.add(name, seen.field("display"), _role(seen), states, by)))
            case "reset":
                return _accounts(seen, (name, accounts.reset(name, by)))
            case "unlock":
                accounts.unlock(name, by)
            case "close":
                accounts.change(name, by, active=False)
            case "open":
                accounts.change(name, by, active=True)
            case "role":
                accounts.change(name, by, role=_role(seen), states=states)
            case _:
                raise UnfitError("wrong_request", "that cannot be done to an account")
    except UnfitError as error:
        return _accounts(seen, wrong=seen.teller(f"trouble.{error.code}", text=error.text), status=400)
    return RedirectResponse("/accounts", status_code=303)


def _role(seen: Visit) -> Role:
    role = seen.field("role")
    if role not in set(Role):
        raise UnfitError("account_role", "there is no such role", do="choose one of the list")
    return Role(role)


@router.get("/workbook")
def workbook_page(seen: Reading) -> Response:
    seen.needs(May.JUDGE)
    return _workbook(seen)


def _workbook(seen: Visit, told: Imported | None = None, wrong: str = "") -> Response:
    status = 400 if wrong else 200
    return page(seen.request, "workbook.html", seen.session, status=status, told=told, wrong=wrong)


@router.post("/workbook/export")
async def export(seen: Changing) -> Response:
    """The next questions as a workbook, leased to this person for a week."""
    seen.needs(May.JUDGE)
    count = seen.number("count")
    tray = seen.field("tray")
    wanted = Wanted(
        50 if count is None else min(count, 500), Tray(tray) if tray in set(Tray) else Tray.PAIRS, seen.teller.language
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "queue.xlsx"
        await run_in_threadpool(export_queue, seen.office, seen.account, file, wanted)
        content = file.read_bytes()
    return Response(
        content, media_type=XLSX, headers={"Content-Disposition": 'attachment; filename="review-queue.xlsx"'}
    )


@router.post("/workbook/import")
async def import_(seen: Changing) -> Response:
    seen.needs(May.JUDGE)
    sent = seen.form.get("file") if seen.form is not None else None
    if not isinstance(sent, UploadFile) or not sent.size:
        return _workbook(seen, wrong=seen.teller("trouble.workbook_none"))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "verdicts.xlsx"
        file.write_bytes(await sent.read())
        try:
            told = await run_in_threadpool(import_verdicts, seen.office, seen.account, file)
        except UnfitError as error:
            return _workbook(seen, wrong=seen.teller(f"trouble.{error.code}", text=error.text))
    return _workbook(seen, told)
