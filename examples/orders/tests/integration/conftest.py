"""A real application on a real SQLite file with the migrations applied, fresh for each test."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.factory import create_app
from app.migrate import upgrade
from app.release import Release
from app.settings import Settings, load_settings
from app.tokens import Tokens

TOKENS = {"alice": "alice-0123456789abcdef", "bob": "bob-0123456789abcdef"}


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with the newest schema. Migrating once and copying is faster."""
    path = tmp_path_factory.mktemp("migrated") / "orders.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def database(migrated: Path, tmp_path: Path) -> Path:
    """The database file of this test."""
    return Path(shutil.copy(migrated, tmp_path / "orders.db"))


@pytest.fixture
def settings(database: Path) -> Settings:
    """The local settings on the database of this test."""
    return load_settings("local", {"APP_DATABASE_URL": f"sqlite:///{database}"})


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    """A client without a token."""
    app = create_app(settings, Tokens(TOKENS), Release("1.2.3", "abc123"))
    with TestClient(app) as client:
        yield client


@pytest.fixture
def customer(client: TestClient) -> Callable[[str], TestClient]:
    """Makes a client that sends the token of a customer, to the same application."""

    def with_token(name: str) -> TestClient:
        return TestClient(client.app, headers={"Authorization": f"Bearer {TOKENS[name]}"})

    return with_token


@pytest.fixture
def alice(customer: Callable[[str], TestClient]) -> TestClient:
    """A client with the token of one customer."""
    return customer("alice")


@pytest.fixture
def bob(customer: Callable[[str], TestClient]) -> TestClient:
    """A client with the token of another customer."""
    return customer("bob")
