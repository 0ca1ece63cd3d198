"""The search box: an id or a source's own number directly, all else as `linker search` looks for a person."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from linker.errors import InputError
from linker.review.book import Book
from linker.review.people import Account
from linker.review.searching import SHORTEST, Hit, by_number, hit_of
from linker.search.view import View

SHOWN = 40
LONGEST = 200
REASONS = 4


@dataclass(frozen=True)
class Found:
    """What was found. `more`: there is more than is shown; `understood`: how a person's description was read, in fields; `font`: the legacy
    font that it was typed in, if any."""

    hits: tuple[Hit, ...] = ()
    more: bool = False
    understood: Mapping[str, Any] = field(default_factory=dict)
    font: str | None = None


class Finder:
    """Searches for one workspace. The index is opened, or built, when somebody first asks; that of a newer snapshot by a process aside."""

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace
        self._view: View | None = None
        self._opening = threading.Lock()

    def find(self, book: Book, account: Account, asked: str) -> Found:
        """What `account` may see of what fits, the likeliest first."""
        whole = asked[:LONGEST].encode("utf-8", "replace").decode("utf-8")  # half a character is none
        text = " ".join(whole.split())
        if len(text) < SHORTEST:
            return Found()
        numbered = tuple(by_number(book, text))
        found = Found(numbered) if numbered else self._persons(book, account, text)
        seen = tuple(hit for hit in found.hits if account.sees(hit.states))
        return replace(found, hits=seen[:SHOWN], more=len(seen) > SHOWN)

    def _persons(self, book: Book, account: Account, text: str) -> Found:
        try:
            result = self._opened().search(text, SHOWN + 1, states=account.states or None)
        except InputError:
            return Found()  # it states nothing that could be looked for
        hits = []
        for found in result.hits:
            golden = book.golden(found.identity_id)
            if golden is not None:  # else it is gone with a snapshot that was published just now
                told = tuple((e.side, e.english, e.hindi) for e in found.evidence if e.side in {"for", "against"})
                hits.append(replace(hit_of(golden), reasons=told[:REASONS]))
        return Found(tuple(hits), understood=result.understood, font=result.font)

    def _opened(self) -> View:
        with self._opening:
            if self._view is None:
                self._view = View(self._workspace, build_aside=True)
            return self._view
