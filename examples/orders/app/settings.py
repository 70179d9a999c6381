"""The settings of the service: one frozen object, read once when the process starts.

Order of precedence: environment variable, then `settings/<environment>.toml`. There are no defaults
in code, so that a file shows everything that is in force.

    python -m app.settings --environment staging --json

prints the settings as the service would load them. Tokens are named by their source, never shown.
"""

import argparse
import json
import os
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

ROOT = Path(__file__).resolve().parent.parent

Environment = Literal["local", "staging", "production"]

OVERRIDES = {"database_url": "APP_DATABASE_URL", "log_level": "APP_LOG_LEVEL"}


class TokenSource(BaseModel):
    """Where the bearer token of one customer comes from: an environment variable or a file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    env: str | None = None
    file: str | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.env is None) == (self.file is None):
            raise ValueError("a token has exactly one source: env or file")
        return self

    def __str__(self) -> str:
        return f"env:{self.env}" if self.env else f"file:{self.file}"


class Settings(BaseModel):
    """Everything that may differ between two places where the service runs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    environment: Environment
    public_url: str
    database_url: str
    migrate_on_start: bool
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"]
    openapi_enabled: bool
    catalog_max_age_seconds: int = Field(ge=0)
    max_body_bytes: int = Field(gt=0)
    tokens: dict[str, TokenSource] = Field(min_length=1)

    def public(self) -> dict[str, Any]:
        """The settings as they may be shown: no password, and only the sources of the tokens."""
        shown = self.model_dump(exclude={"tokens"})
        shown["database_url"] = _without_password(self.database_url)
        shown["tokens"] = {name: str(source) for name, source in self.tokens.items()}
        return shown


def load_settings(
    environment: str | None = None,
    variables: Mapping[str, str] = os.environ,
    root: Path = ROOT,
) -> Settings:
    """Read the settings of `environment`, or of the one that `APP_ENVIRONMENT` names.

    Raises ValueError for an unknown environment, an unknown key or a value of the wrong type.
    """
    name = environment or variables.get("APP_ENVIRONMENT", "local")
    if name not in get_args(Environment):
        raise ValueError(f"environment is {name!r}, expected one of {get_args(Environment)}")
    values = tomllib.loads((root / "settings" / f"{name}.toml").read_text(encoding="utf-8"))
    values |= {key: variables[name] for key, name in OVERRIDES.items() if variables.get(name)}
    values["database_url"] = _anchored(values.get("database_url", ""), root)
    return Settings.model_validate(values, strict=True)


def _anchored(database_url: str, root: Path) -> str:
    """Make the path of a SQLite file relative to the service, not to the working directory."""
    scheme, separator, path = database_url.partition(":///")
    if scheme != "sqlite" or path.startswith("/") or path in ("", ":memory:"):
        return database_url
    return f"{scheme}{separator}{root / path}"


def _without_password(database_url: str) -> str:
    parts = urlsplit(database_url)
    if parts.password is None:
        return database_url
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{parts.username}:***@{host}").geturl()


def main(arguments: list[str] | None = None) -> int:
    """Print the settings of one environment."""
    parser = argparse.ArgumentParser(prog="python -m app.settings", description=main.__doc__)
    parser.add_argument("--environment", choices=get_args(Environment))
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    options = parser.parse_args(arguments)
    shown = load_settings(options.environment).public()
    lines = [f"{key} = {value}" for key, value in shown.items()]
    sys.stdout.write((json.dumps(shown, indent=2) if options.json else "\n".join(lines)) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
