"""A service inside the test's own process, and one of its own that listens on a port."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from fastapi.testclient import TestClient

from linker.registry.apikeys import ApiKeys, Role
from linker.service.app import create_app
from linker.service.settings import ServiceSettings
from tests.published import workspace_folder

ASKED = {"Linker-Purpose": "identity of an arrested person", "Linker-Case": "FIR 12/2026 PS Sadar"}
PERSON = {"name": "राकेश कुमार", "father": "राम सिंह", "age": 25}


def copy_of_workspace(folder: Path, persons: int = 400) -> Path:
    return Path(shutil.copytree(workspace_folder(persons), folder / "workspace"))


def headers(workspace: Path, role: Role = Role.OFFICER, states: tuple[str, ...] = ()) -> dict[str, str]:
    """What a request of a fresh key carries."""
    _, text = ApiKeys(workspace).add("test", role, states)
    return {"Authorization": f"Bearer {text}", **ASKED}


@contextmanager
def client_of(workspace: Path, **settings: float) -> Iterator[TestClient]:
    app = create_app(ServiceSettings(workspace=workspace, **{"rate": 10_000, **settings}))  # type: ignore[arg-type]
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@contextmanager
def served(workspace: Path, *options: str) -> Iterator[str]:
    """`linker serve` on a free port; gives its address once it is ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "linker", "serve", "--workspace", str(workspace), "--port", str(port), *options]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, "NO_COLOR": "1"}
    )
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                if httpx.get(f"{address}/readyz").status_code == 200:
                    break
            except httpx.TransportError:
                pass
            assert process.poll() is None, process.stdout.read().decode() if process.stdout else ""
            assert time.monotonic() < deadline, "the service does not come up"
            time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait(30)
