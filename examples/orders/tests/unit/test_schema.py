"""The schema: how a database stands to a release, and what every migration has to say."""

import re

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from app.schema import VERSIONS, SchemaState, compare, known_revisions
from app.settings import ROOT


@pytest.mark.parametrize(
    ("found", "state"),
    [
        ("0002", SchemaState.CURRENT),
        ("0001", SchemaState.BEHIND),
        (None, SchemaState.BEHIND),
        ("0003", SchemaState.AHEAD),
    ],
)
def test_a_database_is_judged_by_the_revisions_of_the_release(
    found: str | None, state: SchemaState
) -> None:
    assert compare(found, ["0001", "0002"]) is state


def test_the_file_names_tell_the_same_revisions_as_alembic() -> None:
    scripts = ScriptDirectory.from_config(Config(ROOT / "alembic.ini"))
    assert known_revisions() == [script.revision for script in scripts.walk_revisions()][::-1]


def test_every_migration_says_whether_a_rollback_may_keep_it() -> None:
    silent = [
        path.name
        for path in VERSIONS.glob("*.py")
        if not re.search(r"^rollback_safe = (True|False)$", path.read_text(), re.MULTILINE)
    ]
    assert silent == []
