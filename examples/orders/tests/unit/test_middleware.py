"""Around every request: ids, headers, one log line, and the limit of the body."""

import json
import logging
from collections.abc import Iterator

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.testclient import TestClient

from app.errors import add_error_handlers
from app.middleware import BodyLimit, RequestContext

LIMIT = 10


@pytest.fixture(scope="module")
def client() -> TestClient:
    app = FastAPI()
    add_error_handlers(app)
    app.add_middleware(BodyLimit, limit=LIMIT)
    app.add_middleware(RequestContext)

    @app.post("/echo")
    async def echo(request: Request) -> Response:
        return Response(await request.body())

    @app.get("/cached")
    def cached(response: Response) -> None:
        response.headers["Cache-Control"] = "public, max-age=60"

    @app.api_route("/broken", methods=["GET", "POST"])
    def broken() -> None:
        raise RuntimeError("hunter2")

    return TestClient(app)


def test_the_callers_id_is_given_back(client: TestClient) -> None:
    answer = client.get("/cached", headers={"X-Request-ID": "checkout-42"})
    assert answer.headers["x-request-id"] == "checkout-42"


@pytest.mark.parametrize("identity", ["", "two words", 'a"b', "x" * 65])
def test_an_id_that_could_do_harm_is_replaced(client: TestClient, identity: str) -> None:
    answer = client.get("/cached", headers={"X-Request-ID": identity})
    assert len(answer.headers["x-request-id"]) == 32
    assert answer.headers["x-request-id"] != identity


def test_every_answer_has_the_security_headers_and_is_not_stored(client: TestClient) -> None:
    headers = client.post("/echo").headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("default-src 'none'")


def test_a_route_may_say_that_its_answer_can_be_stored(client: TestClient) -> None:
    assert client.get("/cached").headers["cache-control"] == "public, max-age=60"


@pytest.mark.parametrize(("method", "retryable"), [("GET", True), ("POST", False)])
def test_an_unforeseen_error_is_answered_without_its_cause(
    client: TestClient, method: str, retryable: bool
) -> None:
    answer = client.request(method, "/broken", headers={"X-Request-ID": "r1"})
    body = answer.json()
    assert (answer.status_code, body["code"]) == (500, "internal-error")
    assert (body["retryable"], body["request_id"]) == (retryable, "r1")
    assert "hunter2" not in answer.text


def test_one_line_is_logged_without_query_headers_or_body(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "app.request"):
        client.post("/echo?token=hunter2", content="hunter2", headers={"X-Token": "hunter2"})
    (record,) = [record for record in caplog.records if record.name == "app.request"]
    logged = {key: str(value) for key, value in vars(record).items()}
    assert (logged["method"], logged["path"], logged["status"]) == ("POST", "/echo", "200")
    assert "hunter2" not in json.dumps(logged)


def test_a_body_up_to_the_limit_arrives(client: TestClient) -> None:
    assert client.post("/echo", content=b"x" * LIMIT).content == b"x" * LIMIT


def test_a_body_that_announces_too_much_is_refused(client: TestClient) -> None:
    answer = client.post("/echo", content=b"x" * (LIMIT + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


def test_a_body_that_grows_past_the_limit_is_refused(client: TestClient) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(LIMIT + 1):
            yield b"x"

    answer = client.post("/echo", content=endless())
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")
