"""The release: its commit is found where it was deployed or checked out, and is never guessed."""

import subprocess
from pathlib import Path

import pytest

from app.release import Release, read_release


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n', encoding="utf-8")
    return tmp_path


def git(root: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.test")
    command = ["git", "-C", str(root), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603


def committed(root: Path) -> str:
    git(root, "init", "--quiet")
    git(root, "add", "pyproject.toml")
    git(root, "commit", "--quiet", "--message", "release")
    return git(root, "rev-parse", "HEAD")


def test_a_checkout_reports_its_head(root: Path) -> None:
    head = committed(root)
    assert read_release(root, {}) == Release("1.2.3", head)


def test_a_deployed_release_reports_the_commit_of_its_file(root: Path) -> None:
    (root / "COMMIT").write_text("abc123\n", encoding="utf-8")
    assert read_release(root, {}) == Release("1.2.3", "abc123")


def test_the_variable_comes_first(root: Path) -> None:
    (root / "COMMIT").write_text("abc123\n", encoding="utf-8")
    assert read_release(root, {"APP_COMMIT": "def456"}) == Release("1.2.3", "def456")


def test_outside_git_the_commit_is_unknown(root: Path) -> None:
    assert read_release(root, {}) == Release("1.2.3", None)


def test_an_untracked_folder_does_not_report_the_head_around_it(root: Path) -> None:
    committed(root)
    inside = root / "releases"
    inside.mkdir()
    (inside / "pyproject.toml").write_text('[project]\nversion = "1.0.0"\n', encoding="utf-8")
    assert read_release(inside, {}) == Release("1.0.0", None)
