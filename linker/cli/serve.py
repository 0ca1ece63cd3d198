"""`linker serve` and `linker index`: the HTTP service, and the index that searches need."""

from __future__ import annotations

import ipaddress
import os
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from linker.cli.background import Background, step_back
from linker.cli.options import Workspace
from linker.cli.run import Display
from linker.errors import ConfigError
from linker.index import build_index
from linker.registry.snapshot import open_current
from linker.service.settings import ServiceSettings
from linker.service.sharing import FOLDER

SEARCHERS = 4
"""Processes that search for one that takes requests: it has a fifth to a seventh of the work that a search is."""


def index(workspace: Workspace, background: Background = False) -> None:
    """Make the index of the current snapshot, which searches and the service use. `linker run --index` does it along with a run.

    Example: linker index --workspace work
    """
    if background:
        step_back()
    console = Console()
    with Display(console) as display:
        folder = build_index(workspace, open_current(workspace), observer=display)
    size = sum(file.stat().st_size for file in folder.iterdir())
    console.print(f"{folder}  {size / 1e6:,.0f} MB", highlight=False, soft_wrap=True)


def serve(
    workspace: Workspace,
    host: Annotated[str, typer.Option(help="Address to listen on. Anything but loopback needs TLS.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8765,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="Processes that search; they share the snapshot's memory.")
    ] = 2,
    tls_certificate: Annotated[Path | None, typer.Option(help="PEM file with the certificate and its chain.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="PEM file with the certificate's key.")] = None,
    client_ca: Annotated[
        Path | None, typer.Option(help="PEM file: only clients with a certificate of this authority are let in.")
    ] = None,
    behind_proxy: Annotated[
        bool, typer.Option("--behind-proxy", help="A proxy on a trusted network does TLS; listen in the clear.")
    ] = False,
    rate: Annotated[float, typer.Option(min=0.1, help="Requests a second that one key may make.")] = 50.0,
) -> None:
    """Answer searches of other programs over HTTP. Keys are made with `linker keys add`.

    Example: linker serve --workspace work --port 8765
    """
    import uvicorn  # noqa: PLC0415  only this command needs it

    _check(host, tls_certificate, tls_key, client_ca, behind_proxy)
    console = Console()
    with Display(console) as display:
        build_index(workspace, open_current(workspace), observer=display)
    fronts = -(-workers // SEARCHERS)
    processes = 0 if sys.platform == "win32" else -(-workers // fronts)
    threads = min(
        max((os.cpu_count() or 1) // workers, 1), 16
    )  # more searches at once than processors only make each other late
    ServiceSettings(workspace=workspace.resolve(), rate=rate, processes=processes, threads=threads).to_environment()
    scheme = "https" if tls_certificate else "http"
    console.print(
        f"{scheme}://{host}:{port}  ({workers} workers; {scheme}://{host}:{port}/openapi.json)", highlight=False
    )
    with tempfile.TemporaryDirectory(prefix="linker-metrics-") as counts:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = counts
        os.environ[FOLDER] = counts
        uvicorn.run(
            "linker.service.app:from_environment",
            factory=True,
            host=host,
            port=port,
            workers=workers if sys.platform == "win32" else fronts,
            loop="linker.service.sharing:SharingLoop" if fronts > 1 and sys.platform != "win32" else "auto",
            access_log=False,  # addresses hold ids; the service logs operations without them
            log_level="warning",
            server_header=False,
            proxy_headers=behind_proxy,
            timeout_keep_alive=30,
            h11_max_incomplete_event_size=16 * 1024,
            limit_concurrency=1_000,
            ssl_certfile=tls_certificate,
            ssl_keyfile=tls_key,
            ssl_ca_certs=str(client_ca) if client_ca else None,
            ssl_cert_reqs=2 if client_ca else 0,  # ssl.CERT_REQUIRED, ssl.CERT_NONE
        )


def _check(host: str, certificate: Path | None, key: Path | None, client_ca: Path | None, behind_proxy: bool) -> None:
    """What would send keys and personal data over a network in the clear is refused."""
    if bool(certificate) != bool(key) or (client_ca and not certificate):
        raise ConfigError("TLS needs a certificate and its key", do="give --tls-certificate and --tls-key together")
    for path in (certificate, key, client_ca):
        if path is not None and not path.is_file():
            raise ConfigError("no such file", where=str(path), do="give a PEM file")
    if not certificate and not behind_proxy and not _is_loopback(host):
        raise ConfigError(
            f"{host} is reached over a network, and there is no TLS",
            do="give --tls-certificate and --tls-key, or --behind-proxy where a proxy does TLS, or listen on 127.0.0.1",
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
