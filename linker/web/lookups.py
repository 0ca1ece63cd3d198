"""Identities: searching them, and one with its records and history."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from linker.identity import history
from linker.review.evidence.case import letter, side_of, summary_of
from linker.review.evidence.graphs import Graph, Node, Tie
from linker.review.people import May
from linker.schema import Decision
from linker.web.doors import AwayError, Reading
from linker.web.drawings.graph import graph
from linker.web.holding import holding, joined
from linker.web.pages import page
from linker.web.searching import LONGEST, Finder

router = APIRouter()
MOST = 60
WHY = 12
"""Links that the page of an identity explains."""
KINDS = {Decision.LINK: "link", Decision.REVIEW: "review", Decision.NO_LINK: "apart"}


@router.get("/search")
def search_page(seen: Reading, q: str = "") -> Response:
    seen.needs(May.LOOK_UP)
    finder: Finder = seen.request.app.state.finder
    found = finder.find(seen.office.book, seen.account, q)
    if q.strip():
        detail = {
            "why": "review pages",
            "snapshot": seen.office.book.snapshot.number,
            "identities": [h.identity_id for h in found.hits],
        }
        seen.office.audit.append("search", "", detail, seen.account.name)
    return page(seen.request, "search.html", seen.session, q=q[:LONGEST], found=found)


@router.get("/identities/{identity_id}")
def identity_page(identity_id: str, seen: Reading) -> Response:
    """An identity. Whoever may not see all its states is told that there is none."""
    seen.needs(May.LOOK_UP)
    book = seen.office.book
    golden = book.golden(identity_id)
    if golden is None or not seen.account.sees(golden["states"] or ()):
        raise AwayError(404, "no_identity")
    seen.office.audit.append(
        "view", identity_id, {"why": "review pages", "snapshot": book.snapshot.number}, seen.account.name
    )
    rows = book.members(identity_id)
    steps = seen.office.unmasking.steps(seen.account.name)
    sides = [side_of(book, r, letter(k), steps) for k, r in enumerate(rows[:MOST])]
    edges = book.edges_among(s.record_id for s in sides)
    drawn = graph(
        Graph(
            tuple(Node(s.record_id, s.letter, 0, False) for s in sides),
            tuple(Tie(e["record_id_l"], e["record_id_r"], KINDS[Decision(e["decision"])], False) for e in edges),
        ),
        seen.teller("case.graph_label"),
        height=240.0,
    )
    letters = {s.record_id: s.letter for s in sides}
    past = history.of_identity(seen.office.workspace, identity_id)
    return page(
        seen.request, "identity.html", seen.session, golden=golden, summary=summary_of(book, identity_id, rows), sides=sides,
        drawn=drawn, past=past,
        why=holding(edges, letters, seen.office.comparisons)[:WHY], joined=joined(book, edges, letters, seen.teller),
        more=max(len(rows) - MOST, 0),
    )  # fmt: skip
