"""Logs: whatever is logged becomes one line of JSON."""

import json
import logging
import sys
from typing import Any

from app.context import request_id
from app.logs import JsonFormatter


def formatted(message: str, **members: object) -> dict[str, Any]:
    record = logging.makeLogRecord({"msg": message, "levelname": "INFO", "name": "test"} | members)
    line = JsonFormatter().format(record)
    assert "\n" not in line
    return json.loads(line)


def test_a_line_has_a_time_with_its_zone_a_level_and_a_message() -> None:
    line = formatted("hello")
    assert line["time"].endswith("+00:00")
    assert (line["level"], line["logger"], line["message"]) == ("INFO", "test", "hello")


def test_a_line_break_in_a_message_does_not_start_a_second_line() -> None:
    assert formatted('first\n{"level": "FORGED"}')["message"] == 'first\n{"level": "FORGED"}'


def test_extra_members_stand_beside_the_message() -> None:
    assert formatted("request", status=200)["status"] == 200


def test_a_line_carries_the_id_of_its_request() -> None:
    token = request_id.set("r1")
    try:
        assert formatted("hello")["request_id"] == "r1"
    finally:
        request_id.reset(token)


def test_outside_a_request_there_is_no_id() -> None:
    assert "request_id" not in formatted("hello")


def test_an_exception_is_part_of_the_line() -> None:
    try:
        raise RuntimeError("broken")
    except RuntimeError:
        line = formatted("failed", exc_info=sys.exc_info())
    assert line["exception"].endswith("RuntimeError: broken")
