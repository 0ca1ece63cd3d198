"""Rows to records to persons: readable text first, then comparable evidence.

`records.to_records` takes police phrases, names and addresses apart; `persons.to_persons` turns every field into what
can be compared; and `persons.publishable` is what of a record may be written. Each kind of evidence has a module with
one parser that accepts any text.
"""
