"""Health: it tells the truth about the release, the database and the schema."""

from pathlib import Path

from fastapi.testclient import TestClient

from app.factory import create_app
from app.migrate import downgrade
from app.release import Release
from app.schema import known_revisions
from app.settings import Settings
from app.tokens import Tokens

TOKEN = "alice-0123456789abcdef"


def test_a_working_service_says_so_and_names_its_release(client: TestClient) -> None:
    answer = client.get("/health")
    newest = known_revisions()[-1]
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.json() == {
        "ok": True,
        "status": "pass",
        "environment": "local",
        "release": {"version": "1.2.3", "commit": "abc123"},
        "checks": {
            "database": {"status": "pass"},
            "schema": {"status": "pass", "found": newest, "expected": newest},
        },
    }


def test_a_database_without_migrations_is_not_healthy(client: TestClient, database: Path) -> None:
    database.write_bytes(b"")
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["ok"]) == (503, False)
    assert answer.json()["checks"]["schema"]["status"] == "fail"


def test_a_broken_database_is_not_healthy(client: TestClient, database: Path) -> None:
    database.write_bytes(b"not a database" * 100)
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (503, "fail")
    assert answer.json()["checks"]["database"] == {"status": "fail", "error": "DatabaseError"}


def test_an_older_schema_is_not_healthy(client: TestClient, database: Path) -> None:
    downgrade(f"sqlite:///{database}", "-1")
    assert client.get("/health").status_code == 503


def test_a_route_without_its_database_asks_to_come_back(alice: TestClient, database: Path) -> None:
    database.write_bytes(b"")
    answer = alice.get("/orders")
    assert (answer.status_code, answer.json()["code"]) == (503, "database-unavailable")
    assert answer.json()["retryable"] is True


def test_a_service_that_may_not_migrate_starts_and_says_what_is_missing(
    settings: Settings, database: Path
) -> None:
    database.write_bytes(b"")
    production = settings.model_copy(update={"migrate_on_start": False})
    app = create_app(production, Tokens({"alice": TOKEN}), Release("1.2.3", None))
    with TestClient(app) as client:
        assert client.get("/health").status_code == 503


def test_a_local_service_migrates_when_it_starts(settings: Settings, database: Path) -> None:
    database.unlink()
    app = create_app(settings, Tokens({"alice": TOKEN}), Release("1.2.3", None))
    with TestClient(app) as client:
        assert client.get("/health").json()["status"] == "pass"


def test_the_description_of_the_routes_can_be_switched_off(settings: Settings) -> None:
    closed = settings.model_copy(update={"openapi_enabled": False})
    app = create_app(closed, Tokens({"alice": TOKEN}), Release("1.2.3", None))
    with TestClient(app) as client:
        assert client.get("/openapi.json").status_code == 404
