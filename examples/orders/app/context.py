"""The id of the request that is being answered, for logs and error answers."""

import re
from contextvars import ContextVar
from uuid import uuid4

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

_ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{1,64}")


def accept_or_create(incoming: str | None) -> str:
    """The caller's id, so that logs of several services join up, unless it is no harmless word."""
    if incoming and _ACCEPTABLE.fullmatch(incoming):
        return incoming
    return uuid4().hex
