"""The program of a process that searches for a service (`apart` starts it): it opens the current snapshot, says so, and answers one
question after the other until the service goes.

    python -m linker.service.searching SOCKET WORKSPACE [NICENESS]

It has one thread, so nothing ever waits for the interpreter; whatever else a request needs is the service's. Only while it gets ready
another one is at work, whose priority may be lowered by NICENESS: a program cannot take that back, but a thread ends.
"""

from __future__ import annotations

import logging
import os
import pickle
import signal
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from linker.errors import LinkerError
from linker.service.framed import framed, taken
from linker.service.problems import RefusedError
from linker.service.tracing import AsideError, places

if TYPE_CHECKING:
    from linker.search.view import View

LOG = logging.getLogger("linker.service")


def main() -> None:
    """Answer until the other end of the socket is closed."""
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C reaches all; the service first answers what it has begun, and goes then
    with socket.socket(fileno=int(sys.argv[1])) as sock, sock.makefile("rwb") as stream:
        niceness = int(sys.argv[3]) if len(sys.argv) > 3 else 0
        with ThreadPoolExecutor(1, initializer=let_others_first, initargs=(niceness,)) as aside:
            view = aside.submit(ready, Path(sys.argv[2])).result()
        stream.write(framed((view.snapshot, len(view))))
        stream.flush()
        while (question := taken(stream)) is not None:
            stream.write(answer_to(question, view))
            stream.flush()


def let_others_first(niceness: int) -> None:
    """Lower the priority of this thread alone, which Linux allows."""
    if niceness and sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), niceness)


def ready(workspace: Path) -> View:
    """The current snapshot, whatever it needs loaded. Programs are read here, too: that is a third of the work."""
    from linker.search.view import View  # noqa: PLC0415
    from linker.service.warming import warm_up  # noqa: PLC0415

    view = View(workspace, follow=False)
    warm_up(view)
    return view


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
