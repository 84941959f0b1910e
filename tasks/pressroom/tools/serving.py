"""A web server for what was built: it reads, and nothing else. It needs the extra `pressroom[serve]`."""

from __future__ import annotations

import html
import os
import socket
from contextlib import closing
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from pressroom.errors import MachineError
from pressroom.formats import webfile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK = ("localhost", "127.0.0.1", "::1", "[::1]")
PAGE = """\
<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>pressroom</title><h1>What is served</h1><ul>{rows}</ul>
"""


def serve(folders: Mapping[str, Path], *, host: str, port: int, names: Sequence[str], ready: Callable[[int], None]) -> None:
    """Serve the folders below their names until a signal comes; `names` are the hosts beside this machine's own.

    `ready` is told the port once requests are taken. Raises MachineError where that cannot be had.
    """
    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise MachineError(
            f"{host}:{port}: cannot be listened at ({os.strerror(error.errno or 0)}); say another --port"
        ) from error
    with closing(listener):
        ready(listener.getsockname()[1])
        config = uvicorn.Config(
            app(folders, names),
            lifespan="off",
            log_level="error",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        uvicorn.Server(config).run(sockets=[listener])


def app(folders: Mapping[str, Path], names: Sequence[str] = ()) -> ASGIApp:
    """The server's answers: `/` tells what there is, `/<name>/...` are the files below a folder."""

    def index(_: Request) -> Response:
        rows = "".join(_row(name, folder) for name, folder in folders.items() if folder.is_dir())
        return HTMLResponse(PAGE.format(rows=rows), headers={"X-Content-Type-Options": "nosniff"})

    mounts = [Mount(f"/{name}", app=_Files(folder)) for name, folder in folders.items()]
    hosts = Middleware(TrustedHostMiddleware, allowed_hosts=[*LOOPBACK, *names], www_redirect=False)
    found = Starlette(routes=[Route("/", index), *mounts], middleware=[hosts, Middleware(_Packed)])
    found.router.redirect_slashes = False
    return found


def _row(name: str, folder: Path) -> str:
    """A release on the first page: its player, where it has one, else what is known of it."""
    page = "hls/player.html" if (folder / "hls/player.html").is_file() else "release.json"
    return f'<li><a href="/{html.escape(name)}/{page}">{html.escape(name)}</a></li>'


class _Files(StaticFiles):
    """The files below a folder, which need not be there yet; no lists, no hidden files, no way out."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, check_dir=False)
        self.config_checked = True

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """A file; none where a part of its path begins with a dot."""
        return ("", None) if any(part.startswith(".") for part in PurePath(path).parts) else super().lookup_path(path)

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """A file with its type, and how long it holds."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        path = PurePath(full_path)
        if response.status_code != 304:  # noqa: PLR2004  # Not Modified: it has no type
            response.headers["Content-Type"] = webfile.media_type(path.name) or "application/octet-stream"
        response.headers["Cache-Control"] = webfile.keeping(path.name)
        response.headers["X-Content-Type-Options"] = "nosniff"
        if path.suffix.lower() in webfile.MEDIA_TYPES:
            response.headers["Access-Control-Allow-Origin"] = "*"
            response.headers["Access-Control-Expose-Headers"] = "Content-Length, Content-Range, Date"
        return response

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file; what may not be read is not there."""
        try:
            return await super().get_response(path, scope)
        except HTTPException as error:
            raise HTTPException(404) if error.status_code == 401 else error from None  # noqa: PLR2004  # Starlette's word for it


class _Packed:
    """Texts packed for who takes gzip; not where ranges of bytes are asked for, which are those of the file."""

    def __init__(self, inner: ASGIApp) -> None:
        self._plain = inner
        self._packed = GZipMiddleware(inner, minimum_size=1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        ranged = any(name == b"range" for name, _ in scope.get("headers", ()))
        await (self._plain if ranged else self._packed)(scope, receive, send)
