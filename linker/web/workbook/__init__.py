"""The queue as an Excel workbook, and the verdicts that come back in it.

A row is a question with the lease of the person it was given to; the lease is what makes a verdict count once, and what shows that
somebody else has had the question since. All that an officer reads or chooses stands there in both languages, and is understood in either
when it comes back, wherever the columns stand by then.
"""

from linker.web.workbook.leaving import Wanted, export_queue
from linker.web.workbook.returning import Imported, Refusal, import_verdicts

__all__ = ["Imported", "Refusal", "Wanted", "export_queue", "import_verdicts"]
