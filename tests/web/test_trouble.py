"""Whatever goes wrong is told on a page, in the language of whoever reads it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from linker.registry.published import CURRENT
from linker.review.office import Office
from linker.web.doors import HEADERS, LANGUAGE
from linker.web.words import words
from tests.web.site import Browser, office

HI = words("hi")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return office(tmp_path_factory.mktemp("site"))


def hindi(opened: Office, name: str = "admin") -> Browser:
    browser = Browser(opened, raise_server_exceptions=False)
    assert browser.sign_in(name) == 303
    browser.cookies.set(LANGUAGE, "hi")
    return browser


@pytest.mark.parametrize(
    ("sent", "code", "text"),
    [
        ({"what": "add", "name": "2 Shri", "role": "reviewer"}, "account_name", ""),
        ({"what": "add", "name": "asha", "role": "reviewer"}, "account_taken", "asha"),
        ({"what": "add", "name": "nobody", "role": "king"}, "account_role", ""),
        ({"what": "role", "name": "asha", "role": "king"}, "account_role", ""),
        ({"what": "reset", "name": "n" * 500}, "account_missing", "n" * 64),
        ({"what": "close", "name": "nobody"}, "account_missing", "nobody"),
        ({"what": "close", "name": "admin"}, "account_own", ""),
        ({"what": "dance", "name": "asha"}, "wrong_request", ""),
    ],
)
def test_accounts(opened: Office, sent: dict[str, str], code: str, text: str) -> None:
    browser = hindi(opened)
    answer = browser.post("/accounts", data={**sent, "csrf": browser.csrf()})
    assert answer.status_code == 400
    assert HI[f"trouble.{code}"].format(text=text) in unescape(answer.text)


def test_what_is_sent_wrongly(opened: Office) -> None:
    browser = hindi(opened, "asha")
    answer = browser.post("/workbook/export", data={"csrf": browser.csrf(), "tray": "splits"})
    assert answer.status_code == 400
    assert HI["trouble.told_input"] in answer.text
    assert '<p class="soft" lang="en">a split cannot be decided in a workbook.' in answer.text


@pytest.mark.parametrize("stated", [True, False])
def test_too_much(opened: Office, stated: bool) -> None:
    def pieces() -> Iterator[bytes]:
        for k in range(40):
            yield f"&f{k}=".encode() + b"x" * 500_000

    browser = hindi(opened, "asha")
    length = {"content-length": "99999999"} if stated else {}
    kind = {"content-type": "application/x-www-form-urlencoded"}
    answer = browser.post("/look", content=b"x" if stated else pieces(), headers={**length, **kind})
    assert answer.status_code == 413
    assert HI["trouble.too_large"] in answer.text
    assert set(HEADERS.items()) <= {(k, answer.headers.get(k)) for k in HEADERS}


def test_a_damaged_workspace_and_a_fault_of_the_program(tmp_path: Path) -> None:
    opened = office(tmp_path)
    browser = hindi(opened, "asha")
    whole = (opened.workspace / CURRENT).read_bytes()
    (opened.workspace / CURRENT).write_text("{", encoding="utf-8")
    answer = browser.get("/next")
    assert (answer.status_code, HI["trouble.told_workspace"] in answer.text) == (503, True)
    assert '<p class="soft" lang="en">the workspace is damaged. restore it' in unescape(answer.text)
    (opened.workspace / CURRENT).write_bytes(whole)
    shutil.rmtree(opened.workspace / "snapshots")
    answer = browser.get("/next")
    assert answer.status_code in {500, 503}
    assert HI["trouble.title"] in answer.text
    assert "Traceback" not in answer.text
    assert set(HEADERS.items()) <= {(k, answer.headers.get(k)) for k in HEADERS}


def test_a_fault_of_the_program(opened: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(*_: object) -> None:
        raise ZeroDivisionError("of Ram Lal")

    browser = hindi(opened, "asha")
    monkeypatch.setattr(opened.queue, "take", fault)
    answer = browser.get("/next")
    assert answer.status_code == 500
    assert HI["trouble.broken"] in answer.text
    assert "Ram Lal" not in answer.text
    assert set(HEADERS.items()) <= {(k, answer.headers.get(k)) for k in HEADERS}
