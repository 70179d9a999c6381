"""What happens around every request: its id, its log line, its headers, the limit of its body."""

import logging
import time
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.context import accept_or_create, request_id
from app.database import CallCount, call_count
from app.errors import Problem, internal_error, repeatable

logger = logging.getLogger("app.request")

# Set where the route has not set its own.
DEFAULT_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class RequestContext:
    """Gives each request an id, times it, counts its database calls, and logs one line about it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id.set(accept_or_create(Headers(scope=scope).get("x-request-id")))
        call_count.set(CallCount())
        await _Exchange(self.app, scope, send).run(receive)


class _Exchange:
    """One request and its answer."""

    def __init__(self, app: ASGIApp, scope: Scope, send: Send) -> None:
        self.app = app
        self.scope = scope
        self.client_send = send
        self.started = time.perf_counter()
        self.status: int | None = None

    async def run(self, receive: Receive) -> None:
        try:
            await self.app(self.scope, receive, self.send)
        except Exception:
            logger.exception("request failed")
            if self.status is not None:
                raise
            await self.answer_internal_error(receive)
        finally:
            self.log()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.add_headers(MutableHeaders(scope=message))
        await self.client_send(message)

    def add_headers(self, headers: MutableHeaders) -> None:
        for name, value in DEFAULT_HEADERS.items():
            headers.setdefault(name, value)
        headers["X-Request-ID"] = request_id.get() or ""
        headers["Server-Timing"] = (
            f'app;dur={self.milliseconds()}, db;desc="{database_calls()} calls"'
        )

    async def answer_internal_error(self, receive: Receive) -> None:
        again = repeatable(self.scope["method"], Headers(scope=self.scope))
        await internal_error(retryable=again).response()(self.scope, receive, self.send)

    def milliseconds(self) -> float:
        return round((time.perf_counter() - self.started) * 1000, 2)

    def log(self) -> None:
        fields = {
            "method": self.scope["method"],
            "path": self.scope["path"],
            "status": self.status,
            "duration_ms": self.milliseconds(),
            "database_calls": database_calls(),
        }
        logger.info("request", extra=fields)


def database_calls() -> int:
    """Statements sent to the database for the current request."""
    count = call_count.get()
    return count.calls if count else 0


class BodyLimit:
    """Refuses a request body that is too large, before all of it was read."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if self._announced(scope) > self.limit:
            await self._problem().response()(scope, receive, send)
            return
        await self.app(scope, self._counting(receive), send)

    def _announced(self, scope: Scope) -> int:
        length = Headers(scope=scope).get("content-length", "0")
        return int(length) if length.isdecimal() else 0

    def _counting(self, receive: Receive) -> Receive:
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.limit:
                raise self._problem()
            return message

        return counted

    def _problem(self) -> Problem:
        return Problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "body-too-large",
            "the body of the request is too large",
            f"at most {self.limit} bytes",
        )
