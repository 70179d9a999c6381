"""Puts the application together from its parts. It reads no environment: tests build their own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from app.database import open_engine
from app.errors import add_error_handlers
from app.middleware import BodyLimit, RequestContext
from app.release import Release
from app.routes import account, catalog, health, orders, payments
from app.schema import known_revisions, upgrade_if_behind
from app.settings import Settings
from app.tokens import Tokens


def create_app(settings: Settings, tokens: Tokens, release: Release) -> FastAPI:
    """Build the application. The database is opened when it starts."""
    app = FastAPI(
        title="orders",
        version=release.version,
        lifespan=_lifespan,
        redirect_slashes=False,
        openapi_url="/openapi.json" if settings.openapi_enabled else None,
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings = settings
    app.state.tokens = tokens
    app.state.release = release
    app.state.known_revisions = known_revisions()
    for part in (health, catalog, account, orders, payments):
        app.include_router(part.router)
    add_error_handlers(app)
    app.add_middleware(BodyLimit, limit=settings.max_body_bytes)
    app.add_middleware(RequestContext)  # added last, so it is the outermost
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.engine = open_engine(app.state.settings.database_url)
    if app.state.settings.migrate_on_start:
        upgrade_if_behind(app.state.engine)
    yield
    app.state.engine.dispose()
