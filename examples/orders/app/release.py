"""Which release is running. `/health` reports it, so that a deployment can be proved."""

import os
import subprocess
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.settings import ROOT


@dataclass(frozen=True, slots=True)
class Release:
    """A version and the commit it was built from, `None` where that cannot be known."""

    version: str
    commit: str | None


def read_release(root: Path = ROOT, variables: Mapping[str, str] = os.environ) -> Release:
    """Find the release: read once at start, so that a later checkout does not change the answer.

    The commit comes from `APP_COMMIT`, else from the file `COMMIT` that a deployment writes, else
    from the git checkout.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    commit = variables.get("APP_COMMIT") or _commit_file(root) or _checked_out_commit(root)
    return Release(version=project["version"], commit=commit)


def _commit_file(root: Path) -> str | None:
    path = root / "COMMIT"
    return path.read_text(encoding="utf-8").strip() or None if path.is_file() else None


def _checked_out_commit(root: Path) -> str | None:
    """HEAD, unless git does not track this folder: then HEAD says nothing about this code."""
    if _git(root, "ls-files", "--error-unmatch", "pyproject.toml") is None:
        return None
    return _git(root, "rev-parse", "--verify", "HEAD")


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 the arguments are constants of this file
            ["git", "-C", str(root), *arguments],  # noqa: S607 git is found on PATH
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
