"""A question as the cells of a row, in the language of whoever reads it."""

from __future__ import annotations

from linker.review.evidence.case import PairCase, Side
from linker.review.evidence.names import NameText
from linker.review.items import Item
from linker.web.words import Teller

NEXT = "\n"
"""Between the values of a cell: Excel shows each on a line of its own."""


def cells(item: Item, case: PairCase, teller: Teller) -> dict[str, str]:
    """Texts by column; what is filled in is empty."""
    found = {"item": str(item.number), "lease": item.lease or "", "agreement": _agreement(case, teller)}
    for at, side in enumerate((case.left, case.right)):
        found |= {f"{code}_{side.letter}": text for code, text in _side(case, side, at, teller).items()}
    for side_of in ("for", "against", "neutral"):
        told = [a for a in case.arguments if a.side == side_of]
        found[side_of] = NEXT.join(
            f"• {teller(f'comparison.{a.comparison}')}: {teller.pick(a.english, a.hindi)}" for a in told
        )
    return found


def _side(case: PairCase, side: Side, at: int, teller: Teller) -> dict[str, str]:
    relatives = ((f, (named.left, named.right)[at]) for f, named in case.relatives.items())
    event = side.event
    return {
        "source": f"{teller.state(side.source.replace('_', ' ').title())}{NEXT}{native(side.record_id)}",
        "name": _name(side.name),
        "aliases": NEXT.join(side.aliases),
        "relatives": NEXT.join(f"{teller(f'field.{f}')}: {_name(name)}" for f, name in relatives if name),
        "sex": teller(f"sex.{side.sex}") if side.sex != "unknown" else "",
        "born": f"{side.birth.shown}{NEXT}{_known(side, teller)}" if side.birth else "",
        "places": NEXT.join(f"{teller(f'field.{f}')}: {_place(f, text, teller)}" for f, text in side.places.items()),
        "address": side.address,
        "identifiers": NEXT.join(
            f"{teller(f'field.{f}')}: {m.shown}" for f, shown in side.identifiers.items() for m in shown
        ),
        "height": side.height,
        "marks": NEXT.join(side.marks),
        "case": NEXT.join(p for p in (event.fir, str(event.day), event.station) if p) if event else "",
        "status": side.status,
    }


def native(record_id: str) -> str:
    """The number that a record has in its own source."""
    return record_id.partition(":")[2]


def _name(name: NameText | None) -> str:
    """As it was typed, and in the other script below it."""
    return NEXT.join(text for text in (name.typed, name.latin or name.devanagari) if text) if name else ""


def _known(side: Side, teller: Teller) -> str:
    """How the birth is known, as on the page of the question."""
    assert side.birth is not None
    kind = teller(f"kind.{side.birth.kind.value}")
    return f"{kind}: {side.birth.typed}" if side.birth.typed else kind


def _place(field: str, text: str, teller: Teller) -> str:
    return teller.state(text) if field == "address_state" else text


def _agreement(case: PairCase, teller: Teller) -> str:
    """Whether identifiers are the same, which their masks do not show."""
    return NEXT.join(f"{teller(f'field.{field}')}: {teller(f'sign.{sign}')}" for field, sign in case.identifiers)
