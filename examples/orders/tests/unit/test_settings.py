"""Settings: what a file may say, what the environment overrides, and what is never shown."""

import json
import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import ROOT, TokenSource, load_settings, main

FILE = """
environment = "local"
public_url = "http://127.0.0.1:8000"
database_url = "sqlite:///var/orders.db"
migrate_on_start = true
log_level = "INFO"
openapi_enabled = true
catalog_max_age_seconds = 300
max_body_bytes = 1024
{extra}
[tokens]
alice = {{ env = "APP_TOKEN_ALICE" }}
"""


def written(root: Path, extra: str = "") -> Path:
    folder = root / "settings"
    folder.mkdir()
    (folder / "local.toml").write_text(FILE.format(extra=extra), encoding="utf-8")
    return root


@pytest.mark.parametrize("environment", ["local", "staging", "production"])
def test_every_settings_file_loads_and_names_its_own_environment(environment: str) -> None:
    assert load_settings(environment, {}).environment == environment


def test_the_environment_variable_chooses_the_file() -> None:
    assert load_settings(None, {"APP_ENVIRONMENT": "staging"}).environment == "staging"


def test_an_unknown_environment_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"'moon', expected one of .*production"):
        load_settings(None, {"APP_ENVIRONMENT": "moon"})


def test_a_variable_overrides_the_file(tmp_path: Path) -> None:
    settings = load_settings("local", {"APP_LOG_LEVEL": "ERROR"}, written(tmp_path))
    assert settings.log_level == "ERROR"


def test_an_empty_variable_overrides_nothing(tmp_path: Path) -> None:
    assert load_settings("local", {"APP_LOG_LEVEL": ""}, written(tmp_path)).log_level == "INFO"


def test_a_relative_sqlite_path_starts_at_the_service(tmp_path: Path) -> None:
    settings = load_settings("local", {}, written(tmp_path))
    assert settings.database_url == f"sqlite:///{tmp_path}/var/orders.db"


@pytest.mark.parametrize("url", ["sqlite:////srv/orders.db", "postgresql://db/orders"])
def test_other_database_addresses_are_left_alone(tmp_path: Path, url: str) -> None:
    settings = load_settings("local", {"APP_DATABASE_URL": url}, written(tmp_path))
    assert settings.database_url == url


def test_an_unknown_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="migrate_on_strat"):
        load_settings("local", {}, written(tmp_path, "migrate_on_strat = true"))


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        load_settings("local", {}).log_level = "DEBUG"


@pytest.mark.parametrize("source", [{}, {"env": "A", "file": "b"}])
def test_a_token_has_exactly_one_source(source: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="exactly one source"):
        TokenSource(**source)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://orders:hunter2@db/orders", "postgresql://orders:***@db/orders"),
        ("postgresql://orders:hun@ter2@db:5432/o?a=b", "postgresql://orders:***@db:5432/o?a=b"),
        ("postgresql://orders@db/orders", "postgresql://orders@db/orders"),
        ("sqlite:////srv/orders.db", "sqlite:////srv/orders.db"),
    ],
)
def test_the_password_of_the_database_is_not_shown(tmp_path: Path, url: str, shown: str) -> None:
    settings = load_settings("local", {"APP_DATABASE_URL": url}, written(tmp_path))
    assert settings.public()["database_url"] == shown


def test_the_command_prints_sources_of_tokens_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--environment", "production", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["tokens"] == {"alice": "env:APP_TOKEN_ALICE", "bob": "env:APP_TOKEN_BOB"}


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_outside_of_local_every_token_comes_from_the_environment(environment: str) -> None:
    sources = load_settings(environment, {}).tokens.values()
    assert all(source.env and not source.file for source in sources)


def test_the_example_of_an_env_file_names_every_variable() -> None:
    sources = [*(ROOT / "app").rglob("*.py"), *(ROOT / "settings").glob("*.toml")]
    used = {name for path in sources for name in re.findall(r"APP_[A-Z_]+", path.read_text())}
    assert used == set(re.findall(r"APP_[A-Z_]+", (ROOT / ".env.example").read_text()))
