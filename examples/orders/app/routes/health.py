"""Health: which release answers here, and whether it can do its work."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from app.release import Release
from app.schema import SchemaState, compare, database_revision

router = APIRouter(tags=["health"])


@router.get("/health")
def read_health(request: Request) -> Response:
    """200 when every component works, 503 when one does not. The body says the same."""
    state = request.app.state
    checks = check_components(state.engine, state.known_revisions)
    body = report(state.release, state.settings.environment, checks)
    status = HTTPStatus.OK if body["ok"] else HTTPStatus.SERVICE_UNAVAILABLE
    return JSONResponse(body, status_code=status, headers={"Cache-Control": "no-store"})


def report(release: Release, environment: str, checks: dict[str, Any]) -> dict[str, Any]:
    """The body of the answer. Its `status` is the worst of the components: pass, warn or fail."""
    states = {check["status"] for check in checks.values()}
    worst = next(status for status in ("fail", "warn", "pass") if status in states)
    return {
        "ok": worst != "fail",
        "status": worst,
        "environment": environment,
        "release": {"version": release.version, "commit": release.commit},
        "checks": checks,
    }


def check_components(engine: Engine, known: list[str]) -> dict[str, Any]:
    """Ask the database for its revision. That it answers is one check, what it says another."""
    try:
        with engine.connect() as connection:
            found = database_revision(connection)
    except SQLAlchemyError as error:
        unknown = {"status": "fail", "found": None, "expected": known[-1]}
        return {"database": {"status": "fail", "error": type(error).__name__}, "schema": unknown}
    return {"database": {"status": "pass"}, "schema": schema_check(found, known)}


def schema_check(found: str | None, known: list[str]) -> dict[str, Any]:
    """A newer schema is a warning, as after a rollback. An older one is a failure."""
    status = {
        SchemaState.CURRENT: "pass",
        SchemaState.AHEAD: "warn",
        SchemaState.BEHIND: "fail",
    }
    return {"status": status[compare(found, known)], "found": found, "expected": known[-1]}
