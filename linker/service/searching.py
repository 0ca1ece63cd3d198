"""The program of a process that searches for a service (`apart` starts it): it opens the current snapshot, says so, and answers one
question after the other until the service goes.

    python -m linker.service.searching SOCKET WORKSPACE

It has one thread, so nothing ever waits for the interpreter; whatever else a request needs is the service's.
"""

from __future__ import annotations

import logging
import os
import pickle
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

from linker.errors import LinkerError
from linker.search.view import View
from linker.service.framed import framed, taken
from linker.service.problems import RefusedError
from linker.service.tracing import AsideError, places
from linker.service.warming import warm_up

LOG = logging.getLogger("linker.service")


def main() -> None:
    """Answer until the other end of the socket is closed."""
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C reaches all; the service first answers what it has begun, and goes then
    with socket.socket(fileno=int(sys.argv[1])) as sock, sock.makefile("rwb") as stream:
        view = View(Path(sys.argv[2]), follow=False)
        warm_up(view)
        stream.write(framed((view.snapshot, len(view))))
        stream.flush()
        while (question := taken(stream)) is not None:
            stream.write(answer_to(question, view))
            stream.flush()


def answer_to(question: bytes, view: View) -> bytes:
    """What came of a question: true and the answer, or false and what is to be raised."""
    try:
        return framed((True, pickle.loads(question)(view)))  # noqa: S301  from the service, see `framed`
    except (LinkerError, RefusedError) as error:
        return framed((False, error))
    except Exception as error:
        LOG.error("a question failed: %s at %s", type(error).__name__, places(error))
        return framed((False, AsideError(type(error).__name__)))


if __name__ == "__main__":
    with suppress(BrokenPipeError, ConnectionResetError):  # the service has gone
        main()
    os._exit(0)  # nothing is left to be written, and to take an index apart in order takes seconds
