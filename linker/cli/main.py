"""All commands, and how an error reaches a person: in words, without a traceback."""

from __future__ import annotations

import codecs
import errno
import io
import sys

import typer
from rich.console import Console

from linker.cli import audit, decisions, erase, keys, names, review, snapshots
from linker.cli.evaluate import evaluate
from linker.cli.export import export
from linker.cli.run import run
from linker.cli.search import search
from linker.cli.serve import index, serve
from linker.errors import LinkerError, WorkspaceError

OUTSIDE = frozenset({
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EEXIST, errno.ENOTDIR, errno.EISDIR,
    errno.ENAMETOOLONG, errno.EIO,
})  # fmt: skip
"""What the disk or the permissions of a folder are to blame for, and not the program."""

app = typer.Typer(
    help="Which records of several police databases are one person, how sure that is, and why.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(run)
app.command()(evaluate)
app.command()(export)
app.command()(search)
app.command()(serve)
app.add_typer(keys.app, name="keys")
app.command()(index)
app.command("runs")(snapshots.runs)
app.command("show")(snapshots.show)
app.command("history")(snapshots.history)
app.command("decide")(decisions.decide)
app.command("apply")(review.apply)
app.add_typer(review.app, name="review")
app.add_typer(decisions.app, name="decisions")
app.command("erase")(erase.erase)
app.add_typer(erase.app, name="erasures")
app.add_typer(audit.app, name="audit")
app.add_typer(names.app, name="names", help="Compare names by themselves.")


HELD = (
    " and that no other program holds it open (linker serve, linker review, Excel)" if sys.platform == "win32" else ""
)
"""What Windows adds to the causes: a file that is open elsewhere can be neither replaced nor removed."""


def speak_utf8() -> None:
    """Names are Hindi: what is written to a file or another program is UTF-8, whatever the computer's code page is, and a terminal that
    cannot show a character shows another instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and codecs.lookup(stream.encoding).name != "utf-8":
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")


def main() -> None:
    """Entry point of the `linker` command; the exit code is 0 only when the command did what it says."""
    speak_utf8()
    try:
        app()
    except LinkerError as error:
        Console(stderr=True).print(error.render(), style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(error.exit_code)
    except OSError as error:
        if error.errno not in OUTSIDE:
            raise
        fault = WorkspaceError(
            f"a file cannot be written or read: {error.strerror}",
            where=str(error.filename or ""),
            do=f"make room, or check that you may write there{HELD}; the last snapshot is unchanged",
        )
        Console(stderr=True).print(fault.render(), style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(fault.exit_code)
    except KeyboardInterrupt:
        Console(stderr=True).print("stopped; the last snapshot is unchanged", markup=False)
        sys.exit(130)
