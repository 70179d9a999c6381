"""The schema of the database compared with the one that this release was written for.

A deployment migrates before it starts the new code, and a rollback leaves the schema as it is. So
a release has to run on a schema that is newer than its own (AHEAD), but not on an older one
(BEHIND). A migration that keeps this promise says `rollback_safe = True`; see docs/runbook.md.
"""

from enum import Enum

from sqlalchemy import Connection, Engine, inspect, text

from app.settings import ROOT

VERSIONS = ROOT / "migrations" / "versions"


class SchemaState(Enum):
    """How the database stands to this release."""

    CURRENT = "current"
    AHEAD = "ahead"
    BEHIND = "behind"


def known_revisions() -> list[str]:
    """The revisions of this release, oldest first. A file's name begins with its revision.

    alembic knows this too, but importing it would make every start a fifth of a second longer.
    """
    return sorted(path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*_*.py"))


def database_revision(connection: Connection) -> str | None:
    """The revision that alembic has written into the database, `None` before the first one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def compare(found: str | None, known: list[str]) -> SchemaState:
    """Judge the revision found in the database by those that this release knows."""
    if found == known[-1]:
        return SchemaState.CURRENT
    if found is None or found in known:
        return SchemaState.BEHIND
    return SchemaState.AHEAD


def upgrade_if_behind(engine: Engine) -> None:
    """Bring an older database to the schema of this release. A newer one is left alone."""
    with engine.connect() as connection:
        state = compare(database_revision(connection), known_revisions())
    if state is SchemaState.BEHIND:
        from app.migrate import upgrade  # here, because it is slow to import and rarely needed

        upgrade(engine.url.render_as_string(hide_password=False))
