"""The database connection, and how many statements a request has sent through it."""

from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import Request
from sqlalchemy import Engine, NullPool, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

BUSY_TIMEOUT_SECONDS = 5


@dataclass(slots=True)
class CallCount:
    """Statements sent to the database while one request was answered."""

    calls: int = 0


call_count: ContextVar[CallCount | None] = ContextVar("call_count", default=None)


def open_engine(database_url: str) -> Engine:
    """Prepare an engine. Nothing is connected yet, but the folder of a SQLite file is made."""
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite":
        return _watched(create_engine(url, hide_parameters=True, pool_pre_ping=True))
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    # No pool: an idle connection to a file that was replaced would go on reading the old one.
    connect_args = {"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False}
    engine = create_engine(url, hide_parameters=True, poolclass=NullPool, connect_args=connect_args)
    event.listen(engine, "connect", _enforce_foreign_keys)
    return _watched(engine)


def get_session(request: Request) -> Iterator[Session]:
    """One session per request. What is not committed is rolled back."""
    with Session(request.app.state.engine, expire_on_commit=False) as session:
        yield session


def _watched(engine: Engine) -> Engine:
    event.listen(engine, "before_cursor_execute", _count_call)
    return engine


def _enforce_foreign_keys(connection: Any, _record: Any) -> None:  # noqa: ANN401 driver types
    connection.execute("PRAGMA foreign_keys = ON")


def _count_call(*_arguments: Any) -> None:  # noqa: ANN401 six arguments, none of them used
    if count := call_count.get():
        count.calls += 1
