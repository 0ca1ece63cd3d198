"""What someone entered or sent, and what cannot be taken."""

from __future__ import annotations

from linker.errors import InputError


class UnfitError(InputError):
    """It cannot be taken as a whole; `code` names the sentence that the page shows in its reader's language, with `text` in its blank."""

    def __init__(self, code: str, what: str, *, where: str = "", do: str = "", text: str = "") -> None:
        self.code, self.text = code, text
        super().__init__(what, where=where, do=do)
