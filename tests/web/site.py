"""The review pages over a small real workspace: for a client without a browser, and served for one."""

from __future__ import annotations

import re
import socket
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from linker.config.review import ReviewSettings
from linker.review.office import Office
from linker.review.people import Role
from linker.web.app import create_app
from tests.review.desk import workspace

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

PASSWORD = "four dull horses 8"
PEOPLE = (
    ("asha", Role.REVIEWER, ()), ("bina", Role.REVIEWER, ()), ("vikram", Role.APPROVER, ()), ("meena", Role.APPROVER, ()),
    ("delhi", Role.REVIEWER, ("Delhi",)), ("udit", Role.AUDITOR, ()), ("admin", Role.ADMIN, ()),
)  # fmt: skip
BASE = "http://linker.test"


def office(folder: Path, settings: ReviewSettings | None = None, people: tuple[int, int] = (500, 11)) -> Office:
    """An office with an account of every kind; all have the same password. `people`: how many are invented, and from which seed."""
    place = workspace(folder, *people)
    opened = Office.open(place)
    if settings is not None:
        opened.settings = settings
        for part in (opened.queue, opened.verdicts, opened.accounts, opened.sessions):
            part._settings = settings
    hashed = opened.accounts._hasher.hash(PASSWORD)
    for name, role, states in PEOPLE:
        opened.accounts.add(name, name.title(), role, frozenset(states), "test")
        _password(opened, name, hashed)
    assert opened.book is not None, "opening it fills the queue"
    return opened


def _password(opened: Office, name: str, hashed: str) -> None:
    """As if the person had chosen it; hashing it once for all saves the tests seconds."""
    from sqlalchemy import update

    from linker.registry.database import changing
    from linker.registry.review_tables import ACCOUNT

    with changing(opened.engine) as connection:
        values = {"password_hash": hashed, "must_change": False}
        connection.execute(update(ACCOUNT).where(ACCOUNT.c.name == name).values(**values))


class Browser(TestClient):
    """A client that behaves as a browser does: cookies, forms with their hidden fields."""

    def __init__(self, opened: Office, **options: object) -> None:
        super().__init__(create_app(opened), base_url=BASE, follow_redirects=False, **options)  # type: ignore[arg-type]

    def sign_in(self, name: str, password: str = PASSWORD) -> int:
        before = self.hidden(self.get("/sign-in").text, "before")
        return self.post("/sign-in", data={"name": name, "password": password, "before": before}).status_code

    @staticmethod
    def hidden(text: str, field: str) -> str:
        found = re.search(rf'name="{field}" value="([^"]*)"', text)
        assert found, f"no field {field}"
        return found[1]

    def csrf(self) -> str:
        page = self.get("/effects", follow_redirects=True)
        return self.hidden(page.text, "csrf")


@contextmanager
def served(opened: Office) -> Iterator[str]:
    """The address of a real server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_app(opened), port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
