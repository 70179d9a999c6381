"""Health: the worst component decides, and the body never contradicts the status."""

import pytest

from app.release import Release
from app.routes.health import report, schema_check


@pytest.mark.parametrize(
    ("components", "ok", "status"),
    [
        (["pass", "pass"], True, "pass"),
        (["pass", "warn"], True, "warn"),
        (["warn", "fail"], False, "fail"),
        (["fail", "pass"], False, "fail"),
    ],
)
def test_the_worst_component_decides(components: list[str], ok: bool, status: str) -> None:
    checks = {str(index): {"status": word} for index, word in enumerate(components)}
    body = report(Release("1.2.3", "abc"), "local", checks)
    assert (body["ok"], body["status"]) == (ok, status)


def test_the_release_is_part_of_the_answer() -> None:
    body = report(Release("1.2.3", "abc"), "staging", {"database": {"status": "pass"}})
    assert body["release"] == {"version": "1.2.3", "commit": "abc"}
    assert body["environment"] == "staging"


@pytest.mark.parametrize(
    ("found", "status"), [("0002", "pass"), ("0003", "warn"), ("0001", "fail"), (None, "fail")]
)
def test_the_schema_check_says_what_it_found_and_expected(found: str | None, status: str) -> None:
    check = schema_check(found, ["0001", "0002"])
    assert check == {"status": status, "found": found, "expected": "0002"}
