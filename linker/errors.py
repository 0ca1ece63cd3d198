"""What can go wrong, in words a user can act on.

Every error that a user may cause is a `LinkerError`. Its message says what happened, where, and what to do; the command line prints it
without a traceback and exits with `exit_code`.
"""

from __future__ import annotations


class LinkerError(Exception):
    """A problem that the user can solve. `what` happened, `where`, and what to `do`."""

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", do: str = "") -> None:
        self.what, self.where, self.do = what, where, do
        super().__init__(self.render())

    def render(self) -> str:
        """The whole message on up to three lines."""
        lines = [self.what]
        if self.where:
            lines.append(f"  where: {self.where}")
        if self.do:
            lines.append(f"  do:    {self.do}")
        return "\n".join(lines)


class ConfigError(LinkerError):
    """A configuration file is missing, is not readable, or says something that is not allowed."""

    exit_code = 2


class InputError(LinkerError):
    """An input file cannot be read at all (missing, empty, wrong header, not the stated format)."""

    exit_code = 3


class QuarantineError(LinkerError):
    """More rows are unusable than the configuration tolerates, so nothing is published."""

    exit_code = 4


class AuditError(LinkerError):
    """A finished snapshot contradicts itself, so it is not published. This is a fault of the program."""

    exit_code = 5


class WorkspaceError(LinkerError):
    """The workspace has no snapshot, an unknown id was asked for, or another run holds the lock."""

    exit_code = 6


class ModelError(LinkerError):
    """A model file does not fit the configuration, or could not be trained on the data at hand."""

    exit_code = 7
