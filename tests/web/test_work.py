"""What waits is what the published snapshot asks, whether or not anyone has opened a question since."""

from __future__ import annotations

from pathlib import Path

import pytest

from linker.review.items import Tray
from linker.review.office import Office
from linker.review.people import Role
from tests.review.desk import ASHA, workspace
from tests.web.site import PASSWORD, Browser, _password


@pytest.mark.parametrize("page", ["/", "/next"])
def test_a_snapshot_that_was_published_meanwhile_is_taken_up_although_nothing_waited(tmp_path: Path, page: str) -> None:
    opened = Office.open(workspace(tmp_path))  # as after a run: nobody has looked at the new snapshot yet
    opened.accounts.add("asha", "Asha", Role.REVIEWER, frozenset(), "test")
    _password(opened, "asha", opened.accounts._hasher.hash(PASSWORD))
    browser = Browser(opened)
    browser.sign_in("asha")
    assert not opened.queue.waiting(ASHA)[Tray.PAIRS]
    text = browser.get(page, follow_redirects=True).text
    waits = opened.queue.waiting(ASHA)[Tray.PAIRS]
    assert waits
    assert f">{waits:,}<" in text if page == "/" else "/verdict" in text
