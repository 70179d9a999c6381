"""Runs alembic from Python, on the database that the caller names.

    python -m app.migrate

is what a deployment calls. Unlike `alembic upgrade head` it accepts a database that is newer than
this release.
"""

import sys

from alembic import command
from alembic.config import Config

from app.database import open_engine
from app.schema import database_revision, upgrade_if_behind
from app.settings import ROOT, load_settings


def upgrade(database_url: str, revision: str = "head") -> None:
    """Apply migrations up to and including `revision`."""
    command.upgrade(_config(database_url), revision)


def downgrade(database_url: str, revision: str) -> None:
    """Take migrations back down to `revision`, or all of them with "base"."""
    command.downgrade(_config(database_url), revision)


def _config(database_url: str) -> Config:
    config = Config(ROOT / "alembic.ini")
    config.attributes["database_url"] = database_url
    return config


def main() -> int:
    """Migrate the database of the settings, unless it is already at this release or past it."""
    engine = open_engine(load_settings().database_url)
    upgrade_if_behind(engine)
    with engine.connect() as connection:
        sys.stdout.write(f"schema: {database_revision(connection)}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
