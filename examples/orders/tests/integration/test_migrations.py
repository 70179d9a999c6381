"""Migrations: up, down, up again, and always the tables of app/models.py."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.database import open_engine
from app.migrate import downgrade, upgrade
from app.models import Base, Payment
from app.schema import known_revisions, upgrade_if_behind


def tables(database: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"
        ).fetchall()


def test_the_migrations_make_the_tables_of_the_models(database: Path) -> None:
    engine = open_engine(f"sqlite:///{database}")
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    assert differences == []


def test_every_migration_goes_down_and_up_again(tmp_path: Path) -> None:
    database = tmp_path / "orders.db"
    url = f"sqlite:///{database}"
    for revision in known_revisions():
        before = tables(database)
        upgrade(url, revision)
        after = tables(database)
        assert after != before
        downgrade(url, "-1")
        assert [row for row in tables(database) if row[0] != "alembic_version"] == [
            row for row in before if row[0] != "alembic_version"
        ]
        upgrade(url, revision)
        assert tables(database) == after


def test_a_payment_belongs_to_an_order(database: Path) -> None:
    engine = open_engine(f"sqlite:///{database}")
    orphan = Payment(order_id="none", customer="alice", idempotency_key="k1", amount_cents=1)
    with Session(engine) as session:
        session.add(orphan)
        with pytest.raises(IntegrityError, match="FOREIGN KEY"):
            session.commit()


def test_a_newer_database_is_left_alone(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = tables(database)
    upgrade_if_behind(open_engine(f"sqlite:///{database}"))
    assert tables(database) == before
