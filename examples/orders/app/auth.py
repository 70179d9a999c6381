"""Finds out which customer sends a request. Every route about orders depends on it."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.errors import Problem

# auto_error is off because the answer has to be in the format of app.errors.
_bearer = HTTPBearer(auto_error=False, description="The token of one customer.")


def current_customer(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> str:
    """The name of the customer whose token came with the request, or a 401 answer."""
    token = credentials.credentials if credentials else ""
    customer: str | None = request.app.state.tokens.customer(token)
    if customer is None:
        raise Problem(
            HTTPStatus.UNAUTHORIZED,
            "unauthorized",
            "the bearer token is missing or unknown",
            "the header Authorization: Bearer <token of a customer>",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return customer


CurrentCustomer = Annotated[str, Depends(current_customer)]
