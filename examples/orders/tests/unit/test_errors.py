"""Error answers: one format, no echo of what was sent, and an honest word about a retry."""

from http import HTTPStatus
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Header
from fastapi.testclient import TestClient
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import OperationalError

from app.errors import Problem, add_error_handlers, repeatable


class Login(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=5)]
    password: Annotated[str, Field(min_length=12)]


@pytest.fixture(scope="module")
def client() -> TestClient:
    app = FastAPI()
    add_error_handlers(app)

    @app.post("/login")
    def login(login: Login, x_count: Annotated[int, Header()]) -> None: ...

    @app.get("/problem")
    def problem() -> None:
        raise Problem(HTTPStatus.CONFLICT, "taken", "it is taken", "another one", other="more")

    @app.post("/database")
    def database() -> None:
        raise OperationalError("SELECT secret", {}, RuntimeError("no connection"))

    return TestClient(app)


def test_a_problem_says_what_failed_what_was_expected_and_whether_to_retry(
    client: TestClient,
) -> None:
    answer = client.get("/problem")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "title": "Conflict",
        "status": 409,
        "code": "taken",
        "detail": "it is taken",
        "expected": "another one",
        "retryable": False,
        "other": "more",
        "request_id": None,
    }


def test_invalid_input_names_the_field_and_its_limit(client: TestClient) -> None:
    sent = {"name": "someone", "password": "long enough to pass"}
    answer = client.post("/login", json=sent, headers={"x-count": "1"})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert answer.json()["fields"] == [
        {
            "field": "body.name",
            "problem": "string_too_long",
            "expected": "String should have at most 5 characters",
            "limits": {"max_length": 5},
        }
    ]


@pytest.mark.parametrize(
    "sent",
    [
        {"json": {"name": "x", "password": "hunter2"}},
        {"json": {"name": "x", "password": ["hunter2"]}},
        {"json": "hunter2"},
        {"content": '{"password": hunter2'},
        {"json": {"name": "x", "password": "hunter2"}, "headers": {"x-count": "hunter2"}},
    ],
)
def test_invalid_input_is_not_echoed(client: TestClient, sent: dict[str, Any]) -> None:
    answer = client.post("/login", **sent)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "hunter2" not in answer.text


def test_a_long_name_of_an_unknown_member_is_cut(client: TestClient) -> None:
    sent = {"name": "x", "password": "long enough to pass", "n" * 1000: 1}
    fields = client.post("/login", json=sent, headers={"x-count": "1"}).json()["fields"]
    assert fields[0]["field"] == "body." + "n" * 64


def test_a_body_in_another_encoding_is_refused(client: TestClient) -> None:
    answer = client.post(
        "/login", content=b'{"name": "\xff"}', headers={"content-type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-request")
    assert answer.json()["expected"] == "a body in JSON, encoded as UTF-8"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [("GET", "/nothing", 404, "not-found"), ("GET", "/login", 405, "method-not-allowed")],
)
def test_what_the_framework_refuses_has_the_same_format(
    client: TestClient, method: str, path: str, status: int, code: str
) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_refused_method_lists_the_allowed_ones(client: TestClient) -> None:
    assert client.get("/login").headers["allow"] == "POST"


def test_a_database_error_tells_when_to_come_back_and_nothing_else(client: TestClient) -> None:
    answer = client.post("/database")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "SELECT" not in answer.text


@pytest.mark.parametrize(
    ("method", "headers", "expected"),
    [
        ("GET", {}, True),
        ("DELETE", {}, True),
        ("POST", {}, False),
        ("POST", {"idempotency-key": "1"}, True),
    ],
)
def test_a_retry_is_safe_where_nothing_happens_twice(
    method: str, headers: dict[str, str], expected: bool
) -> None:
    assert repeatable(method, headers) is expected
