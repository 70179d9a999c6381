"""What alembic runs: connects to the database of the settings and applies migrations."""

import logging

from alembic import context

from app.database import open_engine
from app.models import Base
from app.settings import load_settings


def database_url() -> str:
    """The database that the caller named, else the one of the settings."""
    return context.config.attributes.get("database_url") or load_settings().database_url


def migrate_online() -> None:
    """Apply migrations to the database."""
    engine = open_engine(database_url())
    with engine.connect() as connection:
        context.configure(
            connection=connection, target_metadata=Base.metadata, render_as_batch=True
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


def migrate_offline() -> None:
    """Print the SQL of migrations, for `alembic upgrade head --sql`."""
    context.configure(url=database_url(), target_metadata=Base.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


if context.config.cmd_opts is not None:  # run by a person, who wants to see each migration
    logging.basicConfig(level=logging.INFO, format="%(message)s")

if context.is_offline_mode():
    migrate_offline()
else:
    migrate_online()
