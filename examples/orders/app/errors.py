"""Error answers. Each says what failed, what was expected, and whether sending it again is safe.

The format is RFC 9457 (application/problem+json) with four members of our own: `code`, `expected`,
`retryable` and `request_id`. `retryable` is true when the same request, unchanged, may succeed if
it is sent again, and does nothing twice. Values that a client sent are never echoed, because they
may be secrets.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from app.context import request_id

RETRY_AFTER_SECONDS = 5
LONGEST_NAME = 64
REPEATABLE_METHODS = {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}
FRAMEWORK_ERRORS = {
    HTTPStatus.BAD_REQUEST: ("the body could not be read", "a body in JSON, encoded as UTF-8"),
    HTTPStatus.NOT_FOUND: (
        "this path does not exist",
        "a path of this service, without a slash at its end",
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: (
        "this path does not have this method",
        "a method of the Allow header",
    ),
}

# What pydantic says about a limit, without the value that broke it.
LIMITS = ("ge", "gt", "le", "lt", "min_length", "max_length", "pattern", "expected")


class Problem(HTTPException):
    """An error with a known cause, raised where it is noticed and answered by this module."""

    def __init__(
        self,
        status: HTTPStatus,
        code: str,
        detail: str,
        expected: str,
        *,
        retryable: bool = False,
        headers: Mapping[str, str] | None = None,
        **members: object,
    ) -> None:
        super().__init__(status, detail, headers)
        self.body = {
            "title": status.phrase,
            "status": status.value,
            "code": code,
            "detail": detail,
            "expected": expected,
            "retryable": retryable,
            **members,
        }

    def response(self) -> JSONResponse:
        """The answer for the client. It is never stored by a cache."""
        return JSONResponse(
            {**self.body, "request_id": request_id.get()},
            status_code=self.status_code,
            headers={"Cache-Control": "no-store", **(self.headers or {})},
            media_type="application/problem+json",
        )


def repeatable(method: str, headers: Mapping[str, str]) -> bool:
    """Whether this request changes nothing more when it arrives a second time."""
    return method in REPEATABLE_METHODS or "idempotency-key" in headers


def internal_error(*, retryable: bool) -> Problem:
    """An error nobody foresaw. The log has the cause, the client has the id to find it."""
    return Problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "internal-error",
        "the service failed while it answered",
        "an answer; report the request_id if this happens again",
        retryable=retryable,
    )


def add_error_handlers(app: FastAPI) -> None:
    """Let every kind of error be answered in the one format."""
    app.exception_handler(Problem)(_on_problem)
    app.exception_handler(RequestValidationError)(_on_invalid_input)
    app.exception_handler(HTTPException)(_on_http_exception)
    app.exception_handler(OperationalError)(_on_database_error)


def _on_problem(_request: Request, error: Problem) -> JSONResponse:
    return error.response()


def _on_invalid_input(_request: Request, error: RequestValidationError) -> JSONResponse:
    fields = [_field(item) for item in error.errors()]
    return Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "invalid-input",
        "not valid: " + ", ".join(field["field"] for field in fields),
        "input as /openapi.json describes it; see fields",
        fields=fields,
    ).response()


def _field(item: Mapping[str, Any]) -> dict[str, Any]:
    limits = {key: item["ctx"][key] for key in LIMITS if key in item.get("ctx", {})}
    return {
        "field": ".".join(str(part)[:LONGEST_NAME] for part in item["loc"]),
        "problem": item["type"],
        "expected": item["msg"],
        "limits": limits,
    }


def _on_http_exception(_request: Request, error: HTTPException) -> JSONResponse:
    """What the framework raises itself."""
    status = HTTPStatus(error.status_code)
    detail, expected = FRAMEWORK_ERRORS.get(status, (status.phrase, "another request"))
    code = status.phrase.lower().replace(" ", "-")
    return Problem(status, code, detail, expected, headers=error.headers).response()


def _on_database_error(request: Request, _error: OperationalError) -> JSONResponse:
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "database-unavailable",
        "the database did not answer",
        "a database that is reachable and migrated; /health says which part is not",
        retryable=repeatable(request.method, request.headers),
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    ).response()
