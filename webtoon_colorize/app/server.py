"""What the browser can ask of the app: its own files, and the colours of pages that it sends.

Answers are JSON or files; those that say what is wrong are {"error": sentence}, but for requests that are no HTTP or
more than MOST_CONNECTIONS at a time, which never get here. Slow work is done by one thread, so the event loop stays
free, and requests are answered in order.
"""

import asyncio
import concurrent.futures
import contextlib
import errno
import json
import os
import pathlib
import re
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from webtoon_colorize.app.page import weakened
from webtoon_colorize.app.session import NotOpenError, Session
from webtoon_colorize.hints import Hint
from webtoon_colorize.io import hint_files

STATIC = pathlib.Path(__file__).parent / "static"
LARGEST = 64 * 2**20  # bytes of an upload
MOST_CONNECTIONS = 32  # a browser opens six
LOCAL = ("127.0.0.1", "localhost")

# The browser is to load nothing from elsewhere, to run no script but the app's, and to show the app in no other page.
_HEADERS = {
    "content-security-policy": "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
}


_Call = Callable[..., Awaitable[Any]]  # a function and its arguments -> its result, from the one thread


class _TooLargeError(ValueError):
    """An upload beyond LARGEST."""


class _OwnPagesOnly:
    """Refuses requests that pages of other sites make or that are meant for another host, and adds _HEADERS."""

    def __init__(self, app, hosts):
        self._app, self._hosts = app, hosts

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message):
            if message["type"] == "http.response.start":
                added = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
                message["headers"] = [*message["headers"], *added]
            await send(message)

        headers = Request(scope).headers
        answer = self._app
        host = headers.get("host", "")
        if host.partition(":")[0] not in self._hosts:  # a name that was made to mean this computer
            answer = _error(400, f"the app does not answer at {host}")
        elif headers.get("origin", own := f"http://{host}") != own:
            answer = _error(403, "another site's page cannot use this app")
        await answer(scope, receive, send_with_headers)


def _error(status: int, sentence: str) -> JSONResponse:
    return JSONResponse({"error": sentence}, status)


def _said(status: int):
    return lambda _, error: _error(status, str(error))


def _refused(request: Request, error: HTTPException) -> JSONResponse:
    """What Starlette itself refuses: addresses that are not there, methods that they do not take."""
    return _error(error.status_code, f"the app does not answer {request.method} {request.url.path} ({error.detail})")


def build(session: Session, *, host: str = LOCAL[0]) -> Starlette:
    """The app as ASGI. host: the address that it is served on, the only one beside this computer's own names."""
    handlers = {
        NotOpenError: _said(404),
        _TooLargeError: _said(413),
        ValueError: _said(400),
        HTTPException: _refused,
        Exception: lambda _, __: _error(500, "the program failed; its terminal says more"),
        MemoryError: lambda _, __: _error(507, "the page is too large for the memory"),
    }
    guard = Middleware(_OwnPagesOnly, hosts={*LOCAL, host})
    return Starlette(routes=_routes(session), middleware=[guard], exception_handlers=handlers)


def _routes(session: Session) -> list[Route | Mount]:
    worker = concurrent.futures.ThreadPoolExecutor(1)

    async def call(function, *arguments, **named):
        return await asyncio.wrap_future(worker.submit(function, *arguments, **named))

    async def settings(_: Request) -> Response:
        learned = session.learned
        return JSONResponse({"largest": LARGEST, "learned": learned and learned._asdict()})

    return [
        Route("/settings", settings),
        Route("/strength", _strength),
        Route("/hints", _read_hints, methods=["POST"]),
        *_page_routes(session, call),
        *_learning_routes(session, call),
        Mount("/", StaticFiles(directory=STATIC, html=True)),
    ]


def _page_routes(session: Session, call: _Call) -> list[Route]:
    async def open_page(request: Request) -> Response:
        page = await call(session.open, await _body(request))
        names = ("key", "width", "height", "is_colored")
        return JSONResponse({name: getattr(page, name) for name in names})

    async def view(request: Request) -> Response:
        key, hints = request.path_params["key"], await _hints(request)
        seen = request.query_params.get("seen", "")
        found = await call(session.view, key, hints, seen=seen, y=_number(request, "y"))
        return JSONResponse(found._asdict() | {"patches": [patch._asdict() for patch in found.patches]})

    async def suggestions(request: Request) -> Response:
        x, y = _number(request, "x"), _number(request, "y")
        found = await call(session.suggestions, request.path_params["key"], x, y)
        return JSONResponse([hint_files.as_hex(rgb) for rgb in found])

    async def finished(request: Request) -> Response:
        hints = await _hints(request)
        return Response(await call(session.finished, request.path_params["key"], hints))

    return [
        Route("/pages", open_page, methods=["POST"]),
        Route("/pages/{key}/view", view, methods=["POST"]),
        Route("/pages/{key}/suggestions", suggestions),
        Route("/pages/{key}/file", finished, methods=["POST"]),
    ]


def _learning_routes(session: Session, call: _Call) -> list[Route]:
    async def add_reference(request: Request) -> Response:
        await call(session.add_reference, request.path_params["key"], await _hints(request))
        return JSONResponse({})

    async def learn(request: Request) -> Response:
        learned = await call(session.learn, _names(await _body(request)))
        return JSONResponse(learned._asdict())

    async def forget(_: Request) -> Response:
        await call(session.forget)
        return JSONResponse({})

    return [
        Route("/pages/{key}/reference", add_reference, methods=["POST"]),
        Route("/learn", learn, methods=["POST"]),
        Route("/forget", forget, methods=["POST"]),
    ]


async def _strength(request: Request) -> Response:
    """A colour with another chroma."""
    color, strength = request.query_params.get("color", ""), _number(request, "strength")
    if not re.fullmatch("#[0-9a-f]{6}", color):
        raise ValueError(f"color is {color}, expected #rrggbb")
    return JSONResponse(hint_files.as_hex(weakened(tuple(bytes.fromhex(color[1:])), strength)))


async def _read_hints(request: Request) -> Response:
    """A hint file's hints for the pages that the query names, and the names of other pages in the file."""
    found = hint_files.parse_hints(await _body(request))
    assigned, unknown = hint_files.assign(found, request.query_params.getlist("page"))
    return JSONResponse({"pages": json.loads(hint_files.format_hints(assigned)), "unknown": unknown})


async def _body(request: Request) -> bytes:
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > LARGEST:
            raise _TooLargeError(f"the file is larger than {LARGEST >> 20} MB")
    return bytes(data)


async def _hints(request: Request) -> tuple[Hint, ...]:
    """The hints of the one page in a hint file. Raises ValueError."""
    found = hint_files.parse_hints(await _body(request))
    if len(found) != 1:
        raise ValueError(f"expected the hints of one page, got those of {len(found)}")
    return next(iter(found.values()))


def _names(data: bytes) -> dict[str, str]:
    """The pages' names by their keys. Raises ValueError."""
    with contextlib.suppress(ValueError, RecursionError):
        found = json.loads(data)
        if isinstance(found, dict) and all(isinstance(name, str) for name in found.values()):
            return found
    raise ValueError('expected {"page key": "page name", ...}')


def _number(request: Request, name: str) -> float:
    value = request.query_params.get(name, "0")
    if not re.fullmatch(r"\d{1,9}(\.\d*)?", value):
        raise ValueError(f"{name} is {value}, expected a number")
    return float(value)


def bind(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises OSError, whose message is the reason."""
    if host in ("", "0.0.0.0"):
        raise OSError("--host is one address of this computer, not all of them")
    listening = socket.socket()
    if os.name == "posix":  # a port that a program has just left is free; on Windows it would mean a shared port
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()
    except OSError as error:
        listening.close()
        taken = error.errno == errno.EADDRINUSE
        reason = "is taken, perhaps by this app" if taken else f"cannot be used ({error.strerror})"
        raise OSError(f"port {port} of {host} {reason}; --port chooses another") from error
    return listening


def serve(session: Session, listening: socket.socket, *, host: str) -> None:
    """Answers until Ctrl+C."""
    with contextlib.suppress(KeyboardInterrupt):  # uvicorn has ended in order, and passes it on
        config = uvicorn.Config(build(session, host=host), log_level="error", limit_concurrency=MOST_CONNECTIONS)
        uvicorn.Server(config).run([listening])
