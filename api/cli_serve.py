"""`geo-risk serve`: console, API and maps of one park, until stopped.

Takes a park file, builds it if it was never built, prints the address and the first sign-ins, and
answers. The port is taken before anything is printed, so that what is printed holds.
"""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from api.app import create_app
from api.cli_park import open_workspace
from api.cli_session import ERR, KEEPER, OUT, Bars, DataOption, ParkArgument, now
from api.demo import Login, first_logins
from geo_risk.errors import ConflictError, InputError
from geo_risk.settings import Settings

_BACKLOG = 128
GOODBYE_S = 2
"""Requests that are under way have so long to end when the service does."""

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def register(app: typer.Typer) -> None:
    """Add this topic's commands."""
    app.command()(serve)


def serve(
    park: ParkArgument,
    data: DataOption = None,
    tls: Annotated[
        tuple[Path, Path] | None,
        typer.Option(
            "--tls", metavar="CERT KEY", help="PEM files: serve https.", show_default=False
        ),
    ] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; else GEO_RISK_HOST.", show_default=False)
    ] = "",
    port: Annotated[
        int, typer.Option(help="Port to listen on; else GEO_RISK_PORT.", show_default=False)
    ] = 0,
) -> None:
    """Serve console, API and maps of a park."""
    settings = Settings()
    settings = settings.model_copy(
        update={"host": host or settings.host, "port": port or settings.port}
    )
    if tls is not None:
        _check_tls(*tls)
    with listen(settings.host, settings.port) as listening:
        with open_workspace(park, data) as workspace:
            if workspace.store.publication_seq() == 0:
                ERR.print("This park was never built: building it first.")
                with Bars() as bars:
                    workspace.build(now=now(), actor=KEEPER, progress=bars)
            logins = first_logins(workspace.store, workspace.park, now())
            checked = workspace.park
        _greet(checked.park.name, settings, logins, secure=tls is not None)
        config = uvicorn.Config(
            create_app(settings, checked),
            log_level="warning",  # the application logs its own, as JSON
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GOODBYE_S,  # who listens to /v1/live would never go
            proxy_headers=False,  # an address that the asker writes itself would count no tries
            ssl_certfile=str(tls[0]) if tls else None,
            ssl_keyfile=str(tls[1]) if tls else None,
        )
        uvicorn.Server(config).run(sockets=[listening])


def listen(host: str, port: int) -> socket.socket:
    """Give a socket that listens; port 0 takes a free one. Refused with what to do instead."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's delay off only where the protocol is named: 40 ms an answer.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise ConflictError(
            f"{host}:{port} cannot be listened on: {error.strerror or error}.",
            "Choose another with --port (`make run PORT=...`) or --host.",
        ) from None
    return listening


def _check_tls(certificate: Path, key: Path) -> None:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise InputError(
            f"--tls {certificate} {key}: {error}.",
            "Give a PEM certificate and its key; docs/how-to/tls.md makes both.",
        ) from None


def _greet(name: str, settings: Settings, logins: list[Login], *, secure: bool) -> None:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    OUT.print(f"\n{name}  http{'s' if secure else ''}://{host}:{settings.port}/", markup=False)
    if logins:
        width = max(len(one.name) for one in logins)
        OUT.print("Sign in as (these passwords are shown this once):")
        for one in logins:
            OUT.print(f"  {one.name:<{width}}  {one.password}  {one.note}", markup=False)
    if not secure and settings.host not in _LOOPBACK:
        ERR.print(
            "Without https a phone can neither store offline nor take photos: use --tls CERT KEY."
        )
    OUT.print("Stop with Ctrl-C.\n")
