"""The first questions of each kind, asked before anybody does: what is compiled is loaded then, tables that are made when they are first
needed are made, and nobody waits for it. The one of how likely letters follow each other takes half a second."""

from __future__ import annotations

import pyarrow as pa

from linker.search.view import View
from linker.service import answers

PERSONS = (
    {
        "name": "Rakesh Kumar @ Kalu", "father": "Ram Singh", "age": "25", "village": "Sohna", "district": "Gurugram",
        "birth_date": "1999-05-02", "phone": "9812345678", "epic": "ABC1234566", "sex": "male",
    },
    {"name": "राकेशकुमार उर्फ कालू", "father": "रामसिंह", "age": "26", "village": "सोहना", "district": "गुरुग्राम"},
    {"name": "Rakeshkumar", "father": "Ramsingh", "age": "25"},
)  # fmt: skip


def warm_up(view: View) -> None:
    """Ask whatever can be asked. Nothing is written, not even into the audit log."""
    wanted = answers.Wanted(1, None, None, unmasked=False)
    for person in ("Rakesh @ Kalu s/o Ram Singh, 25", *PERSONS):
        answers.search(view, person, wanted)
    for person in PERSONS[1:]:  # names that one writes as one word and the other as two
        answers.compare(view, PERSONS[0], person)
    names = sorted({name for person in PERSONS for name in person})
    view.resolve(pa.table({name: [person.get(name) for person in PERSONS] for name in names}))
